"""Moments and normalisation."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from ..engine import config
from ._args import (
    FLOATS,
    axes,
    cast,
    floating,
    floats,
    narrowed,
    normalize_axis,
    op,
    shape_of,
    tensor,
    wide,
)
from .array import moveaxis, reshape
from .math import abs, add, clip, divide, maximum, mean, multiply, power, rsqrt, square, subtract
from .math import max as max_over
from .math import sum as sum_over

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_infer, _train = op("batch_norm_infer"), op("batch_norm_train")
_row_norm = op("row_norm")


def moments(
    x: TensorLike, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> tuple[Any, ...]:
    """Mean and (biased) variance over axes. Half precision is computed in float32.

    Args:
        x: Tensor.
        axes: An int, or several.
        keepdims: Whether the axes stay as size 1.
        synchronized: Accepted; there is one replica.

    Returns:
        (mean, variance) in x's dtype.

    Example:
        >>> mean, variance = ops.moments([[1.0, 2.0], [3.0, 6.0]], axes=[0])
        >>> mean.tolist(), variance.tolist()
        ([2.0, 4.0], [1.0, 4.0])
    """
    x = floating(x)
    exact = wide(x)
    average = mean(exact, axes, keepdims=True)
    variance = mean(square(subtract(exact, average)), axes, keepdims)
    if not keepdims:
        average = sum_over(average, axes)
    if x.dtype == "float16":  # as Keras: the largest number, not infinity
        average, variance = (clip(y, -65504.0, 65504.0) for y in (average, variance))
    if x.dtype in FLOATS:
        average, variance = cast(average, x.dtype), cast(variance, x.dtype)
    return average, variance


def batch_normalization(
    x: TensorLike,
    mean: Any,
    variance: TensorLike,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, along one axis.

    Args:
        x: Tensor.
        mean, variance: Tensors (channels,).
        axis: The axis of channels.
        offset, scale: Tensors (channels,), or None for 0 and 1.
        epsilon: Added to the variance.

    Returns:
        Tensor of x's shape and dtype; of integers, floatx.

    Raises:
        ValueError: sizes that do not match.

    Example:
        >>> y = ops.batch_normalization([[1.0], [3.0]], [2.0], [4.0], axis=-1, epsilon=0.0)
        >>> y.tolist()
        [[-0.5], [0.5]]
    """
    x, mean, variance = floats(x), tensor(mean), tensor(variance)
    rank = len(x.shape)
    axis = normalize_axis(axis, rank, "batch_normalization")
    moved = axis != rank - 1
    channels = x.shape[axis]
    for name, given in (
        ("mean", mean),
        ("variance", variance),
        ("offset", offset),
        ("scale", scale),
    ):
        if given is not None and channels is not None:
            _check_vector(name, tensor(given), channels)
    inputs = [moveaxis(x, axis, -1) if moved else x]
    inputs += [tensor(p) for p in (scale, offset) if p is not None]
    inputs += [reshape(mean, (-1,)), reshape(variance, (-1,))]
    y = _infer(tuple(inputs), (float(epsilon), scale is not None, offset is not None))
    y = cast(y, x.dtype)  # whatever the dtypes of the vectors
    return moveaxis(y, -1, axis) if moved else y


def _check_vector(name, given, channels):
    if len(given.shape) != 1 or given.shape[0] not in (None, channels):
        raise ValueError(
            f"batch_normalization: `{name}` must be a vector of length {channels}, the size of the "
            f"axis of channels. Received: {name}.shape={tuple(given.shape)}"
        )


def batch_norm_train(
    x: TensorLike, scale: Any = None, offset: Any = None, epsilon: float = 1e-3
) -> Tensor:
    """Batch normalisation with the batch's own statistics over all axes but the last, in one pass.

    Args:
        x: Tensor (..., channels).
        scale, offset: Tensors (channels,), or None.
        epsilon: Added to the variance.

    Returns:
        (y, mean, variance): x normalised, and the batch's statistics (channels,), biased.

    Example:
        >>> y, mean, variance = ops.batch_norm_train([[1.0], [3.0]])
        >>> mean.tolist(), variance.tolist()
        ([2.0], [1.0])
    """
    inputs = [floating(x)] + [tensor(p) for p in (scale, offset) if p is not None]
    attrs = (float(epsilon), scale is not None, offset is not None)
    return _train(tuple(inputs), attrs)[:3]


