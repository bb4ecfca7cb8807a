"""RMSprop: gradients divided by a running root mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class RMSprop(Optimizer):
    """`v = rho * v + (1 - rho) * g**2`, then `w -= rate * g / sqrt(v + epsilon)`.

    Source: Hinton, Neural Networks for Machine Learning, lecture 6e; the centered form divides by
    an estimate of the variance (Graves 2013).

    Args:
        learning_rate: Number, schedule or function.
        rho: Momentum of the mean square.
        momentum: Momentum of the step.
        epsilon: Added under the square root.
        centered: Whether to subtract the squared mean gradient.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = RMSprop(learning_rate=1e-3)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._velocities = self.add_optimizer_variables(var_list, "velocity")
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(var_list, "momentum")
        if self.centered:
            self._average_gradients = self.add_optimizer_variables(var_list, "average_gradient")

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        v = self._velocities[index]
        self.assign(v, self.rho * v + (1 - self.rho) * ops.square(g))
        spread = v
        if self.centered:
            mean = self._average_gradients[index]
            self.assign(mean, self.rho * mean + (1 - self.rho) * g)
            spread = v - ops.square(mean)
        step = rate * g / ops.sqrt(spread + self.epsilon)
        if self.momentum > 0:
            m = self._momentums[index]
            self.assign(m, self.momentum * m + step)
            step = m
        self.assign_sub(variable, step)

    def get_config(self) -> dict[str, Any]:
        own = {
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
        return {**super().get_config(), **own}
