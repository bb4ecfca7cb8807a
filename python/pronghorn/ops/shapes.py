"""The shape of a tensor, and its elements under another shape: no element is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.function_op import as_node
from ..engine.sized import sized_by_data
from . import _args
from ._args import normalize_axis, op, shape_of, sizes, tensor
from ._starts import is_open

if TYPE_CHECKING:
    from ..engine.types import Axis, Shape, Tensor, TensorLike


_reshape, _transpose, _broadcast_to = op("reshape"), op("transpose"), op("broadcast_to")


def shape(x: TensorLike) -> Any:
    """The shape as a tuple.

    A size that is unknown while a model is built or traced is an integer-like stand-in, good for
    arithmetic and for shape arguments.

    Example:
        >>> ops.shape(ops.zeros((2, 3)))
        (2, 3)
    """
    return shape_of(tensor(x))


def reshape(x: TensorLike, newshape: Shape) -> Tensor:
    """x's elements under another shape, row-major.

    Args:
        x: Tensor.
        newshape: Sizes; at most one is -1, which takes what remains.

    Returns:
        Tensor of x's dtype and the new shape.

    Raises:
        ValueError: the element counts differ.

    Example:
        >>> ops.reshape([[1, 2], [3, 4]], (-1,)).tolist()
        [1, 2, 3, 4]
    """
    if is_open(newshape):
        return _reshape_openly(tensor(x), newshape)
    target = sizes(newshape, "newshape")
    try:
        return _args.call(_reshape, (tensor(x),), (target,))
    except ValueError:
        _args.judge_sizes(target)
        raise


def _open_shape(x, shape):
    if isinstance(shape, (list, tuple)):
        return (None,) * len(shape), x.dtype
    return (None,) * (shape.shape[0] if shape.shape else 1), x.dtype


@sized_by_data(_open_shape)
def _reshape_openly(x, shape):
    if isinstance(shape, (list, tuple)):
        shape = [-1 if n is None else int(n) for n in shape]
    return reshape(x, shape)


def ravel(x: TensorLike) -> Tensor:
    """x's elements in one axis."""
    return _reshape((tensor(x),), ((-1,),))


def transpose(x: TensorLike, axes: Any = None) -> Tensor:
    """x with its axes permuted; reversed where `axes` is None.

    Args:
        x: Tensor of any dtype.
        axes: Which axis of x stands at each place of the result, or None.

    Returns:
        Tensor of x's dtype.

    Raises:
        ValueError: Where `axes` is no permutation of x's axes.

    Example:
        >>> ops.shape(ops.transpose(ops.zeros((2, 3, 4)), (1, 0, 2)))
        (3, 2, 4)
    """
    x = tensor(x)
    rank = len(x.shape)
    if axes is None:
        axes = range(rank - 1, -1, -1)
    elif sorted(a + rank if a < 0 else a for a in axes) != list(range(rank)):
        said = "`axes` must be a valid permutation of the axes"
        if len(axes) != rank:
            said = "`axes` must be a list of the same length as the input shape"
        elif any(not -rank <= a < rank for a in axes):
            said = f"Each axis in `axes` must be an integer in [-{rank}, {rank})"
        raise ValueError(f"transpose: {said}. Received: axes={list(axes)}, shape {x.shape}")
    return _transpose((x,), (tuple(a + rank if a < 0 else a for a in axes),))


