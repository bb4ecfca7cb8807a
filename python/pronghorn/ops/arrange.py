"""Rearranging: stacking and splitting by name, tiling, rolling, rotating, grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor
from ..engine.sized import sized_by_data, sized_by_inputs
from ..engine.symbolic import known_by_name
from ._args import index, normalize_axis, plain, shape_of, sizes, tensor
from ._starts import is_open
from .array import (
    OPEN_END,
    _cut,
    _many,
    broadcast_to,
    concatenate,
    expand_dims,
    flip,
    ravel,
    reshape,
    stack,
    take,
    transpose,
)
from .creation import arange
from .math import add, greater_equal, less, logical_or, multiply, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Axis, Tensor, TensorLike


def size(x: TensorLike) -> Any:
    """The number of elements.

    Args:
        x: Tensor of any dtype.

    Returns:
        An int32 scalar; a KerasTensor for a KerasTensor. In a layer's `call`, where sizes are not
        known yet, a stand-in with the arithmetic of an int.

    Example:
        >>> ops.size([[1, 2, 3], [4, 5, 6]]).tolist()
        6
    """
    count = 1
    for n in shape_of(tensor(x)):
        count = count * n
    return tensor(count, "int32") if isinstance(count, int) else count


def ndim(x: TensorLike) -> Any:
    """The number of axes.

    Args:
        x: Tensor of any dtype.

    Returns:
        An int, also of a symbolic tensor.

    Example:
        >>> ops.ndim([[1, 2], [3, 4]])
        2
    """
    return len(tensor(x).shape)


def get_item(x: TensorLike, key: Any) -> Any:
    """x[key], as a function.

    Args:
        x: Tensor of any dtype.
        key: What may stand in the brackets: an int, a slice, None, `...`, a tensor of integers or
            bool, or a tuple of these.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> ops.get_item([1, 2, 3], 1).tolist()
        2
    """
    return tensor(x)[key]


def append(x1: TensorLike, x2: TensorLike, axis: Axis | None = None) -> Tensor:
    """x2 joined behind x1 along an axis; both flattened first where it is None.

    Args:
        x1: Tensor of any dtype.
        x2: Tensor; where `axis` is given, of x1's rank and equal to it in the other sizes.
        axis: The axis along which they are joined, or None.

    Returns:
        Tensor of the common dtype: a vector of all elements where `axis` is None, else longer along
        it.

    Example:
        >>> ops.append([1, 2], [[3], [4]]).tolist()
        [1, 2, 3, 4]
    """
    x1, x2 = tensor(x1), tensor(x2)
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)], axis=0)
    return concatenate([x1, x2], axis=axis)  # type: ignore[arg-type]


def hstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors joined along the second axis (vectors: the first).

    Args:
        xs: List of tensors of equal sizes but for the second axis (vectors: of any length).

    Returns:
        Tensor of the common dtype.

    Example:
        >>> ops.hstack([[1, 2], [3]]).tolist()
        [1, 2, 3]
    """
    xs = [reshape(x, (1,)) if not x.shape else x for x in map(tensor, _many("hstack", xs))]
    return concatenate(xs, axis=0 if len(xs[0].shape) == 1 else 1)


def vstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors joined along the first axis; a vector is one row.

    Args:
        xs: List of tensors of equal sizes but for the first axis.

    Returns:
        Tensor of at least two axes, of the common dtype.

    Example:
        >>> ops.vstack([[1, 2], [3, 4]]).tolist()
        [[1, 2], [3, 4]]
    """
    xs = [tensor(x) for x in _many("vstack", xs)]
    xs = [reshape(x, (1, *(shape_of(x) or (1,)))) if len(x.shape) < 2 else x for x in xs]
    return concatenate(xs, axis=0)


def dstack(xs: Sequence[TensorLike]) -> Tensor:
    """Tensors joined along the third axis; vectors become (1, n, 1), matrices (m, n, 1).

    Args:
        xs: List of tensors of equal sizes but for the third axis.

    Returns:
        Tensor of at least three axes, of the common dtype.

    Example:
        >>> ops.shape(ops.dstack([[1, 2], [3, 4]]))
        (1, 2, 2)
    """
    deep = []
    for x in map(tensor, _many("dstack", xs)):
        rank = len(x.shape)
        if rank < 2:
            x = reshape(x, (1, *(shape_of(x) or (1,)), 1))
        elif rank == 2:
            x = expand_dims(x, 2)
        deep.append(x)
    return concatenate(deep, axis=2)


def tile(x: TensorLike, repeats: Any) -> Tensor:
    """x repeated as a whole along its axes.

    Args:
        x: Tensor.
        repeats: How often along each axis; missing ones, of x or of `repeats`, are in front.

    Returns:
        Tensor of x's dtype, each size multiplied by its number of repeats.

    Example:
        >>> ops.tile([1, 2], 2).tolist()
        [1, 2, 1, 2]
    """
    if is_open(repeats):
        return _tile_openly(tensor(x), repeats)
    return _tiled(tensor(x), sizes(repeats, "repeats"))


def _open_tiles(x, repeats):
    rank = len(repeats) if isinstance(repeats, (list, tuple)) else (*repeats.shape, 1)[0]
    return (None,) * max(rank, len(x.shape)), x.dtype


@sized_by_data(_open_tiles)
def _tile_openly(x, repeats):
    return tile(x, repeats)


def _tiled(x, repeats):
    repeats = list(repeats)
    dims = list(shape_of(x))
    repeats = [1] * (len(dims) - len(repeats)) + repeats
    dims = [1] * (len(repeats) - len(dims)) + dims
    spread = [n for pair in zip([1] * len(dims), dims) for n in pair]
    wide = [n for pair in zip(repeats, dims) for n in pair]
    if len(spread) > 8:  # the kernels' most: one axis after the other
        x = reshape(x, tuple(dims))
        for axis, times in enumerate(repeats):
            x = concatenate([x] * times, axis=axis) if times else _cut(x, axis, 0, 0)
        return x
    x = broadcast_to(reshape(x, tuple(spread)), tuple(wide))
    return reshape(x, tuple(r * n for r, n in zip(repeats, dims)))


@known_by_name
def roll(x: TensorLike, shift: Any, axis: Axis | None = None) -> Tensor:
    """x with its elements moved along axes; what leaves at one end comes back at the other.

    Args:
        x: Tensor.
        shift: How far, an int or one for each axis.
        axis: An int or several; None rolls the flattened tensor.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> ops.roll([1, 2, 3], 1).tolist()
        [3, 1, 2]
    """
    x = tensor(x)
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), shape_of(x))
    axes = axis if isinstance(axis, (list, tuple)) else (axis,)
    shift = plain(shift)
    shifts = shift if isinstance(shift, (list, tuple)) else (shift,) * len(axes)
    if len(axes) == 1 and len(shifts) > 1:
        axes = tuple(axes) * len(shifts)
    return _rolled(x, shifts, [normalize_axis(at, len(x.shape), "roll") for at in axes])


@sized_by_inputs(
    lambda x, shifts, axes: (x.shape, x.dtype) if None in [x.shape[at] for at in axes] else None
)
def _rolled(x, shifts, axes):
    for by, at in zip(shifts, axes):
        by = by % x.shape[at] if x.shape[at] else 0
        if by:
            x = concatenate([_cut(x, at, -by, OPEN_END), _cut(x, at, 0, -by)], axis=at)
    return x


def swapaxes(x: TensorLike, axis1: Any, axis2: Any) -> Tensor:
    """x with two axes exchanged.

    Args:
        x: Tensor of any dtype.
        axis1: One axis; from the end where negative.
        axis2: The other.

    Returns:
        Tensor of x's dtype with the two sizes exchanged.

    Example:
        >>> ops.swapaxes([[1, 2], [3, 4], [5, 6]], 0, 1).tolist()
        [[1, 3, 5], [2, 4, 6]]
    """
    x = tensor(x)
    order = list(range(len(x.shape)))
    a, b = (normalize_axis(axis, len(order), "swapaxes") for axis in (axis1, axis2))
    order[a], order[b] = order[b], order[a]
    return transpose(x, order)


def fliplr(x: TensorLike) -> Tensor:
    """x with the order of its second axis reversed. Raises ValueError below two axes."""
    return flip(_of_rank(x, 2, "fliplr"), 1)


def flipud(x: TensorLike) -> Tensor:
    """x with the order of its first axis reversed. Raises ValueError for a scalar."""
    return flip(_of_rank(x, 1, "flipud"), 0)


def _of_rank(x, rank, who):
    x = tensor(x)
    if len(x.shape) < rank:
        raise ValueError(f"{who}: expected at least {rank} axes. Received shape {x.shape}.")
    return x


def rot90(array: Any, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """x rotated by 90 degrees k times in the plane of two axes, from the first to the second.

    Args:
        array: Tensor of at least two axes.
        k: How many quarter turns; backwards where negative.
        axes: The two axes of the plane.

    Returns:
        Tensor of the same dtype; the two sizes are exchanged where k is odd.

    Raises:
        ValueError: fewer than two axes, or twice the same.

    Example:
        >>> ops.rot90([[1, 2], [3, 4]]).tolist()
        [[2, 4], [1, 3]]
    """
    x = tensor(array)
    rank = len(x.shape)
    if rank < 2:
        raise ValueError(
            f"Input array must have at least 2 dimensions. Received: array.ndim={rank}"
        )
    if len(axes) != 2 or axes[0] % rank == axes[1] % rank:
        raise ValueError(f"Invalid axes: {axes}. Axes must be a tuple of two different dimensions.")
    first, second = (normalize_axis(axis, rank, "rot90") for axis in axes)
    k = k % 4
    if k == 2:
        return flip(flip(x, first), second)
    if k == 1:
        return swapaxes(flip(x, second), first, second)
    return flip(swapaxes(x, first, second), second) if k == 3 else x


def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Grids of coordinates: one tensor for each vector, all of the grid's shape.

    Args:
        *x: Vectors.
        indexing: `"xy"` (the first vector runs along the columns) or `"ij"`.

    Returns:
        List of one tensor for each vector; all have the shape (n0, n1, ...) with "ij", and (n1, n0,
        ...) with "xy".

    Raises:
        ValueError: another `indexing`.

    Example:
        >>> ops.meshgrid([1, 2], [3, 4])[1].tolist()
        [[3, 3], [4, 4]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Valid values for `indexing` are 'xy' and 'ij'. Received: indexing={indexing}"
        )
    vectors = [ravel(v) for v in x]
    place = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        place[:2] = 1, 0
    shape = [None] * len(vectors)
    for v, at in zip(vectors, place):
        shape[at] = shape_of(v)[0]
    grids = []
    for v, at in zip(vectors, place):
        along = [1] * len(vectors)
        along[at] = shape[at]  # type: ignore[call-overload]
        grids.append(broadcast_to(reshape(v, tuple(along)), tuple(shape)))
    return grids


def take_along_axis(x: TensorLike, indices: TensorLike, axis: Axis | None = None) -> Tensor:
    """The elements of x at `indices` along an axis; the other axes broadcast.

    Args:
        x: Tensor.
        indices: Integer tensor of x's rank (flat where `axis` is None); negative ones count from
            the end.
        axis: The axis; None takes from the flattened tensor.

    Returns:
        Tensor of x's dtype and of the shape of `indices`, the other axes broadcast with x's.

    Raises:
        ValueError: an index out of range, or ranks that differ.

    Example:
        >>> ops.take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1).tolist()
        [[2], [3]]
    """
    x, indices = tensor(x), tensor(indices)
    if isinstance(indices, KerasTensor):
        indices = index(indices)
    if axis is None:
        return take(ravel(x), ravel(indices))
    rank = len(x.shape)
    axis = normalize_axis(axis, rank, "take_along_axis")
    if len(indices.shape) != rank:
        raise ValueError(
            f"take_along_axis: x of shape {x.shape} and indices of shape {indices.shape} must have "
            "the same number of axes."
        )
    if rank == 1:
        return take(x, indices, axis=0)
    dims, wanted = list(shape_of(x)), list(shape_of(indices))
    shared = [b if a == 1 else a for a, b in zip(dims, wanted)]
    x = broadcast_to(x, (*shared[:axis], dims[axis], *shared[axis + 1 :]))
    indices = broadcast_to(indices, (*shared[:axis], wanted[axis], *shared[axis + 1 :]))
    # with the axis last, row r of the flattened rows begins at r * its size
    x, indices = swap_last(x, axis), swap_last(indices, axis)
    length, result_shape = dims[axis], shape_of(indices)
    rows, columns = reshape(x, (-1, length)), reshape(indices, (-1, wanted[axis]))
    columns = where(less(columns, 0), add(columns, length), columns)
    start = expand_dims(multiply(arange(shape_of(rows)[0]), length), 1)
    # an index out of its row must not read the next one
    outside = logical_or(less(columns, 0), greater_equal(columns, length))
    flat = where(outside, -(2**31), add(start, columns))
    return swap_last(reshape(take(reshape(x, (-1,)), flat), result_shape), axis)


def swap_last(x, axis):
    """x with `axis` and the last axis exchanged."""
    return x if axis == len(x.shape) - 1 else swapaxes(x, axis, -1)


__all__ = [
    "append", "dstack", "fliplr", "flipud", "get_item", "hstack", "meshgrid", "ndim", "roll",
    "rot90", "size", "stack", "swapaxes", "take_along_axis", "tile", "vstack",
]  # fmt: skip
