"""Sums, products, largest and smallest elements of segments of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_data
from ._args import cast, shape_of, tensor
from .array import expand_dims, reshape, scatter_add
from .creation import arange
from .math import equal, greater_equal, less, logical_and, max, min, prod, where

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _sum(data, ids, count):
    kept = logical_and(greater_equal(ids, 0), less(ids, count))
    rows = reshape(kept, (-1, *[1] * (len(data.shape) - 1)))
    return scatter_add(where(kept, ids, 0), where(rows, data, 0), count)


def _folded(fold, neutral):
    """A fold of rows by segment, through a mask of (segments, rows)."""

    def by_segment(data, ids, count):
        member = equal(expand_dims(ids, 0), expand_dims(cast(arange(count), ids.dtype), 1))
        member = reshape(member, (*shape_of(member), *[1] * (len(data.shape) - 1)))
        rows = where(member, expand_dims(data, 0), neutral(data.dtype))
        return cast(fold(rows, axis=1), data.dtype)

    return by_segment


def _least(dtype):
    if "int" not in dtype:
        return float("-inf")
    return 0 if dtype[0] == "u" else -(2 ** (int(dtype[3:]) - 1))


def _greatest(dtype):
    if "int" not in dtype:
        return float("inf")
    return 2 ** int(dtype[4:]) - 1 if dtype[0] == "u" else 2 ** (int(dtype[3:]) - 1) - 1


_FOLDS = {
    "sum": _sum,
    "max": _folded(max, _least),
    "min": _folded(min, _greatest),
    "prod": _folded(prod, lambda dtype: 1),
}


@sized_by_data(lambda data, ids, kind: ((None, *data.shape[1:]), data.dtype))
def segment_reduction(data, ids, kind):
    """A fold of as many segments as the largest id says."""
    count = int(max(ids).item()) + 1 if ids.shape[0] else 0
    return _FOLDS[kind](data, ids, count)


def _fold(kind, data, segment_ids, num_segments):
    data, ids = tensor(data), tensor(segment_ids)
    if len(ids.shape) != 1:
        raise ValueError(
            "Argument `segment_ids` should be an 1-D vector, got shape: "
            f"{ids.shape}. Flatten it, and the axes of `data` that it counts, with reshape."
        )
    rows = data.shape[0] if data.shape else 0
    if None not in (rows, ids.shape[0]) and rows != ids.shape[0]:
        raise ValueError(
            "Argument `segment_ids` and `data` should have same leading dimension. Got "
            f"{ids.shape} v.s. {data.shape}."
        )
    if num_segments is None:
        return segment_reduction(data, ids, kind)
    if isinstance(num_segments, (list, tuple)):
        raise TypeError(f"`num_segments` must be an integer. Received: {num_segments}")
    return _FOLDS[kind](data, ids, num_segments)


def segment_sum(
    data: Any, segment_ids: TensorLike, num_segments: Any = None, sorted: bool = False
) -> Tensor:
    """The sums of the rows of each segment.

    Args:
        data: Tensor (n, ...).
        segment_ids: Integer vector (n,): the segment of each row; negative ones count nothing.
        num_segments: Number of segments; one more than the largest id where None, which can be had
            eagerly only.
        sorted: Whether the ids are in order; changes nothing.

    Returns:
        A tensor (num_segments, ...).

    Raises:
        ValueError: ids that are no vector of n; inside a compiled function without num_segments.

    Example:
        >>> ops.segment_sum([1.0, 2.0, 3.0], [0, 0, 1]).tolist()
        [3.0, 3.0]
    """
    return _fold("sum", data, segment_ids, num_segments)


def segment_max(
    data: Any, segment_ids: TensorLike, num_segments: Any = None, sorted: bool = False
) -> Tensor:
    """The largest elements of the rows of each segment; the dtype's lowest where it is empty.

    Arguments as in `segment_sum`.

    Returns:
        Tensor (num_segments, *data.shape[1:]) of data's dtype.

    Example:
        >>> ops.segment_max([1.0, 2.0, 3.0], [0, 0, 1]).tolist()
        [2.0, 3.0]
    """
    return _fold("max", data, segment_ids, num_segments)


def segment_min(
    data: Any, segment_ids: TensorLike, num_segments: Any = None, sorted: bool = False
) -> Tensor:
    """The smallest elements of the rows of each segment; the dtype's highest where it is empty.

    Arguments as in `segment_sum`.

    Returns:
        Tensor (num_segments, *data.shape[1:]) of data's dtype.

    Example:
        >>> ops.segment_min([1.0, 2.0, 3.0], [0, 0, 1]).tolist()
        [1.0, 3.0]
    """
    return _fold("min", data, segment_ids, num_segments)


def segment_prod(
    data: Any, segment_ids: TensorLike, num_segments: Any = None, sorted: bool = False
) -> Tensor:
    """The products of the rows of each segment; 1 where it is empty.

    Arguments as in `segment_sum`.

    Returns:
        Tensor (num_segments, *data.shape[1:]) of data's dtype.

    Example:
        >>> ops.segment_prod([1.0, 2.0, 3.0], [0, 0, 1]).tolist()
        [2.0, 3.0]
    """
    return _fold("prod", data, segment_ids, num_segments)


__all__ = ["segment_max", "segment_min", "segment_prod", "segment_sum"]
