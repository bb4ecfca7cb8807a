"""PyDataset: the base class of datasets that make their batches in Python."""

from __future__ import annotations

import itertools
from typing import Any


class PyDataset:
    """Batches by index: write `__getitem__(index)` and `__len__`.

    Args:
        workers: Threads or processes that make batches while others train; with 0 or 1 a single
            thread makes them, one after another.
        use_multiprocessing: Whether the workers are processes, to which the dataset is sent at
            the start of each epoch. One that dies or raises ends `fit` with an error.
        max_queue_size: Batches that may be ready or under way.

    Example:

    >>> class Halves(PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         rows = slice(index * 3, index * 3 + 3)
    ...         return np.ones((6, 4))[rows], np.ones((6, 1))[rows]
    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> model.fit(Halves(), verbose=0).params["steps"]
    2
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} must implement `__getitem__(index)`.")

    def __iter__(self):
        """The batches in order, once."""
        count = self.num_batches
        indices = itertools.count() if count is None else range(count)
        return (self[index] for index in indices)

    @property
    def num_batches(self) -> Any:
        """The number of batches; None for a dataset without an end (and without `__len__`).

        A subclass may also set it, as those of Keras 2's Sequence do.
        """
        if "_num_batches" in self.__dict__:
            return self._num_batches
        return len(self) if hasattr(self, "__len__") else None

    @num_batches.setter
    def num_batches(self, count: Any) -> None:
        self._num_batches = count

    def on_epoch_begin(self) -> None:
        """Called at the start of an epoch."""

    def on_epoch_end(self) -> None:
        """Called at the end of an epoch."""


Sequence = PyDataset
