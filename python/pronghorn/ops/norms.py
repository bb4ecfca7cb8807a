"""Norms of vectors and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import config
from ._args import FLOATS, cast, tensor
from .array import expand_dims, moveaxis
from .factors import svd
from .math import abs, max, min, not_equal, power, sqrt, square, sum

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def _norm_axes(x, axis):
    rank = len(x.shape)
    if axis is None:
        return tuple(range(rank))
    given = axis if isinstance(axis, (list, tuple)) else (axis,)
    for a in given:
        if not -rank <= a < rank:
            raise ValueError(
                "norm: All `axis` values must be in the range [-ndim, ndim). Received inputs with "
                f"ndim={rank}, while axis={axis}"
            )
    return tuple(a % rank for a in given)


def norm(
    x: TensorLike, ord: Any = None, axis: Axis | None = None, keepdims: bool = False
) -> Tensor:
    """The norms of vectors or matrices.

    Args:
        x: Tensor; integers become floatx.
        ord: None for the root of the sum of squares (of matrices too, as "fro"); of vectors any
            number, inf and -inf (largest and smallest absolute value) and 0 (how many are not 0);
            of matrices 1, -1, inf, -inf (largest or smallest sum of a column or row), 2, -2
            (largest or smallest singular value) or "nuc" (their sum).
        axis: An int for vectors, two for matrices; all of x where None.
        keepdims: Whether the axes stay as size 1.

    Returns:
        A tensor without those axes.

    Raises:
        ValueError: an `ord` that such a norm does not have, or more than two axes with one.

    Example:
        >>> ops.norm([3.0, 4.0]).tolist()
        5.0
    """
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise ValueError(
            "Invalid `ord` argument. Expected one of {'fro', 'nuc'} when using string. "
            f"Received: ord={ord}"
        )
    x = tensor(x)
    if x.dtype not in (*FLOATS, "complex64"):
        x = cast(x, config.floatx())
    dims = _norm_axes(x, axis)
    keepdims = bool(keepdims)
    if ord is None or (ord == "fro" and len(dims) == 2) or (ord == 2 and len(dims) == 1):
        return sqrt(sum(square(abs(x)), axis=dims, keepdims=keepdims))
    if len(dims) == 1:
        return _vector_norm(x, ord, dims[0], keepdims)
    if len(dims) != 2:
        raise ValueError(
            f"norm: Invalid axis values; `ord` needs one or two. Received: axis={axis}"
        )
    return _matrix_norm(x, ord, *dims, keepdims)  # type: ignore[call-arg]


def _vector_norm(x, ord, axis, keepdims):
    if isinstance(ord, str):
        raise ValueError(f"Invalid `ord` argument for vector norm. Received: ord={ord}")
    size = abs(x)
    if ord == float("inf"):
        return max(size, axis=axis, keepdims=keepdims)
    if ord == float("-inf"):
        return min(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return sum(cast(not_equal(x, 0), size.dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return sum(size, axis=axis, keepdims=keepdims)
    return power(sum(power(size, ord), axis=axis, keepdims=keepdims), 1.0 / ord)


def _matrix_norm(x, ord, rows, columns, keepdims):
    infinity = float("inf")
    if ord not in ("nuc", 1, -1, 2, -2, infinity, -infinity):
        raise ValueError(f"Invalid `ord` argument for matrix norm. Received: ord={ord}")
    if ord in ("nuc", 2, -2):
        last = moveaxis(x, (rows, columns), (-2, -1))
        values = svd(last, compute_uv=False)
        result = {"nuc": sum, 2: max, -2: min}[ord](values, axis=-1)
    else:
        summed, left = (rows, columns) if ord in (1, -1) else (columns, rows)
        sums = sum(abs(x), axis=summed)
        result = (max if ord > 0 else min)(sums, axis=left - (left > summed))
    if keepdims:
        for axis in sorted((rows, columns)):
            result = expand_dims(result, axis)
    return result


__all__ = ["norm"]
