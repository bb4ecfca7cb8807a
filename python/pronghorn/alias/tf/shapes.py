"""The names at the top of tensorflow that make, cut, join and rearrange tensors."""

from ... import ops as _ops


def shape(input, out_type=None, name=None):
    """The sizes of a tensor as a tuple; known ones are ints, so that they can be reckoned with."""
    return _ops.shape(input)


def rank(input, name=None):
    return len(_ops.shape(input))


def size(input, out_type=None, name=None):
    total = 1
    for n in _ops.shape(input):
        total = total * n
    return total


def reshape(tensor, shape, name=None):
    shape = shape if isinstance(shape, (tuple, list)) else _ops.convert_to_numpy(shape).tolist()
    return _ops.reshape(tensor, shape)


def transpose(a, perm=None, conjugate=False, name="transpose"):
    return _ops.transpose(a, perm)


def expand_dims(input, axis, name=None):
    return _ops.expand_dims(input, axis)


def squeeze(input, axis=None, name=None):
    return _ops.squeeze(input, tuple(axis) if isinstance(axis, list) else axis)


def concat(values, axis, name="concat"):
    return _ops.concatenate(values, axis=axis)


def stack(values, axis=0, name="stack"):
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
    if batch_dims:
        raise NotImplementedError("tf.gather: batch_dims is not served by Pronghorn.")
    return _ops.take(params, indices, axis=0 if axis is None else axis)


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
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
