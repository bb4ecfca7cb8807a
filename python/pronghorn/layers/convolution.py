"""Convolution over one, two or three spatial axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import activations, constraints, initializers, ops, regularizers
from .base import Layer
from .core import known_size, weight_config
from .input_spec import InputSpec
from .lora import Adaptable, AdaptedWeight
from .reshaping import standardize_data_format
from .windows import (
    at_least_one,
    channel_axis,
    spatial_sizes,
    standardize_padding,
    standardize_tuple,
    window_output_size,
    with_channels,
    with_defaults,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, Identifier, TensorLike


class Windowed(Layer):
    """A base of layers that slide a window with weights over the spatial axes, then add a bias and
    apply an activation function."""

    rank = 2

    def _take_window(self, kernel_size, strides, padding, data_format, dilation_rate):
        rank = self.rank
        self.kernel_size = standardize_tuple(kernel_size, rank, "kernel_size")
        self.strides = standardize_tuple(strides, rank, "strides")
        self.dilation_rate = standardize_tuple(dilation_rate, rank, "dilation_rate")
        self.padding = padding
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=rank + 2, max_ndim=rank + 2)

    def _take_finish(self, activation, use_bias, initializer, regularizer, constraint):
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(initializer)
        self.bias_regularizer = regularizers.get(regularizer)
        self.bias_constraint = constraints.get(constraint)
        self.bias = None

    def _take_weight(self, name, initializer, regularizer, constraint):
        setattr(self, f"{name}_initializer", initializers.get(initializer))
        setattr(self, f"{name}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{name}_constraint", constraints.get(constraint))

    def _check_dilation(self):
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def _input_channels(self, input_shape):
        axis = channel_axis(self)
        channels = known_size(self, input_shape, axis)
        ndim = self.rank + 2
        self.input_spec = InputSpec(min_ndim=ndim, max_ndim=ndim, axes={axis: channels})
        return channels

    def _add_weight(self, name, shape, kind=None):
        """A weight with the initializer, regularizer and constraint of its kind."""
        kind = kind or name
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _add_bias(self, channels):
        if self.use_bias:
            self.bias = self._add_weight("bias", (channels,))

    def _finish(self, x):
        bias = self.bias
        if bias is not None:
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (1, bias.shape[0], *(1,) * self.rank))
            x = ops.add(x, bias)
        return self.activation(x)

    def _window_arguments(self):
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }

    def _output_channels(self, input_shape):
        return self.filters

    def compute_output_shape(self, input_shape: Any) -> Any:
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"Layer '{self.name}' (of type {type(self).__name__}) takes inputs of "
                f"{self.rank + 2} axes. Received: input_shape={tuple(input_shape)}"
            )
        sizes = spatial_sizes(self, input_shape)
        out = [
            window_output_size(self, *args)
            for args in zip(sizes, self.kernel_size, self.strides, self.dilation_rate)
        ]
        return with_channels(self, input_shape[0], out, self._output_channels(input_shape))

    def _window_config(self, *weights):
        from ..serialization import serialize_keras_object as serialize

        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, *weights, "bias"),
            "activity_regularizer": serialize(self.activity_regularizer),
        }


class _Convolution(Adaptable, Windowed):
    kernel = AdaptedWeight()

    def __init__(
        self,
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        groups: int = 1,
        activation: Identifier | None = None,
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        **kwargs: Any,
    ) -> None:
        rank = kwargs.pop("lora_rank", None)
        self._take_lora(rank, kwargs.pop("lora_alpha", None), None)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = at_least_one(filters, "filters")
        self.groups = groups
        padding = standardize_padding(padding, allow_causal=self.rank == 1)
        self._take_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._take_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._take_finish(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)
        if groups <= 0:
            raise ValueError(
                f"The number of groups must be a positive integer. Received: groups={groups}."
            )
        if filters % groups:
            raise ValueError(
                "The number of filters must be evenly divisible by the number of groups. "
                f"Received: groups={groups}, filters={filters}."
            )
        self._check_dilation()

    def build(self, input_shape: Any) -> None:
        channels = self._input_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Layer '{self.name}': the number of input channels must be evenly divisible by "
                f"the number of groups. Received groups={self.groups}, but the input has "
                f"{channels} channels (full input shape is {tuple(input_shape)})."
            )
        self.compute_output_shape(input_shape)
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = self._add_weight("kernel", shape)
        self._add_bias(self.filters)
        self._enable_lora_if_asked()

    def call(self, inputs: TensorLike) -> Any:
        return self._finish(self.convolution_op(inputs, self.kernel))

    def convolution_op(self, inputs: TensorLike, kernel: Any) -> Any:
        """The convolution alone; a subclass may put another in its place.

        Args:
            inputs: Tensor (batch, ..., channels), or with channels first.
            kernel: Tensor (window..., channels / groups, filters).

        Returns:
            A tensor with `filters` channels, without bias and activation.
        """
        return ops.conv(inputs, kernel, **self._window_arguments())

    def get_config(self) -> dict[str, Any]:
        return {
            **self._window_config("kernel"),
            "filters": self.filters,
            "groups": self.groups,
            **self._lora_config(),
        }


@with_defaults(strides=1, dilation_rate=1)
class Conv1D(_Convolution):
    """activation(convolution of the inputs with `filters` kernels + bias), over the steps of
    sequences.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or one in a tuple.
        padding: "valid" or "same", or "causal": a step sees none after it.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        groups: The channels are split into this many groups, each with its own kernels.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, steps, channels),
    kernel (width, channels / groups, filters), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, filters or channels that groups do not divide, strides with
            dilation, or an output without elements.

    Example:

    >>> Conv1D(4, 3)(np.ones((1, 7, 2))).shape
    (1, 5, 4)
    """

    rank = 1


@with_defaults(strides=(1, 1), dilation_rate=(1, 1))
class Conv2D(_Convolution):
    """activation(convolution of the inputs with `filters` kernels + bias), over height and width.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or (height, width).
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        groups: The channels are split into this many groups, each with its own kernels.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, height, width, channels),
    kernel (height, width, channels / groups, filters), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, filters or channels that groups do not divide, strides with
            dilation, or an output without elements.

    Example:

    >>> Conv2D(4, 3)(np.ones((1, 7, 6, 2))).shape
    (1, 5, 4, 4)
    """

    rank = 2


@with_defaults(strides=(1, 1, 1), dilation_rate=(1, 1, 1))
class Conv3D(_Convolution):
    """activation(convolution of the inputs with `filters` kernels + bias), over depth, height and
    width.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or one an axis.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        groups: The channels are split into this many groups, each with its own kernels.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, depth, height, width, channels),
    kernel (depth, height, width, channels / groups, filters), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, filters or channels that groups do not divide, strides with
            dilation, or an output without elements.

    Example:

    >>> Conv3D(4, 3)(np.ones((1, 5, 7, 6, 2))).shape
    (1, 3, 5, 4, 4)
    """

    rank = 3
