"""Convolution over one to three spatial axes. Sequences are pictures of height 1; a convolution of
volumes is a sum of convolutions of their planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _args
from ._args import FLOATS, cast, op, result_type, tensor
from ._windows import Layout, merge_depth, padding_name, pads_of, per_axis, spread, with_pads
from .array import concatenate, expand_dims, moveaxis, pad, reshape
from .math import add

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


_conv2d, _grad_input = op("conv2d"), op("conv2d_grad_input")

# Up to so many channels, the planes of a volume that a kernel sees are joined to one with more
# channels, which copies them; with more, their products are summed.
_JOINED_CHANNELS = 16


def _kernel(layout, kernel, where):
    kernel = tensor(kernel)
    if len(kernel.shape) != layout.rank:
        raise ValueError(
            f"{where}: an input of {layout.rank} axes needs a kernel of {layout.rank} axes "
            f"(spatial axes, channels, filters). Received kernel shape {tuple(kernel.shape)}"
        )
    return expand_dims(kernel, 0) if layout.spatial == 1 else kernel


def _floats(inputs, kernel):
    """Both in a dtype that kernels know, and the dtype of the result where both are integers."""
    inputs, kernel = tensor(inputs), tensor(kernel)
    if inputs.dtype in FLOATS or kernel.dtype in FLOATS or "complex64" in (
        inputs.dtype, kernel.dtype
    ):  # fmt: skip
        return inputs, kernel, None
    whole = result_type(inputs.dtype, kernel.dtype, int)
    return cast(inputs, "float64"), cast(kernel, "float64"), whole


def conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Axis = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Axis = 1,
) -> Tensor:
    """Convolution (cross-correlation, as everywhere in deep learning) over 1 to 3 spatial axes.

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C); channels first by `data_format`.
        kernel: Tensor (spatial axes, C / groups, K). The number of groups follows from the shapes.
        strides, dilation_rate: An int, or one a spatial axis.
        padding: "valid" (none), "same" (outputs = ceil(inputs / stride); the odd element after), or
            for sequences "causal" (all of it before).
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        A tensor (N, spatial axes, K) in the input's layout.

    Raises:
        ValueError: ranks or channels that do not match, or a window larger than the input.

    Example:
        >>> ops.conv(ops.ones((1, 3, 3, 1)), ops.ones((2, 2, 1, 1))).tolist()
        [[[[4.0], [4.0]], [[4.0], [4.0]]]]
    """
    inputs, kernel, whole = _floats(inputs, kernel)
    layout = Layout(inputs, data_format, "conv")
    kernel = _kernel(layout, kernel, "conv")
    channels, share = layout.x.shape[-1], kernel.shape[-2]
    groups = 1
    if channels is not None and share and channels % share == 0:
        groups = channels // share
    elif channels is not None:
        raise ValueError(
            "conv: input channels must match the kernel: their number must be evenly divisible by "
            f"the kernel's last but one size. Received inputs of {channels} channels (shape "
            f"{tuple(layout.x.shape)}) and a kernel of shape {tuple(kernel.shape)}"
        )
    y = _convolve(layout, kernel, strides, padding, dilation_rate, groups or 1, "conv")
    return layout.back(y if whole is None else cast(y, whole))


def _convolve(layout, kernel, strides, padding, dilation_rate, groups, where):
    padding = padding_name(padding, where, causal=layout.spatial == 1)
    strides = layout.per_axis(strides, "strides", where)
    dilation = layout.per_axis(dilation_rate, "dilation_rate", where)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilation)]
    pads = pads_of(padding, layout.sizes(), spans, strides)
    if layout.count == 3:
        return _volumes(layout.x, kernel, strides, pads, dilation, groups, where)
    window = tuple(kernel.shape[:2])
    return with_pads(_conv2d, layout.x, kernel, window, strides, pads, dilation, groups)


def _volumes(x, kernel, strides, pads, dilation, groups, where):
    """conv2d over the planes that each plane of the kernel meets, summed."""
    depth, stride, step = kernel.shape[0], strides[0], dilation[0]
    if depth == 0:
        raise ValueError(f"{where}: the window's depth is 0; expected 1 or more")
    span = (depth - 1) * step + 1
    if any(not isinstance(p, int) or p for p in pads[:2]):
        x = pad(x, ((0, 0), tuple(pads[:2]), (0, 0), (0, 0), (0, 0)))
    if x.shape[1] is not None and x.shape[1] < span:
        raise ValueError(
            f"{where}: a kernel whose depth is {span} (with dilation) does not fit the depth of "
            f"{x.shape[1]} (with padding); use padding='same' or a smaller kernel."
        )
    planes = [x[:, i : -(span - 1 - i) or None : stride] for i in range(0, span, step)]
    window = tuple(kernel.shape[1:3])
    rest = (window, strides[1:], tuple(pads[2:]), dilation[1:], groups)
    if groups == 1 and kernel.shape[-2] <= _JOINED_CHANNELS and depth > 1:
        flat, back = merge_depth(concatenate(planes, axis=-1))
        kernel = moveaxis(kernel, 0, 2)
        height, width, _, channels, filters = kernel.shape
        kernel = reshape(kernel, (height, width, depth * channels, filters))
        return back(with_pads(_conv2d, flat, kernel, *rest))
    total = None
    for i, plane in enumerate(planes):
        flat, back = merge_depth(plane)
        y = with_pads(_conv2d, flat, kernel[i], *rest)
        total = y if total is None else add(total, y)
    return back(total)


def depthwise_conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Axis = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Axis = 1,
) -> Tensor:
    """A convolution of each channel with its own filters.

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C).
        kernel: Tensor (spatial axes, C, multiplier).
        strides, padding, data_format, dilation_rate: As in `conv`.

    Returns:
        A tensor of C * multiplier channels; those of one input channel are neighbours.

    Raises:
        ValueError: a kernel whose channels are not the input's.

    Example:
        >>> x = ops.ones((1, 4, 4, 3))
        >>> ops.depthwise_conv(x, ops.ones((3, 3, 3, 2))).shape
        (1, 2, 2, 6)
    """
    layout = Layout(inputs, data_format, "depthwise_conv")
    kernel = _kernel(layout, kernel, "depthwise_conv")
    *window, channels, multiplier = kernel.shape
    if layout.x.shape[-1] not in (None, channels):
        raise ValueError(
            "depthwise_conv: input channels must match the kernel, which needs as many. Received "
            f"inputs of {layout.x.shape[-1]} channels and a kernel of shape {tuple(kernel.shape)}"
        )
    kernel = reshape(kernel, (*window, 1, channels * multiplier))
    y = _convolve(layout, kernel, strides, padding, dilation_rate, channels, "depthwise_conv")
    return layout.back(y)


def separable_conv(
    inputs: TensorLike,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Axis = 1,
    padding: Any = "valid",
    data_format: str | None = None,
    dilation_rate: Axis = 1,
) -> Tensor:
    """`depthwise_conv`, then a 1x1 `conv` that mixes the channels.

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C); channels first by `data_format`.
        depthwise_kernel: Tensor (spatial axes, C, multiplier).
        pointwise_kernel: Tensor (1, ..., 1, C * multiplier, K), with as many ones as spatial axes.
        strides, padding, data_format, dilation_rate: Of the first convolution, as in `conv`.

    Returns:
        Tensor (N, spatial axes, K) in the input's layout.

    Example:
        >>> depthwise, pointwise = ops.ones((3, 3, 3, 2)), ops.ones((1, 1, 6, 5))
        >>> ops.separable_conv(ops.ones((1, 4, 4, 3)), depthwise, pointwise).shape
        (1, 2, 2, 5)
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format, 1)


