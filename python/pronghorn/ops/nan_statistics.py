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
    """`sum` with nan counted as 0."""
    return sum(_without(x, 0), axis, keepdims)


def nanprod(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`prod` with nan counted as 1."""
    return prod(_without(x, 1), axis, keepdims)


def nanmax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`max` of what is not nan; nan where nothing is."""
    return _extreme(x, axis, keepdims, max, "-inf")


def nanmin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`min` of what is not nan; nan where nothing is."""
    return _extreme(x, axis, keepdims, min, "inf")


def _extreme(x, axis, keepdims, function, neutral):
    x = tensor(x)
    if x.dtype not in FLOATS:
        return function(x, axis, keepdims)
    result = function(_without(x, float(neutral)), axis, keepdims)
    return where(all_of(isnan(x), axis, keepdims), float("nan"), result)


def nanargmax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`argmax` of what is not nan; -1 where nothing is."""
    return _place(x, axis, keepdims, argmax, "-inf")


def nanargmin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`argmin` of what is not nan; -1 where nothing is."""
    return _place(x, axis, keepdims, argmin, "inf")


def _place(x, axis, keepdims, function, neutral):
    x = tensor(x)
    if x.dtype not in FLOATS:
        return function(x, axis, keepdims)
    place = function(_without(x, float(neutral)), axis, keepdims)
    return where(all_of(isnan(x), axis, keepdims), -1, place)


def nanmean(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`mean` of what is not nan; nan where nothing is."""
    x = tensor(x)
    if x.dtype not in FLOATS:
        return mean(x, axis, keepdims)
    work = x if x.dtype in ("float32", "float64") else cast(x, "float32")
    count = sum(cast(not_equal(isnan(work), True), work.dtype), axis, keepdims)
    return cast(divide(nansum(work, axis, keepdims), count), x.dtype)


def nanvar(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`var` of what is not nan; nan where nothing is."""
    x = tensor(x)
    kind, work = _working(x)
    work = cast(x, work)
    return cast(nanmean(square(subtract(work, nanmean(work, axis, True))), axis, keepdims), kind)


def nanstd(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`std` of what is not nan; nan where nothing is."""
    x = tensor(x)
    kind, work = _working(x)
    work = cast(x, work)
    return cast(sqrt(nanvar(work, axis, keepdims)), kind)


__all__ = [
    "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip
