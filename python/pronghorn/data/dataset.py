"""Dataset: a lazy sequence of elements, made step by step, under the names of tf.data.

Each method returns a new Dataset over one more step; nothing is read before someone iterates. The
steps are in steps.py, rows.py, batching.py and keeping.py; the methods that batch in grouping.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import convert_to_tensor, nest
from . import elements, keeping, rows, steps
from .creation import Creation
from .grouping import Grouping, integer
from .nodes import INFINITE, UNKNOWN

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..engine.types import PathLike


AUTOTUNE = -1


class Iterator:
    """One pass over a Dataset, tensors as leaves. Dropping or closing it stops its threads.

    Args:
        dataset: the Dataset.
        convert: function from an element, a nest of arrays, to what is given out.

    Example:

    >>> iterator = iter(Dataset.range(3))
    >>> int(next(iterator)), int(next(iterator))
    (0, 1)
    """

    def __init__(self, dataset: Any, convert: Any) -> None:
        self._items = dataset._pipeline.iterate()
        self._dataset = dataset
        self._convert = convert

    def __iter__(self):
        return self

    def __next__(self):
        return self._convert(next(self._items))

    def get_next(self) -> Any:
        """The next element. Raises StopIteration at the end."""
        return next(self)

    def close(self) -> Any:
        """Ends the pass."""
        self._items.close()

    @property
    def element_spec(self) -> Any:
        """A nest of TensorSpecs: the dtypes and shapes of the elements."""
        return self._dataset.element_spec


class Dataset(Grouping, Creation):
    """A sequence of elements: nests of tensors in tuples and dicts.

    Made by `from_tensor_slices`, `from_generator`, `range`, the `*_from_directory` functions and
    others; taken by `fit`, `evaluate` and `predict` once batched. Functions given to `map` and its
    kin see tensors, run for each element, and run in threads where `num_parallel_calls` says so.

    Example:

    >>> ds = Dataset.range(6).map(lambda x: x * 2).batch(4)
    >>> [b.numpy().tolist() for b in ds]
    [[0, 2, 4, 6], [8, 10]]
    """

    def __iter__(self):
        return Iterator(self, elements.to_tensors)

    def as_numpy_iterator(self) -> Any:
        """An iterator of the elements with NumPy arrays (and bytes) as leaves."""
        return Iterator(self, lambda element: nest.map_structure(_numpy, element))

    def __len__(self):
        count = self._pipeline.cardinality()
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def __bool__(self):
        return True

    def __repr__(self):
        name = type(self._pipeline).__name__
        return f"<{name}Dataset of {self._count()} elements>"

    def _count(self):
        count = self._pipeline.cardinality()
        return {INFINITE: "infinitely many", UNKNOWN: "unknown many"}.get(count, count)

    def cardinality(self, name: Any = None) -> Any:
        """The number of elements, an int64 tensor: -1 if infinite, -2 if unknown."""
        return convert_to_tensor(np.int64(self._pipeline.cardinality()))

    @property
    def element_spec(self) -> Any:
        """The shapes and dtypes of an element, a nest of TensorSpecs; None for unknown sizes."""
        return self._pipeline.spec()

    # ---- one element at a time -----------------------------------------------------------------

    def map(
        self,
        map_func: Any,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        synchronous: Any = None,
        use_unbounded_threadpool: bool = False,
        name: Any = None,
    ) -> Any:
        """A function's result for each element.

        Args:
            map_func: of the element, or of its parts if it is a tuple. Called for each element, in
                several threads at once if told so.
            num_parallel_calls: number of threads; AUTOTUNE (-1) for one a core; None calls it
                where the next element is asked for.
            deterministic: False lets results come as they are ready.
            synchronous, use_unbounded_threadpool, name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Raises:
            ValueError: for a number of threads below 1 that is not AUTOTUNE.
        """
        workers = None if num_parallel_calls is None else integer(num_parallel_calls)
        if workers is not None and workers < 1 and workers != AUTOTUNE:
            raise ValueError(
                "map() expects num_parallel_calls >= 1, AUTOTUNE or None. Received: "
                f"num_parallel_calls={num_parallel_calls}"
            )
        ordered = deterministic is not False
        return self._of(steps.Map(self._pipeline, map_func, workers, ordered))

    def filter(self, predicate: Any, name: Any = None) -> Any:
        """The elements for which a function returns True.

        Args:
            predicate: function of the element, or of its parts if it is a tuple, to a scalar bool.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.Filter(self._pipeline, predicate))

    def take_while(self, predicate: Any, name: Any = None) -> Any:
        """The elements before the first for which a function returns False.

        Args:
            predicate: function of the element, or of its parts if it is a tuple, to a scalar bool.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.Filter(self._pipeline, predicate, until=True))

    def flat_map(self, map_func: Any, name: Any = None) -> Any:
        """The elements of the datasets that a function makes of the elements, one by one.

        Args:
            map_func: function of the element, or of its parts if it is a tuple, to a Dataset.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.Interleave(self._pipeline, map_func))

    def interleave(
        self,
        map_func: Any,
        cycle_length: Any = None,
        block_length: Any = None,
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        name: Any = None,
    ) -> Any:
        """The elements of the datasets that a function makes, from several of them in turn.

        Args:
            map_func: from an element to a Dataset.
            cycle_length: how many are open at a time; as many as there are cores by default.
            block_length: elements from one in a row.
            num_parallel_calls: threads that fetch them.
            deterministic, name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        workers = None if num_parallel_calls is None else integer(num_parallel_calls)
        cycle = AUTOTUNE if cycle_length is None else integer(cycle_length)
        cycle = steps.threads.worker_count(AUTOTUNE) if cycle == AUTOTUNE else cycle
        block = 1 if block_length is None else integer(block_length)
        return self._of(steps.Interleave(self._pipeline, map_func, cycle, block, workers))

    def enumerate(self, start: Any = 0, name: Any = None) -> Any:
        """(number, element) pairs, numbers from `start` on.

        Args:
            start: the first number.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.Enumerate(self._pipeline, start))

    def scan(self, initial_state: Any, scan_func: Any, name: Any = None) -> Any:
        """Results of a function (state, element) -> (next state, result).

        Args:
            initial_state: nest of tensors.
            scan_func: function (state, element) to a pair: next state, result.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.

        Example:

        >>> ds = Dataset.range(1, 5).scan(0, lambda state, x: (state + x, state + x))
        >>> [int(x) for x in ds]
        [1, 3, 6, 10]
        """
        return self._of(steps.Scan(self._pipeline, initial_state, scan_func))

    def reduce(self, initial_state: Any, reduce_func: Any, name: Any = None) -> Any:
        """The last state of a function (state, element) -> next state, as a tensor.

        Args:
            initial_state: nest of tensors.
            reduce_func: function (state, element) to the next state, of the same structure.
            name: accepted for tf.data's sake.

        Returns:
            A nest of tensors, the last state.

        Example:

        >>> int(Dataset.range(5).reduce(0, lambda state, x: state + x))
        10
        """
        state = elements.normalize(initial_state)
        for item in self._pipeline.iterate():
            parts = [elements.to_tensors(state), elements.to_tensors(item)]
            state = elements.normalize(reduce_func(*parts))
        return elements.to_tensors(state)

    def unique(self, name: Any = None) -> Any:
        """Each element once."""
        return self._of(steps.Unique(self._pipeline))

    def ignore_errors(self, log_warning: bool = False, name: Any = None) -> Any:
        """After `map`: the elements for which the function did not raise.

        Args:
            log_warning: accepted for tf.data's sake.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.IgnoreErrors(self._pipeline))

    def concatenate(self, dataset: Any, name: Any = None) -> Any:
        """The elements of another dataset after these.

        Args:
            dataset: Dataset of the same kind of elements.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(steps.Concatenate(self._pipeline, dataset._pipeline))

    def apply(self, transformation_func: Any) -> Any:
        """What a function makes of this Dataset.

        Args:
            transformation_func: function from a Dataset to a Dataset.

        Returns:
            A Dataset.

        Raises:
            TypeError: where the function returns something else.
        """
        made = transformation_func(self)
        if not isinstance(made, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Received: {made!r}")
        return made

    def get_single_element(self, name: Any = None) -> Any:
        """The only element. Raises ValueError if there is none or more than one.

        Raises:
            ValueError: where there is none, or more than one.
        """
        found = list(self.take(2))
        if len(found) != 1:
            raise ValueError(
                f"Expected a dataset of one element. It has {'none' if not found else 'more'}."
            )
        return found[0]

    # ---- which, how often, in which order ------------------------------------------------------

    def take(self, count: Any, name: Any = None) -> Any:
        """The first `count` elements; all for -1.

        Args:
            count: how many to keep; -1 for all.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(rows.Take(self._pipeline, integer(count)))

    def skip(self, count: Any, name: Any = None) -> Any:
        """All but the first `count` elements; none for -1.

        Args:
            count: how many to leave out; -1 for all.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(rows.Skip(self._pipeline, integer(count)))

    def shard(self, num_shards: Any, index: Any, name: Any = None) -> Any:
        """Every `num_shards`-th element, from number `index` on.

        Args:
            num_shards: number of parts, an int.
            index: which part this is, from 0.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(rows.Shard(self._pipeline, integer(num_shards), integer(index)))

    def repeat(self, count: Any = None, name: Any = None) -> Any:
        """The elements `count` times over; for ever for None or -1.

        Args:
            count: how many times; for ever for None or -1.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(rows.Repeat(self._pipeline, None if count is None else integer(count)))

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool = True,
        name: Any = None,
    ) -> Any:
        """Elements drawn at random from a buffer of `buffer_size`, which is refilled in order.

        Args:
            buffer_size: how many elements are drawn from; the whole dataset for a true shuffle.
            seed: of the draws; with one, every run has the same orders.
            reshuffle_each_iteration: whether each pass has an order of its own.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        again = reshuffle_each_iteration is not False
        seed = None if seed is None else integer(seed)
        return self._of(rows.Shuffle(self._pipeline, integer(buffer_size), seed, again))

    # ---- keeping -------------------------------------------------------------------------------

    def cache(self, filename: PathLike = "", name: Any = None) -> Any:
        """Keeps the elements of the first whole pass, in memory or in a file.

        Args:
            filename: file to keep them in; memory by default.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        name = elements.normalize(filename)
        name = name.decode() if isinstance(name, bytes) else str(name)
        node = keeping.FileCache(self._pipeline, name) if name else keeping.Cache(self._pipeline)
        return self._of(node)

    def prefetch(self, buffer_size: Any, name: Any = None) -> Any:
        """A thread makes up to `buffer_size` elements ahead; 2 for AUTOTUNE.

        Args:
            buffer_size: how many elements.
            name: accepted for tf.data's sake.

        Returns:
            A Dataset.
        """
        return self._of(keeping.Prefetch(self._pipeline, integer(buffer_size)))

    def options(self) -> None:
        """Accepted for tf.data's sake: there is nothing to choose."""
        return None

    def with_options(self, options: Any, name: Any = None) -> Self:
        """Accepted for tf.data's sake; returns this Dataset.

        Args:
            options: anything; not read.
            name: accepted for tf.data's sake.

        Returns:
            This Dataset.
        """
        return self


def _numpy(leaf):
    if isinstance(leaf, np.ndarray) and not leaf.ndim:
        return leaf[()]
    if hasattr(leaf, "as_numpy_iterator"):
        return leaf.as_numpy_iterator()
    return leaf
