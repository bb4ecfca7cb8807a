"""Order and running sums: sort, argsort, top_k, searchsorted, cumsum, cumprod."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.function_op import as_node
from ..engine.symbolic import known_by_name
from ._args import (
    FLOATS,
    KerasTensor,
    cast,
    normalize_axis,
    op,
    pair,
    result_type,
    shape_of,
    tensor,
)
from .arrange import swap_last, take_along_axis
from .array import expand_dims, ravel, reshape
from .math import (
    floor_divide,
    greater,
    greater_equal,
    isfinite,
    isnan,
    less,
    logical_and,
    mod,
    sum,
    where,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, DTypeLike, Tensor, TensorLike


_sort, _cumsum, _cumprod = op("sort"), op("cumsum"), op("cumprod")
_searchsorted = op("searchsorted")


def _by_last(x, axis, who):
    x = tensor(x)
    if axis is None:
        return ravel(x), 0
    axis = normalize_axis(axis, len(x.shape), who)
    return swap_last(x, axis), axis


def sort(x: TensorLike, axis: int = -1) -> Tensor:
    """x in ascending order along an axis, nan last; stable.

    Args:
        x: Tensor.
        axis: The axis; None sorts the flattened tensor.

    Returns:
        Tensor of x's shape and dtype (flat where `axis` is None).

    Raises:
        ValueError: an axis out of range.

    Example:
        >>> ops.sort([3, 1, 2]).tolist()
        [1, 2, 3]
    """
    if type(x) is KerasTensor:
        return as_node("sort", x, axis)
    x, axis = _by_last(x, axis, "sort")
    return swap_last(_sort((x,), (-1, False))[0], axis)


def argsort(x: TensorLike, axis: int = -1) -> Tensor:
    """The places of x's elements in ascending order along an axis; int32, stable.

    Args:
        x: Tensor of any dtype.
        axis: The axis; None takes the flattened tensor.

    Returns:
        int32 tensor of x's shape (flat where `axis` is None).

    Example:
        >>> ops.argsort([3, 1, 2]).tolist()
        [1, 2, 0]
    """
    if type(x) is KerasTensor:
        return as_node("argsort", x, axis)
    x = tensor(x)
    if not x.shape:
        x = reshape(x, (1,))
    x, axis = _by_last(x, axis, "argsort")
    return swap_last(_sort((x,), (-1, False))[1], axis)


def argpartition(x: TensorLike, kth: Any, axis: int = -1) -> Tensor:
    """Places such that the kth is the one it has in order, smaller elements before it; int32.

    They are those of `argsort`, which is one such order.

    Args:
        x: Tensor.
        kth: Position in the order.
        axis: The axis; None takes the flattened tensor.

    Returns:
        int32 tensor of x's shape (flat where `axis` is None).

    Raises:
        ValueError: a position beyond the axis.

    Example:
        >>> places = ops.argpartition([3, 1, 4, 2], 1)
        >>> ops.take([3, 1, 4, 2], places)[1].tolist()
        2
    """
    x, axis = _by_last(x, axis, "argpartition")
    total = x.shape[-1]
    if not hasattr(kth, "__index__"):
        raise ValueError(f"argpartition: `kth` must be an integer. Received: kth={kth}")
    if total is not None and not -total <= operator.index(kth) <= total:
        raise ValueError(f"kth must be in [{-total}, {total}). Received: kth={kth}")
    return swap_last(_sort((x,), (-1, False))[1], axis)


@known_by_name
def top_k(x: TensorLike, k: int, sorted: bool = True) -> tuple[Any, ...]:
    """The k largest elements of the last axis, in descending order, and their places.

    Args:
        x: Tensor of at least one axis.
        k: How many.
        sorted: For Keras's sake; the result is always sorted.

    Returns:
        Values and int32 places, both (..., k); of equal elements the first come first.

    Raises:
        ValueError: a k larger than the axis, or negative.

    Example:
        >>> ops.top_k([1, 5, 3], 2)[1].tolist()
        [1, 2]
    """
    x = tensor(x)
    if operator.index(k) < 0:
        raise ValueError(f"top_k: k must not be negative. Received: k={k}")
    values, places = _sort((x,), (operator.index(k), True))
    return values, places


def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> Tensor:
    """Whether the target's score is among the k largest of its row; bool.

    Args:
        targets: Integer tensor (batch,).
        predictions: Scores (batch, classes).
        k: How many count.

    Returns:
        Bool tensor (batch,); False for a target that is no class.

    Raises:
        ValueError: where the scores have not one axis more than the targets.

    Example:
        >>> ops.in_top_k([2, 0], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], 1).tolist()
        [True, False]
    """
    targets, scores = cast(tensor(targets), "int32"), tensor(predictions)
    if len(scores.shape) != len(targets.shape) + 1:
        raise ValueError(
            "in_top_k: `predictions` must have one axis more than `targets`, that of the classes. "
            f"Received: predictions.shape={scores.shape}, targets.shape={targets.shape}"
        )
    classes = shape_of(scores)[-1]
    valid = logical_and(greater_equal(targets, 0), less(targets, classes))
    place = expand_dims(where(valid, targets, 0), -1)
    own = take_along_axis(scores, place, axis=-1)
    larger = sum(cast(greater(scores, own), "int32"), axis=-1)
    counted = logical_and(valid, isfinite(own[..., 0]))
    return logical_and(counted, less(larger, k))


def _running(native, x, axis, dtype, skip=None):
    x = tensor(x)
    if skip is not None and x.dtype in FLOATS:
        x = where(isnan(x), skip, x)
    dtype = config.standardize_dtype(dtype or x.dtype)
    x = cast(x, "int32" if dtype == "bool" else dtype)
    if isinstance(axis, (list, tuple)):
        for one in axis:  # along several, one after the other
            x = native((x,), (normalize_axis(one, len(x.shape), native.name), False))
        return x
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis(axis, len(x.shape), native.name)
    return native((x,), (axis, False))


def cumsum(x: TensorLike, axis: Axis | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """The sums of the first elements along an axis: of one, of two, ...

    Args:
        x: Tensor.
        axis: The axis, or several, one after the other; None flattens x.
        dtype: dtype of the sums; that of x where None (bool: int32).

    Returns:
        A tensor of x's shape (flat where `axis` is None).

    Raises:
        ValueError: an axis out of range.

    Example:
        >>> ops.cumsum([1, 2, 3]).tolist()
        [1, 3, 6]
    """
    if type(x) is KerasTensor:
        return as_node("cumsum", x, axis, dtype)
    return _running(_cumsum, x, axis, dtype)


def cumprod(x: TensorLike, axis: Axis | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """The products of the first elements along an axis; arguments as in `cumsum`.

    Returns:
        Tensor of x's shape (flat where `axis` is None).

    Example:
        >>> ops.cumprod([1, 2, 3]).tolist()
        [1, 2, 6]
    """
    if type(x) is KerasTensor:
        return as_node("cumprod", x, axis, dtype)
    return _running(_cumprod, x, axis, dtype)


def nancumsum(x: TensorLike, axis: Axis | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """The sums of the first elements along an axis, nan counted as 0; see `cumsum`.

    Args:
        x: Tensor of any number dtype.
        axis: The axis; None takes the flattened tensor.
        dtype: The dtype to add in, or None.

    Returns:
        Tensor of x's shape (flat where `axis` is None).

    Example:
        >>> ops.nancumsum([2.0, float("nan"), 3.0]).tolist()
        [2.0, 2.0, 5.0]
    """
    return _running(_cumsum, x, axis, dtype, skip=0)


def nancumprod(x: TensorLike, axis: Axis | None = None, dtype: DTypeLike | None = None) -> Tensor:
    """The products of the first elements along an axis, nan counted as 1; see `cumprod`.

    Args:
        x: Tensor of any number dtype.
        axis: The axis; None takes the flattened tensor.
        dtype: The dtype to multiply in, or None.

    Returns:
        Tensor of x's shape (flat where `axis` is None).

    Example:
        >>> ops.nancumprod([2.0, float("nan"), 3.0]).tolist()
        [2.0, 2.0, 6.0]
    """
    return _running(_cumprod, x, axis, dtype, skip=1)


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Tensor:
    """Where values would be inserted into a sorted vector to keep its order; int32.

    Args:
        sorted_sequence: Vector in ascending order.
        values: Tensor of any shape.
        side: `"left"` (before equal elements) or `"right"` (behind them).

    Returns:
        int32 tensor of the shape of `values`, from 0 to the length of the sequence.

    Raises:
        ValueError: another side, or a sequence that is no vector.

    Example:
        >>> ops.searchsorted([1, 2, 4], [3, 4]).tolist()
        [2, 2]
    """
    sequence, values = pair(tensor(sorted_sequence), tensor(values))
    if len(sequence.shape) != 1:
        raise ValueError(
            f"searchsorted only supports 1-D sorted sequences. You received shape {sequence.shape}."
        )
    if side not in ("left", "right"):
        raise ValueError(f"side must be 'left' or 'right'. Received: side={side}")
    dtype = result_type(sequence.dtype, values.dtype)
    return _searchsorted((cast(sequence, dtype), cast(values, dtype)), (side == "right",))


def unravel_index(indices: TensorLike, shape: Any) -> tuple[Any, ...]:
    """The coordinates, one tensor an axis, of places in a tensor of a shape counted row by row.

    Args:
        indices: Integer tensor.
        shape: Sizes.

    Returns:
        Tuple of integer tensors of the shape of `indices`.

    Raises:
        ValueError: a shape of unknown sizes.

    Example:
        >>> [int(t) for t in ops.unravel_index(5, (2, 3))]
        [1, 2]
    """
    if any(n is None for n in shape):
        raise ValueError(f"`shape` argument cannot contain `None`. Received: shape={shape}")
    rest, coordinates = tensor(indices), []
    for size in reversed(tuple(shape)):
        coordinates.append(mod(rest, size))
        rest = floor_divide(rest, size)
    return tuple(reversed(coordinates))


__all__ = [
    "argpartition", "argsort", "cumprod", "cumsum", "in_top_k", "nancumprod", "nancumsum",
    "searchsorted", "sort", "top_k", "unravel_index",
]  # fmt: skip
