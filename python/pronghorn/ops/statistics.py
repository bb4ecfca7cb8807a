"""Statistics: averages, ranges, counts and bins."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_data, sized_by_inputs
from ._args import FLOATS, cast, normalize_axis, pair, result_type, shape_of, tensor
from .array import expand_dims, ravel, reshape, scatter_add
from .creation import arange
from .math import (
    add,
    divide,
    equal,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    max,
    mean,
    min,
    multiply,
    not_equal,
    subtract,
    sum,
    where,
)
from .math import any as any_of
from .sequences import linspace
from .sorting import searchsorted

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def amax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The largest element over axes; see `max`.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> ops.amax([[1, 5], [3, 2]], axis=0).tolist()
        [3, 5]
    """
    return max(x, axis=axis, keepdims=keepdims)


def amin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The smallest element over axes; see `min`.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> ops.amin([[1, 5], [3, 2]], axis=0).tolist()
        [1, 2]
    """
    return min(x, axis=axis, keepdims=keepdims)


def ptp(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The largest less the smallest element over axes.

    Args:
        x: Tensor of any number dtype.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor of x's dtype without the axes.

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

    Returns:
        Float tensor without the axis.

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
    """How many elements over axes are not 0.

    Args:
        x: Tensor of any dtype.
        axis: An int, several, or None for all.

    Returns:
        int32 tensor without the axes.

    Example:
        >>> ops.count_nonzero([[0, 1], [2, 3]], axis=1).tolist()
        [1, 2]
    """
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
        `minlength` or one more than the largest value. Eager, the values decide; in a compiled
        function `minlength` is the length, which it needs, and larger values are not counted.

    Raises:
        ValueError: a negative value, other numbers of axes, a sparse result, or a compiled function
            without `minlength`.

    Example:
        >>> ops.bincount([1, 2, 2]).tolist()
        [0, 1, 2]
    """
    if sparse:
        raise ValueError("bincount: sparse results are not supported; pass sparse=False.")
    x = tensor(x)
    if not x.shape:
        x = reshape(x, (1,))
        weights = weights if weights is None else reshape(weights, (1,))
    if len(x.shape) not in (1, 2):
        raise ValueError(f"bincount: expected 1 or 2 axes. Received: x.shape={x.shape}")
    given = (x,) if weights is None else (x, tensor(weights))
    return _row_counts(minlength, *given) if minlength else bincount_of_values(*given)


def _counts_spec(x, weights=None):
    return [*x.shape[:-1], None], _count_type(x, weights)


def _count_type(x, weights):
    return "int32" if weights is None else result_type(x.dtype, tensor(weights).dtype)


@sized_by_data(_counts_spec)
def bincount_of_values(x, weights=None):
    return _counts(0, x, weights)


def _row_counts_spec(minlength, x, weights=None):
    if len(x.shape) == 1 or None not in x.shape:
        return None
    return (x.shape[0], minlength), _count_type(x, weights)


@sized_by_inputs(_row_counts_spec)
def _row_counts(minlength, x, weights=None):
    return _counts(minlength, x, weights)


def _counts(minlength, x, weights=None):
    length = _known_length(x, minlength)
    kind = _count_type(x, weights)
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

    Returns:
        int32 tensor of x's shape, from 0 to the number of bins.

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

    Returns:
        Bool tensor of x1's shape.

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
            raise ValueError(
                f"Argument `range` must be a tuple of two elements. Received: range={range}"
            )
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


__all__ = [
    "amax", "amin", "average", "bincount", "count_nonzero", "digitize", "histogram", "isin", "ptp",
]  # fmt: skip
