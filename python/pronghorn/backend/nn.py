"""Activations, losses, normalisation, convolution and pooling."""

from __future__ import annotations

from typing import Any

import numpy as _np

from .. import ops as _ops
from ..engine.config import epsilon as _epsilon
from ..engine.config import image_data_format as _image_data_format


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """x above `threshold`, at most `max_value`; below it alpha * (x - threshold)."""
    if alpha == 0.0 and max_value is None and threshold == 0.0:
        return _ops.relu(x)
    above = x if max_value is None else _ops.minimum(x, max_value)
    return _ops.where(_ops.greater_equal(x, threshold), above, alpha * (x - threshold))


def elu(x: Any, alpha: float = 1.0) -> Any:
    return _ops.elu(x, alpha)


def softmax(x: Any, axis: Any = -1) -> Any:
    return _ops.softmax(x, axis=axis)


def softplus(x: Any) -> Any:
    return _ops.softplus(x)


def softsign(x: Any) -> Any:
    return _ops.softsign(x)


def tanh(x: Any) -> Any:
    return _ops.tanh(x)


def sigmoid(x: Any) -> Any:
    return _ops.sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    """0.2 x + 0.5, kept in [0, 1]: Keras 2's, which is steeper than today's."""
    return _ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    return _ops.binary_crossentropy(target, output, from_logits=from_logits)


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: Any = -1
) -> Any:
    return _ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    target: Any,
    output: Any,
    from_logits: bool = False,
    axis: Any = -1,
    ignore_class: int | None = None,
) -> Any:
    if ignore_class is None:
        return _ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    counts = _ops.not_equal(target, ignore_class)
    labels = _ops.where(counts, target, _ops.zeros_like(target))
    loss = _ops.sparse_categorical_crossentropy(labels, output, from_logits, axis)
    return _ops.where(counts, loss, _ops.zeros_like(loss))


def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
) -> Any:
    """Crossentropy of single probabilities, times (1 - that of the right class) ** gamma.

    With `apply_class_balancing` the classes 1 and 0 weigh alpha and 1 - alpha.
    """
    target = _ops.cast(target, output.dtype)
    p = _ops.sigmoid(output) if from_logits else output
    right = target * p + (1 - target) * (1 - p)
    loss = _ops.power(1.0 - right, gamma) * binary_crossentropy(target, output, from_logits)
    if apply_class_balancing:
        loss = (target * alpha + (1 - target) * (1 - alpha)) * loss
    return loss


def categorical_focal_crossentropy(
    target: Any,
    output: Any,
    alpha: float = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    axis: Any = -1,
) -> Any:
    """Crossentropy of classes, each term times alpha * (1 - probability) ** gamma."""
    target = _ops.cast(target, output.dtype)
    p = _ops.softmax(output, axis=axis) if from_logits else output
    p = p / _ops.sum(p, axis=axis, keepdims=True)
    p = _ops.clip(p, _epsilon(), 1.0 - _epsilon())
    terms = -target * _ops.log(p)
    return _ops.sum(_ops.power(1.0 - p, gamma) * alpha * terms, axis=axis)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    return _ops.in_top_k(targets, predictions, k)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """x plus a bias (channels,), or one of x's shape without the batch axis."""
    first = (data_format or _image_data_format()) == "channels_first"
    if first and len(bias.shape) > 1:
        bias = _ops.moveaxis(bias, -1, 0)
    elif first:
        bias = _ops.reshape(bias, (-1, *(1,) * (len(x.shape) - 2)))
    return _ops.add(x, bias)


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: Any = -1, epsilon: float = 1e-3
) -> Any:
    shape = [1] * len(x.shape)
    shape[axis] = -1

    def fit(v):
        return v if v is None or len(v.shape) != 1 else _ops.reshape(v, shape)

    y = (x - fit(mean)) * _ops.rsqrt(fit(var) + epsilon)
    y = y if gamma is None else y * fit(gamma)
    return y if beta is None else y + fit(beta)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Any, epsilon: float = 1e-3
) -> tuple[Any, ...]:
    """(x normalised by its own statistics, their mean, their variance).

    Args:
        x: Tensor.
        gamma, beta: Factor and offset, or None.
        reduction_axes: Axes that the statistics are taken over.
        epsilon: Added to the variance.
    """
    axes = tuple(a % len(x.shape) for a in reduction_axes)
    mean = _ops.mean(x, axis=axes)
    var = _ops.var(x, axis=axes)
    sizes = [1 if i in axes else n for i, n in enumerate(_ops.shape(x))]

    def fit(v):
        return None if v is None else _ops.reshape(v, sizes)

    y = (x - fit(mean)) * _ops.rsqrt(fit(var) + epsilon)
    y = y if gamma is None else y * fit(gamma)
    return (y if beta is None else y + fit(beta)), mean, var


# ---- convolution and pooling -----------------------------------------------------------------


def conv1d(
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    if padding == "causal":
        first = (data_format or _image_data_format()) == "channels_first"
        sides = ((kernel.shape[0] - 1) * dilation_rate, 0)
        x = _ops.pad(x, ((0, 0), (0, 0), sides) if first else ((0, 0), sides, (0, 0)))
        padding = "valid"
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1, 1),
) -> Any:
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    y = _ops.conv_transpose(
        x, kernel, strides, padding, data_format=data_format, dilation_rate=dilation_rate
    )
    wanted = tuple(output_shape)[1:]
    if any(n is not None and m is not None and n != m for n, m in zip(wanted, y.shape[1:])):
        raise ValueError(
            f"conv2d_transpose gives {tuple(y.shape)} for these strides and padding. Received: "
            f"output_shape={tuple(output_shape)}"
        )
    return y


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    return _ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    return _ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def pool2d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def _pool(x, pool_size, strides, padding, data_format, pool_mode):
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"pool_mode is 'max' or 'avg'. Received: {pool_mode!r}")
    pool = _ops.max_pool if pool_mode == "max" else _ops.average_pool
    return pool(x, pool_size, strides, padding, data_format)


def local_conv1d(
    inputs: Any, kernel: Any, kernel_size: Any, strides: Any, data_format: str | None = None
) -> Any:
    """Convolution whose kernel differs from place to place.

    Args:
        inputs: Tensor (batch, steps, channels); channels first by `data_format`.
        kernel: Tensor (places, size * channels, filters).
        kernel_size, strides: Tuples of one int.
    """
    return _local(inputs, kernel, kernel_size, strides, (kernel.shape[0],), data_format)


def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Any,
    strides: Any,
    output_shape: Any,
    data_format: str | None = None,
) -> Any:
    """`local_conv1d` of images; `output_shape` is (height, width) of the result."""
    return _local(inputs, kernel, kernel_size, strides, tuple(output_shape), data_format)


def _local(x, kernel, size, strides, places, data_format):
    first = (data_format or _image_data_format()) == "channels_first"
    axes = range(2, len(x.shape)) if first else range(1, len(x.shape) - 1)
    channels = x.shape[1] if first else x.shape[-1]
    windows = []
    for place in _np.ndindex(*places):
        key = [slice(None)] * len(x.shape)
        for axis, i, stride, n in zip(axes, place, strides, size):
            key[axis] = slice(i * stride, i * stride + n)
        windows.append(_ops.reshape(x[tuple(key)], (-1, int(_np.prod(size)) * channels)))
    y = _ops.transpose(_ops.matmul(_ops.stack(windows), kernel), (1, 0, 2))
    y = _ops.reshape(y, (-1, *places, kernel.shape[-1]))
    return _ops.moveaxis(y, -1, 1) if first else y
