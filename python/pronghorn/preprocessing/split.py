"""split_dataset: one dataset as two."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ..data import AUTOTUNE, Dataset
from ..data.batching import Batch
from ..data.keeping import Prefetch
from ..engine import nest


def split_dataset(
    dataset: Any,
    left_size: Any = None,
    right_size: Any = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: Any = None,
) -> tuple[Any, ...]:
    """A dataset as two, the first samples and the last; all of it is read into memory.

    Args:
        dataset: a Dataset (batches are taken apart and made again), an array, or a list or tuple
            of arrays of one length.
        left_size: number of samples of the first part, or, as a float, their fraction; what the
            other leaves by default.
        right_size: as `left_size`, of the second part.
        shuffle: whether to shuffle first.
        seed: of the order.
        preferred_backend: accepted for Keras's sake.

    Returns:
        Two Datasets.

    Raises:
        TypeError: for other kinds of data and sizes.
        ValueError: for sizes that leave a part empty or exceed the data.

    Example:

    >>> left, right = split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), len(right)
    (8, 2)
    """
    if not isinstance(dataset, (list, tuple, np.ndarray, Dataset)):
        raise TypeError(
            "The `dataset` argument must be either a Dataset, an array or a list/tuple of arrays. "
            f"Received: dataset={dataset} of type {type(dataset)}"
        )
    if left_size is None and right_size is None:
        raise ValueError(
            "At least one of the `left_size` or `right_size` must be specified. Received: "
            "left_size=None and right_size=None"
        )
    samples, batch_size = _samples(dataset)
    if shuffle:
        seed = random.randint(0, int(1e6)) if seed is None else seed
        random.Random(seed).shuffle(samples)
    left, right = _sizes(left_size, right_size, len(samples))
    parts = samples[:left], samples[len(samples) - right :]
    return tuple(_dataset(part, batch_size) for part in parts)


def _samples(dataset):
    """The samples in a list, and the size of batches where they came in batches."""
    batch_size = None
    if isinstance(dataset, Dataset):
        node = dataset._pipeline
        while isinstance(node, Prefetch):
            node = node.inputs[0]
        if isinstance(node, Batch):
            batch_size = node.size
            dataset = dataset.unbatch()
        samples = list(dataset._pipeline.iterate())
    elif isinstance(dataset, np.ndarray):
        samples = list(dataset)
    else:
        for i, array in enumerate(dataset):
            if not isinstance(array, np.ndarray):
                raise ValueError(
                    f"Expected a list of `numpy.ndarray` objects. Received: {type(array)} at "
                    f"index {i}."
                )
            if len(array) != len(dataset[0]):
                raise ValueError(
                    "Received a list of NumPy arrays with different lengths. Mismatch found at "
                    f"index {i}: expected length {len(dataset[0])}, received {len(array)}."
                )
        samples = list(zip(*dataset)) if len(dataset) else []
    if not samples:
        raise ValueError("Received an empty dataset; expected at least one sample.")
    return samples, batch_size


def _sizes(left, right, total):
    """Both sizes as numbers of samples."""
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if type(size) not in (int, float):
            raise TypeError(
                f"Invalid `{name}` Type. Expected: int or float or None, Received: type({name})="
                f"{type(size)}."
            )
    if left == 0 and right == 0:
        raise ValueError(
            "Both `left_size` and `right_size` are zero. At least one of the split sizes must be "
            "non-zero."
        )
    for name, size in (("left_size", left), ("right_size", right)):
        if size is not None and not 0 < size < (total if type(size) is int else 1):
            raise ValueError(
                f"`{name}` should be either a positive integer smaller than {total}, or a float "
                f"within the range `[0, 1]`. Received: {name}={size}"
            )
    if type(left) is type(right) is float and left + right > 1:
        raise ValueError(
            "The sum of `left_size` and `right_size` is greater than 1. It must be less than or "
            "equal to 1."
        )
    left, right = (round(s * total) if type(s) is float else s for s in (left, right))
    left = total - right if left is None else left
    right = total - left if right is None else right
    if left + right > total:
        raise ValueError(
            f"The sum of `left_size` and `right_size` should be smaller than the {total}. "
            f"Received: left_size + right_size = {left + right}"
        )
    for name, size in (("left", left), ("right", right)):
        if size == 0:
            raise ValueError(
                f"With `dataset` of length={total}, the {name} side would be empty. Adjust any of "
                "the sizes."
            )
    return left, right


def _dataset(samples, batch_size):
    columns = zip(*(nest.flatten(sample) for sample in samples))
    arrays = nest.pack_as(samples[0], [np.array(column) for column in columns])
    dataset = Dataset.from_tensor_slices(arrays)
    return (dataset if batch_size is None else dataset.batch(batch_size)).prefetch(AUTOTUNE)
