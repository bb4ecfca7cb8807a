"""What `fit` and its kin accept as data, each kind made into a source of batches."""

from ...data import Dataset
from .arrays import (
    ArraySource,
    are_arrays,
    class_weight_to_sample_weights,
    is_array,
    train_validation_split,
)
from .batches import DatasetSource, IterableSource, IteratorSource, inputs_to_arrays
from .columns import (
    Counted,
    columns_to_arrays,
    has_text,
    numbers_to_array,
    texts_to_arrays,
    without_other_text,
)
from .dataset import PyDataset, Sequence
from .pipeline import make_pipeline_source
from .queues import takes_workers
from .staged import make_staged_source, split_text
from .unpack import pack_x_y_sample_weight, unpack_x_y_sample_weight


def make_source(
    x,
    y=None,
    sample_weight=None,
    batch_size=None,
    steps=None,
    shuffle=False,
    class_weight=None,
    output_shape=None,
):
    """The source of batches for a user's data.

    Args:
        output_shape: Function from inputs to the shape of the model's output for them, or None;
            class weights of labels with several axes ask it.

    Raises:
        ValueError: If the kind of data is unknown, or targets come beside a source that makes
            whole batches.
    """
    if x is not None and not are_arrays((x, y, sample_weight)):
        x, y, sample_weight = columns_to_arrays(x, y, sample_weight)
    if x is not None and are_arrays((x, y, sample_weight)):
        return ArraySource(
            x, y, sample_weight, batch_size, steps, shuffle, class_weight, output_shape
        )
    if isinstance(x, (list, tuple, dict, str, bytes, int, float)) or x is None or is_array(x):
        raise ValueError(
            f"Unrecognized data type: x={str(x)[:100]} (of type {type(x)}), "
            f"y of type {type(y)}. Expected NumPy arrays, tensors, or lists or dicts of them, a "
            "generator, or a dataset with `__getitem__` and `__len__`. Lists of numbers become "
            "arrays with `np.array`, rows of different lengths with `utils.pad_sequences`."
        )
    kind = "generator" if hasattr(x, "__next__") else "dataset"
    for name, what, value in (
        ("y", "the targets", y),
        ("sample_weight", "the sample weights", sample_weight),
    ):
        if value is not None:
            raise ValueError(
                f"When providing `x` as a {kind}, `{name}` should not be passed. Instead, {what} "
                f"should be included as part of the {kind}."
            )
    if isinstance(x, Dataset):
        return make_pipeline_source(x, steps, class_weight, output_shape)
    if hasattr(x, "__getitem__"):
        return DatasetSource(x, shuffle, class_weight, output_shape)
    if class_weight is not None:
        raise ValueError(
            f"Argument `class_weight` is not supported for a {kind}. "
            f"Received: class_weight={class_weight}"
        )
    if isinstance(x, Counted):
        return IteratorSource(x.generator, samples=x.samples)
    if hasattr(x, "__next__"):
        return IteratorSource(x, steps)
    if hasattr(x, "__iter__"):
        return IterableSource(x)
    raise ValueError(
        f"Unrecognized data type: x={str(x)[:100]} (of type {type(x)}). Expected NumPy arrays, "
        "tensors, or lists or dicts of them, a generator, or a dataset with `__getitem__` and "
        "`__len__`."
    )
