"""Lamb: Adam whose steps are as long, for each weight, as the weight itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Lamb(Optimizer):
    """Adam's step u, scaled to the norm of the weight: `w -= rate * |w| / |u| * u`.

    For large batches. Source: You et al., Large Batch Optimization for Deep Learning, 2019.

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Momentum of the mean gradient.
        beta_2: Momentum of the mean square.
        epsilon: Added to the square root.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Lamb(learning_rate=1e-2)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        names = ["momentum", "velocity"]
        self._momentums, self._velocities = self.add_optimizer_variables(var_list, names)

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        rate = ops.cast(learning_rate, dtype)
        of_mean, of_square = self._once(
            dtype, lambda: [1.0 - self._power(b, dtype) for b in (self.beta_1, self.beta_2)]
        )
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (g - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(g) - v) * (1 - self.beta_2))
        step = m / of_mean / (ops.sqrt(v / of_square) + self.epsilon)
        weight_norm, step_norm = (ops.sqrt(ops.sum(ops.square(x))) for x in (variable, step))
        known = ops.logical_and(weight_norm > 0, step_norm > 0)
        ratio = ops.where(known, weight_norm / ops.where(known, step_norm, 1.0), 1.0)
        self.assign_sub(variable, ratio * rate * step)

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
