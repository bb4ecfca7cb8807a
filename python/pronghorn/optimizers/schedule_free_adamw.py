"""ScheduleFreeAdamW: Adam that needs no falling rate, as the weights are averages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class ScheduleFreeAdamW(Optimizer):
    """Adam's steps on a sequence z, whose running mean x is what training aims at.

    `z -= rate * g / (sqrt(v / (1 - beta_2**t)) + e)`, `x += (z - x) / t`, and the weight, where the
    next gradient is taken, is `(1 - beta_1) * z + beta_1 * x`. Source: Defazio et al., The Road
    Less Scheduled, 2024.

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Share of the mean in the weight.
        beta_2: Momentum of the mean square.
        epsilon: Added to the square root.
        warmup_steps: Steps in which the rate rises from 0.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = ScheduleFreeAdamW(learning_rate=0.0025, warmup_steps=100)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._momentums, self._velocities = [], []
        for variable in var_list:
            slots = None, None
            if not variable.overwrite_with_gradient:
                slots = (
                    self.add_variable_from_reference(variable, "momentum", _copy_of(variable)),
                    self.add_variable_from_reference(variable, "velocity"),
                )
            self._momentums.append(slots[0])
            self._velocities.append(slots[1])

    def _shared(self, learning_rate, dtype):
        """The rate, 1 / t and 1 - beta_2**t of this step."""
        t = ops.cast(self.iterations + 1, dtype)
        rate = ops.cast(learning_rate, dtype)
        if self.warmup_steps > 0:
            rate = rate * ops.minimum(t / self.warmup_steps, 1.0)
        return rate, 1.0 / t, 1 - self._power(self.beta_2, dtype)

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        rate, share, correction = self._once(dtype, lambda: self._shared(learning_rate, dtype))
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        z, v = self._momentums[index], self._velocities[index]
        x = (variable - (1 - self.beta_1) * z) / self.beta_1
        self.assign_add(v, (ops.square(g) - v) * (1 - self.beta_2))
        self.assign_sub(z, rate * g / (ops.sqrt(v / correction) + self.epsilon))
        x = (1 - share) * x + share * z
        self.assign(variable, (1 - self.beta_1) * z + self.beta_1 * x)

    def get_config(self) -> dict[str, Any]:
        own = {
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
        return {**super().get_config(), **own}


def _copy_of(variable):
    """An initializer that gives the present value; it runs outside every trace."""
    return lambda shape, dtype=None: variable.value
