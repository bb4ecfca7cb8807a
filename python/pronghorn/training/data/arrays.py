"""Whole arrays as a source of batches: conversion, checks, weights, splits and shuffled orders."""

import math
import sys

import numpy as np

from ...engine import config, nest
from ...engine.random import make_default_seed
from ...engine.refusal import RAGGED
from ...engine.strings import encode_array, is_text
from .unpack import pack_x_y_sample_weight


def is_array(x):
    """Whether x is one array (or tensor, DataFrame, sparse matrix), not a container of them."""
    return isinstance(x, np.ndarray) or (
        (hasattr(x, "__array__") or hasattr(x, "toarray"))
        and hasattr(x, "shape")
        and not isinstance(x, np.generic)
    )


def are_arrays(structure):
    """Whether every leaf is an array or None."""
    return all(leaf is None or is_array(leaf) for leaf in nest.flatten(structure))


def to_array(x, text=False):
    """A plain, aligned, C-contiguous NumPy array in the machine's byte order.

    Floats become floatx; a pandas Series becomes a column; sparse matrices become dense.
    With `text`, text becomes an object array of bytes.

    Raises:
        ValueError: For other strings, objects, a scalar, or an array with masked entries.
    """
    if x is None:
        return None
    if _is_masked(x):
        x = _unmasked(x)
    elif not isinstance(x, np.ndarray):
        x = _from_other_library(x)
    if x.dtype.kind == "f":
        if x.dtype != config.floatx():
            x = x.astype(config.floatx())
    elif x.dtype.kind not in "iubc" and x.dtype.name != "bfloat16":
        if text and is_text(x):
            return encode_array(x)
        ragged = x.dtype == object and any(isinstance(row, (list, np.ndarray)) for row in x.flat)
        mend = RAGGED if ragged else "encode text and objects as numbers first"
        raise ValueError(
            f"Cannot take an array of dtype {x.dtype}. Expected numbers or booleans; {mend}."
        )
    if x.ndim == 0:
        raise ValueError(
            f"Expected arrays with a first axis of samples. Received a scalar: {x.item()!r}"
        )
    # Native code reads rows where they lie, and of a dtype it knows the size alone.
    return np.require(x, x.dtype.newbyteorder("="), ["C", "A"])


def _is_masked(x):
    ma = sys.modules.get("numpy.ma")  # who has such an array has loaded it; that takes milliseconds
    return isinstance(x, getattr(ma, "MaskedArray", ()))


def _unmasked(x):
    hidden = int(np.ma.count_masked(x))
    if hidden:
        raise ValueError(
            f"An array of shape {x.shape} has {hidden} masked entries, which a step would read as "
            "the values under the mask. Fill them (`x.filled(value)`), leave their rows out, or "
            "mark them for the layers with a Masking layer."
        )
    return x.data


def _from_other_library(x):
    if hasattr(x, "toarray"):  # a sparse matrix
        return np.asarray(x.toarray())
    if hasattr(x, "detach"):  # a torch tensor may be part of a graph
        x = x.detach()
    of_pandas = hasattr(x, "iloc")
    array = np.asarray(x)
    if array.dtype == object and of_pandas and not holds_rows(array):
        try:  # columns of several dtypes
            array = array.astype(config.floatx())
        except (TypeError, ValueError):
            pass
    array = stacked(array)
    return array[:, None] if of_pandas and array.ndim == 1 else array


def holds_rows(array):
    """Whether it is a column of lists or arrays."""
    rows = list, tuple, np.ndarray
    return array.dtype == object and array.ndim == 1 and array.size and isinstance(array[0], rows)


def stacked(array):
    """A column of rows of one length as an array of more axes; any other as it is."""
    if not holds_rows(array):
        return array
    try:
        return np.stack([stacked(np.asarray(row)) for row in array])
    except ValueError:
        return array