def normalize(
    x: TensorLike, axis: int = -1, order: Any = 2, epsilon: float | None = None
) -> Tensor:
    """x divided by its norm along axes.

    Args:
        x: Tensor.
        axis: An int, or several.
        order: Of the norm: an int of at least 1, or "inf".
        epsilon: The least norm to divide by; 1e-7 where None.

    Returns:
        Float tensor of x's shape.

    Raises:
        ValueError: Where `order` is neither an int of at least 1 nor "inf".

    Example:
        >>> np.round(np.asarray(ops.normalize([3.0, 4.0]), "float64"), 2).tolist()
        [0.6, 0.8]
    """
    dtype, x = floating(x).dtype, wide(x)
    if not x.shape:
        x = reshape(x, (1,))
    epsilon = config.epsilon() if epsilon is None else epsilon
    along = axes(axis)
    if order == 2:
        total = sum_over(square(x), along, keepdims=True)
        return narrowed(multiply(x, rsqrt(maximum(total, epsilon**2))), dtype)
    if order in ("inf", float("inf")):
        norm = max_over(abs(x), along, keepdims=True)
    elif isinstance(order, int) and order >= 1:
        norm = power(sum_over(power(abs(x), float(order)), along, keepdims=True), 1.0 / order)
    else:
        raise ValueError(
            f"normalize: Argument `order` must be an int >= 1 or 'inf'. Received: order={order!r}"
        )
    return narrowed(divide(x, maximum(norm, epsilon)), dtype)


