"""Sources that make batches in Python: generators, iterables, and datasets with __getitem__."""

import itertools
import random

from ...engine import nest
from .arrays import class_weight_to_sample_weights, is_array, to_array


def convert_batch(batch):
    """The batch with NumPy arrays as leaves.

    Raises:
        ValueError: If it is no tuple of (inputs,), (inputs, targets) or with sample_weights.
    """

    def convert(leaf):
        if leaf is None or is_array(leaf):
            return to_array(leaf)
        raise ValueError(
            f"A batch must hold arrays. Received: {leaf!r} (of type {type(leaf).__name__})"
        )

    return nest.map_structure(convert, batch)


def _with_class_weight(batch, class_weight):
    if class_weight is None:
        return batch
    if len(batch) == 3:
        raise ValueError("`class_weight` and `sample_weight` cannot be given together.")
    if len(batch) == 2:
        return batch + (class_weight_to_sample_weights(batch[1], class_weight),)
    return batch


class _Source:
    native = False
    order = None
    # Whether the data is used up, so that another epoch would find none.
    exhausted = False
    num_batches = None

    def on_epoch_begin(self):
        pass

    def on_epoch_end(self):
        pass


class IteratorSource(_Source):
    """A Python generator or iterator: one pass over it, however many epochs that feeds."""

    def __init__(self, iterator):
        try:
            first = next(iterator)
        except StopIteration:
            raise ValueError(
                "When passing a Python generator, it must yield at least one batch. Received an "
                "empty generator."
            ) from None
        if not isinstance(first, tuple):
            raise ValueError(
                "When passing a Python generator, it must yield a tuple, either (input,) or "
                "(inputs, targets) or (inputs, targets, sample_weights). "
                f"Received: {str(first)[:100]} (of type {type(first).__name__})"
            )
        self._first = first
        self._iterator = itertools.chain([first], iterator)

    def first_batch_spec(self):
        return convert_batch(self._first)

    def iterate(self):
        for batch in self._iterator:
            yield convert_batch(batch)
        self.exhausted = True


class IterableSource(_Source):
    """An object that can be iterated anew for each epoch, such as a DataLoader."""

    def __init__(self, iterable):
        self._iterable = iterable
        self.num_batches = len(iterable) if hasattr(iterable, "__len__") else None

    def first_batch_spec(self):
        return next(self.iterate())

    def iterate(self):
        for batch in self._iterable:
            if isinstance(batch, list):
                batch = tuple(batch)
            yield convert_batch(batch)


class DatasetSource(_Source):
    """A dataset in Keras's sense: `dataset[i]` is batch i, `len(dataset)` their number."""

    def __init__(self, dataset, shuffle=False, class_weight=None):
        self._dataset = dataset
        self._shuffle = shuffle
        self._class_weight = class_weight
        count = getattr(dataset, "num_batches", None)
        if count is None and hasattr(dataset, "__len__"):
            count = len(dataset)
        self.num_batches = count
        if count == 0:
            raise ValueError("The dataset has 0 batches; expected at least one.")

    def _batch(self, index):
        batch = self._dataset[index]
        if isinstance(batch, dict):
            return convert_batch(batch)
        if is_array(batch):
            batch = (batch,)
        batch = tuple(batch) if isinstance(batch, list) else batch
        if not isinstance(batch, tuple) or not 1 <= len(batch) <= 3:
            raise ValueError(
                "A dataset's __getitem__() must return a tuple, either (input,) or (inputs, "
                "targets) or (inputs, targets, sample_weights), or a dict. "
                f"Received: {str(batch)[:100]} (of type {type(batch).__name__})"
            )
        return convert_batch(_with_class_weight(batch, self._class_weight))

    def first_batch_spec(self):
        return self._batch(0)

    def iterate(self):
        if self.num_batches is None:
            indices = itertools.count()
        else:
            indices = list(range(self.num_batches))
            if self._shuffle:
                random.shuffle(indices)
        for index in indices:
            yield self._batch(index)

    def on_epoch_begin(self):
        getattr(self._dataset, "on_epoch_begin", _nothing)()

    def on_epoch_end(self):
        getattr(self._dataset, "on_epoch_end", _nothing)()


def _nothing():
    pass
