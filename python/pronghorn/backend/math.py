"""Functions element by element, reductions and products."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..engine.config import floatx as _floatx


def abs(x: Any) -> Any:
    """The distance of x from 0, elementwise."""
    return _ops.abs(x)


def cos(x: Any) -> Any:
    """The cosine of x in radians, elementwise."""
    return _ops.cos(x)


def exp(x: Any) -> Any:
    """e to the power of x, elementwise."""
    return _ops.exp(x)


def log(x: Any) -> Any:
    """The natural logarithm of x, elementwise."""
    return _ops.log(x)


def round(x: Any) -> Any:
    """x rounded to whole numbers, halves to even, elementwise."""
    return _ops.round(x)


def sign(x: Any) -> Any:
    """-1, 0 or 1 by the sign of x, elementwise."""
    return _ops.sign(x)


def sin(x: Any) -> Any:
    """The sine of x in radians, elementwise."""
    return _ops.sin(x)


def sqrt(x: Any) -> Any:
    """The square root; 0 below 0."""
    return _ops.sqrt(_ops.maximum(x, 0.0))


def square(x: Any) -> Any:
    """x * x, elementwise."""
    return _ops.square(x)


def pow(x: Any, a: Any) -> Any:
    """x to the power of a, elementwise.

    Args:
        x: Tensor.
        a: Number or tensor that broadcasts.

    Returns:
        Tensor of the broadcast shape.

    Example:
        >>> K.pow(np.array([1.0, 2.0, 3.0]), 2).tolist()
        [1.0, 4.0, 9.0]
    """
    return _ops.power(x, a)


def clip(x: Any, min_value: float, max_value: float) -> Any:
    """x limited to [min_value, max_value].

    Args:
        x: Tensor.
        min_value: The lower limit, or None for none.
        max_value: The upper limit, or None; the lower one wins where it is above.

    Returns:
        Tensor of x's shape.

    Example:
        >>> K.clip(np.array([-1.0, 0.5, 2.0]), 0.0, 1.0).tolist()
        [0.0, 0.5, 1.0]
    """
    inf = float("inf")
    low = -inf if min_value is None else min_value
    high = inf if max_value is None else max_value
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        high = low if high < low else high
    return _ops.clip(x, low, high)


def maximum(x: Any, y: Any) -> Any:
    """The larger of x and y, elementwise with broadcasting."""
    return _ops.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """The smaller of x and y, elementwise with broadcasting."""
    return _ops.minimum(x, y)


def equal(x: Any, y: Any) -> Any:
    """Where x == y, elementwise with broadcasting; bool."""
    return _ops.equal(x, y)


def not_equal(x: Any, y: Any) -> Any:
    """Where x != y, elementwise with broadcasting; bool."""
    return _ops.not_equal(x, y)


def greater(x: Any, y: Any) -> Any:
    """Where x > y, elementwise with broadcasting; bool."""
    return _ops.greater(x, y)


def greater_equal(x: Any, y: Any) -> Any:
    """Where x >= y, elementwise with broadcasting; bool."""
    return _ops.greater_equal(x, y)


def less(x: Any, y: Any) -> Any:
    """Where x < y, elementwise with broadcasting; bool."""
    return _ops.less(x, y)


def less_equal(x: Any, y: Any) -> Any:
    """Where x <= y, elementwise with broadcasting; bool."""
    return _ops.less_equal(x, y)


# ---- reductions ------------------------------------------------------------------------------


def _numbers(x):
    """Truth values as floats."""
    x = x if hasattr(x, "dtype") else _ops.convert_to_tensor(x)
    return _ops.cast(x, _floatx()) if x.dtype == "bool" else x


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum over axes.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor without the axes.

    Example:
        >>> K.sum(np.array([[1, 2], [3, 4]]), axis=0).tolist()
        [4, 6]
    """
    return _ops.sum(x, axis=axis, keepdims=keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product over axes.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor without the axes.

    Example:
        >>> K.prod(np.array([[1, 2], [3, 4]]), axis=0).tolist()
        [3, 8]
    """
    return _ops.prod(x, axis=axis, keepdims=keepdims)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean over axes; bool counts as 0 and 1.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> K.mean(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=1).tolist()
        [1.5, 3.5]
    """
    return _ops.mean(_numbers(x), axis=axis, keepdims=keepdims)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation over axes; bool counts as 0 and 1.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> float(K.std(np.array([1.0, 3.0])))
        1.0
    """
    return _ops.std(_numbers(x), axis=axis, keepdims=keepdims)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance over axes (divided by the count); bool counts as 0 and 1.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> float(K.var(np.array([1.0, 3.0])))
        1.0
    """
    return _ops.var(_numbers(x), axis=axis, keepdims=keepdims)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest element over axes.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> K.max(np.array([[1, 5], [3, 2]]), axis=1).tolist()
        [5, 3]
    """
    return _ops.max(x, axis=axis, keepdims=keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest element over axes.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> K.min(np.array([[1, 5], [3, 2]]), axis=1).tolist()
        [1, 2]
    """
    return _ops.min(x, axis=axis, keepdims=keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether every element over axes is true (not 0).

    Args:
        x: Tensor of any dtype.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Bool tensor.

    Example:
        >>> K.all(np.array([[True, False], [True, True]]), axis=1).tolist()
        [False, True]
    """
    return _ops.all(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether some element over axes is true (not 0).

    Args:
        x: Tensor of any dtype.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Bool tensor.

    Example:
        >>> K.any(np.array([[True, False], [False, False]]), axis=1).tolist()
        [True, False]
    """
    return _ops.any(_ops.cast(x, "bool"), axis=axis, keepdims=keepdims)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over axes, without overflow.

    Args:
        x: Float tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> print(K.logsumexp(np.array([1000.0, 1000.0])).numpy().round(2))
        1000.69
    """
    return _ops.logsumexp(x, axis=axis, keepdims=keepdims)


def argmax(x: Any, axis: Any = -1) -> Any:
    """Where the largest element along an axis is, the first of equals.

    Args:
        x: Tensor.
        axis: The axis.

    Returns:
        Integer tensor without the axis.

    Example:
        >>> K.argmax(np.array([[1, 5], [3, 2]])).tolist()
        [1, 0]
    """
    return _ops.argmax(x, axis=axis)


def argmin(x: Any, axis: Any = -1) -> Any:
    """Where the smallest element along an axis is, the first of equals.

    Args:
        x: Tensor.
        axis: The axis.

    Returns:
        Integer tensor without the axis.

    Example:
        >>> K.argmin(np.array([[1, 5], [3, 2]])).tolist()
        [0, 1]
    """
    return _ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: Any = 0) -> Any:
    """The sums of the first elements along an axis.

    Args:
        x: Tensor.
        axis: The axis.

    Returns:
        Tensor of x's shape.

    Example:
        >>> K.cumsum(np.array([1, 2, 3])).tolist()
        [1, 3, 6]
    """
    return _ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: Any = 0) -> Any:
    """The products of the first elements along an axis.

    Args:
        x: Tensor.
        axis: The axis.

    Returns:
        Tensor of x's shape.

    Example:
        >>> K.cumprod(np.array([1, 2, 3])).tolist()
        [1, 2, 6]
    """
    return _ops.cumprod(x, axis=axis)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """x divided by its Euclidean norm over axes.

    Args:
        x: Float tensor.
        axis: An int, several, or None for all.

    Returns:
        Tensor of x's shape; 0 where the norm is.

    Example:
        >>> print(K.l2_normalize(np.array([3.0, 4.0], "float32")).numpy().round(3))
        [0.6 0.8]
    """
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

    Raises:
        ValueError: Where an axis is the batch's, or the two sizes differ.

    Example:
        >>> x, y = np.ones((2, 3, 4), "float32"), np.ones((2, 4, 5), "float32")
        >>> K.batch_dot(x, y).shape
        (2, 3, 5)
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
