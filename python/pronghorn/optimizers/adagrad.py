"""Adagrad: gradients divided by the root of the sum of all their squares."""

from .. import ops
from .base import Optimizer
from .state import constant


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
        self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, *args, **kwargs
    ):
        super().__init__(learning_rate, *args, **kwargs)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def build(self, var_list):
        if self.built:
            return
        super().build(var_list)
        self._sums = self.add_optimizer_variables(
            var_list, "accumulator", constant(self.initial_accumulator_value)
        )

    def update_step(self, gradient, variable, learning_rate):
        rate = ops.cast(learning_rate, variable.dtype)
        g = ops.cast(gradient, variable.dtype)
        total = self._sums[self._get_variable_index(variable)]
        self.assign_add(total, ops.square(g))
        self.assign_sub(variable, rate * g / ops.sqrt(total + self.epsilon))

    def get_config(self):
        own = {
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
        return {**super().get_config(), **own}
