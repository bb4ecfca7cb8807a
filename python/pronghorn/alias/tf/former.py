"""Names that TensorFlow 1 had at its top and in tf.nn."""

import contextlib as _contextlib

from ... import initializers as _initializers
from ... import ops as _ops
from . import linalg as _linalg
from .math import argmax, argmin, divide_no_nan  # noqa: F401
from .segments import *  # noqa: F403
from .shapes import reverse, where


def _binary(op):
    return lambda x, y, name=None: getattr(_ops, op)(x, y)


sub, mul, realdiv = _binary("subtract"), _binary("multiply"), _binary("divide")
arg_max, arg_min, select, reverse_v2 = argmax, argmin, where, reverse
matrix_band_part, matrix_diag, matrix_diag_part = (
    _linalg.band_part, _linalg.diag, _linalg.diag_part,
)  # fmt: skip
matrix_inverse, matrix_determinant = _linalg.inv, _linalg.det
matrix_transpose, trace = _linalg.matrix_transpose, _linalg.trace
zeros_initializer, ones_initializer = _initializers.Zeros, _initializers.Ones
constant_initializer = _initializers.Constant
random_normal_initializer = _initializers.RandomNormal
random_uniform_initializer = _initializers.RandomUniform
truncated_normal_initializer = _initializers.TruncatedNormal


def neg(x, name=None):
    return _ops.negative(x)


def div(x, y, name=None):
    """Division as in Python 2: of integers without a fraction."""
    x, y = _ops.convert_to_tensor(x), _ops.convert_to_tensor(y)
    return (_ops.floor_divide if "int" in x.dtype else _ops.divide)(x, y)


def batch_matmul(x, y, adj_x=False, adj_y=False, name=None):
    return _linalg.matmul(x, y, transpose_a=adj_x, transpose_b=adj_y)


def pack(values, axis=0, name="pack"):
    return _ops.stack(values, axis=axis)


def unpack(value, num=None, axis=0, name="unpack"):
    from .shapes import unstack

    return unstack(value, num, axis)


def lin_space(start, stop, num, name=None):
    return _ops.linspace(start, stop, num)


def assign(ref, value, **kwargs):
    return ref.assign(value)


def assign_add(ref, value, **kwargs):
    return ref.assign_add(value)


def assign_sub(ref, value, **kwargs):
    return ref.assign_sub(value)


def control_dependencies(control_inputs):
    """A context that does nothing: what is written first is computed first."""
    return _contextlib.nullcontext()


def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """The input; prints the data where it has values."""
    shown = [_ops.convert_to_numpy(x) for x in data if not getattr(x, "is_abstract", False)]
    print(message or "", *shown)
    return input_


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    lengths = _ops.convert_to_tensor(lengths)
    steps = int(_ops.max(lengths)) if maxlen is None else maxlen
    kept = _ops.less(_ops.arange(steps), _ops.expand_dims(_ops.cast(lengths, "int32"), -1))
    return _ops.cast(kept, dtype)


def gather_nd(params, indices, batch_dims=0, name=None):
    params, indices = _ops.convert_to_tensor(params), _ops.convert_to_tensor(indices)
    depth = indices.shape[-1]
    sizes = _ops.shape(params)
    flat = 0
    for i in range(depth):
        flat = flat * sizes[batch_dims + i] + indices[..., i]
    if not batch_dims:
        return _ops.take(_ops.reshape(params, (-1, *sizes[depth:])), flat, axis=0)
    groups = 1  # each group of the batch lies behind the one before
    for size in sizes[:batch_dims]:
        groups = groups * size
    inner = 1
    for size in sizes[batch_dims : batch_dims + depth]:
        inner = inner * size
    offset = _ops.reshape(_ops.arange(groups) * inner, sizes[:batch_dims])
    for _ in range(len(indices.shape) - 1 - batch_dims):
        offset = _ops.expand_dims(offset, -1)
    rest = sizes[batch_dims + depth :]
    return _ops.take(_ops.reshape(params, (-1, *rest)), flat + offset, axis=0)


def scatter_nd(indices, updates, shape, name=None):
    return _ops.scatter(indices, updates, shape)


def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    from .math import _running

    return _running(_ops.cumprod, _ops.divide, x, axis, exclusive, reverse)


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    from .math import add_n

    return add_n(inputs)


def count_nonzero(input, axis=None, keepdims=False, dtype="int64", name=None):
    counted = _ops.cast(_ops.not_equal(input, 0), dtype)
    return _ops.sum(counted, axis=axis, keepdims=keepdims)


def searchsorted(sorted_sequence, values, side="left", out_type="int32", name=None):
    return _ops.cast(_ops.searchsorted(sorted_sequence, values, side=side), out_type)


def saturate_cast(value, dtype, name=None):
    return _ops.saturate_cast(value, dtype)


def scan(fn, elems, initializer=None, **kwargs):
    """All accumulated values, stacked; without an initializer the first is the first element."""
    step = lambda carry, x: (fn(carry, x),) * 2
    if initializer is not None:
        return _ops.scan(step, initializer, elems)[1]
    rest = _ops.scan(step, elems[0], elems[1:])[1]
    return _ops.concatenate([elems[:1], rest], axis=0)


def foldl(fn, elems, initializer=None, **kwargs):
    from ... import backend

    return backend.foldl(fn, elems, initializer)


def foldr(fn, elems, initializer=None, **kwargs):
    from ... import backend

    return backend.foldr(fn, elems, initializer)


def vectorized_map(fn, elems, **kwargs):
    return _ops.vectorized_map(fn, elems)


def space_to_depth(input, block_size, name=None, data_format="NHWC"):
    return _ops.space_to_depth(input, block_size, data_format=_layout(data_format))


def depth_to_space(input, block_size, name=None, data_format="NHWC"):
    return _ops.depth_to_space(input, block_size, data_format=_layout(data_format))


def extract_image_patches(images, ksizes=None, strides=None, rates=None, padding="VALID", **kwargs):
    """Windows of pictures, flattened into channels; sizes as (1, height, width, 1)."""
    sizes = ksizes if ksizes is not None else kwargs["sizes"]
    return _ops.image.extract_patches(
        images,
        size=list(sizes[1:3]),
        strides=list(strides[1:3]),
        dilation_rate=1 if rates is None else rates[1],
        padding=padding.lower(),
        data_format="channels_last",
    )


def unravel_index(indices, dims, name=None):
    return _ops.stack(_ops.unravel_index(indices, tuple(_ops.convert_to_numpy(dims).tolist())))


def argwhere(input, name=None):
    return where(input)


def Assert(condition, data, summarize=None, name=None):
    from .debugging import assert_equal

    return assert_equal(condition, True, message=str([_shown(x) for x in data]))


def assert_equal(x, y, message=None, summarize=None, name=None):
    from .debugging import assert_equal

    return assert_equal(x, y, message)


def _shown(x):
    return x if isinstance(x, (str, int, float)) else getattr(x, "shape", x)


def _layout(data_format):
    return "channels_first" if str(data_format).startswith("NC") else "channels_last"