def class_weight_to_sample_weights(y, class_weight, output_shape=None):
    """One weight a label: that of its class, 1 for classes without one.

    Args:
        y: Class indices (n,) or (n, 1), one-hot rows, or indices of more axes.
        class_weight: Dict from class index to weight.
        output_shape: Shape of the model's output, where known. Labels with one axis fewer are
            indices, each with a weight of its own; otherwise a last axis of more than 1 is one-hot.

    Raises:
        ValueError: If class_weight is no dict from class indices.
    """
    if not isinstance(class_weight, dict) or any(isinstance(key, str) for key in class_weight):
        raise ValueError(
            "`class_weight` must be a dict from class index (an integer) to the weight of that "
            f"class's samples. Received: class_weight={class_weight!r}"
        )
    y = np.asarray(y)
    if y.ndim > 1 and (output_shape is None or y.ndim != len(output_shape) - 1):
        y = y[..., 0] if y.shape[-1] == 1 else np.argmax(y, axis=-1)
    y = np.round(y).astype("int64")
    classes, positions = np.unique(y, return_inverse=True)
    weights = np.array([class_weight.get(int(c), 1.0) for c in classes], dtype=config.floatx())
    return weights[positions].reshape(y.shape)


def sample_count(data):
    """The number of samples of a packed nest of arrays.

    Raises:
        ValueError: If arrays differ in it, or it is 0.
    """
    counts = {leaf.shape[0] for leaf in nest.flatten(data) if leaf is not None}
    if len(counts) > 1:
        parts = data if isinstance(data, tuple) else (data,)
        sizes = [
            f"'{label}' sizes: "
            + ", ".join(str(leaf.shape[0]) for leaf in nest.flatten(part) if leaf is not None)
            for label, part in zip(("x", "y", "sample_weight"), parts)
            if any(leaf is not None for leaf in nest.flatten(part))
        ]
        raise ValueError(
            "Data cardinality is ambiguous. Make sure all arrays contain the same number of "
            "samples. " + "; ".join(sizes)
        )
    if not counts:
        raise ValueError("Expected at least one array of data. Received only None.")
    count = counts.pop()
    if count == 0:
        raise ValueError(
            "The data contains 0 samples; expected at least one. Received arrays of shapes "
            + ", ".join(str(leaf.shape) for leaf in nest.flatten(data) if leaf is not None)
        )
    return count


def train_validation_split(arrays, validation_split):
    """Splits every array; the last part becomes validation data.

    Returns:
        (training arrays, validation arrays), views of the same structure.

    Raises:
        ValueError: If something is no array, or a part would be empty.
    """
    if not are_arrays(arrays):
        wrong = [a for a in nest.flatten(arrays) if a is not None and not is_array(a)]
        kinds = sorted({type(a).__name__ for a in wrong})
        raise ValueError(
            "Argument `validation_split` is only supported for tensors or NumPy arrays. "
            f"Found incompatible types in the input: {kinds}"
        )
    arrays = nest.map_structure(to_array, arrays)
    count = sample_count(arrays)
    split_at = int(math.floor(count * (1.0 - validation_split)))
    if split_at <= 0 or split_at >= count:
        raise ValueError(
            f"Training data contains {count} samples, which is not sufficient to split it into a "
            "validation and training set as specified by "
            f"`validation_split={validation_split}`. Either provide more data, or a different "
            "value for the `validation_split` argument."
        )
    first = nest.map_structure(lambda a: None if a is None else a[:split_at], arrays)
    last = nest.map_structure(lambda a: None if a is None else a[split_at:], arrays)
    return first, last


def _check_sample_weight(y, sample_weight):
    """Repeats one weight array for several outputs; checks a nest of them."""
    if not nest.is_nested(y):
        return sample_weight
    if nest.is_nested(sample_weight):
        try:
            nest.assert_same_structure(y, sample_weight)
        except ValueError:
            raise ValueError(
                "You should provide one `sample_weight` array per output in `y`. The two "
                f"structures did not match: y is {_outline(y)}, sample_weight is "
                f"{_outline(sample_weight)}."
            ) from None
        return sample_weight
    shape = tuple(sample_weight.shape)
    if len(shape) != 1 and not (len(shape) == 2 and shape[1] == 1):
        raise ValueError(
            "For a model with multiple outputs, a single `sample_weight` array should have one "
            f"weight a sample: shape (num_samples,). Received shape {shape}. To weight within "
            "samples, pass one array per output."
        )
    return nest.map_structure(lambda _: sample_weight, y)


def _outline(structure):
    return nest.map_structure(lambda _: "*", structure)


