"""Making, cutting, joining and rearranging tensors."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..engine.config import image_data_format as _image_data_format
from ..engine.function_op import as_node as _as_node
from ..engine.symbolic import KerasTensor as _KerasTensor


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """The integers from start to below stop, as a vector.

    Args:
        start: The first; the stop where it is the only one.
        stop: The end, which is left out.
        step: The distance of neighbours.
        dtype: dtype of the result.

    Returns:
        Vector of that dtype.

    Example:
        >>> K.arange(2, 8, 3).tolist()
        [2, 5]
    """
    if stop is None:
        start, stop = 0, start
    return _ops.arange(start, stop, step, dtype=dtype)


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A tensor of zeros of x's shape.

    Args:
        x: Tensor.
        dtype: dtype of the result; x's where None.
        name: Not used.

    Returns:
        Tensor of x's shape.
    """
    return _ops.zeros_like(x, dtype=dtype)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A tensor of ones of x's shape.

    Args:
        x: Tensor.
        dtype: dtype of the result; x's where None.
        name: Not used.

    Returns:
        Tensor of x's shape.
    """
    return _ops.ones_like(x, dtype=dtype)


def one_hot(indices: Any, num_classes: int) -> Any:
    """Integers as vectors with a single one.

    Args:
        indices: Integer tensor; a value outside [0, num_classes) gives zeros.
        num_classes: Length of the new last axis.

    Returns:
        Tensor of floatx.

    Example:
        >>> K.one_hot([1, 0], 2).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    return _ops.one_hot(indices, num_classes)


def concatenate(tensors: Any, axis: Any = -1) -> Any:
    """Tensors joined along an axis, by default the last.

    Args:
        tensors: List of tensors; all sizes but that of `axis` are equal.
        axis: Where they are joined.

    Returns:
        Tensor of the common dtype.

    Example:
        >>> K.concatenate([[[1], [2]], [[3], [4]]]).tolist()
        [[1, 3], [2, 4]]
    """
    return _ops.concatenate(tensors, axis=axis)


def stack(x: Any, axis: Any = 0) -> Any:
    """Tensors of one shape joined along a new axis.

    Args:
        x: List of tensors.
        axis: Where the new axis stands in the result.

    Returns:
        Tensor of the common dtype.

    Example:
        >>> K.stack([np.array([1, 2]), np.array([3, 4])], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    return _ops.stack(x, axis=axis)


def reshape(x: Any, shape: Any) -> Any:
    """x's elements, row by row, under another shape.

    Args:
        x: Tensor.
        shape: Sizes; at most one is -1, which takes what remains.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.reshape(np.arange(4), (2, -1)).tolist()
        [[0, 1], [2, 3]]
    """
    return _ops.reshape(x, shape)


def flatten(x: Any) -> Any:
    """All elements of x as one vector, row by row.

    Args:
        x: Tensor.

    Returns:
        Vector of x's dtype.
    """
    return _ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Each sample of a batch as a vector.

    Args:
        x: Tensor (batch, ...).

    Returns:
        Tensor (batch, n) of x's dtype.
    """
    size = 1
    for n in _ops.shape(x)[1:]:
        size = size * n
    return _ops.reshape(x, (-1, size))


def expand_dims(x: Any, axis: Any = -1) -> Any:
    """x with a new axis of size 1.

    Args:
        x: Tensor.
        axis: Where the new axis stands in the result.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.expand_dims(np.zeros((2, 3)), 1).shape
        (2, 1, 3)
    """
    return _ops.expand_dims(x, axis)


def squeeze(x: Any, axis: Any) -> Any:
    """x without one axis, whose size is 1.

    Args:
        x: Tensor.
        axis: The axis.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.squeeze(np.zeros((2, 1)), 1).shape
        (2,)
    """
    if isinstance(x, _KerasTensor):  # an axis of unknown size, too, as in Keras 2
        return _as_node("squeeze", x, axis)
    return _ops.squeeze(x, axis)


def transpose(x: Any) -> Any:
    """x with the order of its axes reversed.

    Args:
        x: Tensor.

    Returns:
        Tensor of x's dtype.
    """
    return _ops.transpose(x)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    """x with its axes in another order.

    Args:
        x: Tensor.
        pattern: Which axis of x stands at each place of the result.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.permute_dimensions(np.zeros((2, 3, 4)), (1, 0, 2)).shape
        (3, 2, 4)
    """
    return _ops.transpose(x, pattern)


def reverse(x: Any, axes: Any) -> Any:
    """x with the order along axes reversed.

    Args:
        x: Tensor.
        axes: An int, or several.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> K.reverse(np.array([1, 2, 3]), 0).tolist()
        [3, 2, 1]
    """
    return _ops.flip(x, axes if isinstance(axes, int) else tuple(axes))


