"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D (Shi et al. 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..input_spec import InputSpec
from .conv_lstm_cell import ConvLSTMCell
from .rnn import RNN, shape_of_sequences

if TYPE_CHECKING:
    from ...engine.types import Axis, Identifier, Seed


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
        rank: Any,
        *args: Any,
        activity_regularizer: Identifier | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        layer_arguments: Any = None,
        **kwargs: Any,
    ) -> None:
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

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
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

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        sequences_shape = shape_of_sequences(sequences_shape)
        batch, steps = sequences_shape[:2]
        state = self.cell.compute_output_shape((batch, *sequences_shape[2:]))[0]
        output = (batch, steps, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output

    def get_config(self) -> dict[str, Any]:
        from ... import regularizers

        config = super().get_config()
        del config["cell"]
        own = self.cell.get_config()
        for name in ("name", "trainable", "dtype", "activity_regularizer"):
            own.pop(name, None)
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, **own, "activity_regularizer": penalty}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
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
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier | None = None,
        recurrent_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Seed | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
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
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier | None = None,
        recurrent_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Seed | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
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
        filters: int,
        kernel_size: Axis,
        strides: Axis = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Axis = 1,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Identifier | None = None,
        recurrent_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Seed | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ) -> None:
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
