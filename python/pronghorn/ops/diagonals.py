"""Diagonals and triangles of matrices."""

from __future__ import annotations

import builtins
import operator
from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.sized import sized_by_inputs
from ..engine.symbolic import takes_sizes
from ._args import cast, normalize_axis, shape_of, tensor
from .array import concatenate, expand_dims, ravel, reshape, take, transpose
from .creation import arange, zeros
from .math import equal, greater_equal, subtract, sum, where

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


def _offsets(rows, columns, dtype="int32"):
    """column - row of every place of a matrix."""
    return subtract(
        expand_dims(arange(columns, dtype=dtype), 0), expand_dims(arange(rows, dtype=dtype), 1)
    )


@takes_sizes
def tri(N: Any, M: Any = None, k: int = 0, dtype: DTypeLike | None = None) -> Tensor:
    """An (N, M) matrix of ones at and below its k-th diagonal, zeros above; M is N where None.

    Args:
        N: Number of rows.
        M: Number of columns, or None.
        k: The highest diagonal of ones: above 0 to the right of the main one.
        dtype: Its dtype; floatx where None.

    Returns:
        Tensor (N, M).

    Example:
        >>> ops.tri(2, 3).tolist()
        [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
    """
    M = N if M is None else M
    below = greater_equal(operator.index(k), _offsets(operator.index(N), operator.index(M)))
    return cast(below, config.standardize_dtype(dtype))


def tril(x: TensorLike, k: int = 0) -> Tensor:
    """x with zeros above its k-th diagonal, for the last two axes.

    Args:
        x: Tensor (..., rows, columns) of any dtype.
        k: The highest diagonal that is kept: above 0 to the right of the main one.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> ops.tril([[1, 2], [3, 4]]).tolist()
        [[1, 0], [3, 4]]
    """
    x = _matrices(x, "tril")
    rows, columns = shape_of(x)[-2:]
    return _kept(greater_equal(operator.index(k), _offsets(rows, columns)), x)


def triu(x: TensorLike, k: int = 0) -> Tensor:
    """x with zeros below its k-th diagonal, for the last two axes.

    Args:
        x: Tensor (..., rows, columns) of any dtype.
        k: The lowest diagonal that is kept: above 0 to the right of the main one.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> ops.triu([[1, 2], [3, 4]]).tolist()
        [[1, 2], [0, 4]]
    """
    x = _matrices(x, "triu")
    rows, columns = shape_of(x)[-2:]
    return _kept(greater_equal(_offsets(rows, columns), operator.index(k)), x)


def _kept(mask, x):
    return where(mask, x, zeros((), x.dtype))


def _matrices(x, who):
    x = tensor(x)
    if len(x.shape) < 2:
        raise ValueError(f"{who}: expected at least two axes. Received shape {x.shape}.")
    return x


def diagonal(x: TensorLike, offset: Any = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements on a diagonal of the plane of two axes, as the last axis of the result.

    Args:
        x: Tensor of at least two axes.
        offset: Which diagonal: above 0 to the right of the main one.
        axis1: The axis of the rows.
        axis2: The axis of the columns.

    Returns:
        Tensor of x's dtype, of x's other axes and then the diagonal.

    Raises:
        ValueError: fewer than two axes, or twice the same axis.

    Example:
        >>> ops.diagonal([[1, 2], [3, 4]]).tolist()
        [1, 4]
    """
    x = tensor(x)
    rank = len(x.shape)
    if rank < 2:
        raise ValueError(
            "`diagonal` requires an array of at least two dimensions, but `x` is of shape "
            f"{x.shape}."
        )
    axis1, axis2 = (normalize_axis(axis, rank, "diagonal") for axis in (axis1, axis2))
    if axis1 == axis2:
        raise ValueError(f"diagonal: axis1 and axis2 must differ. Received: {axis1} and {axis2}")
    x = transpose(x, [i for i in range(rank) if i not in (axis1, axis2)] + [axis1, axis2])
    return _last_diagonal(x, offset)


@sized_by_inputs(
    lambda x, offset: ((*x.shape[:-2], None), x.dtype) if None in x.shape[-2:] else None
)
def _last_diagonal(x, offset):
    rows, columns = x.shape[-2:]
    first_row, first_column = max(-offset, 0), max(offset, 0)
    count = max(0, min(rows - first_row, columns - first_column))
    places = [(first_row + i) * columns + first_column + i for i in range(count)]
    flat = reshape(x, (*shape_of(x)[:-2], rows * columns))
    return take(flat, tensor(places, "int32"), axis=-1)


def diag(x: TensorLike, k: int = 0) -> Tensor:
    """The k-th diagonal of a matrix, or the matrix with a vector on its k-th diagonal.

    Args:
        x: Tensor of one axis (a vector) or of two (a matrix).
        k: Which diagonal: above 0 to the right of the main one, below 0 under it.

    Returns:
        Tensor of x's dtype: a square matrix of a vector, a vector of a matrix.

    Raises:
        ValueError: Where x has neither one nor two axes.

    Example:
        >>> ops.diag([1, 2]).tolist()
        [[1, 0], [0, 2]]
    """
    x = tensor(x)
    if len(x.shape) == 2:
        return diagonal(x, offset=k)
    if len(x.shape) != 1:
        raise ValueError(f"`x` must be 1d or 2d, but received shape {x.shape}.")
    k = operator.index(k)
    size = shape_of(x)[0] + builtins.abs(k)
    fill = zeros((builtins.abs(k),), x.dtype)
    # column j holds x[j - k] above the main diagonal, x[j] below
    columns = concatenate([fill, x] if k > 0 else [x, fill], axis=0)
    return _kept(equal(_offsets(size, size), k), expand_dims(columns, 0))


def diagflat(x: TensorLike, k: int = 0) -> Tensor:
    """The matrix with x, flattened, on its k-th diagonal.

    Args:
        x: Tensor of any shape with n elements.
        k: Which diagonal: above 0 to the right of the main one, below 0 under it.

    Returns:
        Tensor (n + |k|, n + |k|) of x's dtype.

    Example:
        >>> ops.diagflat([[1, 2]], k=1).tolist()
        [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
    """
    return diag(ravel(x), k)


def trace(x: TensorLike, offset: Any = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of a diagonal in the plane of two axes; bool and short integers give 32 bits.

    Args:
        x: Tensor of at least two axes.
        offset: Which diagonal: above 0 to the right of the main one.
        axis1: The axis of the rows.
        axis2: The axis of the columns.

    Returns:
        Tensor of x's other axes.

    Example:
        >>> ops.trace([[1, 2], [3, 4]]).tolist()
        5
    """
    return sum(diagonal(x, offset, axis1, axis2), axis=-1)


__all__ = ["diag", "diagflat", "diagonal", "trace", "tri", "tril", "triu"]
