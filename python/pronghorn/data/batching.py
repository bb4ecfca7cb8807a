"""Steps between elements and batches: batch, padded_batch, unbatch, window, group by key."""

import math
from contextlib import closing
from itertools import islice

import numpy as np

from ..engine import TensorSpec, nest
from . import elements
from .nodes import INFINITE, UNKNOWN, Node
from .rows import gather, pieces_of


def _positive(name, value):
    number = int(value)
    if number < 1:
        raise ValueError(f"{name} must be at least 1. Received: {name}={value}")
    return number


class Batch(Node):
    """Elements stacked by `size`; the last, smaller one too unless `drop_remainder`."""

    def __init__(self, node, size, drop_remainder=False):
        super().__init__(node)
        self.size = _positive("batch_size", size)
        self.drop_remainder = bool(drop_remainder)

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if known < 0:
            return known
        return known // self.size if self.drop_remainder else math.ceil(known / self.size)

    def iterate(self):
        found = self.inputs[0].rows()
        if found is not None:
            arrays, make = found
            for piece in pieces_of(make(), self.size, self.drop_remainder):
                yield gather(arrays, piece)
            return
        for items in groups(self.inputs[0], self.size, self.drop_remainder):
            yield elements.stack(items)

    def spec(self):
        size = self.size if self.drop_remainder else None
        return elements.with_batch_axis(self.inputs[0].spec(), size)


def groups(node, size, drop_remainder):
    """Lists of `size` elements."""
    with closing(node.iterate()) as items:
        while group := list(islice(items, size)):
            if len(group) == size or not drop_remainder:
                yield group


class PaddedBatch(Node):
    """Elements of different sizes, padded to one shape and stacked.

    Args:
        shapes: nest of shapes to pad to, None for unknown sizes (the largest of the batch).
        values: nest of what to pad with; 0 or empty text where None.
    """

    def __init__(self, node, size, shapes=None, values=None, drop_remainder=False):
        super().__init__(node)
        self._size = _positive("batch_size", size)
        self._shapes, self._values = shapes, values
        self._drop = bool(drop_remainder)

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if known < 0:
            return known
        return known // self._size if self._drop else math.ceil(known / self._size)

    def iterate(self):
        for items in groups(self.inputs[0], self._size, self._drop):
            parts = [nest.flatten(item) for item in items]
            count = len(parts[0])
            shapes = self._per_leaf(self._shapes, count, items[0], _is_shape)
            values = self._per_leaf(self._values, count, items[0], _is_value)
            batch = [
                _padded([leaves[i] for leaves in parts], shapes[i], values[i]) for i in range(count)
            ]
            yield nest.pack_as(items[0], batch)

    @staticmethod
    def _per_leaf(given, count, like, is_one):
        """One shape or value for each leaf: a single one serves all."""
        if given is None or is_one(given):
            return [given] * count
        return _along(given, like)

    def spec(self):
        spec = self.inputs[0].spec()
        leaves = nest.flatten(spec)
        shapes = self._per_leaf(self._shapes, len(leaves), spec, _is_shape)
        size = self._size if self._drop else None
        return nest.pack_as(
            spec,
            [
                TensorSpec((size, *(leaf.shape if shape is None else _sizes(shape))), leaf.dtype)
                for leaf, shape in zip(leaves, shapes)
            ],
        )


def _along(given, like):
    """The parts of `given` in the places of the leaves of `like`, as `nest.flatten` orders them."""
    if isinstance(like, dict):
        return [part for key in nest.keys(like) for part in _along(given[key], like[key])]
    if isinstance(like, tuple):
        if len(given) != len(like):
            raise ValueError(f"padded_batch: {given!r} does not fit elements of {len(like)} parts.")
        return [part for pair in zip(given, like) for part in _along(*pair)]
    return [given]


def _is_shape(x):
    return hasattr(x, "as_list") or (
        isinstance(x, (list, tuple))
        and all(n is None or isinstance(n, (int, np.integer)) for n in x)
    )


def _is_value(x):
    return not isinstance(x, (tuple, dict))


def _sizes(shape):
    shape = shape.as_list() if hasattr(shape, "as_list") else shape
    return [None if n is None or n == -1 else int(n) for n in shape]


def filled_shapes(shapes, size):
    """Shapes (or specs) with a size in the place of the unknown ones."""
    if isinstance(shapes, TensorSpec) or _is_shape(shapes):
        given = shapes.shape if isinstance(shapes, TensorSpec) else shapes
        return [size if n is None else n for n in _sizes(given)]
    if isinstance(shapes, dict):
        return {key: filled_shapes(value, size) for key, value in shapes.items()}
    return tuple(filled_shapes(part, size) for part in shapes)


