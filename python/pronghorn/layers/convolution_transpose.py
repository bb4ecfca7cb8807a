"""Transposed convolution: the gradient of a convolution as a layer, which enlarges its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..ops.convolution import transposed_size
from .convolution import Windowed
from .windows import (
    at_least_one,
    spatial_sizes,
    standardize_padding,
    standardize_tuple,
    with_channels,
    with_defaults,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, Identifier, TensorLike


class _Transposed(Windowed):
    def __init__(
        self,
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Axis = 1,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = at_least_one(filters, "filters")
        padding = standardize_padding(padding)
        self._take_window(kernel_size, strides, padding, data_format, dilation_rate)
        self._take_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._take_finish(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = standardize_tuple(
                output_padding, self.rank, "output_padding", allow_zero=True
            )
            if any(extra >= s for extra, s in zip(self.output_padding, self.strides)):
                raise ValueError(
                    "`output_padding` must be strictly less than `strides` along every axis. "
                    f"Received: output_padding={self.output_padding}, strides={self.strides}"
                )
        self._check_dilation()

    def build(self, input_shape: Any) -> None:
        channels = self._input_channels(input_shape)
        if self._output_sides is not None:
            self._reach(self._output_sides, input_shape)
        self.kernel = self._add_weight("kernel", (*self.kernel_size, self.filters, channels))
        self._add_bias(self.filters)

    # Keras 1's `output_shape`, where it was given: what several outputs could be shrunk from
    _output_sides = None

    def _reach(self, shape, input_shape):
        """Pads the output to the sides that are asked for."""
        sizes = spatial_sizes(self, input_shape)
        wanted = spatial_sizes(self, tuple(shape))
        if len(wanted) != self.rank or None in wanted or None in sizes:
            return
        found = spatial_sizes(self, self.compute_output_shape(input_shape))
        if tuple(found) == tuple(wanted):
            return
        parts = zip(sizes, self.kernel_size, self.strides, self.dilation_rate)
        least = [transposed_size(self.padding, *part, extra=0) for part in parts]
        extra = tuple(size - start for size, start in zip(wanted, least))
        if any(not 0 <= more < stride for more, stride in zip(extra, self.strides)):
            raise ValueError(
                f"`output_shape` {tuple(shape)} cannot come from inputs of shape {input_shape}: "
                f"expected sides from {tuple(least)} to less than a stride of {self.strides} more."
            )
        self.output_padding = extra

    def call(self, inputs: TensorLike) -> Any:
        x = ops.conv_transpose(
            inputs, self.kernel, output_padding=self.output_padding, **self._window_arguments()
        )
        return self._finish(x)

    def compute_output_shape(self, input_shape: Any) -> Any:
        extra = self.output_padding or (None,) * self.rank
        sizes = spatial_sizes(self, input_shape)
        out = [
            transposed_size(self.padding, *args)
            for args in zip(sizes, self.kernel_size, self.strides, self.dilation_rate, extra)
        ]
        return with_channels(self, input_shape[0], out, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **self._window_config("kernel"),
            "filters": self.filters,
            "output_padding": self.output_padding,
        }


@with_defaults(strides=1, dilation_rate=1)
class Conv1DTranspose(_Transposed):
    """The gradient of a convolution over steps as a layer: short sequences become larger ones.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or one in a tuple.
        padding: "valid" or "same"; "same" makes outputs `strides` times as large.
        output_padding: Elements added at the end of each axis, less than its stride; None for the
            size that fits.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, steps, channels),
    kernel (width, filters, channels), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, strides with dilation, or an `output_padding` that is too
            large.

    Example:

    >>> Conv1DTranspose(4, 3, strides=2, padding="same")(np.ones((1, 7, 2))).shape
    (1, 14, 4)
    """

    rank = 1


@with_defaults(strides=(1, 1), dilation_rate=(1, 1))
class Conv2DTranspose(_Transposed):
    """The gradient of a convolution over height and width as a layer: small pictures become larger
    ones.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or (height, width).
        padding: "valid" or "same"; "same" makes outputs `strides` times as large.
        output_padding: Elements added at the end of each axis, less than its stride; None for the
            size that fits.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, height, width, channels),
    kernel (height, width, filters, channels), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, strides with dilation, or an `output_padding` that is too
            large.

    Example:

    >>> Conv2DTranspose(4, 3, strides=2, padding="same")(np.ones((1, 7, 6, 2))).shape
    (1, 14, 12, 4)
    """

    rank = 2


class Conv3DTranspose(_Transposed):
    """The gradient of a convolution over depth, height and width as a layer: small volumes become
    larger ones.

    Args:
        filters: Number of output channels.
        kernel_size, strides, dilation_rate: One int, or one an axis.
        padding: "valid" or "same"; "same" makes outputs `strides` times as large.
        output_padding: Elements added at the end of each axis, less than its stride; None for the
            size that fits.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, depth, height, width, channels),
    kernel (depth, height, width, filters, channels), outputs with `filters` channels.

    Raises:
        ValueError: for sizes below 1, strides with dilation, or an `output_padding` that is too
            large.

    Example:

    >>> Conv3DTranspose(4, 3, strides=2, padding="same")(np.ones((1, 2, 3, 4, 2))).shape
    (1, 4, 6, 8, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Axis,
        strides: Axis = (1, 1, 1),
        padding: Any = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Axis = (1, 1, 1),
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
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate,
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
