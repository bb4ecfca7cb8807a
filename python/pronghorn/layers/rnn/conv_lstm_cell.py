"""The cell of ConvLSTM1D, ConvLSTM2D and ConvLSTM3D (Shi et al. 2015)."""

from ... import activations, constraints, initializers, ops, regularizers
from ...engine.random import SeedGenerator
from ..base import Layer
from ..core import positive_int, weight_config
from ..input_spec import InputSpec
from ..reshaping import standardize_data_format
from ..windows import standardize_padding, standardize_tuple, window_output_size
from .dropout import DropoutRNNCell


class ConvLSTMCell(Layer, DropoutRNNCell):
    """One step of an LSTM whose products are convolutions.

    Args:
        rank: Number of spatial axes, 1 to 3.
        filters: Channels of the output and of each state.
        kernel_size, strides, padding, data_format, dilation_rate: Of the inputs' convolution; the
            state's keeps its size.
        activation ... seed: As for LSTMCell.

    Shapes: inputs (batch, *sizes, channels), states [h, c] of (batch, *new sizes, filters); kernel
    (*kernel_size, channels, 4 * filters), recurrent_kernel (*kernel_size, filters, 4 * filters),
    bias (4 * filters,), each in the order i, f, g, o.

    Raises:
        ValueError: for sizes that are no positive integers, strides with dilation, or inputs of
            unknown sizes.
    """

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if rank > 3:
            raise ValueError(f"Rank {rank} convolutions are not implemented. Received: rank={rank}")
        self.rank = rank
        self.filters = positive_int(filters, "filters")
        self.kernel_size = standardize_tuple(kernel_size, rank, "kernel_size")
        self.strides = standardize_tuple(strides, rank, "strides")
        self.padding = standardize_padding(padding)
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = standardize_tuple(dilation_rate, rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "Specifying `strides > 1` is not compatible with `dilation_rate > 1`; leave one of "
                f"them 1. Received: strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.dropout_mask_count = 4
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        self.input_spec = InputSpec(ndim=rank + 2)
        self.state_size = -1  # the states' shape depends on the inputs'
        self.bias = None

    def build(self, inputs_shape, states_shape=None):
        first = self.data_format == "channels_first"
        channels = inputs_shape[1 if first else -1]
        self.spatial_dims = tuple(inputs_shape[2:] if first else inputs_shape[1:-1])
        if None in self.spatial_dims or channels is None:
            raise ValueError(
                "ConvLSTM layers only support static input shapes for the spatial dimension and "
                f"the channels. Received invalid input shape: input_shape={tuple(inputs_shape)}"
            )
        self.input_dim = channels
        self.compute_output_shape(inputs_shape)
        self.kernel = self._weight(
            "kernel", "kernel", (*self.kernel_size, channels, 4 * self.filters)
        )
        self.recurrent_kernel = self._weight(
            "recurrent_kernel", "recurrent", (*self.kernel_size, self.filters, 4 * self.filters)
        )
        if self.use_bias:
            self.bias = self._weight("bias", "bias", (4 * self.filters,), self._first_bias())

    def _weight(self, name, part, shape, initializer=None):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer or getattr(self, f"{part}_initializer"),
            regularizer=getattr(self, f"{part}_regularizer"),
            constraint=getattr(self, f"{part}_constraint"),
        )

    def _first_bias(self):
        if not self.unit_forget_bias:
            return self.bias_initializer

        def bias(shape, *args, **kwargs):
            n = self.filters
            return ops.concatenate([
                self.bias_initializer((n,), *args, **kwargs),
                ops.ones((n,), *args, **kwargs),
                self.bias_initializer((2 * n,), *args, **kwargs),
            ])  # fmt: skip

        return bias

    def call(self, inputs, states, training=False):
        return self.step(self.project(inputs, training), states, training)

    def project(self, inputs, training=False):
        """The inputs' part of all gates, of one step or (batch, time, ...)."""
        mask = None
        over_steps = len(inputs.shape) == self.rank + 3
        if training and 0.0 < self.dropout < 1.0:
            mask = self.get_dropout_mask(inputs[:, 0] if over_steps else inputs)
        if over_steps:
            sizes = ops.shape(inputs)
            if mask is not None:
                mask = [ops.repeat(m, sizes[1], axis=0) for m in mask]
            inputs = ops.reshape(inputs, (-1, *sizes[2:]))
        x = self._conv(inputs, self.kernel, mask, self.padding, self.strides, self.dilation_rate)
        if self.bias is not None:
            bias = self.bias
            if self.data_format == "channels_first":
                bias = ops.reshape(bias, (1, 4 * self.filters, *(1,) * self.rank))
            x = ops.add(x, bias)
        return ops.reshape(x, (*sizes[:2], *ops.shape(x)[1:])) if over_steps else x

    def step(self, projected, states, training=False):
        """One time step, from what `project` returned for it: (h, [h, c])."""
        h, c = states
        mask = None
        if training and 0.0 < self.recurrent_dropout < 1.0:
            mask = self.get_recurrent_dropout_mask(h)
        gates = ops.add(projected, self._conv(h, self.recurrent_kernel, mask, "same", 1, 1))
        axis = 1 if self.data_format == "channels_first" else -1
        i, f, g, o = ops.split(gates, 4, axis=axis)
        c = ops.add(
            ops.multiply(self.recurrent_activation(f), c),
            ops.multiply(self.recurrent_activation(i), self.activation(g)),
        )
        h = ops.multiply(self.recurrent_activation(o), self.activation(c))
        return h, [h, c]

    def _conv(self, x, kernel, mask, padding, strides, dilation_rate):
        """The convolution; with a list of masks, one a gate, each has its filters."""

        def conv(x, kernel):
            return ops.conv(
                x,
                kernel,
                strides=strides,
                padding=padding,
                data_format=self.data_format,
                dilation_rate=dilation_rate,
            )

        if mask is None:
            return conv(x, kernel)
        parts = ops.split(ops.convert_to_tensor(kernel), len(mask), axis=-1)
        return ops.concatenate(
            [conv(ops.multiply(x, one), part) for one, part in zip(mask, parts)],
            axis=1 if self.data_format == "channels_first" else -1,
        )

    def compute_output_shape(self, inputs_shape, states_shape=None):
        first = self.data_format == "channels_first"
        sizes = inputs_shape[2:] if first else inputs_shape[1:-1]
        out = tuple(
            window_output_size(self, *args)
            for args in zip(sizes, self.kernel_size, self.strides, self.dilation_rate)
        )
        batch, n = inputs_shape[0], self.filters
        shape = (batch, n, *out) if first else (batch, *out, n)
        return shape, [shape, shape]

    def get_initial_state(self, batch_size=None):
        """Zeros, [h, c]; the cell must be built."""
        first = self.data_format == "channels_first"
        sizes, n = self.spatial_dims, self.input_dim
        shape = (None, n, *sizes) if first else (None, *sizes, n)
        shape = (batch_size, *self.compute_output_shape(shape)[0][1:])
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in range(2)]

    def get_config(self):
        own = {name: getattr(self, name) for name in (
            "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate",
            "use_bias", "unit_forget_bias", "dropout", "recurrent_dropout", "seed",
        )}  # fmt: skip
        return {
            **super().get_config(),
            **own,
            "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            **weight_config(self, "kernel", "recurrent", "bias"),
        }
