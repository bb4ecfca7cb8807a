"""The names at the top of tensorflow that make, cut, join and rearrange tensors."""

import numpy as _np

from ... import ops as _ops
from . import texts as _texts


def shape(input, out_type=None, name=None):
    """The sizes of a tensor as a tuple; known ones are ints, so that they can be reckoned with."""
    return _texts.encode_array(input).shape if _texts.is_text(input) else _ops.shape(input)


def rank(input, name=None):
    return len(shape(input))


def size(input, out_type=None, name=None):
    total = 1
    for n in shape(input):
        total = total * n
    return total


def reshape(tensor, shape, name=None):
    shape = shape if isinstance(shape, (tuple, list)) else _ops.convert_to_numpy(shape).tolist()
    if _texts.is_text(tensor):
        return _texts.moved(lambda array: array.reshape([int(n) for n in shape]), tensor)
    return _ops.reshape(tensor, shape)


def transpose(a, perm=None, conjugate=False, name="transpose"):
    return _ops.transpose(a, perm)


def expand_dims(input, axis, name=None):
    if _texts.is_text(input):
        return _texts.moved(lambda array: _np.expand_dims(array, axis), input)
    return _ops.expand_dims(input, axis)


def squeeze(input, axis=None, name=None):
    axis = tuple(axis) if isinstance(axis, list) else axis
    if _texts.is_text(input):
        return _texts.moved(lambda array: _np.squeeze(array, axis), input)
    return _ops.squeeze(input, axis)


def concat(values, axis, name="concat"):
    if _texts.is_text(values):
        return _texts.moved(lambda *arrays: _np.concatenate(arrays, axis), *values)
    return _ops.concatenate(values, axis=axis)


def stack(values, axis=0, name="stack"):
    if _texts.is_text(values):
        return _texts.moved(lambda *arrays: _np.stack(arrays, axis), *values)
    return _ops.stack(values, axis=axis)


def unstack(value, num=None, axis=0, name="unstack"):
    count = num or _ops.shape(value)[axis]
    return [_ops.squeeze(part, axis) for part in _ops.split(value, count, axis=axis)]


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    if isinstance(num_or_size_splits, int):
        return _ops.split(value, num_or_size_splits, axis=axis)
    sizes = list(num_or_size_splits)
    if -1 in sizes:
        sizes[sizes.index(-1)] = _ops.shape(value)[axis] - sum(n for n in sizes if n >= 0)
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes) - 1)]
    return _ops.split(value, ends, axis=axis)


def tile(input, multiples, name=None):
    return _ops.tile(input, multiples)


def repeat(input, repeats, axis=None, name=None):
    return _ops.repeat(input, repeats, axis=axis)


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    if _texts.is_text(params):
        places = _ops.convert_to_numpy(indices)
        return _texts.moved(lambda array: _np.take(array, places, axis or 0), params)
    if batch_dims:
        return _gathered_each(_ops.convert_to_tensor(params), indices, axis, batch_dims)
    return _ops.take(params, indices, axis=0 if axis is None else axis)


def _gathered_each(params, indices, axis, batch_dims):
    """What `indices` name along the first axis after the common ones, or along `axis`."""
    indices = _ops.convert_to_tensor(indices)
    batch_dims %= len(indices.shape) + 1
    axis = batch_dims if axis is None else axis % len(params.shape)
    if axis != batch_dims:
        order = [*range(len(params.shape))]
        order.insert(batch_dims, order.pop(axis))
        made = _gathered_each(_ops.transpose(params, order), indices, None, batch_dims)
        ranks = len(indices.shape) - batch_dims
        back = [*range(len(made.shape))]
        moved = back[batch_dims : batch_dims + ranks]
        back = back[:batch_dims] + back[batch_dims + ranks :]
        return _ops.transpose(made, back[:axis] + moved + back[axis:])
    sizes, many = _ops.shape(params), _ops.shape(indices)
    rows = 1
    for n in sizes[:batch_dims]:
        rows = rows * n
    flat = _ops.reshape(params, (-1, *sizes[batch_dims + 1 :]))
    starts = _ops.reshape(_ops.arange(rows) * sizes[batch_dims], (-1, 1))
    places = _ops.reshape(indices, (rows, -1)) + _ops.cast(starts, indices.dtype)
    made = _ops.take(flat, places, axis=0)
    return _ops.reshape(made, (*many, *sizes[batch_dims + 1 :]))


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    if _texts.is_text(tensor):
        chosen = _ops.convert_to_numpy(mask)
        return _texts.moved(lambda array: _np.compress(chosen, array, axis or 0), tensor)
    (kept,) = _ops.where(_ops.convert_to_tensor(mask))
    return _ops.take(tensor, kept, axis=axis or 0)


def where(condition, x=None, y=None, name=None):
    if x is None and y is None:
        return _ops.stack(_ops.where(condition), axis=-1)
    return _ops.where(condition, x, y)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    y = _ops.one_hot(indices, depth, axis=-1 if axis is None else axis, dtype=dtype or "float32")
    if on_value is None and off_value is None:
        return y
    on, off = 1 if on_value is None else on_value, 0 if off_value is None else off_value
    return y * on + (1 - y) * off


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    mode = mode.lower()
    if mode == "constant":
        return _ops.pad(tensor, paddings, mode, constant_values)
    return _ops.pad(tensor, paddings, mode)


def reverse(tensor, axis, name=None):
    return _ops.flip(tensor, axis=tuple(axis) if isinstance(axis, (list, tuple)) else axis)


def roll(input, shift, axis, name=None):
    return _ops.roll(input, shift, axis)


def slice(input_, begin, size, name=None):
    sizes = [full - at if n == -1 else n for n, at, full in zip(size, begin, _ops.shape(input_))]
    return _ops.slice(input_, begin, sizes)


def sort(values, axis=-1, direction="ASCENDING", name=None):
    y = _ops.sort(values, axis=axis)
    return y if direction == "ASCENDING" else _ops.flip(y, axis)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    values = _ops.convert_to_tensor(values)
    return _ops.argsort(values if direction == "ASCENDING" else -values, axis=axis)


def meshgrid(*args, **kwargs):
    return _ops.meshgrid(*args, indexing=kwargs.get("indexing", "xy"))


def broadcast_to(input, shape, name=None):
    return _ops.broadcast_to(input, shape)


def fill(dims, value, name=None):
    value = _ops.convert_to_tensor(value)
    return _ops.full(dims, value, dtype=value.dtype)


def zeros(shape, dtype="float32", name=None, layout=None):
    return _ops.zeros(shape, dtype=dtype)


def ones(shape, dtype="float32", name=None, layout=None):
    return _ops.ones(shape, dtype=dtype)


def zeros_like(input, dtype=None, name=None, layout=None):
    return _ops.zeros_like(input, dtype=dtype)


def ones_like(input, dtype=None, name=None, layout=None):
    return _ops.ones_like(input, dtype=dtype)