def check_batch_size(batch_size, argument="batch_size"):
    """The batch size as an int.

    Raises:
        ValueError: If it is not a positive integer.
    """
    if isinstance(batch_size, (int, np.integer)) and batch_size > 0:
        return int(batch_size)
    if isinstance(batch_size, float) and batch_size.is_integer() and batch_size > 0:
        return int(batch_size)
    raise ValueError(f"`{argument}` must be a positive integer. Received: {argument}={batch_size}")


def check_steps(steps, argument):
    """Refuses a number of batches that is neither None nor a positive integer."""
    if steps is not None and not (isinstance(steps, (int, np.integer)) and steps > 0):
        raise ValueError(
            f"`{argument}` must be a positive integer, or None for all batches. "
            f"Received: {argument}={steps!r}"
        )


class ArraySource:
    """Batches of whole arrays, in order or shuffled anew in each pass.

    `data` is the nest a step receives, with whole arrays as leaves; `order` the sample numbers of
    the present pass (None for sequence); `position` the next batch.
    """

    native = True

    def __init__(
        self,
        x,
        y=None,
        sample_weight=None,
        batch_size=None,
        steps=None,
        shuffle=False,
        class_weight=None,
        output_shape=None,
    ):
        if sample_weight is not None:
            if class_weight is not None:
                raise ValueError("`class_weight` and `sample_weight` cannot be given together.")
            sample_weight = _check_sample_weight(y, sample_weight)
        x = nest.map_structure(to_array, x)
        y = nest.map_structure(to_array, y)
        if class_weight is not None:
            if nest.is_nested(y) or y is None:
                raise ValueError(
                    "`class_weight` is only supported for Models with a single output."
                )
            shape = output_shape(x) if output_shape and y.ndim > 1 else None
            sample_weight = class_weight_to_sample_weights(y, class_weight, shape)
        sample_weight = nest.map_structure(to_array, sample_weight)
        self.data = pack_x_y_sample_weight(x, y, sample_weight)
        parts = (x, y, sample_weight)
        self.num_samples = sample_count(parts)
        if batch_size is None:
            batch_size = math.ceil(self.num_samples / steps) if steps else 32
        self.batch_size = check_batch_size(batch_size)
        self.num_batches = math.ceil(self.num_samples / self.batch_size)
        self.order = None
        self._before = None  # where the draws were when this pass began
        self.position = self.num_batches
        self._shuffle = shuffle
        self._generator = (
            np.random.Generator(np.random.PCG64(make_default_seed())) if shuffle else None
        )

    def first_batch_spec(self):
        """The data of the first batch, as views: for its shapes and dtypes."""
        size = min(self.batch_size, self.num_samples)
        return nest.map_structure(lambda a: None if a is None else a[:size], self.data)

    def snapshot(self):
        """Which batch comes next, as values that JSON can hold; for `restore`."""
        return {"position": self.position, "before": self._before, "after": self._draws()}

    def restore(self, state):
        """Takes the order and the next batch from a snapshot of the same data."""
        if self._generator is not None and state["before"] is not None:
            self._generator.bit_generator.state = state["before"]
            self.start_pass()
        if self._generator is not None and state["after"] is not None:
            self._generator.bit_generator.state = state["after"]
        self.position = state["position"]

    def _draws(self):
        return None if self._generator is None else self._generator.bit_generator.state

    def start_pass(self):
        """Goes back to the first batch, with a new order if shuffling."""
        self.position = 0
        self._before = self._draws()
        if self._shuffle == "batch":
            order = np.arange(self.num_samples, dtype=np.int64)
            for start in range(0, self.num_samples, self.batch_size):
                self._generator.shuffle(order[start : start + self.batch_size])
            self.order = order
        elif self._shuffle:
            self.order = self._generator.permutation(self.num_samples)

    def batch(self, index):
        """The data of one batch, gathered in Python: for steps that run eagerly."""
        start = index * self.batch_size
        rows = slice(start, start + self.batch_size)
        if self.order is not None:
            rows = self.order[rows]
        return nest.map_structure(lambda a: None if a is None else a[rows], self.data)

    def begin(self):
        """Nothing: arrays are there."""

    def on_epoch_begin(self):
        pass

    def on_epoch_end(self):
        pass
