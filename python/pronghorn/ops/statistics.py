"""Statistics: averages, ranges, counts and what ignores nan."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ._args import FLOATS, cast, normalize_axis, pair, result_type, shape_of, tensor
from .arrange import take_along_axis
from .array import expand_dims, moveaxis, ravel, reshape, scatter_add, transpose
from .creation import arange
from .math import (
    add,
    argmax,
    argmin,
    ceil,
    divide,
    equal,
    floor,
    greater_equal,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    max,
    maximum,
    mean,
    min,
    multiply,
    not_equal,
    prod,
    round,
    sqrt,
    square,
    subtract,
    sum,
    where,
)
from .math import all as all_of
from .math import any as any_of
from .sequences import linspace
from .sorting import searchsorted, sort

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def amax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The largest element over axes; see `max`."""
    return max(x, axis=axis, keepdims=keepdims)


def amin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The smallest element over axes; see `min`."""
    return min(x, axis=axis, keepdims=keepdims)


def ptp(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The largest less the smallest element over axes.

    Example:
        >>> ops.ptp([1, 5, 3]).tolist()
        4
    """
    x = tensor(x)
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


def average(x: TensorLike, axis: Axis | None = None, weights: Any = None) -> Any:
    """The weighted mean over an axis.

    Args:
        x: Tensor.
        axis: An int, or None for all.
        weights: Of x's shape, or a vector along `axis`; None for equal ones.

    Raises:
        ValueError: weights of another shape.

    Example:
        >>> ops.average([1.0, 3.0], weights=[3.0, 1.0]).tolist()
        1.5
    """
    x = tensor(x)
    if weights is None:
        return mean(x, axis=axis)
    weights = tensor(weights)
    x, weights = (cast(t, result_type(x.dtype, weights.dtype, "float")) for t in (x, weights))
    same = len(x.shape) == len(weights.shape) and builtins.all(
        a == b or None in (a, b) for a, b in zip(x.shape, weights.shape)
    )
    if not same:
        axis = None if axis is None else normalize_axis(axis, len(x.shape), "average")
        along = None if axis is None else x.shape[axis]
        if axis is None or len(weights.shape) != 1 or weights.shape[0] not in (along, None):
            raise ValueError(
                "`weights` must have the same shape as `x`, or the same size as `x` at "
                f"`axis={axis}`. Received: weights.shape={weights.shape}, x.shape={x.shape}"
            )
        rank = len(x.shape)
        shape = [1] * rank
        shape[axis] = -1
        weights = reshape(weights, tuple(shape))
    total = sum(multiply(x, weights), axis=axis)
    return divide(total, sum(add(weights, multiply(x, 0)), axis=axis))


def count_nonzero(x: TensorLike, axis: Axis | None = None) -> Tensor:
    """How many elements are not 0, over an axis; int32."""
    x = tensor(x)
    return sum(cast(not_equal(x, 0), "int32"), axis=axis)


def bincount(
    x: TensorLike, weights: Any = None, minlength: int = 0, sparse: bool = False
) -> Tensor:
    """How often each non-negative integer occurs.

    Args:
        x: Integer tensor, shape (n,) or (batch, n).
        weights: What each occurrence counts, of x's shape; 1 where None.
        minlength: The least length of the result.
        sparse: Not supported.

    Returns:
        int32 counts (or sums of weights), shape (length,) or (batch, length), where length is
        `minlength` or one more than the largest value. Eager, the values decide; where they are not
        known, `minlength` is the length and larger values are not counted.

    Raises:
        ValueError: a negative value, or a sparse result.

    Example:
        >>> ops.bincount([1, 2, 2]).tolist()
        [0, 1, 2]
    """
    if sparse:
        raise ValueError("bincount: sparse results are not supported; pass sparse=False.")
    x = tensor(x)
    length = _known_length(x, minlength)
    kind = "int32" if weights is None else tensor(weights).dtype
    counted = where(less(x, length), 1, 0) if weights is None else tensor(weights)
    counted = cast(where(logical_and(less(x, length), greater_equal(x, 0)), counted, 0), kind)
    place = cast(where(less(x, length), x, 0), "int64" if "64" in x.dtype else "int32")
    if len(x.shape) == 1:
        return scatter_add(place, counted, length)
    rows = shape_of(x)[0]
    place = add(place, expand_dims(multiply(cast(arange(rows), place.dtype), length), 1))
    sums = scatter_add(reshape(place, (-1,)), reshape(counted, (-1,)), rows * length)
    return reshape(sums, (rows, length))


def _known_length(x, minlength):
    from ..engine import trace
    from ..engine.tensor import Tensor

    if not isinstance(x, Tensor) or trace.is_tracing() or 0 in x.shape:
        return minlength
    low, high = int(min(x).item()), int(max(x).item())
    if low < 0:
        raise ValueError(f"bincount: values must not be negative. Received: {low}")
    return high + 1 if high >= minlength else minlength


