"""Convolution and pooling: padding as TensorFlow computes it, 1-D as 2-D of height 1."""

from ..engine import config
from ._args import FLOATS, KerasTensor, op, tensor
from ._args import cast as _cast_to
from .array import expand_dims, reshape, squeeze, transpose

_conv2d, _grad_input = op("conv2d"), op("conv2d_grad_input")
_max_pool, _avg_pool = op("max_pool"), op("avg_pool")


def _per_axis(value, count, name, where):
    values = (value,) * count if isinstance(value, int) else tuple(value)
    if len(values) != count or any(not isinstance(v, int) or v < 1 for v in values):
        raise ValueError(
            f"{where}: `{name}` must be a positive integer or {count} of them. Received: {value!r}"
        )
    return values


def _padding_name(padding, where):
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in ("valid", "same"):
        raise ValueError(f"{where}: padding must be 'valid' or 'same'. Received: {padding!r}")
    return name


def _pads(padding, x, spatial, windows, strides, where):
    """(before, after) of each spatial axis, flat; windows are the dilated sizes."""
    if padding == "valid":
        return (0,) * (2 * len(spatial))
    pads = []
    for size, window, stride in zip(spatial, windows, strides):
        if size is None:
            if stride > 1 and isinstance(x, KerasTensor):
                raise ValueError(
                    f"{where}: padding='same' with stride {stride} needs known spatial sizes. "
                    f"Received an input of shape {tuple(x.shape)}"
                )
            total = window - 1
        else:
            total = max((-(-size // stride) - 1) * stride + window - size, 0)
        pads += [total // 2, total - total // 2]
    return tuple(pads)


class _Layout:
    """An input as (N, H, W, C): moves channels last and gives 1-D inputs a height of 1."""

    def __init__(self, x, data_format, where):
        x = tensor(x)
        self.rank = len(x.shape)
        self.spatial = self.rank - 2
        if self.spatial not in (1, 2):
            raise ValueError(
                f"{where}: expected an input of 3 or 4 axes (batch, spatial axes, channels). "
                f"Received shape {tuple(x.shape)}"
            )
        data_format = data_format or config.image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                f"{where}: data_format must be 'channels_last' or 'channels_first'. "
                f"Received: {data_format!r}"
            )
        self.first = data_format == "channels_first"
        if self.first:
            x = transpose(x, (0, *range(2, self.rank), 1))
        self.x = expand_dims(x, 1) if self.spatial == 1 else x

    def flat(self, values):
        """Per-axis values as two."""
        return (1, *values) if self.spatial == 1 else tuple(values)

    def sizes(self):
        return self.x.shape[1:3]

    def back(self, y):
        if self.spatial == 1:
            y = squeeze(y, 1)
        return transpose(y, (0, self.rank - 1, *range(1, self.rank - 1))) if self.first else y


def _kernel(layout, kernel, where):
    kernel = tensor(kernel)
    if len(kernel.shape) != layout.rank:
        raise ValueError(
            f"{where}: an input of {layout.rank} axes needs a kernel of {layout.rank} axes "
            f"(spatial axes, channels, filters). Received kernel shape {tuple(kernel.shape)}"
        )
    return expand_dims(kernel, 0) if layout.spatial == 1 else kernel


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """1-D or 2-D convolution (cross-correlation, as everywhere in deep learning).

    Args:
        inputs: Tensor (N, W, C) or (N, H, W, C); channels first by `data_format`.
        kernel: Tensor (KW, C / groups, K) or (KH, KW, C / groups, K). The number of groups follows
            from the shapes.
        strides, dilation_rate: An int, or one a spatial axis.
        padding: "valid" (none) or "same" (outputs = ceil(inputs / stride); the odd element after).
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        A tensor (N, spatial axes, K) in the input's layout.

    Raises:
        ValueError: ranks or channels that do not match, or a window larger than the input.

    Example:
        >>> ops.conv(ops.ones((1, 3, 3, 1)), ops.ones((2, 2, 1, 1)))  # (1, 2, 2, 1), all 4
    """
    layout = _Layout(inputs, data_format, "conv")
    kernel = _kernel(layout, kernel, "conv")
    channels, share = layout.x.shape[3], kernel.shape[2]
    groups = 1
    if channels is not None and share and channels % share == 0:
        groups = channels // share
    elif channels is not None:
        raise ValueError(
            f"conv: the number of input channels must be a multiple of the kernel's third size. "
            f"Received inputs of {channels} channels (shape {tuple(layout.x.shape)}) and a "
            f"kernel of shape {tuple(kernel.shape)}"
        )
    return layout.back(
        _convolve(layout, kernel, strides, padding, dilation_rate, groups or 1, "conv")
    )


def _convolve(layout, kernel, strides, padding, dilation_rate, groups, where):
    padding = _padding_name(padding, where)
    strides = layout.flat(_per_axis(strides, layout.spatial, "strides", where))
    dilation = layout.flat(_per_axis(dilation_rate, layout.spatial, "dilation_rate", where))
    windows = [(k - 1) * d + 1 for k, d in zip(kernel.shape[:2], dilation)]
    pads = _pads(padding, layout.x, layout.sizes(), windows, strides, where)
    return _conv2d((layout.x, kernel), (strides, pads, dilation, groups))


def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """A convolution of each channel with its own filters.

    Args:
        inputs: Tensor (N, W, C) or (N, H, W, C).
        kernel: Tensor (spatial axes, C, multiplier).
        strides, padding, data_format, dilation_rate: As in `conv`.

    Returns:
        A tensor of C * multiplier channels; those of one input channel are neighbours.

    Raises:
        ValueError: a kernel whose channels are not the input's.
    """
    layout = _Layout(inputs, data_format, "depthwise_conv")
    kernel = _kernel(layout, kernel, "depthwise_conv")
    height, width, channels, multiplier = kernel.shape
    if layout.x.shape[3] not in (None, channels):
        raise ValueError(
            f"depthwise_conv: inputs of {layout.x.shape[3]} channels need a kernel with as many. "
            f"Received kernel shape {tuple(kernel.shape)}"
        )
    kernel = reshape(kernel, (height, width, 1, channels * multiplier))
    y = _convolve(layout, kernel, strides, padding, dilation_rate, channels, "depthwise_conv")
    return layout.back(y)


def separable_conv(
    inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None,
    dilation_rate=1,
):  # fmt: skip
    """`depthwise_conv`, then a 1x1 `conv` that mixes the channels."""
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format, 1)


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format=None,
    dilation_rate=1,
):  # fmt: skip
    """The gradient of `conv` with respect to its input, as an operation of its own.

    Args:
        inputs: Tensor (N, W, C) or (N, H, W, C), with known spatial sizes.
        kernel: Tensor (spatial axes, filters, C).
        strides, padding, data_format, dilation_rate: As in `conv`.
        output_padding: Elements added at the end of each axis, less than its stride; the smallest
            fitting output where None.

    Returns:
        A tensor (N, spatial axes, filters) that `conv` would turn into the input's shape.
    """
    where = "conv_transpose"
    layout = _Layout(inputs, data_format, where)
    kernel = _kernel(layout, kernel, where)
    padding = _padding_name(padding, where)
    strides = layout.flat(_per_axis(strides, layout.spatial, "strides", where))
    dilation = layout.flat(_per_axis(dilation_rate, layout.spatial, "dilation_rate", where))
    if output_padding is not None and isinstance(output_padding, int):
        output_padding = (output_padding,) * layout.spatial
    extra = None if output_padding is None else (0, *output_padding)[-2:]
    sizes, pads = [], []
    for i, (size, k, s, d) in enumerate(zip(layout.sizes(), kernel.shape, strides, dilation)):
        window = (k - 1) * d + 1
        if size is None:
            sizes.append(-1)
            pads += [0, 0]
            continue
        if extra is None:
            out = size * s if padding == "same" else size * s + max(window - s, 0)
        else:
            out = (
                (size - 1) * s + window + extra[i] - (2 * (window // 2) if padding == "same" else 0)
            )
        total = max((size - 1) * s + window - out, 0) if padding == "same" else 0
        sizes.append(out)
        pads += [total // 2, total - total // 2]
    attrs = (strides, tuple(pads), dilation, 1, *sizes)
    return layout.back(_grad_input((kernel, layout.x), attrs))


def _pool(native, inputs, pool_size, strides, padding, data_format, where):
    layout = _Layout(inputs, data_format, where)
    x = layout.x
    integer = native is not _max_pool and x.dtype not in FLOATS and x.dtype
    if integer:
        x = layout.x = _cast_to(x, "float64")
    padding = _padding_name(padding, where)
    window = layout.flat(_per_axis(pool_size, layout.spatial, "pool_size", where))
    strides = pool_size if strides is None else strides
    strides = layout.flat(_per_axis(strides, layout.spatial, "strides", where))
    pads = _pads(padding, x, layout.sizes(), window, strides, where)
    y = layout.back(native((x,), (window, strides, pads)))
    return _cast_to(y, integer) if integer else y


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The largest element of each window, channel by channel; padding never wins.

    Args:
        inputs: Tensor (N, W, C) or (N, H, W, C); channels first by `data_format`.
        pool_size: Window size: an int, or one a spatial axis.
        strides: Steps between windows; pool_size where None.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Raises:
        ValueError: a window larger than the input, or a wrong rank.

    Example:
        >>> ops.max_pool(x, 2)  # (8, 28, 28, 3) to (8, 14, 14, 3)
    """
    return _pool(_max_pool, inputs, pool_size, strides, padding, data_format, "max_pool")


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window without the padding; arguments as in `max_pool`."""
    return _pool(_avg_pool, inputs, pool_size, strides, padding, data_format, "average_pool")


__all__ = [
    "average_pool", "conv", "conv_transpose", "depthwise_conv", "max_pool", "separable_conv",
]  # fmt: skip
