"""LSTM and its cell (Hochreiter & Schmidhuber 1997)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ..input_spec import InputSpec
from .cell import DenseCell
from .fused import FusedRNN, checked_use_cudnn, recurrent

if TYPE_CHECKING:
    from ...engine.types import Identifier, Seed


class LSTMCell(DenseCell):
    """One step of LSTM: c = f * c + i * activation(g), h = o * activation(c).

    Args:
        units: Size of the output and of each state.
        activation, recurrent_activation: Name or function.
        use_bias: Whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: First values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: Penalties.
        kernel_constraint, recurrent_constraint, bias_constraint: Projections after updates.
        dropout: Part of the inputs dropped while training, the same at all steps.
        recurrent_dropout: Part of the state dropped while training, the same at all steps.
        unit_forget_bias: Whether the bias of the gate f starts at 1 (Jozefowicz et al. 2015).
        seed: int or None, for the dropout.

    Shapes: inputs (batch, features), states [h, c] of (batch, units); kernel (features, 4 * units),
    recurrent_kernel (units, 4 * units), bias (4 * units,), each in the order i, f, g, o. Returns
    (h, [h, c]).

    Raises:
        ValueError: for `units` that is no positive integer.

    Example:

    >>> LSTMCell(4)(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")] * 2)[0].shape
    (2, 4)
    """

    gates = 4
    state_count = 2

    def __init__(
        self,
        units: int,
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
        kernel_constraint: Identifier | None = None,
        recurrent_constraint: Identifier | None = None,
        bias_constraint: Identifier | None = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        implementation = kwargs.pop("implementation", 2)
        super().__init__(**kwargs)
        self._set(
            units, activation, recurrent_activation, use_bias, dropout, recurrent_dropout, seed,
            {
                "kernel": (kernel_initializer, kernel_regularizer, kernel_constraint),
                "recurrent": (recurrent_initializer, recurrent_regularizer, recurrent_constraint),
                "bias": (bias_initializer, bias_regularizer, bias_constraint),
            },
        )  # fmt: skip
        self.unit_forget_bias = unit_forget_bias
        self._set_implementation(implementation)

    def _first_bias(self):
        if not self.unit_forget_bias:
            return self.bias_initializer

        def bias(shape, *args, **kwargs):
            n = self.units
            parts = [
                self.bias_initializer((n,), *args, **kwargs),
                ops.ones((n,), *args, **kwargs),
                self.bias_initializer((2 * n,), *args, **kwargs),
            ]
            return ops.concatenate(parts)

        return bias

    def step(self, projected: Any, states: Any, training: bool = False) -> tuple[Any, ...]:
        h, c = states
        gates = ops.add(projected, self._recurrent_product(h, training))
        i, f, g, o = ops.split(gates, 4, axis=-1)
        c = ops.add(
            ops.multiply(self.recurrent_activation(f), c),
            ops.multiply(self.recurrent_activation(i), self.activation(g)),
        )
        h = ops.multiply(self.recurrent_activation(o), self.activation(c))
        return h, [h, c]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "unit_forget_bias": self.unit_forget_bias}


class LSTM(FusedRNN):
    """Long short-term memory over sequences (Hochreiter & Schmidhuber 1997).

    Args:
        units ... recurrent_dropout: As for LSTMCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... unroll: As for RNN.
        use_cudnn: "auto", or True to refuse what the fused operation cannot do; False to go
            step by step.

    Shapes: sequences (batch, time, features), outputs (batch, units), or (batch, time, units) with
    `return_sequences`. Weights: those of LSTMCell.

    Raises:
        ValueError: as RNN and LSTMCell.

    Example:

    >>> LSTM(4, return_sequences=True)(np.ones((2, 3, 5), "float32")).shape
    (2, 3, 4)
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units: int,
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
        unroll: bool = False,
        use_cudnn: str = "auto",
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
            units,
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
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="lstm_cell",
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            implementation=kwargs.pop("implementation", 2),
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
        self.use_cudnn = checked_use_cudnn(use_cudnn)
        self.input_spec = InputSpec(ndim=3)

    def _fused(self, x, states, mask, names, **how):
        cell = self.cell
        outputs, h, c = recurrent.lstm(  # type: ignore[call-arg]
            x, *states, cell.kernel, cell.recurrent_kernel, cell.bias, mask, *names, **how
        )
        return outputs, [h, c]
