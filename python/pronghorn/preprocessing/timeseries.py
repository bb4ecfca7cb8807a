"""timeseries_dataset_from_array: a Dataset of windows of an array, which are never copied whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import AUTOTUNE, Dataset
from ..data.rows import Rows


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: Any,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: Any = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: Any = None,
    end_index: Any = None,
    format: str = "tf",
) -> Any:
    """Windows of a time series, with the target of each.

    Args:
        data: array (steps, ...).
        targets: array: `targets[i]` belongs to the window that begins at step i. None for windows
            alone.
        sequence_length: steps of a window.
        sequence_stride: steps between the beginnings of two windows.
        sampling_rate: steps between two of a window.
        batch_size: windows a batch; None for windows one by one.
        shuffle: whether windows come in random order.
        seed: of the order.
        start_index: first step to use.
        end_index: step to end before.
        format: "tf", the only one.

    Returns:
        A Dataset of windows (batch, sequence_length, ...), or of (windows, targets).

    Raises:
        ValueError: for bounds and strides outside the data, and windows that do not fit.

    Example:

    >>> ds = timeseries_dataset_from_array(np.arange(6), np.arange(6) * 10, 3, batch_size=2)
    >>> [x.tolist() for x in next(ds.as_numpy_iterator())]
    [[[0, 1, 2], [1, 2, 3]], [0, 10]]
    """
    _check(data, sequence_stride, sampling_rate, start_index, end_index)
    if format != "tf":
        raise ValueError(f"`format` should be 'tf': others need packages. Received: {format!r}")
    start = start_index or 0
    end = len(data) if end_index is None else end_index
    reach = (sequence_length - 1) * sampling_rate + 1
    count = end - start - reach + 1
    if targets is not None:
        targets = np.asarray(targets)
        count = min(count, len(targets))
    if count < 1:
        raise ValueError(
            f"No window of {sequence_length} steps, {sampling_rate} apart, fits into the steps "
            f"{start} to {end - 1}."
        )
    positions = np.arange(0, count, sequence_stride, dtype=np.int64)
    if shuffle:
        seed = int(np.random.randint(1e6)) if seed is None else seed  # type: ignore[call-overload]
        np.random.RandomState(seed).shuffle(positions)
    # one row for every step that a window may begin at: a view in which they overlap
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(data)[start:end], reach, axis=0)
    windows = np.moveaxis(windows, -1, 1)[:count, ::sampling_rate]
    arrays = windows
    if targets is not None:
        arrays = windows, targets[start : start + count]
        if len(arrays[1]) < count:
            raise ValueError(
                f"There are {count} windows from step {start} on, and {len(arrays[1])} targets."
            )
    dataset = Dataset._of(Rows(arrays, positions, compact=False)).prefetch(AUTOTUNE)
    if shuffle:
        dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    return dataset if batch_size is None else dataset.batch(batch_size)


def _check(data, sequence_stride, sampling_rate, start_index, end_index):
    steps = len(data)
    if start_index and not 0 <= start_index < steps:
        raise ValueError(
            "`start_index` must be 0 or greater and lower than the length of the data. Received: "
            f"start_index={start_index}, for data of length {steps}"
        )
    if end_index is not None and not 0 < end_index < steps:
        raise ValueError(
            "`end_index` must be higher than 0 and lower than the length of the data. Received: "
            f"end_index={end_index}, for data of length {steps}"
        )
    if start_index and end_index and end_index <= start_index:
        raise ValueError(
            "`end_index` must be higher than `start_index`. Received: "
            f"start_index={start_index}, and end_index={end_index}"
        )
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < value < steps:
            raise ValueError(
                f"`{name}` must be higher than 0 and lower than the length of the data. "
                f"Received: {name}={value}, for data of length {steps}"
            )
