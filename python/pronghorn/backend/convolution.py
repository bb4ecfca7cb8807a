"""Convolutions, with kernels that are shared or not, and pooling."""

from __future__ import annotations

from typing import Any

import numpy as _np

from .. import ops as _ops
from ..engine.config import image_data_format as _image_data_format


def conv1d(
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """Convolution of sequences.

    Args:
        x: Tensor (batch, steps, channels), or with the channels first.
        kernel: Tensor (size, channels, filters).
        strides: Steps between windows.
        padding: `"valid"`, `"same"` or `"causal"` (all of it before).
        data_format: "channels_last" or "channels_first"; the configured one where None.
        dilation_rate: Distance of a window's elements.

    Returns:
        Tensor (batch, windows, filters), or with the filters first.

    Example:
        >>> K.conv1d(ops.ones((1, 5, 2)), ops.ones((3, 2, 4))).shape
        (1, 3, 4)
    """
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
    """Convolution of images.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        kernel: Tensor (height, width, channels, filters).
        strides, dilation_rate: An int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (batch, height, width, filters), or with the filters first.

    Example:
        >>> K.conv2d(ops.ones((1, 5, 5, 2)), ops.ones((3, 3, 2, 4))).shape
        (1, 3, 3, 4)
    """
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1, 1),
) -> Any:
    """Convolution of volumes.

    Args:
        x: Tensor (batch, depth, height, width, channels), or with the channels first.
        kernel: Tensor (depth, height, width, channels, filters).
        strides, dilation_rate: An int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (batch, depth, height, width, filters), or with the filters first.

    Example:
        >>> K.conv3d(ops.ones((1, 4, 4, 4, 1)), ops.ones((2, 2, 2, 1, 3))).shape
        (1, 3, 3, 3, 3)
    """
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
    """The transposed convolution of images, which enlarges them.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        kernel: Tensor (height, width, filters, channels).
        output_shape: The whole shape of the result, to which it is compared; None where unknown.
        strides, dilation_rate: An int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor of that shape.

    Raises:
        ValueError: Where strides and padding give another shape.

    Example:
        >>> x, kernel = ops.ones((1, 3, 3, 2)), ops.ones((2, 2, 4, 2))
        >>> K.conv2d_transpose(x, kernel, (1, 6, 6, 4), strides=(2, 2)).shape
        (1, 6, 6, 4)
    """
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
    """Convolution of images, each channel with its own filters.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        depthwise_kernel: Tensor (height, width, channels, multiplier).
        strides, dilation_rate: An int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor of channels * multiplier channels.

    Example:
        >>> K.depthwise_conv2d(ops.ones((1, 4, 4, 3)), ops.ones((3, 3, 3, 2))).shape
        (1, 2, 2, 6)
    """
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
    """`depthwise_conv2d`, then a convolution of single pixels that mixes the channels.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        depthwise_kernel: Tensor (height, width, channels, multiplier).
        pointwise_kernel: Tensor (1, 1, channels * multiplier, filters).
        strides, dilation_rate: An int, or one a spatial axis.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (batch, height, width, filters), or with the filters first.

    Example:
        >>> depthwise, pointwise = ops.ones((3, 3, 3, 2)), ops.ones((1, 1, 6, 5))
        >>> K.separable_conv2d(ops.ones((1, 4, 4, 3)), depthwise, pointwise).shape
        (1, 2, 2, 5)
    """
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
    """The largest element, or the mean, of each window of images.

    Args:
        x: Tensor (batch, height, width, channels), or with the channels first.
        pool_size, strides: Tuples of two ints.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.
        pool_mode: `"max"` or `"avg"`.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.pool2d(ops.ones((1, 4, 4, 3)), (2, 2), strides=(2, 2)).shape
        (1, 2, 2, 3)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1, 1),
    padding: Any = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The largest element, or the mean, of each window of volumes.

    Args:
        x: Tensor (batch, depth, height, width, channels), or with the channels first.
        pool_size, strides: Tuples of three ints.
        padding: `"valid"` or `"same"`.
        data_format: "channels_last" or "channels_first"; the configured one where None.
        pool_mode: `"max"` or `"avg"`.

    Returns:
        Tensor of x's dtype.

    Example:
        >>> K.pool3d(ops.ones((1, 4, 4, 4, 3)), (2, 2, 2), strides=(2, 2, 2)).shape
        (1, 2, 2, 2, 3)
    """
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

    Returns:
        Tensor (batch, places, filters), or with the filters first.

    Example:
        >>> kernel = ops.ones((3, 2 * 4, 5))
        >>> K.local_conv1d(ops.ones((1, 4, 4)), kernel, (2,), (1,)).shape
        (1, 3, 5)
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
    """Convolution of images whose kernel differs from place to place.

    Args:
        inputs: Tensor (batch, height, width, channels), or with the channels first.
        kernel: Tensor (places, height * width * channels, filters), of a window's sizes.
        kernel_size, strides: Tuples of two ints.
        output_shape: (height, width) of the result.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (batch, *output_shape, filters), or with the filters first.

    Example:
        >>> kernel = ops.ones((9, 2 * 2 * 1, 5))
        >>> K.local_conv2d(ops.ones((1, 4, 4, 1)), kernel, (2, 2), (1, 1), (3, 3)).shape
        (1, 3, 3, 5)
    """
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
