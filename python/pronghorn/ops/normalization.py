"""Moments and normalisation."""

from ..engine import config
from ._args import FLOATS, axes, cast, floating, narrowed, normalize_axis, op, tensor, wide
from .array import moveaxis, reshape
from .math import abs, divide, maximum, mean, multiply, power, rsqrt, square, subtract
from .math import max as max_over
from .math import sum as sum_over

_infer, _train = op("batch_norm_infer"), op("batch_norm_train")


def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and (biased) variance over axes. Half precision is computed in float32.

    Args:
        x: Tensor.
        axes: An int, or several.
        keepdims: Whether the axes stay as size 1.
        synchronized: Accepted; there is one replica.

    Returns:
        (mean, variance) in x's dtype.
    """
    x = floating(x)
    exact = wide(x)
    average = mean(exact, axes, keepdims=True)
    variance = mean(square(subtract(exact, average)), axes, keepdims)
    if not keepdims:
        average = sum_over(average, axes)
    if x.dtype in FLOATS:
        average, variance = cast(average, x.dtype), cast(variance, x.dtype)
    return average, variance


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, along one axis.

    Args:
        x: Tensor.
        mean, variance: Tensors (channels,).
        axis: The axis of channels.
        offset, scale: Tensors (channels,), or None for 0 and 1.
        epsilon: Added to the variance.

    Raises:
        ValueError: sizes that do not match.
    """
    x, mean, variance = floating(x), tensor(mean), tensor(variance)
    rank = len(x.shape)
    axis = normalize_axis(axis, rank, "batch_normalization")
    moved = axis != rank - 1
    inputs = [moveaxis(x, axis, -1) if moved else x]
    inputs += [tensor(p) for p in (scale, offset) if p is not None]
    inputs += [reshape(mean, (-1,)), reshape(variance, (-1,))]
    y = _infer(tuple(inputs), (float(epsilon), scale is not None, offset is not None))
    return moveaxis(y, -1, axis) if moved else y


def batch_norm_train(x, scale=None, offset=None, epsilon=1e-3):
    """Batch normalisation with the batch's own statistics over all axes but the last, in one pass.

    Args:
        x: Tensor (..., channels).
        scale, offset: Tensors (channels,), or None.
        epsilon: Added to the variance.

    Returns:
        (y, mean, variance): x normalised, and the batch's statistics (channels,), biased.
    """
    inputs = [floating(x)] + [tensor(p) for p in (scale, offset) if p is not None]
    attrs = (float(epsilon), scale is not None, offset is not None)
    return _train(tuple(inputs), attrs)[:3]


def normalize(x, axis=-1, order=2, epsilon=None):
    """x divided by its norm along axes.

    Args:
        x: Tensor.
        axis: An int, or several.
        order: Of the norm: a positive number or "inf".
        epsilon: The least norm to divide by; 1e-7 where None.

    Example:
        >>> ops.normalize([3.0, 4.0])  # [0.6, 0.8]
    """
    dtype, x = floating(x).dtype, wide(x)
    epsilon = config.epsilon() if epsilon is None else epsilon
    along = axes(axis)
    if order == 2:
        total = sum_over(square(x), along, keepdims=True)
        return narrowed(multiply(x, rsqrt(maximum(total, epsilon**2))), dtype)
    if order in ("inf", float("inf")):
        norm = max_over(abs(x), along, keepdims=True)
    elif isinstance(order, (int, float)) and order > 0:
        norm = power(sum_over(power(abs(x), float(order)), along, keepdims=True), 1.0 / order)
    else:
        raise ValueError(
            f"normalize: order must be a positive number or 'inf'. Received: order={order!r}"
        )
    return narrowed(divide(x, maximum(norm, epsilon)), dtype)


__all__ = ["batch_norm_train", "batch_normalization", "moments", "normalize"]