def moveaxis(x: TensorLike, source: Any, destination: Any) -> Tensor:
    """x with one axis moved (or several, given as sequences); the others keep their order.

    Args:
        x: Tensor of any dtype.
        source: Where the axes are, an int or several.
        destination: Where they go, as many.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> ops.moveaxis(ops.zeros((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    x = tensor(x)
    rank = len(x.shape)
    source = (source,) if isinstance(source, int) else source
    destination = (destination,) if isinstance(destination, int) else destination
    source = [normalize_axis(a, rank, "moveaxis") for a in source]
    destination = [normalize_axis(a, rank, "moveaxis") for a in destination]
    order = [a for a in range(rank) if a not in source]
    for to, origin in sorted(zip(destination, source)):
        order.insert(to, origin)
    return _transpose((x,), (tuple(order),))


def squeeze(x: TensorLike, axis: Axis | None = None) -> Tensor:
    """x without axes of size 1: the given ones, or all.

    Args:
        x: Tensor of any dtype.
        axis: An int, several, or None for every axis of size 1.

    Returns:
        Tensor of x's dtype.

    Raises:
        ValueError: Where the size of a given axis is not 1, or, of a KerasTensor, not known.

    Example:
        >>> ops.squeeze([[[1, 2]]], axis=0).tolist()
        [[1, 2]]
    """
    if type(x) is _args.KerasTensor:
        if None in x.shape and axis is not None:
            for a in axis if isinstance(axis, (list, tuple)) else (axis,):
                if x.shape[normalize_axis(a, len(x.shape), "squeeze")] is None:
                    raise ValueError(
                        f"squeeze: the size of axis {a} of shape {x.shape} is not known, so that "
                        "it cannot be dropped; index it with 0, or reshape."
                    )
        return as_node("squeeze", x, axis)
    x = tensor(x)
    dims = shape_of(x)
    rank = len(dims)
    if axis is None:
        drop = {i for i, s in enumerate(x.shape) if s == 1}
    else:
        axis = axis if isinstance(axis, (list, tuple)) else (axis,)
        drop = {normalize_axis(a, rank, "squeeze") for a in axis}
        for a in drop:
            if x.shape[a] not in (1, None):
                raise ValueError(
                    f"squeeze: axis {a} of shape {x.shape} has size {x.shape[a]}; only an "
                    "axis of size 1 can be dropped."
                )
    return reshape(x, tuple(s for i, s in enumerate(dims) if i not in drop))


def expand_dims(x: TensorLike, axis: int) -> Tensor:
    """x with new axes of size 1 at the given positions of the result.

    Args:
        x: Tensor of any dtype.
        axis: An int, or several different ones, counted in the result.

    Returns:
        Tensor of x's dtype with as many more axes.

    Raises:
        ValueError: Where an axis is out of range or given twice.

    Example:
        >>> ops.shape(ops.expand_dims(ops.zeros((2, 3)), -1))
        (2, 3, 1)
    """
    x = tensor(x)
    dims = shape_of(x)
    axis = axis if isinstance(axis, (list, tuple)) else (axis,)
    rank = len(dims) + len(axis)  # type: ignore[arg-type]
    new = {normalize_axis(a, rank, "expand_dims") for a in axis}
    if len(new) != len(axis):  # type: ignore[arg-type]
        raise ValueError(f"expand_dims: an axis is given twice in {tuple(axis)}.")  # type: ignore[arg-type]
    old = iter(dims)
    return reshape(x, tuple(1 if i in new else next(old) for i in range(rank)))


def broadcast_to(x: TensorLike, shape: Any) -> Tensor:
    """x repeated to a larger shape; sizes of 1 stretch, missing axes are added in front.

    Args:
        x: Tensor of any dtype.
        shape: The sizes of the result.

    Returns:
        Tensor of x's dtype and the given shape.

    Raises:
        ValueError: Where a size is neither 1 nor the target's.

    Example:
        >>> ops.broadcast_to([[1], [2]], (2, 3)).tolist()
        [[1, 1, 1], [2, 2, 2]]
    """
    if is_open(shape):
        return _broadcast_openly(tensor(x), shape)
    return _args.call(_broadcast_to, (tensor(x),), (sizes(shape),))


@sized_by_data(_open_shape)
def _broadcast_openly(x, shape):
    return broadcast_to(x, shape)


__all__ = [
    "broadcast_to", "expand_dims", "moveaxis", "ravel", "reshape", "shape", "squeeze", "transpose",
]  # fmt: skip
