"""Steps that see one element at a time: map, filter, flat_map, zip and their kin."""

from contextlib import closing

import numpy as np

from ..engine import TensorSpec, nest
from . import elements, threads
from .nodes import INFINITE, UNKNOWN, Node

_NONE = object()


def least(counts):
    """The cardinality of what ends with the first of several inputs."""
    counts = [c for c in counts if c != INFINITE]
    if not counts:
        return INFINITE
    return UNKNOWN if UNKNOWN in counts else min(counts)


class Map(Node):
    """A function of each element, in threads if told how many."""

    def __init__(self, node, function, workers=None, ordered=True):
        super().__init__(node)
        self._function, self._ordered = function, ordered
        self._workers = threads.worker_count(workers) if workers is not None else 0
        self._spec = None

    def _apply(self, element):
        return elements.normalize(elements.call(self._function, element))

    def iterate(self):
        items = self.inputs[0].iterate()
        if self._workers:
            return threads.mapped(items, self._apply, self._workers, self._ordered)
        return _each(self._apply, items)

    def spec(self):
        if self._spec is None:
            self._spec = elements.spec_after(self._function, self.inputs[0].spec(), self.first)
        return self._spec

    def first(self):
        return self._apply(self.inputs[0].first())


def _each(function, items):
    with closing(items):
        for item in items:
            yield function(item)


class Filter(Node):
    """The elements of which a function is true; with `until`, those before the first it is not."""

    def __init__(self, node, predicate, until=False):
        super().__init__(node)
        self._predicate, self._until = predicate, until

    def cardinality(self):
        return 0 if self.inputs[0].cardinality() == 0 else UNKNOWN

    def iterate(self):
        with closing(self.inputs[0].iterate()) as items:
            for item in items:
                if _truth(elements.call(self._predicate, item)):
                    yield item
                elif self._until:
                    return


def _truth(x):
    value = np.asarray(x.numpy() if hasattr(x, "numpy") else x)
    if value.ndim or value.dtype.kind not in "b":
        raise ValueError(
            "A predicate must return one boolean. Received: "
            f"dtype {value.dtype}, shape {value.shape}"
        )
    return bool(value)


class Enumerate(Node):
    """(number, element) pairs."""

    def __init__(self, node, start=0):
        super().__init__(node)
        self._start = int(start)

    def iterate(self):
        with closing(self.inputs[0].iterate()) as items:
            for number, item in enumerate(items, self._start):
                yield np.int64(number), item

    def spec(self):
        return TensorSpec((), "int64"), self.inputs[0].spec()


class Zip(Node):
    """Elements of several inputs side by side, in the structure that they were given in."""

    def __init__(self, structure, *nodes):
        super().__init__(*nodes)
        self._structure = structure

    def cardinality(self):
        return least([node.cardinality() for node in self.inputs])

    def iterate(self):
        iterators = [node.iterate() for node in self.inputs]
        try:
            for items in zip(*iterators):
                yield nest.pack_as(self._structure, items)
        finally:
            for iterator in iterators:
                iterator.close()

    def spec(self):
        return nest.pack_as(self._structure, [node.spec() for node in self.inputs])


class Concatenate(Node):
    """The elements of one input after those of another."""

    def cardinality(self):
        counts = [node.cardinality() for node in self.inputs]
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    def iterate(self):
        for node in self.inputs:
            yield from node.iterate()

    def spec(self):
        """Sizes that the inputs do not share are unknown."""
        specs = [node.spec() for node in self.inputs]

        def common(*parts):
            shapes = {len(p.shape) for p in parts}
            if len(shapes) > 1 or len({p.dtype for p in parts}) > 1:
                raise TypeError(
                    f"concatenate() expects elements of one kind. Received: {parts[0]} and "
                    f"{parts[1]}"
                )
            sizes = zip(*(p.shape for p in parts))
            return TensorSpec([n[0] if len(set(n)) == 1 else None for n in sizes], parts[0].dtype)

        return nest.map_structure(common, *specs)