def digitize(x: TensorLike, bins: Any) -> Tensor:
    """The bin of each element: i where bins[i - 1] <= x < bins[i]; int32.

    Args:
        x: Tensor.
        bins: Vector in ascending order.

    Raises:
        ValueError: bins that are no vector.

    Example:
        >>> ops.digitize([0.5, 1.5], [0.0, 1.0, 2.0]).tolist()
        [1, 2]
    """
    bins = tensor(bins)
    if len(bins.shape) > 1:
        raise ValueError(f"`bins` must be a 1D array. Received: bins.shape={bins.shape}")
    return searchsorted(bins, x, side="right")


def isin(
    x1: TensorLike, x2: TensorLike, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Where elements of x1 occur in x2; bool of x1's shape.

    Args:
        x1: Tensor.
        x2: Tensor of any shape.
        assume_unique: For NumPy's sake; changes nothing.
        invert: Whether to ask where they do not occur.

    Example:
        >>> ops.isin([1, 2, 3], [2, 4]).tolist()
        [False, True, False]
    """
    x1, x2 = pair(tensor(x1), tensor(x2))
    found = any_of(equal(expand_dims(x1, -1), ravel(x2)), axis=-1)
    return logical_not(found) if invert else found


def histogram(x: TensorLike, bins: int = 10, range: Any = None) -> tuple[Any, ...]:
    """Counts in equal bins, and the bins' edges.

    Args:
        x: Vector.
        bins: The number of bins.
        range: (low, high); the smallest and largest element where None. Others are not counted.

    Returns:
        Counts (bins,) and edges (bins + 1,).

    Raises:
        TypeError, ValueError: bins or a range that make no sense, or x is no vector.

    Example:
        >>> ops.histogram([1.0, 2.0, 4.0], bins=3)[0].tolist()
        [1, 1, 1]
    """
    if not isinstance(bins, int):
        raise TypeError(f"Argument `bins` must be a non-negative integer. Received: bins={bins}")
    if bins < 0:
        raise ValueError(f"Argument `bins` should be a non-negative integer. Received: bins={bins}")
    if range:
        if len(range) != 2 or not isinstance(range, tuple):
            raise ValueError(f"range must be a tuple of two elements. Received: {range}")
        if range[1] < range[0]:
            raise ValueError(
                f"The second element of range must be greater than the first. Received: {range}"
            )
    x = tensor(x)
    if len(x.shape) != 1:
        raise ValueError(f"Input tensor must be 1-dimensional. Received: input.shape={x.shape}")
    work = x if x.dtype in FLOATS else cast(x, "float32")
    if range:
        low, high = cast(tensor(range[0]), work.dtype), cast(tensor(range[1]), work.dtype)
    else:
        low, high = min(work), max(work)
    same = less_equal(high, low)  # all equal: a bin of width 1 around the value
    low, high = where(same, subtract(low, 0.5), low), where(same, add(high, 0.5), high)
    edges = linspace(low, high, bins + 1)
    inside = logical_and(greater_equal(work, low), less_equal(work, high))
    place = subtract(searchsorted(edges, work, side="right"), 1)
    place = where(place >= bins, bins - 1, where(place < 0, 0, place))
    counts = scatter_add(place, cast(inside, "int32"), bins)
    return counts, edges


# ---- order statistics
def quantile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The value below which a share q of the elements over axes lies.

    Args:
        x: Tensor.
        q: Number or vector of numbers in [0, 1].
        axis: An int, several, or None for all.
        method: Between two elements: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: Whether the axes stay as size 1.

    Returns:
        A float tensor; for a vector of q with a first axis of that length.

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
    """`quantile` with q in percent."""
    return quantile(x, _share(x, q), axis, method, keepdims)


def median(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The middle element over axes, or the mean of the two middle ones.

    Example:
        >>> ops.median([3.0, 1.0, 2.0]).tolist()
        2.0
    """
    return quantile(x, 0.5, axis, "linear", keepdims)


def nanquantile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`quantile` of what is not nan; nan where nothing is."""
    return _quantile(x, q, axis, method, keepdims, skip_nan=True)


def nanpercentile(
    x: TensorLike, q: Any, axis: Axis | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """`percentile` of what is not nan; nan where nothing is."""
    return nanquantile(x, _share(x, q), axis, method, keepdims)


def nanmedian(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """`median` of what is not nan; nan where nothing is."""
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
    return cast(result, kind)


def _at(ordered, place):
    """Elements of the last axis at positions (points, ...)."""
    place = moveaxis(maximum(place, 0), 0, -1)
    return moveaxis(take_along_axis(ordered, cast(place, "int32"), axis=-1), -1, 0)


# ---- ignoring nan
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
    "amax", "amin", "average", "bincount", "count_nonzero", "digitize", "histogram", "isin",
    "median", "nanargmax", "nanargmin", "nanmax", "nanmean", "nanmedian", "nanmin",
    "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "percentile", "ptp",
    "quantile",
]  # fmt: skip
