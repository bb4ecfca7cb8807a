"""Sums, extremes and moments of what is not nan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._args import FLOATS, cast, tensor
from .math import all as all_of
from .math import (
    argmax,
    argmin,
    divide,
    isnan,
    max,
    mean,
    min,
    not_equal,
    prod,
    sqrt,
    square,
    subtract,
    sum,
    where,
)
from .quantiles import _working

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def _without(x, replacement):
    x = tensor(x)
    return where(isnan(x), replacement, x) if x.dtype in FLOATS else x


def nansum(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The sum over axes, nan counted as 0; arguments as in `sum`.

    Returns:
        Tensor without the axes.

    Example:
        >>> ops.nansum([2.0, float("nan"), 3.0]).tolist()
        5.0
    """
    return sum(_without(x, 0), axis, keepdims)


def nanprod(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The product over axes, nan counted as 1; arguments as in `prod`.

    Returns:
        Tensor without the axes.

    Example:
        >>> ops.nanprod([2.0, float("nan"), 3.0]).tolist()
        6.0
    """
    return prod(_without(x, 1), axis, keepdims)


def nanmax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The largest element that is not nan over axes; arguments as in `max`.

    Returns:
        Tensor of x's dtype without the axes; nan where all is nan.

    Example:
        >>> ops.nanmax([1.0, float("nan"), 3.0]).tolist()
        3.0
    """
    return _extreme(x, axis, keepdims, max, "-inf")


def nanmin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The smallest element that is not nan over axes; arguments as in `min`.

    Returns:
        Tensor of x's dtype without the axes; nan where all is nan.

    Example:
        >>> ops.nanmin([2.0, float("nan"), 1.0]).tolist()
        1.0
    """
    return _extreme(x, axis, keepdims, min, "inf")


def _extreme(x, axis, keepdims, function, neutral):
    x = tensor(x)
    if x.dtype not in FLOATS:
        return function(x, axis, keepdims)
    result = function(_without(x, float(neutral)), axis, keepdims)
    return where(all_of(isnan(x), axis, keepdims), float("nan"), result)


def nanargmax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Where the largest element that is not nan is; arguments as in `argmax`.

    Returns:
        int32 tensor without the axis; -1 where all is nan.

    Example:
        >>> ops.nanargmax([1.0, float("nan"), 3.0]).tolist()
        2
    """
    return _place(x, axis, keepdims, argmax, "-inf")


def nanargmin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Where the smallest element that is not nan is; arguments as in `argmin`.

    Returns:
        int32 tensor without the axis; -1 where all is nan.

    Example:
        >>> ops.nanargmin([2.0, float("nan"), 1.0]).tolist()
        2
    """
    return _place(x, axis, keepdims, argmin, "inf")


def _place(x, axis, keepdims, function, neutral):
    x = tensor(x)
    if x.dtype not in FLOATS:
        return function(x, axis, keepdims)
    place = function(_without(x, float(neutral)), axis, keepdims)
    return where(all_of(isnan(x), axis, keepdims), -1, place)


def nanmean(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The mean over axes of what is not nan; arguments as in `mean`.

    Returns:
        Float tensor without the axes; nan where all is nan.

    Example:
        >>> ops.nanmean([1.0, float("nan"), 3.0]).tolist()
        2.0
    """
    x = tensor(x)
    if x.dtype not in FLOATS:
        return mean(x, axis, keepdims)
    work = x if x.dtype in ("float32", "float64") else cast(x, "float32")
    count = sum(cast(not_equal(isnan(work), True), work.dtype), axis, keepdims)
    return cast(divide(nansum(work, axis, keepdims), count), x.dtype)


def nanvar(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The variance over axes of what is not nan; arguments as in `var`.

    Returns:
        Float tensor without the axes; nan where all is nan.

    Example:
        >>> ops.nanvar([1.0, float("nan"), 3.0]).tolist()
        1.0
    """
    x = tensor(x)
    kind, work = _working(x)
    work = cast(x, work)
    return cast(nanmean(square(subtract(work, nanmean(work, axis, True))), axis, keepdims), kind)


def nanstd(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over axes of what is not nan; arguments as in `std`.

    Returns:
        Float tensor without the axes; nan where all is nan.

    Example:
        >>> ops.nanstd([1.0, float("nan"), 3.0]).tolist()
        1.0
    """
    x = tensor(x)
    kind, work = _working(x)
    work = cast(x, work)
    return cast(sqrt(nanvar(work, axis, keepdims)), kind)


__all__ = [
    "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip
