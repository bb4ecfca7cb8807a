"""Positions and distinct values: results whose size depends on values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import convert_to_numpy
from ..engine.host import host_op
from ..engine.sized import sized_by_data
from ._args import normalize_axis, tensor
from .arrange import take
from .array import moveaxis, reshape
from .creation import arange
from .math import less, where

if TYPE_CHECKING:
    from ..engine.types import Axis, TensorLike


@sized_by_data(lambda x: [((None,), "int32")] * len(x.shape))
def nonzero(x: TensorLike) -> tuple[Any, ...]:
    """The positions of elements that are not 0, in row-major order.

    Args:
        x: Tensor.

    Returns:
        A tuple of int32 tensors (count,), one an axis. Eagerly only: in a compiled function no size
        may depend on values.

    Raises:
        ValueError: inside a compiled function.

    Example:
        >>> [t.tolist() for t in ops.nonzero([[0, 3], [4, 0]])]
        [[0, 1], [1, 0]]
    """
    found = convert_to_numpy(tensor(x)).nonzero()
    return tuple(tensor(i.astype("int32")) for i in found)


def _distinct(rows, ordered):
    """First places, the number of each row's value among them, and counts; of rows (n, ...)."""
    axis = 0 if rows.ndim > 1 else None
    _, first, inverse, counts = np.unique(rows, True, True, True, axis=axis, equal_nan=False)
    inverse = inverse.reshape(-1)
    if not ordered:  # as they come
        order = np.argsort(first, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        first, inverse, counts = first[order], rank[inverse], counts[order]
    return first, inverse, counts


def _run_fixed(rows, ordered, size):
    """`_distinct`, cut or padded to a size; and how many there are."""
    first, inverse, counts = _distinct(rows, ordered)
    found = min(len(first), size)
    # places are padded with the first
    fixed = np.full(size, first[0] if found else 0, "int32"), np.zeros(size, "int32")
    for out, given in zip(fixed, (first, counts)):
        out[:found] = given[:found]
    return fixed[0], inverse, fixed[1], np.array(found)


_fixed = host_op(
    "unique",
    _run_fixed,
    lambda x, ordered, size: [
        ((size,), "int32"), (x[0][:1], "int32"), ((size,), "int32"), ((), "int32")
    ],
    attrs=[("ordered", "flag", True), ("size", "integer", 1)],
)  # fmt: skip


def _flat(x, axis):
    """The rows among which distinct ones are looked for, and the axis."""
    if axis is None:
        return reshape(x, (-1,)), None
    axis = normalize_axis(axis, len(x.shape), "unique")
    return moveaxis(x, axis, 0), axis


def _chosen(x, values, axis, index, inverse, counts, wanted):
    """What the caller wants, from rows and their places."""
    if axis is not None:
        values = moveaxis(values, 0, axis)
    else:
        inverse = reshape(inverse, x.shape)
    out = [values, *(part for part, want in zip((index, inverse, counts), wanted) if want)]
    return out[0] if len(out) == 1 else tuple(out)


def _unique_specs(
    x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None
):
    shape = (None,)
    if axis is not None:
        axis = normalize_axis(axis, len(x.shape), "unique")
        shape = (*x.shape[:axis], None, *x.shape[axis + 1 :])
    inverse = tuple(x.shape) if axis is None else (x.shape[axis],)
    parts = [(shape, x.dtype)]
    for want, part in (
        (return_index, (None,)),
        (return_inverse, inverse),
        (return_counts, (None,)),
    ):
        if want:
            parts.append((part, "int32"))
    return parts if len(parts) > 1 else parts[0]


@sized_by_data(_unique_specs)
def _unique(
    x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None
):
    rows, axis = _flat(x, axis)
    parts = _distinct(convert_to_numpy(rows), sorted)
    index, inverse, counts = (tensor(part.astype("int32")) for part in parts)
    wanted = (return_index, return_inverse, return_counts)
    return _chosen(x, take(rows, index, axis=0), axis, index, inverse, counts, wanted)


def unique(
    x: TensorLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Axis | None = None,
    size: Any = None,
    fill_value: Any = None,
) -> Any:
    """The distinct elements of a tensor, or the distinct slices along an axis.

    Args:
        x: Tensor; no nan equals another.
        sorted: Whether they come in ascending order, instead of as they first appear.
        return_index: Whether to return where each first appears.
        return_inverse: Whether to return, for each element of x, its place in the result.
        return_counts: Whether to return how often each appears.
        axis: None for elements, an int for slices.
        size: The size of the result, which is cut or padded; without one, it depends on values,
            and can be had eagerly only.
        fill_value: What pads it, 0 where None.

    Returns:
        The values, and behind them what was asked for, as int32 tensors.

    Raises:
        ValueError: inside a compiled function without `size`; an axis out of range.

    Example:
        >>> [t.tolist() for t in ops.unique([3, 1, 3], return_counts=True)]
        [[1, 3], [1, 2]]
    """
    x = tensor(x)
    if size is None:
        return _unique(x, sorted, return_index, return_inverse, return_counts, axis)
    rows, axis = _flat(x, axis)
    index, inverse, counts, found = _fixed((rows,), (bool(sorted), int(size)))
    values = take(rows, index, axis=0)
    used = reshape(less(arange(size), found), (-1, *[1] * (len(values.shape) - 1)))
    values = where(used, values, 0 if fill_value is None else fill_value)
    wanted = (return_index, return_inverse, return_counts)
    return _chosen(x, values, axis, index, inverse, counts, wanted)


__all__ = ["nonzero", "unique"]
