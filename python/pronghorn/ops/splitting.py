"""Cutting tensors into parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_inputs
from ._args import normalize_axis, tensor
from .array import OPEN_END, _cut, positions

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def split(x: TensorLike, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """x cut along an axis into a list.

    Args:
        x: Tensor.
        indices_or_sections: The number of equal parts, or the positions where parts begin.
        axis: The axis.

    Returns:
        List of tensors of x's dtype.

    Raises:
        ValueError: a size that the number of parts does not divide.

    Example:
        >>> [part.tolist() for part in ops.split([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
        >>> [part.tolist() for part in ops.split([1, 2, 3, 4], [1, 3])]
        [[1], [2, 3], [4]]
    """
    x = tensor(x)
    axis = normalize_axis(axis, len(x.shape), "split")
    places = positions(indices_or_sections)
    if isinstance(places, tuple):
        return list(_parts_at(x, places, axis))
    return list(_equal_parts(x, places, axis))


def _unknown_between(x, places, axis):
    """Specs of parts of an unknown size: those between two places have their difference."""
    if x.shape[axis] is not None or any(p < 0 for p in places):
        return None
    sizes = [max(b - a, 0) for a, b in zip((0, *places), places)]
    shape = x.shape
    return [((*shape[:axis], n, *shape[axis + 1 :]), x.dtype) for n in (*sizes, None)]


@sized_by_inputs(_unknown_between)
def _parts_at(x, places, axis):
    edges = [0, *places, OPEN_END]
    return tuple(_cut(x, axis, a, b) for a, b in zip(edges, edges[1:]))


def unknown_parts(x, parts, axis):
    """The specs of parts of an axis whose size is unknown."""
    if x.shape[axis] is not None or parts < 1:
        return None
    return [((*x.shape[:axis], None, *x.shape[axis + 1 :]), x.dtype)] * parts


@sized_by_inputs(unknown_parts)
def _equal_parts(x, parts, axis):
    total = x.shape[axis]
    if parts < 1 or total % parts:
        raise ValueError(
            f"split: axis {axis} of a tensor of shape {x.shape} does not divide into {parts} equal "
            "parts."
        )
    edges = [total // parts * i for i in range(parts + 1)]
    return tuple(_cut(x, axis, a, b) for a, b in zip(edges, edges[1:]))


def array_split(x: TensorLike, indices_or_sections: Any, axis: int = 0) -> Any:
    """x cut along an axis into parts that need not be equal: the first ones are one longer.

    Args:
        x: Tensor.
        indices_or_sections: The number of parts, or the positions where parts begin.
        axis: The axis.

    Returns:
        List of tensors of x's dtype.

    Raises:
        ValueError: fewer than one part.

    Example:
        >>> [t.shape for t in ops.array_split(ops.arange(5), 3)]
        [(2,), (2,), (1,)]
    """
    x = tensor(x)
    parts = positions(indices_or_sections)
    if isinstance(parts, tuple):
        return split(x, parts, axis=axis)
    axis = normalize_axis(axis, len(x.shape), "array_split")
    if parts < 1:
        raise ValueError(
            f"array_split: axis {axis} of a tensor of shape {x.shape} cannot be cut into {parts} "
            "parts; expected at least one."
        )
    return list(_near_parts(x, parts, axis))


@sized_by_inputs(unknown_parts)
def _near_parts(x, parts, axis):
    total = x.shape[axis]
    short, longer = divmod(total, parts)
    edges = [i * short + min(i, longer) for i in range(parts + 1)]
    return tuple(_cut(x, axis, a, b) for a, b in zip(edges, edges[1:]))


def hsplit(x: TensorLike, indices_or_sections: Any) -> Any:
    """x cut along its second axis (a vector: its first); see `split`.

    Returns:
        List of tensors of x's dtype.

    Example:
        >>> [part.tolist() for part in ops.hsplit([[1, 2, 3], [4, 5, 6]], [1])]
        [[[1], [4]], [[2, 3], [5, 6]]]
    """
    x = tensor(x)
    return split(x, indices_or_sections, axis=0 if len(x.shape) == 1 else 1)


def vsplit(x: TensorLike, indices_or_sections: Any) -> Any:
    """x cut along its first axis; see `split`.

    Returns:
        List of tensors of x's dtype.

    Example:
        >>> [part.tolist() for part in ops.vsplit([[1, 2], [3, 4]], 2)]
        [[[1, 2]], [[3, 4]]]
    """
    return split(x, indices_or_sections, axis=0)


def dsplit(x: TensorLike, indices_or_sections: Any) -> Any:
    """x cut along its third axis; see `split`.

    Returns:
        List of tensors of x's dtype.

    Example:
        >>> [part.shape for part in ops.dsplit(ops.zeros((2, 2, 6)), 3)]
        [(2, 2, 2), (2, 2, 2), (2, 2, 2)]
    """
    return split(x, indices_or_sections, axis=2)


def unstack(x: TensorLike, num: Any = None, axis: int = 0) -> list[Any]:
    """The slices of x along an axis, as a list.

    Args:
        x: Tensor.
        num: The number of slices, needed only where the size is unknown.
        axis: The axis that is dropped.

    Returns:
        List of tensors of x's dtype with one axis less.

    Raises:
        ValueError: an unknown size without `num`.

    Example:
        >>> [row.tolist() for row in ops.unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = tensor(x)
    axis = normalize_axis(axis, len(x.shape), "unstack")
    have = x.shape[axis]
    if num is not None and have is not None and num != have:
        raise ValueError(f"unstack: axis {axis} of shape {x.shape} has not num={num} elements.")
    num = have if num is None else num
    if num is None:
        raise ValueError(
            f"unstack: Cannot infer argument `num` from shape {x.shape}, whose axis {axis} has an "
            "unknown size; give `num`."
        )
    before = (slice(None),) * axis
    return [x[(*before, i)] for i in range(num)]


__all__ = ["array_split", "dsplit", "hsplit", "split", "unstack", "vsplit"]
