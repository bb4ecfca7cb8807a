"""Adadelta: steps as large as recent steps, over the size of recent gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Adadelta(Optimizer):
    """`d = g * sqrt(D + epsilon) / sqrt(G + epsilon)`, then `w -= rate * d`.

    G and D are running means of the squares of the gradients and of the steps d, so that a step has
    the unit of the weight. Source: Zeiler 2012, whose rate is 1.

    Args:
        learning_rate: Number, schedule or function.
        rho: Momentum of the running means.
        epsilon: Added under the square roots.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Adadelta(learning_rate=1.0)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.rho = rho
        self.epsilon = epsilon

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        names = ["accumulated_grad", "accumulated_delta_var"]
        self._gradients, self._steps = self.add_optimizer_variables(var_list, names)

    def update_step(self, grad: Any, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(grad, variable.dtype)
        index = self._get_variable_index(variable)
        gradients, steps = self._gradients[index], self._steps[index]
        self.assign(gradients, self.rho * gradients + (1 - self.rho) * ops.square(g))
        step = g * ops.sqrt(steps + self.epsilon) / ops.sqrt(gradients + self.epsilon)
        self.assign(steps, self.rho * steps + (1 - self.rho) * ops.square(step))
        self.assign_sub(variable, rate * step)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}
