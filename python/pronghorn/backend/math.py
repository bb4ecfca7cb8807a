"""Functions element by element, reductions and products."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..engine.config import floatx as _floatx


def abs(x: Any) -> Any:
    return _ops.abs(x)


def cos(x: Any) -> Any:
    return _ops.cos(x)


def exp(x: Any) -> Any:
    return _ops.exp(x)


def log(x: Any) -> Any:
    return _ops.log(x)


def round(x: Any) -> Any:
    return _ops.round(x)


def sign(x: Any) -> Any:
    return _ops.sign(x)


def sin(x: Any) -> Any:
    return _ops.sin(x)


def sqrt(x: Any) -> Any:
    """The square root; 0 below 0."""
    return _ops.sqrt(_ops.maximum(x, 0.0))


def square(x: Any) -> Any:
    return _ops.square(x)


def pow(x: Any, a: Any) -> Any:
    return _ops.power(x, a)


def clip(x: Any, min_value: float, max_value: float) -> Any:
    inf = float("inf")
    low = -inf if min_value is None else min_value
    high = inf if max_value is None else max_value
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        high = low if high < low else high
    return _ops.clip(x, low, high)


def maximum(x: Any, y: Any) -> Any:
    return _ops.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    return _ops.minimum(x, y)


def equal(x: Any, y: Any) -> Any:
    return _ops.equal(x, y)


def not_equal(x: Any, y: Any) -> Any:
    return _ops.not_equal(x, y)


def greater(x: Any, y: Any) -> Any:
    return _ops.greater(x, y)


def greater_equal(x: Any, y: Any) -> Any:
    return _ops.greater_equal(x, y)


def less(x: Any, y: Any) -> Any:
    return _ops.less(x, y)


def less_equal(x: Any, y: Any) -> Any:
    return _ops.less_equal(x, y)


# ---- reductions ------------------------------------------------------------------------------


def _numbers(x):
    """Truth values as floats."""
    x = x if hasattr(x, "dtype") else _ops.convert_to_tensor(x)
    return _ops.cast(x, _floatx()) if x.dtype == "bool" else x


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.sum(x, axis=axis, keepdims=keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.prod(x, axis=axis, keepdims=keepdims)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.mean(_numbers(x), axis=axis, keepdims=keepdims)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.std(_numbers(x), axis=axis, keepdims=keepdims)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.var(_numbers(x), axis=axis, keepdims=keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.max(x, axis=axis, keepdims=keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.min(x, axis=axis, keepdims=keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.all(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.any(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return _ops.logsumexp(x, axis=axis, keepdims=keepdims)


def argmax(x: Any, axis: Any = -1) -> Any:
    return _ops.argmax(x, axis=axis)


def argmin(x: Any, axis: Any = -1) -> Any:
    return _ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: Any = 0) -> Any:
    return _ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: Any = 0) -> Any:
    return _ops.cumprod(x, axis=axis)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    total = _ops.sum(_ops.square(x), axis=axis, keepdims=True)
    return _ops.multiply(x, _ops.rsqrt(_ops.maximum(total, 1e-12)))


# ---- products --------------------------------------------------------------------------------


def dot(x: Any, y: Any) -> Any:
    """The product over x's last and y's last but one axis."""
    return _ops.dot(x, y)


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
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
