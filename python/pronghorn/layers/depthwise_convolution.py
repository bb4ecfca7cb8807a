"""Convolution of each channel by itself (depthwise), also with channels mixed after it
(separable)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .convolution import Windowed
from .windows import at_least_one, channel_axis, standardize_padding, with_defaults

if TYPE_CHECKING:
    from ..engine.types import Axis, Identifier, TensorLike


class _Depthwise(Windowed):
    def __init__(
        self,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        activation: Identifier | None = None,
        use_bias: bool = True,
        depthwise_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        depthwise_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        depthwise_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.depth_multiplier = at_least_one(depth_multiplier, "depth_multiplier")
        padding = standardize_padding(padding)
        self._take_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._take_weight(
            "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )
        self._take_finish(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        channels = self._input_channels(input_shape)
        self.compute_output_shape(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self._add_weight("kernel", shape, "depthwise")
        self._add_bias(channels * self.depth_multiplier)

    def call(self, inputs: TensorLike) -> Any:
        return self._finish(ops.depthwise_conv(inputs, self.kernel, **self._window_arguments()))

    def _output_channels(self, input_shape):
        return input_shape[channel_axis(self)] * self.depth_multiplier

    def get_config(self) -> dict[str, Any]:
        return {**self._window_config("depthwise"), "depth_multiplier": self.depth_multiplier}


class _Separable(Windowed):
    def __init__(
        self,
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        depth_multiplier: int = 1,
        activation: Identifier | None = None,
        use_bias: bool = True,
        depthwise_initializer: Identifier = "glorot_uniform",
        pointwise_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        depthwise_regularizer: Identifier | None = None,
        pointwise_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        depthwise_constraint: Identifier | None = None,
        pointwise_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.depth_multiplier = at_least_one(depth_multiplier, "depth_multiplier")
        self.filters = at_least_one(filters, "filters")
        padding = standardize_padding(padding, allow_causal=self.rank == 1)
        self._take_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._take_weight(
            "depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint
        )
        self._take_weight(
            "pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint
        )
        self._take_finish(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        channels = self._input_channels(input_shape)
        self.compute_output_shape(input_shape)
        self.depthwise_kernel = self._add_weight(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier), "depthwise"
        )
        self.pointwise_kernel = self._add_weight(
            "pointwise_kernel",
            (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            "pointwise",
        )
        self._add_bias(self.filters)

    def call(self, inputs: TensorLike) -> Any:
        x = ops.separable_conv(
            inputs, self.depthwise_kernel, self.pointwise_kernel, **self._window_arguments()
        )
        return self._finish(x)

    def get_config(self) -> dict[str, Any]:
        return {
            **self._window_config("depthwise", "pointwise"),
            "depth_multiplier": self.depth_multiplier,
            "filters": self.filters,
        }


@with_defaults(strides=1, dilation_rate=1)
class DepthwiseConv1D(_Depthwise):
    """Each channel convolved with `depth_multiplier` kernels of its own, over steps.

    Args:
        kernel_size, strides, dilation_rate: One int, or one in a tuple.
        padding: "valid" or "same".
        depth_multiplier: Output channels an input channel.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense;
            `depthwise_*` are the kernel's.

    Shapes: inputs (batch, steps, channels), kernel (width, channels, depth_multiplier),
    outputs with channels * depth_multiplier channels.

    Raises:
        ValueError: for sizes below 1, or an output without elements.

    Example:

    >>> DepthwiseConv1D(3)(np.ones((1, 7, 2))).shape
    (1, 5, 2)
    """

    rank = 1


@with_defaults(strides=1, dilation_rate=1)
class SeparableConv1D(_Separable):
    """A depthwise convolution over steps, then a mix of the channels (a kernel of size 1).

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or one in a tuple.
        padding: "valid" or "same", or "causal".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        depth_multiplier: Channels between the two, an input channel.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense;
            `depthwise_*` and `pointwise_*` are the two kernels'.

    Shapes: inputs (batch, steps, channels), depthwise_kernel (width, channels, depth_multiplier),
    pointwise_kernel (1, channels * depth_multiplier, filters), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, or an output without elements.

    Example:

    >>> SeparableConv1D(4, 3)(np.ones((1, 7, 2))).shape
    (1, 5, 4)
    """

    rank = 1


@with_defaults(strides=(1, 1), dilation_rate=(1, 1))
class DepthwiseConv2D(_Depthwise):
    """Each channel convolved with `depth_multiplier` kernels of its own, over height and width.

    Args:
        kernel_size, strides, dilation_rate: One int, or (height, width).
        padding: "valid" or "same".
        depth_multiplier: Output channels an input channel.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense;
            `depthwise_*` are the kernel's.

    Shapes: inputs (batch, height, width, channels), kernel (height, width, channels,
    depth_multiplier),
    outputs with channels * depth_multiplier channels.

    Raises:
        ValueError: for sizes below 1, or an output without elements.

    Example:

    >>> DepthwiseConv2D(3)(np.ones((1, 7, 6, 2))).shape
    (1, 5, 4, 2)
    """

    rank = 2


@with_defaults(strides=(1, 1), dilation_rate=(1, 1))
class SeparableConv2D(_Separable):
    """A depthwise convolution over height and width, then a mix of the channels (a kernel of size
    1).

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or (height, width).
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        depth_multiplier: Channels between the two, an input channel.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense;
            `depthwise_*` and `pointwise_*` are the two kernels'.

    Shapes: inputs (batch, height, width, channels), depthwise_kernel (height, width, channels,
    depth_multiplier),
    pointwise_kernel (1, 1, channels * depth_multiplier, filters), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, or an output without elements.

    Example:

    >>> SeparableConv2D(4, 3)(np.ones((1, 7, 6, 2))).shape
    (1, 5, 4, 4)
    """

    rank = 2
