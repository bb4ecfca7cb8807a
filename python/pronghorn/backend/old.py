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
from .convolution import conv2d as _conv2d
from .convolution import conv2d_transpose as _conv2d_transpose


def lesser(x: Any, y: Any) -> Any:
    """x < y entry by entry."""
    return _ops.less(x, y)


def lesser_equal(x: Any, y: Any) -> Any:
    """x <= y entry by entry."""
    return _ops.less_equal(x, y)


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> Any:
    """Zeros before and after the steps of a sequence.

    Args:
        x: Tensor (batch, steps, channels).
        left_pad, right_pad: How many before and after.

    Returns:
        Tensor (batch, left_pad + steps + right_pad, channels), of the dtype of x.

    Example:

    >>> from pronghorn import backend as K
    >>> K.get_value(K.asymmetric_temporal_padding(K.ones((1, 1, 1)), 1, 2)).ravel().tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    return _temporal_padding(x, (left_pad, right_pad))


def asymmetric_spatial_2d_padding(
    x: Any,
    top_pad: int = 1,
    bottom_pad: int = 1,
    left_pad: int = 1,
    right_pad: int = 1,
    data_format: str | None = None,
) -> Any:
    """Rows and columns of zeros around images.

    Args:
        x: Tensor (batch, height, width, channels); channels first by `data_format`.
        top_pad, bottom_pad, left_pad, right_pad: How many on each side.
        data_format: "channels_last" or "channels_first"; the setting where missing.

    Returns:
        The larger images, of the dtype of x.

    Example:

    >>> from pronghorn import backend as K
    >>> K.int_shape(K.asymmetric_spatial_2d_padding(K.ones((1, 2, 2, 3)), 1, 0, 0, 2))
    (1, 3, 4, 3)
    """
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
    """`conv2d_transpose` under its name of Keras 1.

    Args:
        x: Tensor (batch, height, width, channels); channels first by `data_format`.
        kernel: Tensor (rows, columns, filters, channels).
        output_shape: The shape of the result.
        strides: (vertical, horizontal).
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the setting where missing.

    Returns:
        Tensor (batch, new height, new width, filters).

    Raises:
        ValueError: for an `output_shape` that strides and padding do not give.

    Example:

    >>> from pronghorn import backend as K
    >>> x, kernel = K.ones((1, 4, 4, 3)), K.ones((3, 3, 2, 3))
    >>> K.int_shape(K.deconv2d(x, kernel, (1, 8, 8, 2), strides=(2, 2), padding="same"))
    (1, 8, 8, 2)
    """
    return _conv2d_transpose(x, kernel, output_shape, strides, padding, data_format)


def atrous_conv2d(
    x: Any,
    kernel: Any,
    rate: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """`conv2d` whose kernel has `rate` - 1 gaps between its taps.

    Args:
        x: Tensor (batch, height, width, channels); channels first by `data_format`.
        kernel: Tensor (rows, columns, channels, filters).
        rate: Distance of the taps.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the setting where missing.

    Returns:
        Tensor (batch, new height, new width, filters).

    Example:

    >>> from pronghorn import backend as K
    >>> K.int_shape(K.atrous_conv2d(K.ones((1, 9, 9, 3)), K.ones((3, 3, 3, 2)), rate=2))
    (1, 5, 5, 2)
    """
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

    Example:

    >>> from pronghorn import backend as K
    >>> K.int_shape(K.separable_conv1d(K.ones((1, 5, 2)), K.ones((3, 2, 1)), K.ones((1, 2, 4))))
    (1, 3, 4)
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
    """`conv2d_transpose` of volumes.

    Args:
        x: Tensor (batch, depth, height, width, channels); channels first by `data_format`.
        kernel: Tensor (slices, rows, columns, filters, channels).
        output_shape: The shape of the result.
        strides: Along depth, height and width.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the setting where missing.

    Returns:
        Tensor (batch, new depth, new height, new width, filters).

    Raises:
        ValueError: for an `output_shape` that strides and padding do not give.

    Example:

    >>> from pronghorn import backend as K
    >>> x, kernel = K.ones((1, 2, 2, 2, 3)), K.ones((3, 3, 3, 1, 3))
    >>> K.int_shape(K.conv3d_transpose(x, kernel, (1, 4, 4, 4, 1)))
    (1, 4, 4, 4, 1)
    """
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
    """A block of a tensor.

    Args:
        x: Tensor.
        start: Where it begins on each axis.
        size: How many entries on each axis; -1 takes what remains.

    Returns:
        Tensor of shape `size`.

    Raises:
        ValueError: for a start that only a run knows, without a size.

    Example:

    >>> from pronghorn import backend as K
    >>> K.get_value(K.slice(K.arange(6), [2], [3])).tolist()
    [2, 3, 4]
    """
    start, size = tuple(start), tuple(size)
    places = []
    for axis, (i, n) in enumerate(zip(start, size)):
        if getattr(i, "is_abstract", False):  # a step of a loop: only a run knows it
            if n == -1:
                raise ValueError(f"K.slice: a start that only a run knows needs a size. {size=}")
            x = _ops.take(x, _ops.cast(i, "int32") + _ops.arange(n), axis=axis)
            i, n = 0, -1
        places.append(_slice(i, None if n == -1 else i + n))
    return x[tuple(places)]


def is_variable(x: Any) -> bool:
    """Whether x is a Variable."""
    return isinstance(x, _Variable)


def is_symbolic(x: Any) -> bool:
    """Whether x is a symbolic tensor, an input of a model or what was made from one."""
    return isinstance(x, _KerasTensor)


def symbolic(func: Any) -> Any:
    """The function as it is: one works on symbolic tensors as on others.

    Args:
        func: Function.

    Returns:
        `func`.

    Example:

    >>> from pronghorn import backend as K
    >>> K.symbolic(len)([1, 2])
    2
    """
    return func


def eager(func: Any) -> Any:
    """The function as it is: one works on symbolic tensors as on others.

    Args:
        func: Function.

    Returns:
        `func`.

    Example:

    >>> from pronghorn import backend as K
    >>> K.eager(len)([1, 2])
    2
    """
    return func


def normalize_data_format(value: str | None) -> str:
    """A `data_format` in small letters.

    Args:
        value: "channels_first" or "channels_last" in any letters; None for the setting.

    Returns:
        str.

    Raises:
        ValueError: for anything else.

    Example:

    >>> from pronghorn import backend as K
    >>> K.normalize_data_format("Channels_First")
    'channels_first'
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
    """Nothing is to be waited for: what runs, runs in the order it is written in.

    Args:
        control_inputs: Kept for old code.

    Returns:
        A context manager.

    Example:

    >>> from pronghorn import backend as K
    >>> with K.control_dependencies([K.ones(())]):
    ...     y = K.zeros(())
    """
    yield


def set_legacy_weight_ordering(value: bool) -> None:
    """Without effect: files are read in the order of the Keras that wrote them.

    Args:
        value: Kept for old code.

    Example:

    >>> from pronghorn import backend as K
    >>> K.set_legacy_weight_ordering(True)
    >>> K.legacy_weight_ordering()
    False
    """


def legacy_weight_ordering() -> bool:
    """Whether weights are ordered as before Keras 1.0: no."""
    return False
