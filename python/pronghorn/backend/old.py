"""Functions of K that Keras 1 or 2 had, and that other names or nothing stand for now."""

from __future__ import annotations

import contextlib as _contextlib
from builtins import slice as _slice
from typing import Any

from .. import ops as _ops
from ..engine import KerasTensor as _KerasTensor
from ..engine import Variable as _Variable
from ..engine.config import image_data_format as _image_data_format
from .arrays import spatial_2d_padding as _spatial_2d_padding
from .arrays import temporal_padding as _temporal_padding
from .nn import conv2d as _conv2d
from .nn import conv2d_transpose as _conv2d_transpose


def lesser(x: Any, y: Any) -> Any:
    """x < y entry by entry."""
    return _ops.less(x, y)


def lesser_equal(x: Any, y: Any) -> Any:
    """x <= y entry by entry."""
    return _ops.less_equal(x, y)


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> Any:
    """x (batch, steps, channels) with that many zeros before and after the steps."""
    return _temporal_padding(x, (left_pad, right_pad))


def asymmetric_spatial_2d_padding(
    x: Any,
    top_pad: int = 1,
    bottom_pad: int = 1,
    left_pad: int = 1,
    right_pad: int = 1,
    data_format: str | None = None,
) -> Any:
    """Images with that many rows and columns of zeros around; channels by `data_format`."""
    return _spatial_2d_padding(x, ((top_pad, bottom_pad), (left_pad, right_pad)), data_format)


def get_variable_shape(x: Any) -> tuple[Any, ...]:
    """The shape of x as a tuple of int, None for unknown sizes."""
    return tuple(x.shape)


def deconv2d(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """`conv2d_transpose` under its name of Keras 1."""
    return _conv2d_transpose(x, kernel, output_shape, strides, padding, data_format)


def atrous_conv2d(
    x: Any,
    kernel: Any,
    rate: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """`conv2d` whose kernel has `rate` - 1 gaps between its taps."""
    return _conv2d(x, kernel, (1, 1), padding, data_format, (rate, rate))


def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """A convolution of each channel by itself, then one over channels.

    Args:
        x: Tensor (batch, steps, channels); channels first by `data_format`.
        depthwise_kernel: Tensor (size, channels, multiplier).
        pointwise_kernel: Tensor (1, channels * multiplier, filters).
        strides, dilation_rate: An int or a tuple of one.
        padding: "valid" or "same".

    Returns:
        Tensor (batch, steps, filters).
    """
    return _ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def conv3d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """`conv2d_transpose` of volumes; `output_shape` is that of the whole result."""
    return _conv2d_transpose(x, kernel, output_shape, strides, padding, data_format, (1, 1, 1))


def size(x: Any, name: str | None = None) -> Any:
    """The number of entries of x."""
    count = 1
    for n in _ops.shape(x):
        count = count * n
    return count


def identity(x: Any, name: str | None = None) -> Any:
    """The value of x."""
    return _ops.convert_to_tensor(x) if isinstance(x, _Variable) else x


def slice(x: Any, start: Any, size: Any) -> Any:
    """The part of x of `size` entries on each axis, from `start` on; -1 takes what remains."""
    start, size = tuple(start), tuple(size)
    stops = [None if n == -1 else i + n for i, n in zip(start, size)]
    return x[tuple(_slice(i, stop) for i, stop in zip(start, stops))]


def is_variable(x: Any) -> bool:
    """Whether x is a Variable."""
    return isinstance(x, _Variable)


def is_symbolic(x: Any) -> bool:
    """Whether x is a symbolic tensor, an input of a model or what was made from one."""
    return isinstance(x, _KerasTensor)


def symbolic(func: Any) -> Any:
    """The function as it is: one works on symbolic tensors as on others."""
    return func


def eager(func: Any) -> Any:
    """The function as it is. As `symbolic`."""
    return func


def normalize_data_format(value: str | None) -> str:
    """A `data_format` in small letters, the default for None.

    Raises:
        ValueError: for anything but "channels_first" and "channels_last".
    """
    value = (value or _image_data_format()).lower()
    if value not in ("channels_first", "channels_last"):
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {value}"
        )
    return value


@_contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Any:
    """Nothing is to be waited for: what runs, runs in the order it is written in."""
    yield


def set_legacy_weight_ordering(value: bool) -> None:
    """Without effect: files are read in the order of the Keras that wrote them."""


def legacy_weight_ordering() -> bool:
    """Whether weights are ordered as before Keras 1.0: no."""
    return False
