"""Nadam: Adam with Nesterov's momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import Variable, config
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike


class Nadam(Optimizer):
    """Adam whose mean gradient looks one step ahead.

    The momentum of step t is `u_t = beta_1 * (1 - 0.96**t / 2)`; the mean is corrected by the
    products of these, of this step for the gradient and of the next for the running mean. Source:
    Dozat 2015.

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Momentum of the mean gradient.
        beta_2: Momentum of the mean square.
        epsilon: Added to the square root.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Nadam(learning_rate=2e-3)
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
        dtype = var_list[0].dtype if var_list else config.floatx()
        self._u_product = Variable(1.0, dtype=dtype, trainable=False)

    def _derived_variables(self):
        return [self._u_product] if self.built else []

    def _derive_variables(self):
        import math

        steps = range(1, int(self.iterations.numpy()) + 1)
        self._u_product.assign(math.prod(self.beta_1 * (1 - 0.5 * 0.96**t) for t in steps))

    def _momentum_of_step(self, ahead, dtype):
        t = ops.cast(self.iterations + ahead, dtype)
        return self.beta_1 * (1 - 0.5 * ops.power(ops.cast(0.96, dtype), t))

    def _factors(self, learning_rate, dtype):
        """What all weights of a dtype share: the factors of m and g, and 1 - beta_2**t."""
        now, ahead = (self._momentum_of_step(k, dtype) for k in (1, 2))
        product = ops.cast(self._once("product", self._advance), dtype)
        rate = ops.cast(learning_rate, dtype)
        of_mean = rate * ahead / (1 - product * ahead)
        of_gradient = rate * (1 - now) / (1 - product)
        return of_mean, of_gradient, 1 - self._power(self.beta_2, dtype)

    def _advance(self):
        product = self._u_product
        self.assign(product, product * self._momentum_of_step(1, product.dtype))
        return product.value

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        of_mean, of_gradient, correction = self._once(
            dtype, lambda: self._factors(learning_rate, dtype)
        )
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (g - m) * (1 - self.beta_1))
        self.assign_add(v, (ops.square(g) - v) * (1 - self.beta_2))
        root = ops.sqrt(v / correction) + self.epsilon
        self.assign_sub(variable, (of_mean * m + of_gradient * g) / root)

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
