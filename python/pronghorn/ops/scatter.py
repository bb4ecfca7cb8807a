"""Writing into tensors by place: scatter and updates of slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine.sized import sized_by_inputs
from ..engine.symdim import SymDim
from ._args import cast, op, shape_of, tensor
from .array import concatenate, expand_dims, is_open, reshape, scatter_add, take
from .creation import arange
from .math import add, greater_equal, less, logical_and, multiply, subtract, where
from .segments import segment_max, segment_min, segment_prod

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_take = op("gather")


def _flat(indices, shape):
    """Row-major places of index tuples (..., depth) in the first `depth` axes of a shape."""
    depth = indices.shape[-1] if indices.shape else None
    if depth is None or depth > len(shape):
        raise ValueError(
            f"`indices` must have a last axis of at most {len(shape)} elements, one for each axis "
            f"of the shape {tuple(shape)} that they point into. Received: "
            f"indices.shape={indices.shape}"
        )
    place = 0
    for axis in range(depth):
        at = indices[..., axis]
        at = where(less(at, 0), add(at, shape[axis]), at)
        inside = logical_and(greater_equal(at, 0), less(at, shape[axis]))
        # outside any axis is outside the whole, which the kernel reports
        at = where(inside, at, -(2**30))
        place = add(multiply(place, shape[axis]), at) if axis else at
    return place


def _product(sizes):
    result = 1
    for n in sizes:
        result = result * n
    return result


def scatter(indices: TensorLike, values: Any, shape: Any) -> Tensor:
    """Zeros of a shape to which values are added at index tuples.

    Args:
        indices: Integer tensor (..., depth): a place in the first `depth` axes.
        values: Tensor (..., *shape[depth:]).
        shape: Sizes of the result.

    Returns:
        A tensor of values' dtype; values at one place add up.

    Raises:
        ValueError: a place outside the shape.

    Example:
        >>> ops.scatter([[0], [2]], [1.0, 2.0], (3,)).tolist()
        [1.0, 0.0, 2.0]
    """
    indices, values = tensor(indices), tensor(values)
    shape = tuple(shape)
    place = reshape(_flat(indices, shape), (-1,))
    depth = indices.shape[-1]
    inner = shape[depth:]
    rows = reshape(values, (-1, *inner))
    total = scatter_add(place, rows, _product(shape[:depth]))
    return reshape(total, shape)


def scatter_update(
    inputs: TensorLike, indices: TensorLike, updates: Any, reduction: str | None = None
) -> Tensor:
    """inputs with the elements at index tuples replaced, or combined with the updates.

    Args:
        inputs: Tensor.
        indices: Integer tensor (n, depth).
        updates: Tensor (n, *inputs.shape[depth:]).
        reduction: None (replace; of several at one place the last), `"add"`, `"mul"`, `"max"` or
            `"min"`.

    Returns:
        Tensor of inputs' shape and dtype.

    Raises:
        ValueError: another reduction, or a place outside.

    Example:
        >>> ops.scatter_update([1, 2, 3], [[1]], [9]).tolist()
        [1, 9, 3]
    """
    inputs, indices = tensor(inputs), tensor(indices)
    updates = cast(tensor(updates), inputs.dtype)
    if reduction not in (None, "add", "mul", "max", "min"):
        raise ValueError(
            f"reduction must be None, 'add', 'mul', 'max' or 'min'. Received: reduction={reduction}"
        )
    shape = shape_of(inputs)
    place = reshape(_flat(indices, shape), (-1,))
    depth = indices.shape[-1]
    rows = _product(shape[:depth])
    flat = reshape(inputs, (rows, -1))
    updates = reshape(updates, (shape_of(place)[0], -1))
    if reduction == "add":
        result = add(flat, scatter_add(place, updates, rows))
    elif reduction is None:
        place = take(arange(rows), place)  # which reports a place outside, as the segments do not
        # the last update of a place wins: its number, counted from 1
        count = shape_of(place)[0]
        number = add(arange(count), 1)
        last = segment_max(number, place, rows)
        chosen = greater_equal(last, 1)
        taken = _take((updates, where(chosen, add(last, -1), 0)), (0, True, True))
        result = where(expand_dims(chosen, -1), taken, flat) if count != 0 else flat
    else:
        combine = {"mul": segment_prod, "max": segment_max, "min": segment_min}[reduction]
        hit = greater_equal(scatter_add(place, arange(shape_of(place)[0]) * 0 + 1, rows), 1)
        reduced = combine(updates, place, rows)
        both = {"mul": multiply, "max": _larger, "min": _smaller}[reduction](flat, reduced)
        result = where(expand_dims(hit, -1), both, flat)
    return reshape(result, shape)


def _larger(a, b):
    return where(less(a, b), b, a)


def _smaller(a, b):
    return where(less(b, a), b, a)


def slice_update(inputs: TensorLike, start_indices: Any, updates: Any) -> Tensor:
    """inputs with the block that begins at `start_indices` replaced.

    Args:
        inputs: Tensor.
        start_indices: One integer an axis, or a tensor of them.
        updates: Tensor of inputs' rank, the block.

    Returns:
        Tensor of inputs' shape and dtype.

    Raises:
        ValueError: a block that does not lie inside.

    Example:
        >>> ops.slice_update([1, 2, 3], [1], [9]).tolist()
        [1, 9, 3]
    """
    inputs = tensor(inputs)
    updates = cast(tensor(updates), inputs.dtype)
    if len(updates.shape) != len(inputs.shape):
        raise ValueError(
            f"slice_update: a block needs as many axes as what it goes into, of shape "
            f"{inputs.shape}. Received: updates.shape={updates.shape}"
        )
    if is_open(start_indices):
        return _placed_openly(inputs, start_indices, updates)
    starts = [s if isinstance(s, SymDim) else int(s) for s in start_indices]
    if len(starts) != len(inputs.shape):
        raise ValueError(
            f"slice_update: expected one start for each axis of shape {inputs.shape}. "
            f"Received: start_indices={tuple(starts)}"
        )
    return _updated(inputs, starts, updates)


def _updated_spec(inputs, starts, updates):
    open_sizes = None in updates.shape or any(isinstance(s, SymDim) for s in starts)
    return (inputs.shape, inputs.dtype) if open_sizes else None


@sized_by_inputs(_updated_spec)
def _updated(inputs, starts, updates):
    for axis, (start, size, have) in enumerate(zip(starts, updates.shape, inputs.shape)):
        if have is not None and not 0 <= start <= have - size:
            raise ValueError(
                f"slice_update: a block of shape {updates.shape} at {tuple(starts)} does not lie "
                f"inside shape {inputs.shape} along axis {axis}."
            )
    return _placed(inputs, starts, updates, 0)


def _placed_openly(inputs, starts, updates):
    """As `_placed`, where only a run knows the starts: through a mask and places, axis by axis."""
    inside = None
    for axis, size in enumerate(shape_of(inputs)):
        place = subtract(arange(size), cast(tensor(starts[axis]), "int32"))
        rows = shape_of(updates)[axis]
        within = logical_and(greater_equal(place, 0), less(place, rows))
        updates = take(updates, where(within, place, 0), axis=axis)
        beside = reshape(within, (-1, *[1] * (len(inputs.shape) - axis - 1)))
        inside = beside if inside is None else logical_and(inside, beside)
    return where(inside, updates, inputs)


def _placed(inputs, starts, updates, axis):
    """The block put into the axes from `axis` on, between what stays before and after it."""
    if axis == len(starts):
        return updates
    before = (slice(None),) * axis
    first, last = starts[axis], starts[axis] + updates.shape[axis]
    middle = _placed(inputs[(*before, slice(first, last))], starts, updates, axis + 1)
    return concatenate(
        [inputs[(*before, slice(None, first))], middle, inputs[(*before, slice(last, None))]],
        axis=axis,
    )


__all__ = ["scatter", "scatter_update", "slice_update"]
