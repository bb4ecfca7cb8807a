"""tf.sets: sets that are the rows of the last axis, as tensors of numbers or text."""

import numpy as _np

from ... import ops as _ops
from . import sparse as _sparse
from . import texts as _texts


def size(a, validate_indices=True):
    """How many different values each row of a SparseTensor has."""
    shape = tuple(a.shape)
    sets = {}
    values = _rows(a.values)
    for place, value in zip(_ops.convert_to_numpy(a.indices).tolist(), values):
        sets.setdefault(tuple(place[:-1]), set()).add(value)
    out = _np.zeros(shape[:-1], "int32")
    for place, found in sets.items():
        out[place] = len(found)
    return _ops.convert_to_tensor(out)


def intersection(a, b, validate_indices=True):
    return _each(a, b, set.intersection)


def union(a, b, validate_indices=True):
    return _each(a, b, set.union)


def difference(a, b, aminusb=True, validate_indices=True):
    return _each(a, b, set.difference) if aminusb else _each(b, a, set.difference)


def _each(a, b, operation):
    """A SparseTensor whose rows are the results, in order."""
    (first, shape), (second, other) = _sets(a), _sets(b)
    if shape != other:
        raise ValueError(f"Sets of shapes {shape} and {other} do not go together.")
    found = {place: sorted(operation(first[place], second[place])) for place in first}
    places = [(*place, i) for place, row in found.items() for i in range(len(row))]
    flat = [x for row in found.values() for x in row]
    longest = max(map(len, found.values()), default=0)
    values = _np.array(flat, object if _texts.is_text(_content(a)) else _dtype(a))
    indices = _np.array(places, "int64").reshape(-1, len(shape) + 1)
    return _sparse.made(indices, values, (*shape, longest))


def _content(x):
    return x.values if isinstance(x, _sparse.SparseTensor) else x


def _dtype(x):
    return str(_ops.convert_to_tensor(_content(x)).dtype)


def _rows(values):
    if _texts.is_text(values):
        return _texts.encode_array(values).ravel().tolist()
    return _ops.convert_to_numpy(values).ravel().tolist()


def _sets(x):
    """({place of a row: set}, shape of the rows)."""
    if isinstance(x, _sparse.SparseTensor):
        shape = tuple(x.shape)[:-1]
        sets = {place: set() for place in _np.ndindex(*shape)}
        for place, value in zip(_ops.convert_to_numpy(x.indices).tolist(), _rows(x.values)):
            sets[tuple(place[:-1])].add(value)
        return sets, shape
    array = _texts.encode_array(x) if _texts.is_text(x) else _ops.convert_to_numpy(x)
    shape = array.shape[:-1]
    return {place: set(array[place].tolist()) for place in _np.ndindex(*shape)}, shape
