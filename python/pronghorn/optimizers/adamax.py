"""Adamax: Adam with the largest recent gradient in place of the mean square."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Adamax(Optimizer):
    """`w -= rate * m / ((1 - beta_1**t) * (u + epsilon))` with `u = max(beta_2 * u, |g|)`.

    m is the running mean of the gradient. Source: Kingma and Ba 2014, section 7.

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Momentum of the mean gradient.
        beta_2: Decay of the largest gradient.
        epsilon: Added to the largest gradient.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Adamax(learning_rate=2e-3)
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
        self._means, self._norms = self.add_optimizer_variables(var_list, ["momentum", "norm"])

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        rate = self._once(
            dtype, lambda: ops.cast(learning_rate, dtype) / (1 - self._power(self.beta_1, dtype))
        )
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        m, u = self._means[index], self._norms[index]
        self.assign_add(m, (g - m) * (1 - self.beta_1))
        self.assign(u, ops.maximum(self.beta_2 * u, ops.abs(g)))
        self.assign_sub(variable, rate * m / (u + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
