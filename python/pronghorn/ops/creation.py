"""Tensors from nothing: filled, counted, diagonal."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.symbolic import takes_sizes
from ..engine.symdim import SymDim
from . import _args
from ._args import op, shape_of, size, sizes, tensor
from .array import broadcast_to, cast, expand_dims

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


_fill, _arange, _equal = op("fill"), op("arange"), op("equal")


def full(shape: Any, fill_value: Any, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor with every element equal to `fill_value` (a number, or a tensor that broadcasts).

    Args:
        shape: Sizes.
        fill_value: The value.
        dtype: Its dtype; floatx where None. An integer that it cannot hold wraps, as in a cast.

    Returns:
        Tensor of the given shape.

    Raises:
        ValueError: negative sizes, or a number too large for 64 bits or a float.

    Example:
        >>> ops.full((2,), 7, dtype="int32").tolist()
        [7, 7]
    """
    dtype = config.standardize_dtype(dtype)
    if isinstance(fill_value, (bool, int, float)):
        fill_value = _args.number(fill_value, dtype, "full: the fill value")
        return _args.call(_fill, (), (sizes(shape), fill_value, dtype))
    return broadcast_to(cast(fill_value, dtype), shape)


def zeros(shape: Any, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor of zeros.

    Args:
        shape: Sizes.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor of the given shape.

    Example:
        >>> ops.zeros((3,), dtype="int32").tolist()
        [0, 0, 0]
    """
    return full(shape, 0.0, dtype)


def ones(shape: Any, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor of ones.

    Args:
        shape: Sizes.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor of the given shape.

    Example:
        >>> ops.ones((2, 2)).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    return full(shape, 1.0, dtype)


def full_like(x: TensorLike, fill_value: Any, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor of x's shape filled with one value.

    Args:
        x: Tensor, of which only the shape and dtype count.
        fill_value: The number, or a tensor that broadcasts.
        dtype: The dtype of the result; x's where None.

    Returns:
        Tensor of x's shape.

    Example:
        >>> ops.full_like([[1, 2], [3, 4]], 7).tolist()
        [[7, 7], [7, 7]]
    """
    x = tensor(x)
    return full(shape_of(x), fill_value, dtype or x.dtype)


def zeros_like(x: TensorLike, dtype: DTypeLike | None = None) -> Tensor:
    """Zeros of x's shape, and dtype where None."""
    return full_like(x, 0.0, dtype)


def ones_like(x: TensorLike, dtype: DTypeLike | None = None) -> Tensor:
    """Ones of x's shape, and dtype where None."""
    return full_like(x, 1.0, dtype)


def empty(shape: Any, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor for values to come; it holds zeros, so that nothing left in memory is seen.

    Args:
        shape: Sizes.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor of the given shape.

    Example:
        >>> ops.empty((2, 3)).shape
        (2, 3)
    """
    return full(shape, 0.0, dtype)


def empty_like(x: TensorLike, dtype: DTypeLike | None = None) -> Tensor:
    """`empty` of x's shape, and dtype where None."""
    return full_like(x, 0.0, dtype)


def _value(bound):
    if isinstance(bound, _args.KerasTensor):
        raise bound._no_value("a bound of arange")
    return bound.item()


def arange(
    start: Any, stop: Any = None, step: Any = None, dtype: DTypeLike | None = None
) -> Tensor:
    """start, start + step, ... below stop (above, for a negative step).

    Args:
        start, stop, step: Numbers; a single argument is the stop. step is 1 where None.
        dtype: Where None, that in which tensors among the numbers meet; of Python's numbers int32
            for integers (int64 where that is too short), else floatx.

    Returns:
        Vector of ceil((stop - start) / step) elements; empty where that is not positive.

    Raises:
        ValueError: a step of 0, bounds that are not finite, or an integer beyond 64 bits.
        TypeError: fractions for a dtype of integers.

    Example:
        >>> ops.arange(2, 8, 3).tolist()
        [2, 5]
    """
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    if any(isinstance(v, SymDim) for v in (start, stop, step)):
        return _arange_of_sizes(start, stop, step, dtype)
    if dtype is None and any(hasattr(v, "dtype") for v in (start, stop, step)):
        kinds = (getattr(v, "dtype", type(v)) for v in (start, stop, step))
        dtype = _args.result_type(*kinds, int)
    start, stop, step = (
        v if isinstance(v, (int, float)) else _value(v) for v in (start, stop, step)
    )
    if step == 0:
        raise ValueError("arange: step is 0; it must be positive or negative.")
    whole = all(isinstance(v, int) for v in (start, stop, step))
    count = max(0, -((start - stop) // step) if whole else _steps(start, stop, step))
    if dtype is None:
        low, high = sorted((start, start + (count - 1) * step)) if count else (0, 0)
        narrow = -(2**31) <= low and high < 2**31
        dtype = ("int32" if narrow else "int64") if whole else config.floatx()
    dtype = config.standardize_dtype(dtype)
    if not whole and dtype not in _args.FLOATS:
        start, step = (_whole(v, dtype) for v in (start, step))
    start, step = (_args.number(v, dtype, "arange: a bound") for v in (start, step))
    return _arange((), (start, step, int(count), dtype))


def _steps(start, stop, step):
    count = (stop - start) / step
    if not math.isfinite(count):
        raise ValueError(f"arange: no finite number of elements from {start} to {stop} by {step}.")
    return math.ceil(count)


def _arange_of_sizes(start, stop, step, dtype):
    """arange where only the run knows how many."""
    count = -((start - stop) // step)
    count = SymDim(function="max", operands=(SymDim(function="int", operands=(count,)), 0))
    if dtype is None:
        bounds = (start, stop, step)
        fractions = [v.floating if isinstance(v, SymDim) else isinstance(v, float) for v in bounds]
        dtype = config.floatx() if any(fractions) else "int32"
    start, step = (v if not isinstance(v, SymDim) or v.tensors() else -1 for v in (start, step))
    attrs = (start, step, size(count), config.standardize_dtype(dtype))
    return _args.call(_arange, (), attrs)


def _whole(value, dtype):
    if value != int(value):
        raise TypeError(f"arange: {value} is no value of dtype {dtype}; leave `dtype` out.")
    return int(value)


@takes_sizes
def eye(N: Any, M: Any = None, k: int = 0, dtype: DTypeLike | None = None) -> Tensor:
    """An (N, M) matrix with ones on its k-th diagonal and zeros elsewhere; M is N where None.

    Args:
        N: Number of rows.
        M: Number of columns, or None.
        k: Which diagonal: above 0 to the right of the main one, below 0 under it.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor (N, M).

    Example:
        >>> ops.eye(2).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    N, M = operator.index(N), operator.index(N if M is None else M)
    k = max(-N, min(operator.index(k), M))  # farther away there are only zeros
    rows = _arange((), (k, 1, N, "int64"))
    columns = _arange((), (0, 1, M, "int64"))
    hit = _equal((expand_dims(rows, 1), columns))
    return cast(hit, config.standardize_dtype(dtype))


def identity(n: Any, dtype: DTypeLike | None = None) -> Tensor:
    """The (n, n) identity matrix.

    Args:
        n: Number of rows and of columns.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor (n, n).

    Example:
        >>> ops.identity(2, dtype="int32").tolist()
        [[1, 0], [0, 1]]
    """
    return eye(n, dtype=dtype)


def array(x: TensorLike, dtype: DTypeLike | None = None) -> Tensor:
    """A tensor of x, as `convert_to_tensor`.

    Args:
        x: Array, number or nested list.
        dtype: Its dtype; that of x where missing.
    """
    return tensor(x) if dtype is None else _args.exactly(x, config.standardize_dtype(dtype))


__all__ = [
    "arange", "array", "empty", "empty_like", "eye", "full", "full_like", "identity", "ones",
    "ones_like", "zeros", "zeros_like",
]  # fmt: skip
