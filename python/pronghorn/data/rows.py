"""Steps over rows of arrays: slices and what changes their order alone.

Row numbers travel through take, skip, shuffle and the like in pieces, so that a batch is one
gather from each array, and training can read the arrays where they are.
"""

import math

import numpy as np

from ..engine import TensorSpec, nest
from ..engine.random import make_default_seed
from .elements import leaf_dtype
from .nodes import INFINITE, UNKNOWN, Node

_PIECE = 1024


def gather(arrays, piece):
    """The rows of a piece, from each array."""
    if isinstance(piece, range):
        piece = slice(piece.start, piece.stop)
    return nest.map_structure(lambda a: None if a is None else a[piece], arrays)


def pieces_of(pieces, size, drop_remainder=False):
    """The same row numbers in pieces of `size`."""
    waiting, count = [], 0
    for piece in pieces:
        while count + len(piece) >= size:
            cut = size - count
            waiting.append(piece[:cut])
            yield _join(waiting)
            waiting, count, piece = [], 0, piece[cut:]
        if len(piece):
            waiting.append(piece)
            count += len(piece)
    if count and not drop_remainder:
        yield _join(waiting)


def _join(parts):
    if len(parts) == 1:
        return parts[0]
    if all(isinstance(p, range) for p in parts):
        if all(a.stop == b.start for a, b in zip(parts, parts[1:])):
            return range(parts[0].start, parts[-1].stop)
    return np.concatenate([np.asarray(p, np.int64) for p in parts])


class Rows(Node):
    """Rows of arrays, one after another or in a given order.

    Args:
        arrays: nest of arrays with one first dimension.
        order: int64 array of row numbers; all rows in sequence where None.
        compact: whether the arrays hold no more than they seem to. False for views whose rows
            overlap, which nobody may copy whole.
    """

    fixed = True

    def __init__(self, arrays, order=None, compact=True):
        super().__init__()
        self.arrays = arrays
        counts = {len(a) for a in nest.flatten(arrays) if a is not None}
        if len(counts) != 1:
            shapes = [tuple(a.shape) for a in nest.flatten(arrays) if a is not None]
            raise ValueError(
                "from_tensor_slices() expects arrays with one first dimension. Received shapes: "
                f"{shapes}"
            )
        self._order = range(counts.pop()) if order is None else order
        self.compact = compact

    def iterate(self):
        for i in self._order:
            yield nest.map_structure(lambda a: None if a is None else a[i], self.arrays)  # noqa: B023

    def cardinality(self):
        return len(self._order)

    def spec(self):
        return nest.map_structure(
            lambda a: None if a is None else TensorSpec(a.shape[1:], leaf_dtype(a)), self.arrays
        )

    def rows(self):
        return self.arrays, lambda: iter((self._order,) if len(self._order) else ())


class Reordering(Node):
    """A step that leaves elements as they are: what it does to row numbers it does to elements.

    Subclasses write `items`, for any iterator, and `pieces`, for row numbers in pieces.
    """

    @property
    def fixed(self):
        return self.inputs[0].fixed

    @property
    def compact(self):
        return self.inputs[0].compact

    def items(self, make):
        raise NotImplementedError

    def pieces(self, make):
        raise NotImplementedError

    def iterate(self):
        found = self.rows()
        if found is not None:
            arrays, make = found
            for piece in make():
                for i in piece if isinstance(piece, range) else piece.tolist():
                    yield nest.map_structure(lambda a: None if a is None else a[i], arrays)  # noqa: B023
            return
        yield from self.items(self.inputs[0].iterate)

    def rows(self):
        found = self.inputs[0].rows()
        if found is None:
            return None
        arrays, make = found
        return arrays, lambda: self.pieces(make)


class Take(Reordering):
    """The first `count` elements; all for a negative count."""

    def __init__(self, node, count):
        super().__init__(node)
        self._count = int(count)

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if self._count < 0 or known == UNKNOWN:
            return known if self._count else 0
        return self._count if known == INFINITE else min(known, self._count)

    def items(self, make):
        if self._count < 0:
            yield from make()
            return
        left = self._count
        if left:
            for item in make():
                yield item
                left -= 1
                if not left:
                    return

    def pieces(self, make):
        if self._count < 0:
            yield from make()
            return
        left = self._count
        if left:
            for piece in make():
                yield piece[:left]
                left -= len(piece[:left])
                if not left:
                    return