class Interleave(Node):
    """The elements of the datasets that a function makes: blocks of several of them in turn.

    With one dataset at a time this is flat_map.

    Args:
        function: from an element to a dataset.
        cycle: how many datasets are open at a time.
        block: elements from one before the next has its turn.
        workers: threads that fetch those blocks, None for none.
    """

    def __init__(self, node, function, cycle=1, block=1, workers=None, ordered=True):
        super().__init__(node)
        if cycle < 1 or block < 1:
            raise ValueError(
                "interleave() expects cycle_length >= 1 and block_length >= 1. Received: "
                f"cycle_length={cycle}, block_length={block}"
            )
        self._function, self._cycle, self._block = function, cycle, block
        self._workers = threads.worker_count(workers) if workers is not None else 0
        self._ordered = ordered
        self._spec = None

    def cardinality(self):
        return 0 if self.inputs[0].cardinality() == 0 else UNKNOWN

    def spec(self):
        if self._spec is None:
            self._spec = self._open(self.inputs[0].first()).spec()
        return self._spec

    def _open(self, element):
        dataset = elements.call(self._function, element)
        if not hasattr(dataset, "_pipeline"):
            raise TypeError(
                "flat_map() and interleave() expect a function that returns a Dataset. It "
                f"returned: {dataset!r} (of type {type(dataset).__name__})"
            )
        return dataset._pipeline

    def iterate(self):
        with closing(self.inputs[0].iterate()) as items:
            if self._cycle == 1:
                for item in items:
                    yield from self._open(item).iterate()
                return
            yield from self._in_turns(items)

    def _in_turns(self, items):
        """Slots take turns; one that is used up is filled anew when its turn comes again."""
        pool = threads.Pool(self._workers, "interleave") if self._workers else None
        slots = [None] * self._cycle
        turn, idle = 0, 0
        try:
            while idle < self._cycle:
                if slots[turn] is None:
                    item = next(items, _NONE) if items is not None else _NONE
                    if item is _NONE:
                        items = None
                        idle += 1
                        turn = (turn + 1) % self._cycle
                        continue
                    slots[turn] = self._blocks(item, pool)
                idle = 0
                block = next(slots[turn], None)  # type: ignore[call-overload]
                if block is None:
                    slots[turn] = None
                else:
                    yield from block
                    if len(block) < self._block:
                        slots[turn] = None
                turn = (turn + 1) % self._cycle
        finally:
            for blocks in slots:
                if blocks is not None:
                    blocks.close()
            if pool is not None:
                pool.close()

    def _blocks(self, item, pool):
        """The elements of one dataset in lists of `block`; the next is fetched ahead by a pool."""
        iterator = self._open(item).iterate()

        def fetch(_=None):
            return [x for _, x in zip(range(self._block), iterator)]

        try:
            job = pool.submit(fetch, None) if pool else None
            while block := (pool.result(job) if pool else fetch()):
                job = pool.submit(fetch, None) if pool else None
                yield block
        finally:
            if pool is None:
                iterator.close()


class Scan(Node):
    """A function of a state and an element, which gives the next state and an element."""

    def __init__(self, node, state, function):
        super().__init__(node)
        self._state, self._function = elements.normalize(state), function

    def iterate(self):
        state = self._state
        with closing(self.inputs[0].iterate()) as items:
            for item in items:
                parts = [elements.to_tensors(state), elements.to_tensors(item)]
                state, out = (elements.normalize(x) for x in self._function(*parts))
                yield out

    def spec(self):
        return elements.spec_of(self.first())


class Unique(Node):
    """Each element once, at its first place."""

    def cardinality(self):
        return UNKNOWN

    def iterate(self):
        seen = set()
        with closing(self.inputs[0].iterate()) as items:
            for item in items:
                leaves = nest.flatten(item)
                key = tuple(x if isinstance(x, bytes) else (x.shape, x.tobytes()) for x in leaves)
                if key not in seen:
                    seen.add(key)
                    yield item


class Choose(Node):
    """Elements of several inputs, one at a time, from the input whose number comes next.

    Args:
        choice: function that returns an iterator of numbers.
        nodes: the inputs.
        stop: whether to end with the first input that is used up; else it is passed over.
    """

    def __init__(self, choice, nodes, stop):
        super().__init__(*nodes)
        self._choice, self._stop = choice, stop

    def cardinality(self):
        counts = [node.cardinality() for node in self.inputs]
        return INFINITE if counts and all(c == INFINITE for c in counts) else UNKNOWN

    def iterate(self):
        iterators = [node.iterate() for node in self.inputs]
        left = set(range(len(iterators)))
        with closing(self._choice(left)) as choice:
            for i in choice:
                if i not in left:
                    continue
                item = next(iterators[i], _NONE)
                if item is _NONE:
                    left.discard(i)
                    if self._stop or not left:
                        return
                else:
                    yield item


class IgnoreErrors(Node):
    """The elements that can be made; those whose making raises are left out."""

    def cardinality(self):
        return UNKNOWN

    def iterate(self):
        node = self.inputs[0]
        if not isinstance(node, Map):
            raise TypeError("ignore_errors() goes after map(), whose errors it leaves out.")
        with closing(node.inputs[0].iterate()) as items:
            for item in items:
                try:
                    made = node._apply(item)
                except Exception:
                    continue
                yield made
