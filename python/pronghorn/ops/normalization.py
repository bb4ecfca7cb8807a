"""Moments and normalisation."""

from ..engine import config
from ._args import FLOATS, axes, cast, floating, narrowed, normalize_axis, op, tensor, wide
from .array import moveaxis, reshape
from .math import abs, add, divide, maximum, mean, multiply, power, rsqrt, square, subtract
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


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
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
        >>> ops.layer_normalization([0.0, 1.0, 2.0])  # [-1.2247, 0., 1.2247]
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization: unknown arguments {', '.join(kwargs)}.")
    dtype, x = floating(x).dtype, wide(x)
    along = _sorted_axes(axis, len(x.shape), "layer_normalization")
    gamma, beta = (_beside(p, x, along) for p in (gamma, beta))
    center, variance = moments(x, along, keepdims=True)
    inverse = rsqrt(add(variance, epsilon_or_default(epsilon)))
    if rms_scaling:
        y = multiply(x, inverse)
        return cast(y if gamma is None else multiply(y, gamma), dtype)
    y = multiply(subtract(x, center), inverse)
    if gamma is not None:
        y = multiply(y, gamma)
    return cast(y if beta is None else add(y, beta), dtype)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
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
        >>> ops.rms_normalization([3.0, 4.0])  # [0.8485, 1.1314]
    """
    dtype, x = floating(x).dtype, wide(x)
    if not x.shape:
        x = reshape(x, (1,))
    along = _sorted_axes(axis, len(x.shape), "rms_normalization")
    scale = _beside(scale, x, along)
    size = mean(square(x), along, keepdims=True)
    y = multiply(x, rsqrt(add(size, epsilon_or_default(epsilon))))
    return cast(y if scale is None else multiply(y, scale), dtype)


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
