"""SimpleRNN and its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ..input_spec import InputSpec
from .cell import DenseCell, only
from .fused import FusedRNN, recurrent

if TYPE_CHECKING:
    from ...engine.types import Identifier, Seed


class SimpleRNNCell(DenseCell):
    """One step of SimpleRNN: h = activation(x @ kernel + h @ recurrent_kernel + bias).

    Args:
        units: Size of the output and of each state.
        activation: Name or function.
        use_bias: Whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: First values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: Penalties.
        kernel_constraint, recurrent_constraint, bias_constraint: Projections after updates.
        dropout: Part of the inputs dropped while training, the same at all steps.
        recurrent_dropout: Part of the state dropped while training, the same at all steps.
        seed: int or None, for the dropout.

    Shapes: inputs (batch, features), states a list of h (batch, units); kernel (features, units),
    recurrent_kernel (units, units), bias (units,). Returns (h, [h]).

    Raises:
        ValueError: for `units` that is no positive integer.

    Example:

    >>> SimpleRNNCell(4)(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")])[0].shape
    (2, 4)
    """

    gates = 1

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        recurrent_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._set(
            units, activation, None, use_bias, dropout, recurrent_dropout, seed,
            {
                "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
                "recurrent": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
                "bias": (bias_initializer, bias_regularizer, bias_constraint),
            },
        )  # fmt: skip

    def call(self, sequence: Any, states: Any, training: bool = False) -> Any:
        return super().call(sequence, states, training)

    def step(self, projected: Any, states: Any, training: bool = False) -> tuple[Any, ...]:
        h, nested = only(states)
        h = self.activation(ops.add(projected, self._recurrent_product(h, training)))
        return h, [h] if nested else h

    def _active_mask(self, get, rate, x, training):
        if not training or not rate > 0.0:
            return None
        return get(x[:, 0] if len(x.shape) == 3 else x)


class SimpleRNN(FusedRNN):
    """A layer whose output is also part of its next input (Elman 1990).

    Args:
        units ... recurrent_dropout: As for SimpleRNNCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... unroll: As for RNN.

    Shapes: sequences (batch, time, features), outputs (batch, units), or (batch, time, units) with
    `return_sequences`. Weights: those of SimpleRNNCell.

    Raises:
        ValueError: as RNN and SimpleRNNCell.

    Example:

    >>> SimpleRNN(4)(np.ones((2, 3, 5), "float32")).shape
    (2, 4)
    """

    cell_class = SimpleRNNCell

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        use_bias: bool = True,
        kernel_initializer: Identifier = "glorot_uniform",
        recurrent_initializer: Identifier = "orthogonal",
        bias_initializer: Identifier = "zeros",
        kernel_regularizer: Identifier | None = None,
        recurrent_regularizer: Identifier | None = None,
        bias_regularizer: Identifier | None = None,
        activity_regularizer: Identifier | None = None,
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="simple_rnn_cell",
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=3)

    def _fused(self, x, states, mask, names, **how):
        cell = self.cell
        outputs, h = recurrent.simple_rnn(
            x, states[0], cell.kernel, cell.recurrent_kernel, cell.bias, mask, names[0], **how
        )
        return outputs, [h]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["seed"]  # as in Keras
        return config