def repeat(x: Any, n: Any) -> Any:
    """A matrix (batch, size) as n equal steps (batch, n, size).

    Args:
        x: Tensor (batch, size).
        n: Number of steps.

    Returns:
        Tensor (batch, n, size) of x's dtype.

    Example:
        >>> K.repeat(np.array([[1, 2]]), 2).tolist()
        [[[1, 2], [1, 2]]]
    """
    return _ops.repeat(_ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: Any, axis: Any) -> Any:
    """Each slice along an axis repeated, the copies beside each other.

    Args:
        x: Tensor.
        rep: How often.
        axis: The axis.

    Returns:
        Tensor of x's dtype, that many times as long along the axis.

    Example:
        >>> K.repeat_elements(np.array([[1, 2]]), 2, axis=1).tolist()
        [[1, 1, 2, 2]]
    """
    return _ops.repeat(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Any:
    """x repeated as a whole along its axes.

    Args:
        x: Tensor.
        n: How often along each axis.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.tile(np.array([1, 2]), 2).tolist()
        [1, 2, 1, 2]
    """
    return _ops.tile(x, n)


def gather(reference: Any, indices: Any) -> Any:
    """The rows of a tensor that indices name.

    Args:
        reference: Tensor (rows, ...).
        indices: Integer tensor of any shape; from the end where negative.

    Returns:
        Tensor of the shape of `indices`, then reference's without the rows.

    Example:
        >>> K.gather(np.array([10, 20, 30]), [2, 0]).tolist()
        [30, 10]
    """
    return _ops.take(reference, indices, axis=0)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors, or of the results of two functions, by a condition.

    A condition of one value chooses between the wholes, one of a tensor's first axes element by
    element.

    Args:
        condition: Bool tensor of no more axes than the branches, or a bool.
        then_expression: Tensor, or function of nothing that gives it, for where the condition
            holds.
        else_expression: The same for where it does not.

    Returns:
        Tensor.

    Example:
        >>> x = ops.convert_to_tensor([1.0, 2.0])
        >>> K.switch(x > 1.5, x, -x).tolist()
        [-1.0, 2.0]
    """
    rank = len(condition.shape) if hasattr(condition, "shape") else 0
    symbolic = isinstance(condition, _KerasTensor)  # functions of a graph give tensors of it
    if rank == 0 and callable(then_expression) and not symbolic:
        return _ops.cond(condition, then_expression, else_expression)
    then = then_expression() if callable(then_expression) else then_expression
    other = else_expression() if callable(else_expression) else else_expression
    if rank == 0 and not hasattr(condition, "shape"):
        return then if condition else other
    for _ in range(len(then.shape) - rank if rank else 0):
        condition = _ops.expand_dims(condition, -1)
    return _ops.where(_ops.cast(condition, "bool"), then, other)


def stop_gradient(variables: Any) -> Any:
    """The same values, through which no gradient flows.

    Args:
        variables: Tensor or variable, or a list of them.

    Returns:
        Tensor, or a list of them.

    Example:
        >>> K.stop_gradient(np.array([1, 2])).tolist()
        [1, 2]
    """
    if isinstance(variables, (list, tuple)):
        return [_ops.stop_gradient(x) for x in variables]
    return _ops.stop_gradient(variables)


# ---- padding and sizes -----------------------------------------------------------------------


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    """Sequences with zeros before and after the steps.

    Args:
        x: Tensor (batch, steps, channels).
        padding: (before, after).

    Returns:
        Tensor (batch, steps + before + after, channels) of x's dtype.

    Example:
        >>> K.temporal_padding(np.ones((1, 2, 3)), (0, 2)).shape
        (1, 4, 3)
    """
    return _ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Images with zeros around them.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        padding: ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.spatial_2d_padding(np.ones((1, 2, 2, 1)), ((1, 1), (0, 2))).shape
        (1, 4, 4, 1)
    """
    return _padded(x, padding, data_format)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Volumes with zeros around them.

    Args:
        x: Tensor (batch, depth, height, width, channels), or with the channels first.
        padding: A (before, after) pair for each of the three axes.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.spatial_3d_padding(np.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 1)
    """
    return _padded(x, padding, data_format)


def _padded(x, padding, data_format):
    sides = tuple(tuple(p) for p in padding)
    first = (data_format or _image_data_format()) == "channels_first"
    return _ops.pad(x, ((0, 0), (0, 0), *sides) if first else ((0, 0), *sides, (0, 0)))


def resize_images(
    x: Any, height_factor: Any, width_factor: Any, data_format: str, interpolation: str = "nearest"
) -> Any:
    """Images (batch, height, width, channels) that many times as high and wide.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        height_factor, width_factor: How many times as high and as wide, whole numbers.
        data_format: "channels_last" or "channels_first".
        interpolation: How pixels between are found: `"nearest"`, `"bilinear"` and the others of
            `ops.image.resize`.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.resize_images(np.ones((1, 2, 3, 1)), 2, 3, "channels_last").shape
        (1, 4, 9, 1)
    """
    if interpolation == "nearest":
        return _grown(x, (height_factor, width_factor), data_format)
    first = data_format == "channels_first"
    height, width = x.shape[2:] if first else x.shape[1:3]
    size = (height * height_factor, width * width_factor)
    return _ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


def resize_volumes(
    x: Any, depth_factor: Any, height_factor: Any, width_factor: Any, data_format: str
) -> Any:
    """Volumes in which each voxel is repeated along the three spatial axes.

    Args:
        x: Tensor (batch, depth, height, width, channels), or with the channels first.
        depth_factor, height_factor, width_factor: How often, whole numbers.
        data_format: "channels_last" or "channels_first".

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.resize_volumes(np.ones((1, 2, 2, 2, 1)), 1, 2, 3, "channels_last").shape
        (1, 2, 4, 6, 1)
    """
    return _grown(x, (depth_factor, height_factor, width_factor), data_format)


def _grown(x, factors, data_format):
    start = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate(factors, start):
        x = _ops.repeat(x, factor, axis=axis)
    return x


# ---- random tensors --------------------------------------------------------------------------
