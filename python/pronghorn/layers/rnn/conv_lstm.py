"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D (Shi et al. 2015)."""

from ..input_spec import InputSpec
from .conv_lstm_cell import ConvLSTMCell
from .rnn import RNN, shape_of_sequences

_OF_CELL = frozenset(
    f"{part}_{kind}"
    for part in ("kernel", "recurrent", "bias")
    for kind in ("initializer", "regularizer", "constraint")
) | {"filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation",
     "recurrent_activation", "use_bias", "unit_forget_bias", "dropout", "recurrent_dropout",
     "seed", "rank"}  # fmt: skip


class ConvLSTM(RNN):
    """What ConvLSTM1D, ConvLSTM2D and ConvLSTM3D share; `rank` is the number of spatial axes."""

    def __init__(
        self,
        rank,
        *args,
        activity_regularizer=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        layer_arguments=None,
        **kwargs,
    ):
        more = layer_arguments or {}
        kwargs.pop("implementation", None)
        cell = ConvLSTMCell(
            rank,
            *args,
            name="conv_lstm_cell",
            dtype=more.get("dtype"),
            trainable=more.get("trainable", True),
            **kwargs,
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **more,
        )
        self.input_spec = InputSpec(ndim=rank + 3)

    def __getattr__(self, name):
        # what Keras shows of the cell on the layer
        if name in _OF_CELL and "cell" in self.__dict__:
            return getattr(self.cell, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def inner_loop(self, sequences, initial_state, mask, training=False):
        cell = self.cell
        self.__dict__["_ran_as"] = "projected"
        return self._over_time(
            lambda x, states: cell.step(x, states, training),
            cell.project(sequences, training), initial_state, mask,
        )  # fmt: skip

    def _start_states(self, state_size):
        super()._start_states([state_size, state_size])

    def _state_shapes(self, sequences):
        step = (sequences.shape[0], *sequences.shape[2:])
        return self.cell.compute_output_shape(step)[1]

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        sequences_shape = shape_of_sequences(sequences_shape)
        batch, steps = sequences_shape[:2]
        state = self.cell.compute_output_shape((batch, *sequences_shape[2:]))[0]
        output = (batch, steps, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output

    def get_config(self):
        from ... import regularizers

        config = super().get_config()
        del config["cell"]
        own = self.cell.get_config()
        for name in ("name", "trainable", "dtype", "activity_regularizer"):
            own.pop(name, None)
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, **own, "activity_regularizer": penalty}

    @classmethod
    def from_config(cls, config):
        return super(RNN, cls).from_config(config)


class ConvLSTM1D(ConvLSTM):
    """An LSTM over sequences whose products are 1-D convolutions (Shi et al. 2015).

    Args:
        filters ... seed: As for ConvLSTMCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... stateful: As for RNN.

    Shapes: sequences (batch, time, rows, channels), outputs (batch, new rows, filters), or
    (batch, time, new rows, filters) with `return_sequences`.

    Raises:
        ValueError: as ConvLSTMCell and RNN.

    Example:

    >>> ConvLSTM1D(4, 3)(np.ones((2, 3, 5, 1), "float32")).shape
    (2, 3, 4)
    """

    def __init__(
        self,
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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(
            1,
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            layer_arguments=kwargs,
        )


class ConvLSTM2D(ConvLSTM):
    """An LSTM over sequences whose products are 2-D convolutions (Shi et al. 2015).

    Args:
        filters ... seed: As for ConvLSTMCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... stateful: As for RNN.

    Shapes: sequences (batch, time, rows, columns, channels), outputs (batch, new rows, new columns,
    filters), or (batch, time, new rows, new columns, filters) with `return_sequences`.

    Raises:
        ValueError: as ConvLSTMCell and RNN.

    Example:

    >>> ConvLSTM2D(4, 3)(np.ones((2, 3, 5, 5, 1), "float32")).shape
    (2, 3, 3, 4)
    """

    def __init__(
        self,
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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(
            2,
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            layer_arguments=kwargs,
        )


class ConvLSTM3D(ConvLSTM):
    """An LSTM over sequences whose products are 3-D convolutions (Shi et al. 2015).

    Args:
        filters ... seed: As for ConvLSTMCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... stateful: As for RNN.

    Shapes: sequences (batch, time, depth, rows, columns, channels), outputs (batch, new sizes,
    filters), or (batch, time, new sizes, filters) with `return_sequences`.

    Raises:
        ValueError: as ConvLSTMCell and RNN.

    Example:

    >>> ConvLSTM3D(4, 3)(np.ones((2, 3, 5, 5, 5, 1), "float32")).shape
    (2, 3, 3, 3, 4)
    """

    def __init__(
        self,
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
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        super().__init__(
            3,
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            layer_arguments=kwargs,
        )