class Skip(Reordering):
    """All but the first `count` elements; none for a negative count."""

    def __init__(self, node, count):
        super().__init__(node)
        self._count = int(count)

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if self._count < 0:
            return 0
        return known if known < 0 else max(0, known - self._count)

    def items(self, make):
        if self._count < 0:
            return
        left = self._count
        for item in make():
            if left:
                left -= 1
            else:
                yield item

    def pieces(self, make):
        if self._count < 0:
            return
        left = self._count
        for piece in make():
            skipped = min(left, len(piece))
            left -= skipped
            if skipped < len(piece):
                yield piece[skipped:]


class Shard(Reordering):
    """Every `count`-th element, from number `index` on."""

    def __init__(self, node, count, index):
        super().__init__(node)
        self._shards, self._index = int(count), int(index)
        if self._shards < 1 or not 0 <= self._index < self._shards:
            raise ValueError(
                "shard() expects num_shards >= 1 and 0 <= index < num_shards. Received: "
                f"num_shards={count}, index={index}"
            )

    def cardinality(self):
        known = self.inputs[0].cardinality()
        return known if known < 0 else max(0, math.ceil((known - self._index) / self._shards))

    def items(self, make):
        for i, item in enumerate(make()):
            if i % self._shards == self._index:
                yield item

    def pieces(self, make):
        seen = 0
        for piece in make():
            first = (self._index - seen) % self._shards
            seen += len(piece)
            piece = np.asarray(piece, np.int64)[first :: self._shards]
            if len(piece):
                yield piece


class Repeat(Reordering):
    """The input `count` times over; for ever for None or -1."""

    def __init__(self, node, count=None):
        super().__init__(node)
        self._count = -1 if count is None else int(count)

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if self._count == 0 or known == 0:
            return 0
        if self._count < 0:
            return INFINITE
        return known if known < 0 else known * self._count

    def items(self, make):
        done = 0
        while done != self._count:
            empty = True
            for item in make():
                empty = False
                yield item
            if empty and self._count < 0:
                return
            done += 1

    pieces = items


class Shuffle(Reordering):
    """Elements drawn at random from a buffer that the input refills.

    Each pass has an order of its own, unless `again` is False; with a seed the passes are the
    same in every run.
    """

    def __init__(self, node, size, seed=None, again=True):
        super().__init__(node)
        self._size = int(size)
        if self._size < 1 and self._size != -2:
            raise ValueError(f"shuffle() expects buffer_size >= 1. Received: buffer_size={size}")
        if self._size == -2:  # tf.data's UNKNOWN_CARDINALITY: everything
            self._size = 1 << 62
        self._seed = make_default_seed() if seed is None else int(seed)
        self._again = again
        self._passes = 0

    @property
    def fixed(self):
        return not self._again and self.inputs[0].fixed

    def _generator(self):
        number = self._passes if self._again else 0
        self._passes += 1
        return np.random.Generator(np.random.PCG64([self._seed & (2**64 - 1), number]))

    def items(self, make):
        return _drawn(make(), self._size, self._generator())

    def pieces(self, make):
        generator = self._generator()
        pieces, rest = _upto(make(), self._size)
        if rest is None:  # all fits into the buffer
            rows = np.asarray(_join(pieces), np.int64) if pieces else np.empty(0, np.int64)
            if len(rows):
                yield rows[generator.permutation(len(rows))]
            return
        numbers = _numbers(pieces, rest)
        drawn = _drawn(numbers, self._size, generator)
        while piece := [n for n, _ in zip(drawn, range(_PIECE))]:
            yield np.array(piece, np.int64)


def _upto(pieces, size):
    """The pieces of the first `size` rows, and the iterator of the rest, None if there is none."""
    taken, count = [], 0
    for piece in pieces:
        taken.append(piece)
        count += len(piece)
        if count > size:
            return taken, pieces
    return taken, None


def _numbers(taken, rest):
    for piece in taken:
        yield from piece if isinstance(piece, range) else piece.tolist()
    for piece in rest:
        yield from piece if isinstance(piece, range) else piece.tolist()


def _drawn(items, size, generator):
    """The items in random order, from a buffer of `size`."""
    buffer = []
    draws = iter(())
    for item in items:
        if len(buffer) < size:
            buffer.append(item)
            continue
        i = next(draws, None)
        if i is None:
            draws = iter(generator.integers(size, size=_PIECE).tolist())
            i = next(draws)
        yield buffer[i]
        buffer[i] = item
    for i in generator.permutation(len(buffer)).tolist():
        yield buffer[i]


class Same(Reordering):
    """A step that changes nothing: it keeps elements, or makes them ahead, which rows need not."""

    def pieces(self, make):
        return make()
