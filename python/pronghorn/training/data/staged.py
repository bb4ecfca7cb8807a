"""Data of models whose first layers run on the host: those layers run where batches are made."""

import math

from ...data import Dataset
from ...data.nodes import UNKNOWN, Input
from ...engine import nest
from .arrays import are_arrays, class_weight_to_sample_weights, is_array, sample_count, to_array
from .columns import columns_to_arrays
from .pipeline import PipelineSource
from .unpack import pack_x_y_sample_weight


def text_or_array(x):
    """An array that a Dataset takes: text as bytes, numbers as training takes them."""
    return to_array(x, text=True)


def split_text(arrays, validation_split):
    """`train_validation_split` for arrays of which some are text."""
    arrays = nest.map_structure(text_or_array, arrays)
    count = sample_count(arrays)
    at = int(math.floor(count * (1.0 - validation_split)))
    if not 0 < at < count:
        raise ValueError(
            f"Training data contains {count} samples, which is not sufficient to split it into a "
            f"validation and training set as specified by `validation_split={validation_split}`."
        )
    return tuple(
        nest.map_structure(lambda a, p=part: None if a is None else a[p], arrays)
        for part in (slice(at), slice(at, None))
    )


def make_staged_source(
    stage, x, y=None, sample_weight=None, batch_size=None, steps=None, shuffle=False,
    class_weight=None, output_shape=None,
):  # fmt: skip
    """A source of batches whose inputs have been through `stage`; other arguments as of fit."""
    if x is not None and not are_arrays((x, y, sample_weight)):
        x, y, sample_weight = columns_to_arrays(x, y, sample_weight)
    if x is not None and are_arrays((x, y, sample_weight)):
        x, y, sample_weight = (nest.map_structure(text_or_array, a) for a in (x, y, sample_weight))
        count = sample_count((x, y, sample_weight))
        if class_weight is not None:
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        size = int(batch_size or (math.ceil(count / steps) if steps else 32))
        dataset = Dataset.from_tensor_slices(_plain(pack_x_y_sample_weight(x, y, sample_weight)))
        dataset = (dataset.shuffle(count) if shuffle else dataset).batch(size)
        dataset = dataset.repeat() if steps else dataset
        return PipelineSource(dataset, dataset._pipeline, stage=stage)
    if not isinstance(x, Dataset):
        count = len(x) if hasattr(x, "__len__") else UNKNOWN
        batches = x

        def made():
            if hasattr(batches, "__getitem__") and not is_array(batches):
                return (batches[i] for i in range(len(batches)))
            return iter(batches)

        x = Dataset._of(Input(made, count))
    return PipelineSource(x, x._pipeline, class_weight, output_shape, stage=stage)


def _plain(data):
    """The structure with lists of inputs as tuples, since a Dataset takes a list for an array."""
    if isinstance(data, list):
        return tuple(data)
    if isinstance(data, tuple):
        return tuple(_plain(part) for part in data)
    return data