def layer_normalization(
    x: TensorLike,
    gamma: Any = None,
    beta: Any = None,
    axis: int = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance over the given axes.

    Ba et al. 2016. Half precision is computed in float32.

    Args:
        x: Tensor.
        gamma, beta: Tensors with the sizes of the axes, or None for 1 and 0.
        axis: An int, or several.
        epsilon: Added to the variance; 1e-7 where None.
        **kwargs: `rms_scaling=True`, an older form: x / sqrt(variance + epsilon) * gamma.

    Returns:
        A tensor of x's shape and dtype.

    Raises:
        ValueError: axes out of range.

    Example:
        >>> np.round(np.asarray(ops.layer_normalization([0.0, 1.0, 2.0]), "float64"), 2).tolist()
        [-1.22, 0.0, 1.22]
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization: unknown arguments {', '.join(kwargs)}.")
    dtype, x = floating(x).dtype, wide(x)
    along = _sorted_axes(axis, len(x.shape), "layer_normalization")
    epsilon = epsilon_or_default(epsilon)
    if rms_scaling:
        warnings.warn(
            "You passed `rms_scaling=True`, which is deprecated: it divides by the standard "
            "deviation, not by the root mean square. `ops.rms_normalization` does the latter.",
            stacklevel=2,
        )
        y = multiply(x, rsqrt(add(moments(x, along, keepdims=True)[1], epsilon)))
        return cast(y if gamma is None else multiply(y, _beside(gamma, x, along)), dtype)
    y = _last_axes(x, gamma, beta, along, epsilon, False)
    if y is None:
        center, variance = moments(x, along, keepdims=True)
        y = multiply(subtract(x, center), rsqrt(add(variance, epsilon)))
        if gamma is not None:
            y = multiply(y, _beside(gamma, x, along))
        if beta is not None:
            y = add(y, _beside(beta, x, along))
    return cast(y, dtype)


def rms_normalization(
    x: TensorLike, scale: Any = None, axis: int = -1, epsilon: float | None = None
) -> Tensor:
    """x / sqrt(mean(x**2) + epsilon) * scale, the mean over the given axes.

    Zhang & Sennrich 2019. Half precision is computed in float32.

    Args:
        x: Tensor.
        scale: Tensor with the sizes of the axes, or None for 1.
        axis: An int, or several.
        epsilon: Added to the mean; 1e-7 where None.

    Returns:
        A tensor of x's shape and dtype.

    Raises:
        ValueError: axes out of range.

    Example:
        >>> np.round(np.asarray(ops.rms_normalization([3.0, 4.0]), "float64"), 2).tolist()
        [0.85, 1.13]
    """
    dtype, x = floating(x).dtype, wide(x)
    if not x.shape:
        x = reshape(x, (1,))
    along = _sorted_axes(axis, len(x.shape), "rms_normalization")
    epsilon = epsilon_or_default(epsilon)
    y = _last_axes(x, scale, None, along, epsilon, True)
    if y is None:
        y = multiply(x, rsqrt(add(mean(square(x), along, keepdims=True), epsilon)))
        if scale is not None:
            y = multiply(y, _beside(scale, x, along))
    return cast(y, dtype)


def group_normalization(x, groups, axis=-1, gamma=None, beta=None, epsilon=1e-3):
    """Each group of channels of each sample normalised by itself, over all of its positions.

    Wu & He 2018. Half precision is computed in float32.

    Args:
        x: Tensor (batch, ..., channels).
        groups: Number of groups, which divides the channels.
        axis: The axis of channels, not the first.
        gamma, beta: Tensors (channels,), or None for 1 and 0.
        epsilon: Added to the variance.

    Returns:
        A tensor of x's shape and dtype.

    Raises:
        ValueError: an axis out of range, or groups that do not divide the channels.
    """
    dtype, x = floating(x).dtype, wide(x)
    rank = len(x.shape)
    axis = normalize_axis(axis, rank, "group_normalization")
    channels = x.shape[axis]
    if axis == 0 or not channels or channels % groups:
        raise ValueError(
            f"group_normalization: {groups} groups do not divide axis {axis} of shape {x.shape}."
        )
    if 1 < axis < rank - 1:
        return moveaxis(
            group_normalization(moveaxis(x, axis, -1), groups, -1, gamma, beta, epsilon), -1, axis
        )
    sizes, each = shape_of(x), channels // groups
    if axis == rank - 1:
        dims = (sizes[0], _product(sizes[1:-1]), groups, each)
    else:
        dims = (sizes[0], groups, each, _product(sizes[2:]))
    by_segment = axis != rank - 1
    y = _normalized(x, dims, by_segment, gamma, beta, epsilon, False)
    return cast(y, dtype)


def _last_axes(x, gamma, beta, along, epsilon, rms):
    """x normalised over its last axes in one op; None for other axes or unknown sizes."""
    rank, sizes = len(x.shape), shape_of(x)
    first = rank - len(along)
    cols = _product(x.shape[first:]) if None not in x.shape[first:] else 0
    weights = [tensor(w) for w in (gamma, beta) if w is not None]
    if along != tuple(range(first, rank)) or not cols:
        return None
    if any(None in w.shape or _product(w.shape) != cols for w in weights):
        return None
    dims = (_product(sizes[:first]), 1, 1, cols)
    return _normalized(x, dims, False, gamma, beta, epsilon, rms)


def _normalized(x, dims, by_segment, gamma, beta, epsilon, rms):
    inputs = [reshape(x, dims)]
    inputs += [reshape(cast(tensor(w), x.dtype), (-1,)) for w in (gamma, beta) if w is not None]
    attrs = (float(epsilon), rms, by_segment, gamma is not None, beta is not None)
    return reshape(_row_norm(tuple(inputs), attrs)[0], shape_of(x))


def _product(sizes):
    total = 1
    for size in sizes:
        total = total * size
    return total


def epsilon_or_default(epsilon):
    return config.epsilon() if epsilon is None else float(epsilon)


def _sorted_axes(axis, rank, name):
    axis = axis if isinstance(axis, (list, tuple)) else (axis,)
    return tuple(sorted(normalize_axis(a, rank, name) for a in axis))


def _beside(weight, x, along):
    """A weight with the sizes of x's axes `along` in x's dtype, shaped to broadcast against x."""
    if weight is None:
        return None
    weight = cast(tensor(weight), x.dtype)
    rank, held = len(x.shape), len(weight.shape)
    if held == rank or along == tuple(range(rank - held, rank)):
        return weight
    shape = [1] * rank
    for a, size in zip(along, weight.shape):
        shape[a] = size
    return reshape(weight, tuple(shape))


__all__ = [
    "batch_norm_train", "batch_normalization", "layer_normalization", "moments", "normalize",
    "rms_normalization",
]  # fmt: skip
