"""Quantiles, percentiles and medians, and those of what is not nan."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ._args import cast, normalize_axis, result_type, shape_of, tensor
from .arrange import take_along_axis
from .array import moveaxis, reshape, transpose
from .math import (
    add,
    ceil,
    divide,
    equal,
    floor,
    isnan,
    less,
    logical_not,
    maximum,
    multiply,
    round,
    subtract,
    sum,
    where,
)
from .math import any as any_of
from .sorting import sort

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def quantile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The value below which a share q of the elements over axes lies.

    Args:
        x: Tensor.
        q: Number or tensor of numbers in [0, 1].
        axis: An int, several, or None for all.
        method: Between two elements: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: Whether the axes stay as size 1.

    Returns:
        A float tensor, whose first axes are those of q.

    Raises:
        ValueError: another method.

    Example:
        >>> ops.quantile([1.0, 2.0, 3.0, 4.0], 0.5).tolist()
        2.5
    """
    return _quantile(x, q, axis, method, keepdims, skip_nan=False)


def percentile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The values below which given percentages of the elements over axes lie; see `quantile`.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        q: Percentages from 0 to 100, a number or a tensor.
        axis: An int, several, or None for all.
        method: How a value between two elements is found, as in `quantile`.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor of q's shape and then x's without the axes.

    Example:
        >>> ops.percentile([0.0, 1.0, 2.0, 3.0, 4.0], [25, 50]).tolist()
        [1.0, 2.0]
    """
    return quantile(x, _share(x, q), axis, method, keepdims)


def median(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The middle element over axes, or the mean of the two middle ones.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes; nan where there is one.

    Example:
        >>> ops.median([3.0, 1.0, 2.0]).tolist()
        2.0
    """
    return quantile(x, 0.5, axis, "linear", keepdims)


def nanquantile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The quantiles over axes of what is not nan; arguments as in `quantile`.

    Returns:
        Float tensor of q's shape and then x's without the axes; nan where all is nan.

    Example:
        >>> ops.nanquantile([0.0, float("nan"), 4.0], [0.25, 0.5]).tolist()
        [1.0, 2.0]
    """
    return _quantile(x, q, axis, method, keepdims, skip_nan=True)


def nanpercentile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The percentiles over axes of what is not nan; arguments as in `percentile`.

    Returns:
        Float tensor of q's shape and then x's without the axes; nan where all is nan.

    Example:
        >>> ops.nanpercentile([0.0, float("nan"), 4.0], 25).tolist()
        1.0
    """
    return nanquantile(x, _share(x, q), axis, method, keepdims)


def nanmedian(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The median over axes of what is not nan; arguments as in `median`.

    Returns:
        Float tensor without the axes; nan where all is nan.

    Example:
        >>> ops.nanmedian([1.0, float("nan"), 3.0, 9.0]).tolist()
        3.0
    """
    return nanquantile(x, 0.5, axis, "linear", keepdims)


def _share(x, q):
    """q percent as a share, in the dtype that x's quantiles are computed in."""
    return divide(tensor(q, _working(tensor(x))[1]), 100.0)


def _working(x):
    """The dtype of x's quantiles, and the one that they are computed in."""
    kind = "float32" if x.dtype == "int64" else result_type(x.dtype, "float")
    return kind, kind if kind in ("float32", "float64") else "float32"


def _quantile(x, q, axis, method, keepdims, skip_nan):
    if method not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise ValueError(
            "method must be 'linear', 'lower', 'higher', 'midpoint' or 'nearest'. "
            f"Received: method={method}"
        )
    x = tensor(x)
    kind, work = _working(x)
    rank = len(x.shape)
    if axis is None:
        axis = builtins.range(rank)
    axes = (axis,) if isinstance(axis, int) else axis
    axes = sorted(normalize_axis(a, rank, "quantile") for a in axes)
    kept = [a for a in builtins.range(rank) if a not in axes]
    dims = shape_of(x)
    flat = reshape(transpose(cast(x, work), kept + axes), (*(dims[a] for a in kept), -1))
    q = tensor(q, work)
    shares = q.shape  # the result's first axes
    q = reshape(q, (-1,)) if len(shares) > 1 else q
    ordered = sort(flat)  # nan last
    bad = isnan(ordered)
    counted = logical_not(bad) if skip_nan else equal(bad, bad)
    total = sum(cast(counted, work), axis=-1)
    points = reshape(q, (-1, *[1] * len(kept)))
    place = multiply(points, subtract(total, 1.0))
    low, high = floor(place), ceil(place)
    if method == "nearest":
        low = high = round(place)
    elif method == "lower":
        high = low
    elif method == "higher":
        low = high
    share = 0.5 if method == "midpoint" else subtract(place, low)
    first, second = _at(ordered, low), _at(ordered, high)
    result = add(first, multiply(subtract(second, first), share))
    result = where(low == high, first, result)
    spoilt = less(total, 0.5) if skip_nan else any_of(bad, axis=-1)
    result = where(spoilt, float("nan"), result)
    if not q.shape:
        result = result[0]
    if keepdims:
        lead = (q.shape[0],) if q.shape else ()
        shape = tuple(1 if a in axes else dims[a] for a in builtins.range(rank))
        result = reshape(result, (*lead, *shape))
    if len(shares) > 1:
        result = reshape(result, (*shares, *shape_of(result)[1:]))
    return cast(result, kind)


def _at(ordered, place):
    """Elements of the last axis at positions (points, ...)."""
    place = moveaxis(maximum(place, 0), 0, -1)
    return moveaxis(take_along_axis(ordered, cast(place, "int32"), axis=-1), -1, 0)


# ---- ignoring nan


__all__ = [
    "median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile",
]  # fmt: skip