def transposed_size(padding, size, kernel, stride, dilation=1, extra=None):
    """A size after `conv_transpose`; None of None. `extra` is the output padding."""
    if size is None:
        return None
    span = (kernel - 1) * dilation + 1
    if extra is None:
        return size * stride + (0 if padding == "same" else max(span - stride, 0))
    return (size - 1) * stride + span + extra - (2 * (span // 2) if padding == "same" else 0)


def conv_transpose(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Axis = 1,
    padding: Any = "valid",
    output_padding: Any = None,
    data_format: str | None = None,
    dilation_rate: Axis = 1,
) -> Tensor:
    """The gradient of `conv` with respect to its input, as an operation of its own.

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C).
        kernel: Tensor (spatial axes, filters, C).
        strides, data_format, dilation_rate: As in `conv`.
        padding: "valid" or "same".
        output_padding: Elements added at the end of each axis, less than its stride; the smallest
            fitting output where None.

    Returns:
        A tensor (N, spatial axes, filters) that `conv` would turn into the input's shape.

    Raises:
        ValueError: ranks or channels that do not match.

    Example:
        >>> ops.shape(ops.conv_transpose(ops.ones((1, 4, 2)), ops.ones((3, 5, 2)), 2))
        (1, 9, 5)
    """
    where = "conv_transpose"
    inputs, kernel, whole = _floats(inputs, kernel)
    layout = Layout(inputs, data_format, where)
    kernel = _kernel(layout, kernel, where)
    if layout.x.shape[-1] not in (None, kernel.shape[-1]):
        raise ValueError(
            f"{where}: the number of input channels must match the kernel's last size. Received "
            f"inputs of shape {tuple(layout.x.shape)} and a kernel of shape {tuple(kernel.shape)}"
        )
    padding = padding_name(padding, where)
    strides = layout.per_axis(strides, "strides", where)
    dilation = layout.per_axis(dilation_rate, "dilation_rate", where)
    if output_padding is None:
        extra = (None,) * layout.spatial
    else:
        extra = per_axis(output_padding, layout.spatial, "output_padding", where, least=0)
    extra = layout.flat(extra, None)
    sizes, pads = [], []
    for size, k, s, d, more in zip(layout.sizes(), kernel.shape, strides, dilation, extra):  # type: ignore[arg-type]
        sizes.append(transposed_size(padding, size, k, s, d, more))
        span = (k - 1) * d + 1
        total = 0
        if padding == "same":  # what the outputs, padded so, would shrink by
            total = max(span - s if more is None else 2 * (span // 2) - more, 0)
        pads += [total // 2, total - total // 2]
    if layout.count == 3:
        y = _transposed_volumes(layout.x, kernel, strides, pads, dilation, sizes)
    else:
        y = _transposed(kernel, layout.x, strides, pads, dilation, sizes)
    return layout.back(y if whole is None else cast(y, whole))


def _transposed(kernel, x, strides, pads, dilation, sizes):
    attrs = (strides, tuple(pads), dilation, 1, *(-1 if s is None else s for s in sizes))
    return _args.call(_grad_input, (kernel, x), attrs)


def _transposed_volumes(x, kernel, strides, pads, dilation, sizes):
    """The transposed convolution with each plane of the kernel, laid down where it belongs."""
    step, before = dilation[0], pads[0]
    flat, back = merge_depth(x)
    known = x.shape[1] is not None
    total = None
    for i in range(kernel.shape[0]):
        y = _transposed(kernel[i], flat, strides[1:], pads[2:], dilation[1:], sizes[1:])
        y = back(y)
        length = before + sizes[0] if known else 0
        y = spread(y, 1, strides[0], i * step, max(length, 0))
        total = y if total is None else add(total, y)
    return total[:, before:]  # type: ignore[index]


__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv"]
