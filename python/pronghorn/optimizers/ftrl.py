"""Ftrl: follow the regularised leader, which makes weights of rare features exactly 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer
from .state import constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Ftrl(Optimizer):
    """Weights that would have been best for all gradients so far, under L1 and L2 penalties.

    `z += g - (n_new**p - n**p) / rate * w`, `n += g**2` with `p = -learning_rate_power`, then
    `w = (clip(z, -l1, l1) - z) / (n**p / rate + 2 * l2)`. Source: McMahan et al., Ad Click
    Prediction, 2013.

    Args:
        learning_rate: Number, schedule or function.
        learning_rate_power: How the rate falls with the sum of squares; at most 0.
        initial_accumulator_value: First value of the sums of squares; at least 0.
        l1_regularization_strength: L1 penalty, at least 0.
        l2_regularization_strength: L2 penalty, at least 0.
        l2_shrinkage_regularization_strength: L2 penalty on the loss rather than the weights.
        beta: `beta / (2 * rate)` is added to the L2 penalty.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    >>> optimizer = Ftrl(learning_rate=0.1, l1_regularization_strength=0.01)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: Any = 0.0,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        if learning_rate_power > 0.0:
            raise ValueError(
                "`learning_rate_power` needs to be negative or zero. Received: "
                f"learning_rate_power={learning_rate_power}."
            )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = _positive(
            "initial_accumulator_value", initial_accumulator_value
        )
        self.l1_regularization_strength = _positive(
            "l1_regularization_strength", l1_regularization_strength
        )
        self.l2_regularization_strength = _positive(
            "l2_regularization_strength", l2_regularization_strength
        )
        self.l2_shrinkage_regularization_strength = _positive(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength
        )
        self.beta = beta

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._sums, self._linears = self.add_optimizer_variables(
            var_list, ["accumulator", "linear"], [constant(self.initial_accumulator_value), "zeros"]
        )

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        n, z = self._sums[index], self._linears[index]
        power = -self.learning_rate_power
        n_new = n + ops.square(g)
        before, after = ops.power(n, power) / rate, ops.power(n_new, power) / rate
        shrunk = g + 2 * self.l2_shrinkage_regularization_strength * variable
        self.assign_add(z, shrunk - (after - before) * variable)
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        quadratic = after + 2 * (l2 + self.beta / (2.0 * rate))
        self.assign(variable, (ops.clip(z, -l1, l1) - z) / quadratic)
        self.assign(n, n_new)

    def get_config(self) -> dict[str, Any]:
        names = ("learning_rate_power", "initial_accumulator_value", "l1_regularization_strength")
        names += ("l2_regularization_strength", "l2_shrinkage_regularization_strength", "beta")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _positive(name, value):
    if value < 0.0:
        raise ValueError(f"`{name}` needs to be positive or zero. Received: {name}={value}.")
    return value
