"""Functions element by element, reductions and products."""

from .. import ops as _ops
from ..engine.config import floatx as _floatx


def abs(x):
    return _ops.abs(x)


def cos(x):
    return _ops.cos(x)


def exp(x):
    return _ops.exp(x)


def log(x):
    return _ops.log(x)


def round(x):
    return _ops.round(x)


def sign(x):
    return _ops.sign(x)


def sin(x):
    return _ops.sin(x)


def sqrt(x):
    """The square root; 0 below 0."""
    return _ops.sqrt(_ops.maximum(x, 0.0))


def square(x):
    return _ops.square(x)


def pow(x, a):
    return _ops.power(x, a)


def clip(x, min_value, max_value):
    inf = float("inf")
    low = -inf if min_value is None else min_value
    high = inf if max_value is None else max_value
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        high = low if high < low else high
    return _ops.clip(x, low, high)


def maximum(x, y):
    return _ops.maximum(x, y)


def minimum(x, y):
    return _ops.minimum(x, y)


def equal(x, y):
    return _ops.equal(x, y)


def not_equal(x, y):
    return _ops.not_equal(x, y)


def greater(x, y):
    return _ops.greater(x, y)


def greater_equal(x, y):
    return _ops.greater_equal(x, y)


def less(x, y):
    return _ops.less(x, y)


def less_equal(x, y):
    return _ops.less_equal(x, y)


# ---- reductions ------------------------------------------------------------------------------


def _numbers(x):
    """Truth values as floats."""
    x = x if hasattr(x, "dtype") else _ops.convert_to_tensor(x)
    return _ops.cast(x, _floatx()) if x.dtype == "bool" else x


def sum(x, axis=None, keepdims=False):
    return _ops.sum(x, axis=axis, keepdims=keepdims)


def prod(x, axis=None, keepdims=False):
    return _ops.prod(x, axis=axis, keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    return _ops.mean(_numbers(x), axis=axis, keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    return _ops.std(_numbers(x), axis=axis, keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    return _ops.var(_numbers(x), axis=axis, keepdims=keepdims)


def max(x, axis=None, keepdims=False):
    return _ops.max(x, axis=axis, keepdims=keepdims)


def min(x, axis=None, keepdims=False):
    return _ops.min(x, axis=axis, keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    return _ops.all(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def any(x, axis=None, keepdims=False):
    return _ops.any(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def logsumexp(x, axis=None, keepdims=False):
    return _ops.logsumexp(x, axis=axis, keepdims=keepdims)


def argmax(x, axis=-1):
    return _ops.argmax(x, axis=axis)


def argmin(x, axis=-1):
    return _ops.argmin(x, axis=axis)


def cumsum(x, axis=0):
    return _ops.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    return _ops.cumprod(x, axis=axis)


def l2_normalize(x, axis=None):
    total = _ops.sum(_ops.square(x), axis=axis, keepdims=True)
    return _ops.multiply(x, _ops.rsqrt(_ops.maximum(total, 1e-12)))


# ---- products --------------------------------------------------------------------------------


def dot(x, y):
    """The product over x's last and y's last but one axis."""
    return _ops.dot(x, y)


def batch_dot(x, y, axes=None):
    """The product over one axis of each, sample by sample.

    Args:
        x, y: Tensors (batch, ...).
        axes: The axis of x and that of y; one int for both; by default the last and the last but
            one (the last where y is a matrix).

    Returns:
        Tensor (batch, other axes of x, other axes of y); (batch, 1) where there are none.
    """
    rank_x, rank_y = len(x.shape), len(y.shape)
    if axes is None:
        axes = (rank_x - 1, rank_y - 1 if rank_y == 2 else rank_y - 2)
    axis_x, axis_y = (axes, axes) if isinstance(axes, int) else axes
    axis_x, axis_y = axis_x % rank_x, axis_y % rank_y
    if 0 in (axis_x, axis_y):
        raise ValueError(f"batch_dot cannot sum over the batch axis. Received: axes={axes}")
    if x.shape[axis_x] != y.shape[axis_y] and None not in (x.shape[axis_x], y.shape[axis_y]):
        raise ValueError(
            f"batch_dot needs axes of one size. Received: shapes {tuple(x.shape)} and "
            f"{tuple(y.shape)}, axes={axes}"
        )
    rest_x = [i for i in range(1, rank_x) if i != axis_x]
    rest_y = [i for i in range(1, rank_y) if i != axis_y]
    sizes_x, sizes_y = _ops.shape(x), _ops.shape(y)
    rows = _ops.reshape(
        _ops.transpose(x, (0, *rest_x, axis_x)), (-1, _size(sizes_x, rest_x), sizes_x[axis_x])
    )
    columns = _ops.reshape(
        _ops.transpose(y, (0, axis_y, *rest_y)), (-1, sizes_y[axis_y], _size(sizes_y, rest_y))
    )
    shape = [sizes_x[i] for i in rest_x] + [sizes_y[i] for i in rest_y]
    return _ops.reshape(_ops.matmul(rows, columns), (-1, *(shape or [1])))


def _size(sizes, axes):
    total = 1
    for axis in axes:
        total = total * sizes[axis]
    return total