def _padded(leaves, shape, value):
    if leaves[0] is None:
        return None
    own = [elements.leaf_shape(leaf) for leaf in leaves]
    rank = len(own[0])
    wanted = [None] * rank if shape is None else _sizes(shape)
    if any(len(s) != rank for s in own) or len(wanted) != rank:
        raise ValueError(
            f"padded_batch: elements have {sorted({len(s) for s in own})} axes; padded_shapes has "
            f"{len(wanted)}."
        )
    largest = [max(sizes) for sizes in zip(*own)]
    target = [n if w is None else w for n, w in zip(largest, wanted)]
    if any(n > t for n, t in zip(largest, target)):
        raise ValueError(
            f"padded_batch: an element has the shape {tuple(largest)}, more than the padded shape "
            f"{tuple(target)}."
        )
    text = elements.leaf_dtype(leaves[0]) == "string"
    if text:
        out = np.full((len(leaves), *target), b"" if value is None else elements.normalize(value),
                      dtype=object)  # fmt: skip
    else:
        value = 0 if value is None else np.asarray(elements.normalize(value))
        out = np.full((len(leaves), *target), value, dtype=leaves[0].dtype)
    for i, leaf in enumerate(leaves):
        out[(i, *(slice(n) for n in own[i]))] = leaf  # type: ignore[index]
    return out


_UNSIZED = {(), (None,)}


class Unbatch(Node):
    """The rows of each element, one after another."""

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if known < 0:
            return known
        node = self.inputs[0]
        if isinstance(node, Batch):
            return known * node.size if node.drop_remainder else UNKNOWN
        sizes = {s.shape[:1] for s in nest.flatten(getattr(node, "given_spec", None)) if s}
        return known * sizes.pop()[0] if len(sizes) == 1 and sizes.isdisjoint(_UNSIZED) else UNKNOWN

    def iterate(self):
        with closing(self.inputs[0].iterate()) as items:
            for item in items:
                leaves = [leaf for leaf in nest.flatten(item) if leaf is not None]
                sizes = {elements.leaf_shape(leaf)[:1] for leaf in leaves}
                if len(sizes) != 1 or sizes == {()}:
                    shapes = [elements.leaf_shape(leaf) for leaf in leaves]
                    raise ValueError(
                        "unbatch() expects elements whose parts have one first dimension. "
                        f"Received shapes: {shapes}"
                    )
                for i in range(sizes.pop()[0]):
                    yield nest.map_structure(lambda a: None if a is None else a[i], item)  # noqa: B023

    def spec(self):
        return elements.without_batch_axis(self.inputs[0].spec())


class Window(Node):
    """Datasets of `size` elements, each beginning `shift` elements after the last.

    Args:
        wrap: function from a list of elements and their spec to a dataset.
    """

    def __init__(self, node, wrap, size, shift=None, stride=1, drop_remainder=False):
        super().__init__(node)
        self._wrap = wrap
        self._size = _positive("size", size)
        self._shift = self._size if shift is None else _positive("shift", shift)
        self._stride = _positive("stride", stride)
        self._drop = drop_remainder

    def cardinality(self):
        known = self.inputs[0].cardinality()
        if known < 0:
            return known
        if self._drop:
            reach = (self._size - 1) * self._stride + 1
            return max(0, (known - reach) // self._shift + 1)
        return math.ceil(known / self._shift)

    def iterate(self):
        reach = (self._size - 1) * self._stride + 1
        with closing(self.inputs[0].iterate()) as items:
            buffer = list(islice(items, reach))
            while buffer:
                window = buffer[: reach : self._stride]
                if self._drop and len(window) < self._size:
                    return
                yield self._split(window)
                if self._shift >= len(buffer):
                    skipped = self._shift - len(buffer)
                    if skipped:
                        next(islice(items, skipped, skipped), None)
                    buffer = list(islice(items, reach))
                else:
                    buffer = buffer[self._shift :]
                    buffer.extend(islice(items, reach - len(buffer)))

    def _split(self, window):
        """A dataset for each leaf of the elements, in their structure."""
        columns = zip(*(nest.flatten(item) for item in window))
        return nest.pack_as(window[0], [self._wrap(list(column)) for column in columns])

    def spec(self):
        return elements.spec_of(self.first())


class GroupByWindow(Node):
    """Elements of one key gathered up to a number, then given to a function of key and dataset."""

    def __init__(self, node, wrap, key, reduce, size, spec=None):
        super().__init__(node)
        self._spec = spec
        self._wrap, self._key, self._reduce, self._size = wrap, key, reduce, size

    def cardinality(self):
        known = self.inputs[0].cardinality()
        return INFINITE if known == INFINITE else UNKNOWN

    def iterate(self):
        waiting = {}
        with closing(self.inputs[0].iterate()) as items:
            for item in items:
                key = int(elements.normalize(elements.call(self._key, item)))
                group = waiting.setdefault(key, [])
                group.append(item)
                if len(group) == self._size(key):
                    yield from self._reduced(key, waiting.pop(key))
        for key, group in waiting.items():
            yield from self._reduced(key, group)

    def _reduced(self, key, group):
        return self._made(key, group).iterate()

    def _made(self, key, group):
        window = self._wrap(group, self.inputs[0].spec)
        return self._reduce(elements.to_tensor(np.int64(key)), window)._pipeline

    def spec(self):
        if self._spec is not None:
            return self._spec()
        first = self.inputs[0].first()
        key = int(elements.normalize(elements.call(self._key, first)))
        return self._made(key, [first]).spec()
