"""Adagrad: gradients divided by the root of the sum of all their squares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer
from .state import constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Adagrad(Optimizer):
    """`a += g**2`, then `w -= rate * g / sqrt(a + epsilon)`.

    Weights that seldom get a gradient keep a larger rate. Source: Duchi et al. 2011.

    Args:
        learning_rate: Number, schedule or function.
        initial_accumulator_value: First value of the sums.
        epsilon: Added under the square root.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Adagrad(learning_rate=1.0)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._sums = self.add_optimizer_variables(
            var_list, "accumulator", constant(self.initial_accumulator_value)
        )

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        total = self._sums[self._get_variable_index(variable)]
        self.assign_add(total, ops.square(g))
        self.assign_sub(variable, rate * g / ops.sqrt(total + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        own = {
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
        return {**super().get_config(), **own}
