"""Sources that make batches in Python: generators, iterables, and datasets with __getitem__."""

import itertools
import random

import numpy as np

from ...data import threads
from ...engine import nest
from .ahead import AHEAD, ahead
from .arrays import class_weight_to_sample_weights, is_array, to_array
from .columns import numbers_to_array, texts_to_arrays
from .processes import Workers


def convert_batch(batch, text=False):
    """The batch with NumPy arrays as leaves.

    Args:
        batch: What the data gave.
        text: Whether its inputs may be text, which becomes object arrays of bytes.

    Raises:
        ValueError: If it is no tuple of (inputs,), (inputs, targets) or with sample_weights.
    """

    if isinstance(batch, tuple):
        batch = tuple(numbers_to_array(part) for part in batch)
    try:
        return nest.map_structure(_leaf_to_array, batch)
    except ValueError:
        if not text:
            raise
    if not isinstance(batch, tuple):
        return inputs_to_arrays(batch)
    return (inputs_to_arrays(batch[0]), *nest.map_structure(_leaf_to_array, batch[1:]))


def inputs_to_arrays(x):
    """Inputs of which some are text as arrays, text as object arrays of bytes."""
    return nest.map_structure(lambda leaf: _leaf_to_array(leaf, text=True), texts_to_arrays(x))


def _leaf_to_array(leaf, text=False):
    if leaf is None or is_array(leaf):
        return to_array(leaf, text)
    raise ValueError(
        f"A batch must hold arrays. Received: {leaf!r} (of type {type(leaf).__name__})"
    )


def _with_class_weight(batch, class_weight, output_shape):
    if class_weight is None:
        return batch
    if len(batch) == 3:
        raise ValueError("`class_weight` and `sample_weight` cannot be given together.")
    if len(batch) == 2:
        x, y = batch
        shape = output_shape(x) if output_shape and np.ndim(y) > 1 else None
        return x, y, class_weight_to_sample_weights(y, class_weight, shape)
    return batch


_NONE = object()


class _Source:
    native = False
    # Whether inputs may be text: steps that run eagerly take it.
    text = False
    order = None
    # Whether the data is used up, so that another epoch would find none.
    exhausted = False
    num_batches = None

    def begin(self):
        """Takes what is needed to know the number of batches; callbacks have begun by now."""

    def on_epoch_begin(self):
        pass

    def on_epoch_end(self):
        pass


