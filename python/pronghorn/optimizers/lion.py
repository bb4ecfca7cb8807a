"""Lion: steps of one size, in the direction of a running mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Lion(Optimizer):
    """`w -= rate * sign(beta_1 * m + (1 - beta_1) * g)`, then `m = beta_2 * m + (1 - beta_2) * g`.

    It keeps one slot a weight. Rates are a third to a tenth of Adam's, weight decays larger in
    turn. Source: Chen et al., Symbolic Discovery of Optimization Algorithms, 2023.

    Args:
        learning_rate: Number, schedule or function.
        beta_1: Share of the mean in the direction, in (0, 1].
        beta_2: Momentum of the mean.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Raises:
        ValueError: If `beta_1` is out of its range.

    Example:

    >>> optimizer = Lion(learning_rate=1e-4, weight_decay=0.01)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        if beta_1 <= 0 or beta_1 > 1:
            raise ValueError(
                "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer "
                f"degenerates to SignSGD. Received: beta_1={beta_1}."
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._momentums = self.add_optimizer_variables(var_list, "momentum")

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        m = self._momentums[self._get_variable_index(variable)]
        self.assign_sub(variable, rate * ops.sign(m * self.beta_1 + g * (1.0 - self.beta_1)))
        self.assign(m, m * self.beta_2 + g * (1.0 - self.beta_2))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}
