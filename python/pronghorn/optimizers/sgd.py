"""Gradient descent, with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike


class SGD(Optimizer):
    """Gradient descent.

    Without momentum `w -= rate * g`; with it `m = momentum * m - rate * g`, then `w += m`, or with
    Nesterov's form `w += momentum * m - rate * g` (Sutskever et al. 2013).

    Args:
        learning_rate: Number, schedule or function.
        momentum: In [0, 1].
        nesterov: Whether to use Nesterov's form.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Raises:
        ValueError: If momentum is not a number in [0, 1].

    Example:

    >>> optimizer = SGD(learning_rate=0.1)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        if not isinstance(momentum, (int, float)) or momentum < 0 or momentum > 1:
            raise ValueError("`momentum` must be a float between [0, 1].")
        self.momentum = momentum
        self.nesterov = nesterov

    def build(self, variables: Sequence[Any]) -> None:
        if self.built:
            return
        super().build(variables)
        self.momentums = []
        if self.momentum != 0:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        step = ops.cast(gradient, variable.dtype) * rate
        if self.momentum == 0:
            self.assign_sub(variable, step)
            return
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.momentum - step)
        self.assign_add(variable, m * self.momentum - step if self.nesterov else m)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {**config, "momentum": self.momentum, "nesterov": self.nesterov}