class IteratorSource(_Source):
    """A Python generator or iterator: one pass over it, however many epochs that feeds.

    Args:
        iterator: Yields batches.
        steps: Batches an epoch: no more are taken than epochs need. None for all there are.
        samples: Samples an epoch in place of `steps`, as Keras 1 counts; the first batch tells
            how many batches hold them.
    """

    def __init__(self, iterator, steps=None, samples=None):
        self._iterator = iterator
        self._steps = steps
        self._samples = samples
        self._first = None

    @property
    def num_batches(self):
        return self._steps if self._samples is not None else None

    def begin(self):
        """Takes the first batch, when it is needed: callbacks may prepare what makes batches."""
        if self._first is not None:
            return
        iterator = self._iterator
        try:
            first = next(iterator)
        except StopIteration:
            raise ValueError(
                "When passing a Python generator, it must yield at least one batch. Received an "
                "empty generator."
            ) from None
        if isinstance(first, list) and first and all(map(is_array, first)):
            iterator = (tuple(b) if isinstance(b, list) else b for b in iterator)
            first = tuple(first)  # as a DataLoader makes them
        if not isinstance(first, tuple):
            raise ValueError(
                "When passing a Python generator, it must yield a tuple, either (input,) or "
                "(inputs, targets) or (inputs, targets, sample_weights). "
                f"Received: {str(first)[:100]} (of type {type(first).__name__})"
            )
        if self._samples is not None:
            rows = len(np.asarray(nest.flatten(first)[0]))
            self._steps = -(-int(self._samples) // max(rows, 1))
        self._first = first
        self._iterator = itertools.chain([first], iterator)

    def first_batch_spec(self):
        self.begin()
        return convert_batch(self._first, self.text)

    def iterate(self):
        self.begin()
        while True:
            taken = 0
            batches = itertools.islice(self._iterator, self._steps)
            epoch = (convert_batch(batch, self.text) for batch in batches)
            for batch in ahead(epoch, own=True):
                taken += 1
                yield batch
            if taken != self._steps:
                self.exhausted = True
                return


class IterableSource(_Source):
    """An object that can be iterated anew for each epoch, such as a DataLoader."""

    def __init__(self, iterable):
        self._iterable = iterable
        self._begun = None  # (first batch, iterator), where the first was looked at already

    def _type_name(self):
        return type(self._iterable).__name__

    @property
    def num_batches(self):
        return len(self._iterable) if hasattr(self._iterable, "__len__") else None

    def first_batch_spec(self):
        if self._begun is None:
            iterator = iter(self._iterable)
            first = next(iterator, _NONE)
            if first is _NONE:
                raise ValueError(
                    f"The data (of type {self._type_name()}) gave no batch; expected at least one."
                )
            self._begun = first, iterator
        return self._converted(self._begun[0])

    def iterate(self):
        if self._begun is None:
            iterator = iter(self._iterable)
        else:  # this pass; one-shot data have no other
            first, rest = self._begun
            self._begun = None
            iterator = itertools.chain([first], rest)
        for batch in iterator:
            yield self._converted(batch)

    def _converted(self, batch):
        return convert_batch(tuple(batch) if isinstance(batch, list) else batch, self.text)


class DatasetSource(_Source):
    """A dataset in Keras's sense: `dataset[i]` is batch i, `len(dataset)` their number."""

    def __init__(self, dataset, shuffle=False, class_weight=None, output_shape=None):
        self._dataset = dataset
        self._shuffle = shuffle
        self._class_weight = class_weight
        self._output_shape = output_shape
        self._first = None  # batch 0, where it was looked at before the first pass
        if self.num_batches == 0:
            raise ValueError("The dataset has 0 batches; expected at least one.")
        self._queue()

    def _queue(self):
        """(workers, batches that may wait): asked anew each time, as is the number of batches."""
        found = []
        for name in ("workers", "max_queue_size"):
            count = getattr(self._dataset, name, None)
            count = 0 if count is None else count
            if not hasattr(count, "__index__") or count < 0:
                raise ValueError(
                    f"`{name}` must be a whole number, 0 or more. Received: {name}={count!r}"
                )
            found.append(int(count))
        return found[0], max(found[1], 1)

    @property
    def num_batches(self):
        """Asked anew each time: a dataset may grow or shrink in `on_epoch_end`."""
        count = getattr(self._dataset, "num_batches", None)
        if count is None and hasattr(self._dataset, "__len__"):
            count = len(self._dataset)
        return count

    def _batch(self, index):
        return self._finished(self._dataset[index])

    def _finished(self, batch):
        if isinstance(batch, dict):
            return convert_batch(batch, self.text)
        if is_array(batch):
            batch = (batch,)
        batch = tuple(batch) if isinstance(batch, list) else batch
        if not isinstance(batch, tuple) or not 1 <= len(batch) <= 3:
            raise ValueError(
                "A dataset's __getitem__() must return a tuple, either (input,) or (inputs, "
                "targets) or (inputs, targets, sample_weights), or a dict. "
                f"Received: {str(batch)[:100]} (of type {type(batch).__name__})"
            )
        batch = _with_class_weight(batch, self._class_weight, self._output_shape)
        return convert_batch(batch, self.text)

    def first_batch_spec(self):
        if self._first is None:
            self._first = self._batch(0)
        return self._first

    def iterate(self):
        first, self._first = self._first, None
        count = self.num_batches
        indices = itertools.count() if count is None else list(range(count))
        if count is not None and self._shuffle:
            random.shuffle(indices)  # type: ignore[arg-type]
        workers, limit = self._queue()

        def make(index):
            return self._batch(index) if index or first is None else first

        if workers and getattr(self._dataset, "use_multiprocessing", False):
            known = {0: first} if first is not None else {}
            processes = Workers(self._dataset, workers)
            made = processes.results(indices, max(limit, workers), known)
            finished = (b if i in known else self._finished(b) for i, b in made)
            try:
                yield from threads.prefetched(lambda: finished, limit, "batches")
            finally:
                processes.close()
        elif workers > 1:
            yield from threads.mapped(iter(indices), make, workers, ahead=max(limit, workers))
        else:
            yield from ahead(map(make, indices), min(limit, AHEAD))

    def on_epoch_begin(self):
        getattr(self._dataset, "on_epoch_begin", _nothing)()

    def on_epoch_end(self):
        getattr(self._dataset, "on_epoch_end", _nothing)()


def _nothing():
    pass
