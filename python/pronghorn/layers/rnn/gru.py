"""GRU and its cell (Cho et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ..input_spec import InputSpec
from .cell import DenseCell, only, product_of_dropped
from .fused import FusedRNN, checked_use_cudnn, recurrent

if TYPE_CHECKING:
    from ...engine.types import Identifier, Seed


class GRUCell(DenseCell):
    """One step of GRU: h = z * h + (1 - z) * activation(candidate).

    Args:
        units: Size of the output and of each state.
        activation, recurrent_activation: Name or function.
        use_bias: Whether to add a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: First values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: Penalties.
        kernel_constraint, recurrent_constraint, bias_constraint: Projections after updates.
        dropout: Part of the inputs dropped while training, the same at all steps.
        recurrent_dropout: Part of the state dropped while training, the same at all steps.
        reset_after: Whether the gate r multiplies the state's product with the recurrent kernel
            (as cuDNN has it), or the state itself.
        seed: int or None, for the dropout.

    Shapes: inputs (batch, features), states a list of h (batch, units); kernel
    (features, 3 * units), recurrent_kernel (units, 3 * units), each in the order z, r, candidate;
    bias (3 * units,), or (2, 3 * units) with `reset_after`: of the inputs, of the state. Returns
    (h, [h]).

    Raises:
        ValueError: for `units` that is no positive integer.

    Example:

    >>> GRUCell(4)(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")])[0].shape
    (2, 4)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
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
        reset_after: bool = True,
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
        self.reset_after = reset_after
        self._set_implementation(implementation)

    def _bias_shape(self, width):
        return (2, width) if self.reset_after else (width,)

    def _input_bias(self):
        return self.bias[0] if self.bias is not None and self.reset_after else self.bias

    def step(self, projected: Any, states: Any, training: bool = False) -> tuple[Any, ...]:
        h, nested = only(states)
        n = self.units
        mask = self._recurrent_mask(h, training)
        x_z, x_r, x_h = ops.split(projected, 3, axis=-1)
        if self.reset_after:
            inner = product_of_dropped(h, mask, self.recurrent_kernel)
            if self.bias is not None:
                inner = ops.add(inner, self.bias[1])
            h_z, h_r, h_h = ops.split(inner, 3, axis=-1)
        else:
            kernel = ops.convert_to_tensor(self.recurrent_kernel)
            first = mask[:2] if isinstance(mask, list) else mask
            inner = product_of_dropped(h, first, kernel[:, : 2 * n])
            h_z, h_r = ops.split(inner, 2, axis=-1)
        z = self.recurrent_activation(ops.add(x_z, h_z))
        r = self.recurrent_activation(ops.add(x_r, h_r))
        if self.reset_after:
            candidate = ops.multiply(r, h_h)
        else:
            kept = h if mask is None else ops.multiply(h, mask[2])
            candidate = ops.matmul(ops.multiply(r, kept), kernel[:, 2 * n :])
        candidate = self.activation(ops.add(x_h, candidate))
        h = ops.add(ops.multiply(z, h), ops.multiply(ops.subtract(1.0, z), candidate))
        return h, [h] if nested else h

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "reset_after": self.reset_after}


class GRU(FusedRNN):
    """Gated recurrent units over sequences (Cho et al. 2014).

    Args:
        units ... recurrent_dropout and reset_after: As for GRUCell.
        activity_regularizer: Penalty on the outputs.
        return_sequences ... unroll: As for RNN.
        use_cudnn: "auto", or True to refuse what the fused operation cannot do; False to go
            step by step.

    Shapes: sequences (batch, time, features), outputs (batch, units), or (batch, time, units) with
    `return_sequences`. Weights: those of GRUCell.

    Raises:
        ValueError: as RNN and GRUCell.

    Example:

    >>> GRU(4, return_state=True)(np.ones((2, 3, 5), "float32"))[1].shape
    (2, 4)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units: int,
        activation: Identifier = "tanh",
        recurrent_activation: Identifier = "sigmoid",
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
        seed: Seed | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: str = "auto",
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
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
            reset_after=reset_after,
            name="gru_cell",
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
        outputs, h = recurrent.gru(
            x, states[0], cell.kernel, cell.recurrent_kernel, cell.bias, mask, *names,
            reset_after=cell.reset_after, **how
        )  # fmt: skip
        return outputs, [h]
