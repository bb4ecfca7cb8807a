"""Indexing, joining and conversion; what only changes a shape is in shapes."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..engine import config, placement
from ..engine.function_op import as_node
from ..engine.sized import sized_by_inputs
from ..engine.symbolic import known_by_name
from ..engine.symdim import SymDim
from ..engine.tensor import convert_to_tensor as _to_tensor
from ..engine.tensor import own_array
from . import _args
from ._args import KerasTensor, index, normalize_axis, number, op, shape_of, sizes, tensor, tensors
from ._starts import is_open, positions
from .shapes import (
    broadcast_to,
    expand_dims,
    moveaxis,
    ravel,
    reshape,
    shape,
    squeeze,
    transpose,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Axis, DTypeLike, Tensor, TensorLike


_slice, _concat, _pad, _gather = op("slice"), op("concat"), op("pad"), op("gather")
_scatter_add, _stop_gradient = op("scatter_add"), op("stop_gradient")

OPEN_END = 2**63 - 1
OPEN_START = -(2**63)


def _many(name, xs):
    if getattr(xs, "shape", None) and xs.shape[0] is not None:
        xs = list(xs)  # the rows of a tensor
    if not isinstance(xs, (list, tuple)):
        raise TypeError(f"{name}: expected a list of tensors. Received: {type(xs).__name__}")
    if not xs:
        raise ValueError(f"{name}: expected at least one tensor. Received an empty list.")
    return tuple(tensors(xs))


def concatenate(xs: Sequence[TensorLike], axis: int = 0) -> Tensor:
    """Tensors joined along an axis.

    Args:
        xs: List of tensors; all sizes but that of `axis` are equal.
        axis: Where they are joined.

    Returns:
        Tensor of the common dtype; its size along `axis` is the sum of theirs.

    Raises:
        ValueError: no tensors, or sizes that differ elsewhere.

    Example:
        >>> ops.concatenate([[[1], [2]], [[3], [4]]], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    if type(xs) in (list, tuple) and KerasTensor in map(type, xs):
        return as_node("concatenate", xs, axis)
    if axis is None:
        raise ValueError("concatenate: `axis` must be an integer. Received: axis=None")
    return _concat(_many("concatenate", xs), (operator.index(axis),))


def stack(x: TensorLike, axis: int = 0) -> Tensor:
    """Tensors of one shape joined along a new axis.

    Args:
        x: List of tensors of one shape, or a tensor, which is taken as the list of its rows.
        axis: Where the new axis stands in the result.

    Returns:
        Tensor of the common dtype with one more axis, whose size is their number.

    Raises:
        ValueError: Where the shapes differ.

    Example:
        >>> ops.stack([[1, 2], [3, 4]], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    xs = _many("stack", x if isinstance(x, (list, tuple)) else list(tensor(x)))
    rank = len(xs[0].shape) + 1
    axis = normalize_axis(axis, rank, "stack")
    for other in xs[1:]:
        a, b = tuple(xs[0].shape), tuple(other.shape)
        if len(a) != len(b) or any(None not in (m, n) and m != n for m, n in zip(a, b)):
            raise ValueError(
                f"stack: shapes {a} and {b} must be equal; pad or reshape one of them."
            )
    return _concat(tuple(expand_dims(t, axis) for t in xs), (axis,))


def _cut(x, axis, begin, end):
    rank = len(x.shape)
    first, last = [0] * rank, [OPEN_END] * rank
    first[axis], last[axis] = begin, end
    return _slice((x,), (tuple(first), tuple(last), (1,) * rank))


def _open_slice(x, starts, counts):
    from .creation import arange

    if not isinstance(starts, (list, tuple)):
        starts = [starts[i] for i in range(len(x.shape))]
    for axis, (start, count) in enumerate(zip(starts, counts)):
        if isinstance(count, int) and count < 0:
            raise ValueError("slice: with start indices that only a run knows, sizes must be given")
        x = take(x, arange(count) + _args.cast(tensor(start), "int32"), axis=axis)
    return x


def slice(inputs: TensorLike, start_indices: Any, shape: Any) -> Tensor:
    """The block of a given shape that begins at `start_indices`.

    Args:
        inputs: Tensor.
        start_indices: One integer an axis, or a tensor of them.
        shape: One size an axis; -1 goes to the end.

    Returns:
        Tensor of inputs' dtype and the given shape.

    Raises:
        ValueError: a block that does not lie inside.

    Example:
        >>> ops.slice([[1, 2], [3, 4]], (1, 0), (1, 2)).tolist()
        [[3, 4]]
    """
    x = tensor(inputs)
    if is_open(start_indices):
        return _open_slice(x, start_indices, sizes(shape))
    begin, counts = _places(start_indices, "start_indices"), _places(shape, "shape")
    received = f"Received: inputs.shape={x.shape}, start_indices={begin}, shape={counts}"
    if len(begin) != len(x.shape):
        raise ValueError(
            "slice: the number of dimensions in `start_indices` must match the number of "
            f"dimensions in `inputs`. {received}"
        )
    if len(counts) != len(x.shape):
        raise ValueError(
            "slice: the number of dimensions in `inputs` must match the number of dimensions in "
            f"`shape`. {received}"
        )
    return _block(x, begin, counts)


def _block_spec(x, begin, counts):
    if None not in x.shape and all(isinstance(n, int) for n in (*begin, *counts)):
        return None
    shape = []
    for have, b, n in zip(x.shape, begin, counts):
        if isinstance(n, int) and n == -1 and have is not None and isinstance(b, int):
            n = have - b
        shape.append(n if isinstance(n, int) and n >= 0 else None)
    return shape, x.dtype


@sized_by_inputs(_block_spec)
def _block(x, begin, counts):
    for b, n, have in zip(begin, counts, x.shape):
        if b < 0 or n < -1 or b + (n if n > 0 else 0) > have:
            raise ValueError(f"slice: start {begin} and sizes {counts} leave the shape {x.shape}.")
    end = tuple(OPEN_END if n == -1 else b + n for b, n in zip(begin, counts))
    return _slice((x,), (begin, end, (1,) * len(begin)))


def _places(given, what):
    """As `sizes`; what the run knows must be known, as -1 means something else here."""
    for place in given if isinstance(given, (list, tuple)) else (given,):
        if isinstance(place, SymDim) and not place.tensors():
            operator.index(place)
    return sizes(given, what)


def flip(x: TensorLike, axis: Axis | None = None) -> Tensor:
    """x with the order along the given axes (all where None) reversed.

    Args:
        x: Tensor of any dtype.
        axis: An int, several, or None.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> ops.flip([1, 2, 3]).tolist()
        [3, 2, 1]
    """
    x = tensor(x)
    rank = len(x.shape)
    if axis is None:
        axis = range(rank)
    elif not isinstance(axis, (list, tuple)):
        axis = (axis,)
    back = {normalize_axis(a, rank, "flip") for a in axis}
    begin = tuple(OPEN_END if i in back else 0 for i in range(rank))
    end = tuple(OPEN_START if i in back else OPEN_END for i in range(rank))
    return _slice((x,), (begin, end, tuple(-1 if i in back else 1 for i in range(rank))))


def pad(
    x: TensorLike, pad_width: Any, mode: str = "constant", constant_values: Any = None
) -> Tensor:
    """x with elements added before and after each axis.

    Args:
        x: Tensor.
        pad_width: A (before, after) pair an axis, one pair for all, or one number for all.
        mode: "constant", "reflect" (mirrored without the edge) or "symmetric" (with it).
        constant_values: The value added by "constant"; 0 where None.

    Returns:
        Tensor of x's dtype, each size larger by its pair.

    Raises:
        ValueError: negative widths, an unknown mode, or a mirror wider than the axis.

    Example:
        >>> ops.pad([1, 2], (1, 2)).tolist()
        [0, 1, 2, 0, 0]
    """
    x = tensor(x)
    rank = len(x.shape)
    pad_width = _args.plain(pad_width)
    if isinstance(pad_width, int):
        pad_width = ((pad_width, pad_width),) * rank
    if len(pad_width) == 2 and all(isinstance(p, int) for p in pad_width):
        pad_width = (pad_width,) * rank
    if len(pad_width) == 1 and rank != 1:
        pad_width = pad_width * rank
    if len(pad_width) != rank or any(not isinstance(p, tuple) or len(p) != 2 for p in pad_width):
        raise ValueError(
            f"pad: a tensor of shape {x.shape} needs {rank} pairs (before, after). "
            f"Received: pad_width={pad_width}"
        )
    if mode == "constant":
        low, high = zip(*pad_width) if rank else ((), ())
        if getattr(constant_values, "is_abstract", False):
            from .creation import ones_like

            inside = _pad((ones_like(x, "bool"),), (low, high, 0))
            value = _args.cast(constant_values, x.dtype)
            return op("where")((inside, _pad((x,), (low, high, 0)), value))
        value = 0 if constant_values is None else number(constant_values, x.dtype, "pad: the value")
        return _pad((x,), (low, high, value))
    if constant_values is not None:
        raise ValueError(
            "Argument `constant_values` can only be provided when `mode == 'constant'`. "
            f"Received: mode={mode}"
        )
    if mode not in ("reflect", "symmetric"):
        raise ValueError(
            f"pad: unknown mode {mode!r}; expected 'constant', 'reflect' or 'symmetric'."
        )
    return _mirror(x, pad_width, 1 if mode == "reflect" else 0)


def _mirror(x, pad_width, skip):
    for axis, (low, high) in enumerate(pad_width):
        have = x.shape[axis]
        if not (low or high):
            continue
        if min(low, high) < 0 or (have is not None and max(low, high) > have - skip):
            raise ValueError(
                f"pad: axis {axis} of shape {x.shape} cannot be mirrored by ({low}, {high})."
            )
        parts = [flip(_cut(x, axis, skip, skip + low), axis)] if low else []
        parts.append(x)
        if high:
            end = OPEN_END if skip == 0 else -skip
            parts.append(flip(_cut(x, axis, -skip - high, end), axis))
        x = concatenate(parts, axis) if len(parts) > 1 else x
    return x


# ---- indexing
def take(x: TensorLike, indices: TensorLike, axis: Axis | None = None) -> Tensor:
    """The rows of x that `indices` names, along an axis.

    Args:
        x: Tensor.
        indices: Integer tensor of any shape; negative ones count from the end.
        axis: The axis; None takes from the flattened tensor.

    Returns:
        A tensor in which that axis is replaced by the shape of `indices`. The gradient with respect
        to x adds up rows taken more than once.

    Raises:
        ValueError: an index out of range (nothing is updated then).
        TypeError: indices that are not integers.

    Example:
        >>> ops.take([10, 20, 30], [2, -1, 0]).tolist()
        [30, 30, 10]
    """
    if type(x) is KerasTensor or type(indices) is KerasTensor:
        return as_node("take", x, indices, axis)
    x, indices = tensors((x, indices))
    if isinstance(indices, KerasTensor):
        indices = index(indices)  # its dtype is floatx where nobody said another
    if axis is None:
        x, axis = ravel(x), 0
    return _gather((x, indices), (operator.index(axis), True, True))  # type: ignore[arg-type]


def lookup(table, indices):
    """The rows of a table as in `take`, but none is counted from the end: a negative index is as
    much an error as one too large, and so is nan."""
    return _gather((tensor(table), index(indices)), (0, False, True))


def scatter_add(indices: TensorLike, updates: Any, rows: Any, axis: int = 0) -> Tensor:
    """A tensor of zeros with `rows` rows along an axis, to which the updates are added.

    Args:
        indices: Integer tensor.
        updates: Tensor whose axes from `axis` on begin with the shape of `indices`.
        rows: Size of the result along `axis`.

    Returns:
        Tensor of the updates' dtype; what several indices name is summed.

    Raises:
        ValueError: shapes that do not match, or an index out of range.

    Example:
        >>> ops.scatter_add([0, 2, 0], [1.0, 2.0, 3.0], 3).tolist()
        [4.0, 0.0, 2.0]
    """
    return _scatter_add((tensor(indices), tensor(updates)), (rows, operator.index(axis), True))


@known_by_name
def repeat(x: TensorLike, repeats: Any, axis: Axis | None = None) -> Tensor:
    """Each element (or row along `axis`) repeated `repeats` times; or each as often as its own
    number of a list says.

    Args:
        x: Tensor of any dtype.
        repeats: An int, or one for each element along `axis`.
        axis: The axis; None repeats the elements of the flattened tensor.

    Returns:
        Tensor of x's dtype.

    Raises:
        ValueError: Where there are not as many repeats as elements.

    Example:
        >>> ops.repeat([1, 2], 2).tolist()
        [1, 1, 2, 2]
    """
    x = tensor(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis(axis, len(x.shape), "repeat")
    counts = positions(repeats)
    if isinstance(counts, tuple) and len(counts) != 1:
        size = x.shape[axis]
        if size is not None and len(counts) != size:
            raise ValueError(
                f"repeat: axis {axis} of shape {x.shape} needs {size} repeats. Received: {counts}"
            )
        return take(x, [i for i, n in enumerate(counts) for _ in range(n)], axis=axis)
    repeats = counts[0] if isinstance(counts, tuple) else counts
    dims = list(shape_of(x))
    wide = expand_dims(x, axis + 1)
    wide = broadcast_to(wide, (*dims[: axis + 1], repeats, *dims[axis + 1 :]))
    return reshape(wide, (*dims[:axis], dims[axis] * repeats, *dims[axis + 1 :]))


# ---- conversion
def cast(x: TensorLike, dtype: DTypeLike) -> Tensor:
    """x in another dtype; x itself where it has it. Floats to integers truncate toward zero.

    Example:
        >>> ops.cast([1.7, -1.7], "int32").tolist()
        [1, -1]
    """
    return _args.cast(tensor(x), config.standardize_dtype(dtype))


def convert_to_tensor(
    x: TensorLike,
    dtype: DTypeLike | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
) -> Tensor:
    """A tensor of x: a tensor, variable, array, number or nested list.

    Within `device`, a tensor of another device is copied; no gradient flows through the copy.

    Args:
        x: What becomes a tensor; a tensor of the right dtype comes back as it is.
        dtype: The dtype; where None that of x, and for Python numbers int32, floatx or bool.
        sparse: True is refused.
        ragged: True is refused.

    Returns:
        Tensor of x's shape.

    Raises:
        TypeError: for strings, objects and ragged lists.
        ValueError: for sparse=True or ragged=True.

    Example:
        >>> ops.convert_to_tensor([[1, 2], [3, 4]], "float32").tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """
    if sparse or ragged:
        raise ValueError("Sparse and ragged tensors are not supported.")
    made = _to_tensor(x, dtype)
    if isinstance(made, _args.KerasTensor) and dtype is not None:
        return cast(made, dtype)
    return placement.here(made) if placement.live and is_tensor(made) else made


def convert_to_numpy(x: TensorLike) -> Any:
    """A NumPy array of x, the caller's own to write to.

    `np.asarray(x)` of a tensor costs no copy: a read-only view.
    """
    return own_array(x)


def is_tensor(x: TensorLike) -> bool:
    """Whether x is a tensor that holds values: no array, Variable or KerasTensor."""
    return isinstance(x, _args.Tensor)


def copy(x: TensorLike) -> Tensor:
    """A tensor equal to x. Tensors never change, so it may share memory."""
    return tensor(x)


def stop_gradient(variable: Any) -> Tensor:
    """variable's value, through which no gradient flows.

    Args:
        variable: Tensor or variable.

    Returns:
        Tensor of the same values, shape and dtype; a derivative takes it for a constant.

    Example:
        >>> ops.stop_gradient(ops.ones((2,))).tolist()
        [1.0, 1.0]
    """
    return _stop_gradient((tensor(variable),))


__all__ = [
    "broadcast_to", "cast", "concatenate", "convert_to_numpy", "convert_to_tensor",
    "copy", "expand_dims", "flip", "is_tensor",
    "moveaxis", "pad", "ravel", "repeat", "reshape", "scatter_add", "shape",
    "slice", "squeeze", "stack", "stop_gradient", "take", "transpose",
]  # fmt: skip
