"""Adam: running means of the gradient and of its square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Adam(Optimizer):
    """Steps of the mean gradient m over the root v of the mean square.

    `m += (g - m) * (1 - beta_1)`, `v += (g**2 - v) * (1 - beta_2)`, `w -= a * m / (sqrt(v) + e)`;
    `a = rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)` corrects the start from zero. Source: Kingma
    and Ba 2014; `amsgrad` keeps the largest v (Reddi et al. 2018).

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Momentum of the mean gradient.
        beta_2: Momentum of the mean square.
        epsilon: Added to the square root ("epsilon hat" in the paper).
        amsgrad: Whether to divide by the largest v so far.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Adam(learning_rate=1e-3)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        names = ["momentum", "velocity"]
        self._momentums, self._velocities = self.add_optimizer_variables(var_list, names)
        if self.amsgrad:
            self._velocity_hats = self.add_optimizer_variables(var_list, "velocity_hat")

    def _corrected_rate(self, learning_rate, dtype):
        powers = self._power(self.beta_1, dtype), self._power(self.beta_2, dtype)
        return ops.cast(learning_rate, dtype) * ops.sqrt(1 - powers[1]) / (1 - powers[0])

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        alpha = self._once(dtype, lambda: self._corrected_rate(learning_rate, dtype))
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (g - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(g) - v) * (1 - self.beta_2))
        if self.amsgrad:
            largest = self._velocity_hats[index]
            self.assign(largest, ops.maximum(largest, v))
            v = largest
        self.assign_sub(variable, m * alpha / (ops.sqrt(v) + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        own = {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
        return {**super().get_config(), **own}
