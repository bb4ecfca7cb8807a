"""Adafactor: Adam's mean squares, kept as means of rows and of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import Variable
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike


class Adafactor(Optimizer):
    """Steps of the gradient over the root of a mean square that is the product of two vectors.

    Of weights of two axes and more, the last two are factored; others keep the whole mean. Steps
    are relative to the size of the weight. Source: Shazeer and Stern 2018.

    Args:
        learning_rate: Number, schedule or function.
        beta_2_decay: The momentum of the mean squares is `1 - t**beta_2_decay` at step t.
        epsilon_1: Added to the squared gradient.
        epsilon_2: Least size that a weight counts for.
        clip_threshold: Largest root mean square of a step, before the rate.
        relative_step: Whether a rate that is a number falls with `1 / sqrt(t)`.
        **kwargs: `weight_decay`, `clipnorm` ... `name`: see `Optimizer`.

    Example:

    >>> optimizer = Adafactor(learning_rate=0.01)
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, *args, **kwargs)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._rows, self._columns, self._squares = [], [], []
        for variable in var_list:
            shape, squares = variable.shape, None
            parts = shape[:-1], (*shape[:-2], *shape[-1:])
            for kept, part in zip((self._rows, self._columns), parts):
                if len(shape) < 2:  # a placeholder, as in Keras's files
                    kept.append(Variable(0, name=variable.name, trainable=False))
                    self._variables.append(kept[-1])
                elif variable.overwrite_with_gradient:
                    kept.append(None)
                else:
                    kept.append(self.add_variable(part, dtype=variable.dtype, name=variable.name))
            if not variable.overwrite_with_gradient:
                squares = self.add_variable_from_reference(variable, "velocity")
            self._squares.append(squares)

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        rate, momentum = self._once(dtype, lambda: self._rate_and_momentum(learning_rate, dtype))
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        squares = self._squares[index]
        square = ops.square(g) + self.epsilon_1

        def mean_of(slot, new):
            self.assign(slot, momentum * slot + (1 - momentum) * new)

        if len(variable.shape) >= 2:
            rows, columns = self._rows[index], self._columns[index]
            mean_of(rows, ops.mean(square, axis=-1))
            mean_of(columns, ops.mean(square, axis=-2))
            share = rows / ops.mean(rows, axis=-1, keepdims=True)
            self.assign(squares, ops.expand_dims(share, -1) * ops.expand_dims(columns, -2))
        else:
            mean_of(squares, square)
        # The product of two small means may be 0 in float32, where a gradient is 0 too.
        step = g / ops.sqrt(ops.maximum(squares, self.epsilon_1))
        step = step / ops.maximum(1.0, _rms(step) / self.clip_threshold)
        self.assign_sub(variable, ops.maximum(self.epsilon_2, _rms(variable)) * rate * step)

    def _rate_and_momentum(self, learning_rate, dtype):
        t = ops.cast(self.iterations + 1, dtype)
        rate = ops.minimum(ops.cast(learning_rate, dtype), 1 / ops.sqrt(t))
        return rate, 1 - ops.power(t, self.beta_2_decay)

    def get_config(self) -> dict[str, Any]:
        names = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _rms(x):
    return ops.sqrt(ops.mean(ops.square(x)))
