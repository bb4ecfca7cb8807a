"""LocallyConnected1D and 2D of Keras 2: windows whose weights differ from place to place.

Keras 2 keeps their kernel in one of three forms (`implementation`), which give the same outputs;
here all three are read as weights (places, taps, channels, filters) before one batched product.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from .convolution import Windowed
from .core import known_size
from .input_spec import InputSpec
from .windows import (
    at_least_one,
    channel_axis,
    spatial_sizes,
    standardize_padding,
    window_output_size,
    with_defaults,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, Identifier, TensorLike


class _LocallyConnected(Windowed):
    def __init__(
        self,
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        activation: Identifier | None = None,
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        implementation: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = at_least_one(filters, "filters")
        padding = standardize_padding(padding)
        if implementation not in (1, 2, 3):
            raise ValueError(
                f"Unrecognized implementation mode: {implementation}. Expected 1, 2 or 3."
            )
        if padding != "valid" and implementation == 1:
            raise ValueError(
                f"Invalid border mode for {type(self).__name__} (only 'valid' is supported if "
                f"implementation is 1): {padding}. Pass implementation=2 or 3."
            )
        self.implementation = implementation
        self._take_window(kernel_size, strides, padding, data_format, 1)
        self._take_weight("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self._take_finish(activation, use_bias, bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        sizes = spatial_sizes(self, input_shape)
        if None in sizes:
            raise ValueError(
                f"Layer '{self.name}' (of type {type(self).__name__}) has weights for each place, "
                "so the spatial sizes of its input must be known. Received: "
                f"input_shape={tuple(input_shape)}"
            )
        channels = known_size(self, input_shape, channel_axis(self))
        self._places = tuple(
            window_output_size(self, *args) for args in zip(sizes, self.kernel_size, self.strides)
        )
        self._channels = channels
        self._inputs = math.prod(sizes)
        self._taps = window_positions(
            sizes, self._places, self.kernel_size, self.strides, self.padding
        )
        self.kernel = self._add_weight("kernel", self._kernel_shape(sizes))
        if self.use_bias:
            self.bias = self._add_weight("bias", (*self._places, self.filters))
        axes = {channel_axis(self): channels}
        self.input_spec = InputSpec(ndim=self.rank + 2, axes=axes)

    def _kernel_shape(self, sizes):
        places, taps = self._taps.shape
        if self.implementation == 1:
            return (places, taps * self._channels, self.filters)
        if self.implementation == 3:
            connected = int((self._taps < self._inputs).sum())
            return (connected * self._channels * self.filters,)
        if self.data_format == "channels_first":
            return (self._channels, *sizes, self.filters, *self._places)
        return (*sizes, self._channels, *self._places, self.filters)

    def call(self, inputs: TensorLike) -> Any:
        first = self.data_format == "channels_first"
        x = ops.moveaxis(inputs, 1, -1) if first else inputs
        x = ops.reshape(x, (-1, self._inputs, self._channels))
        places, taps = self._taps.shape
        if self.padding == "same":  # what lies outside is a row of zeros after the others
            x = ops.pad(x, ((0, 0), (0, 1), (0, 0)))
        x = ops.take(x, self._taps.reshape(-1), axis=1)
        x = ops.reshape(x, (-1, places, taps * self._channels))
        kernel = ops.reshape(self._weights_by_place(), (places, -1, self.filters))
        y = ops.einsum("bpi,pif->bpf", x, kernel)
        y = ops.reshape(y, (-1, *self._places, self.filters))
        y = ops.moveaxis(y, -1, 1) if first else y
        if self.bias is not None:
            # Keras 2 reads a bias by channels where those come first, without moving the axis
            shape = (self.filters, *self._places) if first else self.bias.shape
            y = ops.add(y, ops.reshape(self.bias, (1, *shape)))
        return self.activation(y)

    def _weights_by_place(self):
        """The kernel as (places, taps, channels, filters)."""
        first = self.data_format == "channels_first"
        (places, taps), channels, filters = self._taps.shape, self._channels, self.filters
        if self.implementation == 1:
            if not first:
                return self.kernel
            kernel = ops.reshape(self.kernel, (places, channels, taps, filters))
            return ops.transpose(kernel, (0, 2, 1, 3))
        if self.implementation == 2:
            if first:
                kernel = ops.reshape(self.kernel, (channels, self._inputs, filters, places))
                kernel = ops.transpose(kernel, (3, 1, 0, 2))
            else:
                kernel = ops.reshape(self.kernel, (self._inputs, channels, places, filters))
                kernel = ops.transpose(kernel, (2, 0, 1, 3))
            kernel = ops.reshape(kernel, (places * self._inputs, channels * filters))
            # a tap outside reads zeros, whatever its weights
            taps_inside = np.minimum(self._taps, self._inputs - 1)
            rows = taps_inside + self._inputs * np.arange(places)[:, None]
            return ops.take(kernel, rows.reshape(-1).astype("int32"), axis=0)
        at = sparse_positions(self._taps < self._inputs, channels, filters, first)
        return ops.take(ops.pad(self.kernel, ((0, 1),)), at.reshape(-1), axis=0)

    def get_config(self) -> dict[str, Any]:
        config = self._window_config("kernel")
        del config["dilation_rate"]
        return {**config, "filters": self.filters, "implementation": self.implementation}


def window_positions(sizes, places, window, strides, padding):
    """The flat input position that each tap of each place reads, (places, taps); the number of
    positions where a tap lies outside."""
    axes = []
    for count, width, stride in zip(places, window, strides):
        start = np.arange(count) * stride - (width // 2 if padding == "same" else 0)
        axes.append(start[:, None] + np.arange(width))
    rank = len(sizes)
    flat, inside = 0, True
    for i, (at, size) in enumerate(zip(axes, sizes)):
        shape = [1] * (2 * rank)
        shape[i], shape[rank + i] = at.shape
        at = at.reshape(shape)
        flat = flat * size + at
        inside = inside & (at >= 0) & (at < size)
    flat = np.where(inside, flat, math.prod(sizes))
    return flat.reshape(math.prod(places), -1).astype("int32")


def sparse_positions(inside, channels, filters, first):
    """Where the weights (places, taps, channels, filters) lie in Keras 2's sparse kernel, a vector
    ordered by output, then by input; its length for taps that lie outside.

    Args:
        inside: Array (places, taps), which taps lie in the input.
        channels, filters: Their numbers.
        first: Whether outputs and inputs are counted with channels first.
    """
    count = inside.sum(1)
    nth = inside.cumsum(1) - 1  # of the taps of its place that lie inside
    before = count.cumsum() - count
    c, f = np.arange(channels)[:, None], np.arange(filters)
    if first:
        at = (f * count.sum() + before[:, None, None, None]) * channels
        at = at + c * count[:, None, None, None] + nth[:, :, None, None]
    else:
        at = (before * filters)[:, None, None, None] + f * count[:, None, None, None]
        at = (at + nth[:, :, None, None]) * channels + c
    total = count.sum() * channels * filters
    return np.where(inside[:, :, None, None], at, total).astype("int32")


class LocallyConnected1D(_LocallyConnected):
    """activation(windows of the steps times weights of their own + bias): a convolution whose
    kernel differs from place to place. A layer of Keras 2.

    Args:
        filters: Number of output channels.
        kernel_size, strides: One int, or one in a tuple.
        padding: "valid", or "same" with `implementation` 2 or 3.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        implementation: How the kernel is kept, as in Keras 2's files. 1: (places, size * channels,
            filters); 2: a weight for every pair of input and output, of which those that lie in a
            window count; 3: a vector of those that count.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, steps, channels), outputs (batch, places, filters), bias (places,
    filters). The number of steps must be known.

    Raises:
        ValueError: for sizes below 1, unknown sizes, or "same" with `implementation` 1.

    Example:

    >>> LocallyConnected1D(4, 3)(np.ones((1, 7, 2))).shape
    (1, 5, 4)
    """

    rank = 1


@with_defaults(strides=(1, 1))
class LocallyConnected2D(_LocallyConnected):
    """activation(windows of height and width times weights of their own + bias): a convolution
    whose kernel differs from place to place. A layer of Keras 2.

    Args:
        filters: Number of output channels.
        kernel_size, strides: One int, or (height, width).
        padding: "valid", or "same" with `implementation` 2 or 3.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        implementation: How the kernel is kept, as in Keras 2's files. 1: (places, size * channels,
            filters); 2: a weight for every pair of input and output, of which those that lie in a
            window count; 3: a vector of those that count.
        activation, use_bias, *_initializer, *_regularizer, *_constraint: As for Dense.

    Shapes: inputs (batch, height, width, channels), outputs (batch, rows, columns, filters), bias
    (rows, columns, filters). Height and width must be known.

    Raises:
        ValueError: for sizes below 1, unknown sizes, or "same" with `implementation` 1.

    Example:

    >>> LocallyConnected2D(4, 3)(np.ones((1, 7, 6, 2))).shape
    (1, 5, 4, 4)
    """

    rank = 2
