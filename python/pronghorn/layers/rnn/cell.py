"""What SimpleRNNCell, LSTMCell and GRUCell share.

A cell's `call` is `step(project(inputs), states)`: `project`, the product of the inputs with the
kernel, does not depend on the state, so that a layer does it for all time steps at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import activations, constraints, initializers, ops, regularizers
from ...engine.random import SeedGenerator
from ..base import Layer
from ..core import known_size, positive_int, weight_config
from .dropout import DropoutRNNCell

if TYPE_CHECKING:
    from ...engine.types import TensorLike


_PARTS = ("kernel", "recurrent", "bias")


class DenseCell(Layer, DropoutRNNCell):
    """A cell whose `gates` gates are dense layers of the inputs and of the state."""

    gates = 1
    state_count = 1
    recurrent_activation = None

    def _set(self, units, activation, recurrent_activation, use_bias, dropout, recurrent_dropout,
             seed, parts):  # fmt: skip
        """Takes the constructor's arguments; `parts` holds the initializers and their like."""
        self.units = positive_int(units, "units")
        self.activation = activations.get(activation)
        if self.gates > 1:
            self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        for part in _PARTS:
            initializer, regularizer, constraint = parts[part]
            setattr(self, f"{part}_initializer", initializers.get(initializer))
            setattr(self, f"{part}_regularizer", regularizers.get(regularizer))
            setattr(self, f"{part}_constraint", constraints.get(constraint))
        self.dropout = _rate(dropout, "dropout")
        self.recurrent_dropout = _rate(recurrent_dropout, "recurrent_dropout")
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)
        self.bias = None
        count = self.state_count
        self.state_size = self.units if count == 1 else [self.units] * count
        self.output_size = self.units

    def _set_implementation(self, implementation):
        """1: a dropout mask for each gate, as `recurrent_dropout` always has; 2: one for all."""
        self.implementation = 1 if self.recurrent_dropout != 0.0 else implementation
        if self.implementation == 1:
            self.dropout_mask_count = self.gates

    def build(self, input_shape: Any) -> None:
        size = known_size(self, input_shape, -1)
        width = self.units * self.gates
        self.kernel = self._weight("kernel", "kernel", (size, width))
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", (self.units, width))
        if self.use_bias:
            self.bias = self._weight("bias", "bias", self._bias_shape(width), self._first_bias())

    def _weight(self, name, part, shape, initializer=None):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer or getattr(self, f"{part}_initializer"),
            regularizer=getattr(self, f"{part}_regularizer"),
            constraint=getattr(self, f"{part}_constraint"),
        )

    def _bias_shape(self, width):
        return (width,)

    def _first_bias(self):
        return self.bias_initializer

    def call(self, inputs: TensorLike, states: Any, training: bool = False) -> Any:
        return self.step(self.project(inputs, training), states, training)

    def project(self, inputs: TensorLike, training: bool = False) -> Any:
        """The inputs' part of all gates.

        Args:
            inputs: (batch, features), or (batch, time, features).
            training: Whether to drop inputs.

        Returns:
            A tensor (batch, gates * units), or (batch, time, gates * units).
        """
        masks = self._active_mask(self.get_dropout_mask, self.dropout, inputs, training)
        x = product_of_dropped(inputs, masks, self.kernel)
        bias = self._input_bias()
        return x if bias is None else ops.add(x, bias)

    def step(self, projected: Any, states: Any, training: bool = False) -> Any:
        """One time step, from what `project` returned for it: (output, new states).

        Args:
            projected: (batch, gates * units).
            states: List of the states, (batch, units) each.
            training: Whether to drop part of the states.

        Returns:
            (output, new states): (batch, units), and a list of such.
        """
        raise NotImplementedError

    def _input_bias(self):
        return self.bias

    def _recurrent_product(self, state, training):
        mask = self._recurrent_mask(state, training)
        return product_of_dropped(state, mask, self.recurrent_kernel)

    def _recurrent_mask(self, state, training):
        get = self.get_recurrent_dropout_mask
        return self._active_mask(get, self.recurrent_dropout, state, training)

    def _active_mask(self, get, rate, x, training):
        """The mask, None where nothing is dropped; a rate of 1 drops nothing, as in Keras."""
        if not training or not 0.0 < rate < 1.0:
            return None
        return get(x[:, 0] if len(x.shape) == 3 else x)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros, a list of (batch, units).

        Args:
            batch_size: int, or a scalar tensor where it is not known.

        Returns:
            A list of tensors (batch, units), one a state, in the compute dtype.
        """
        shape = (batch_size, self.units)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in range(self.state_count)]

    def get_config(self) -> dict[str, Any]:
        own = {"units": self.units, "activation": activations.serialize(self.activation)}
        if self.gates > 1:
            own["recurrent_activation"] = activations.serialize(self.recurrent_activation)
        return {
            **super().get_config(),
            **own,
            "use_bias": self.use_bias,
            **weight_config(self, *_PARTS),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "seed": self.seed,
        }


def product_of_dropped(x, mask, kernel):
    """(x * mask) @ kernel; with a list of masks each has its gate's columns of the kernel."""
    if mask is None:
        return ops.matmul(x, kernel)

    def dropped(one):
        return ops.multiply(x, ops.expand_dims(one, 1) if len(x.shape) == 3 else one)

    if not isinstance(mask, list):
        return ops.matmul(dropped(mask), kernel)
    parts = ops.split(ops.convert_to_tensor(kernel), len(mask), axis=1)
    return ops.concatenate(
        [ops.matmul(dropped(one), part) for one, part in zip(mask, parts)], axis=-1
    )


def _rate(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(
            f"Argument `{name}` must be a number between 0 and 1. Received: {name}={value}"
        )
    return min(1.0, max(0.0, value))


def only(states):
    """(the state, whether it came in a list) of a cell with one state."""
    nested = isinstance(states, (list, tuple))
    return (states[0], True) if nested else (states, False)
