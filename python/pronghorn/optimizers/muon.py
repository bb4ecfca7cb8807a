"""Muon: steps of orthogonal matrices for the weights inside, Adam's for the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Rate, TensorLike, Variable


class Muon(Optimizer):
    """Replaces the mean gradient of a matrix by the orthogonal matrix nearest to it.

    A Newton-Schulz iteration finds that, `x = a * x + (b * A + c * A @ A) @ x` with `A = x @ x.T`.
    Weights that are no matrices, embeddings and those named in `exclude_layers` (the last layer
    should be) take Adam's steps. Sources: Jordan 2024; the scale by `rms_rate` is of Liu et al.,
    Muon is Scalable for LLM Training, 2025.

    Args:
        learning_rate: Number, schedule or function.
        adam_beta_1, adam_beta_2, epsilon: As of `Adam`, for the weights that take its steps.
        adam_weight_decay: Weight decay of these.
        weight_decay: Weight decay of the others; as `clipnorm` ... `name`, see `Optimizer`.
        exclude_layers: List of regular expressions; weights whose path has a match take Adam's
            steps.
        exclude_embeddings: Whether weights with "embedding" in their path take Adam's steps.
        muon_a, muon_b, muon_c: Coefficients of the iteration.
        adam_lr_ratio: Factor on the rate for Adam's steps.
        momentum: Momentum of the mean gradient.
        ns_steps: Number of iterations.
        nesterov: Whether the mean looks one step ahead.
        rms_rate: Root mean square of a step; None leaves it as it is.

    Example:

    >>> optimizer = Muon(learning_rate=0.02, exclude_layers=["output"])
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: Any = None,
        loss_scale_factor: Any = None,
        gradient_accumulation_steps: Any = None,
        name: str | None = None,
        exclude_layers: Any = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: int = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float = 0.2,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _should_use_adamw(self, variable):
        if len(variable.shape) != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(keyword, variable.path) for keyword in self.exclude_layers)

    def _weight_decay_of(self, variable):
        return self.adam_weight_decay if self._should_use_adamw(variable) else self.weight_decay

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(var_list)
        self._momentums, self._velocities = [], []
        for variable in var_list:
            mean = square = None
            if not variable.overwrite_with_gradient:
                mean = self.add_variable_from_reference(variable, "momentum")
                if self._should_use_adamw(variable):
                    square = self.add_variable_from_reference(variable, "velocity")
            self._momentums.append(mean)
            self._velocities.append(square)

    def update_step(self, gradient: TensorLike, variable: Any, learning_rate: TensorLike) -> None:
        dtype = variable.dtype
        g = ops.cast(gradient, dtype)
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        if v is None:
            self.assign(m, g + m * self.momentum)
            ahead = g + self.momentum * m if self.nesterov else m
            step = self.zeropower_via_newtonschulz5(ahead, self.ns_steps)
            self.assign_sub(variable, self.lr_adjust(ops.cast(learning_rate, dtype) * step))
            return
        rate = self._once(dtype, lambda: self._adam_rate(learning_rate, dtype))
        self.assign_add(m, (g - m) * (1 - self.adam_beta_1))
        self.assign_add(v, (ops.square(g) - v) * (1 - self.adam_beta_2))
        self.assign_sub(variable, m * rate / (ops.sqrt(v) + self.epsilon))

    def _adam_rate(self, learning_rate, dtype):
        powers = [self._power(beta, dtype) for beta in (self.adam_beta_1, self.adam_beta_2)]
        rate = ops.cast(learning_rate, dtype) * self.adam_lr_ratio
        return rate * ops.sqrt(1 - powers[1]) / (1 - powers[0])

    def lr_adjust(self, x: Any) -> Any:
        """A step of singular values near 1, scaled so that its root mean square is `rms_rate`."""
        if self.rms_rate is None:
            return x
        return x * (max(x.shape[0], x.shape[1]) ** 0.5 * self.rms_rate)

    def transpose_last_axis(self, X: Any) -> Any:
        """X with its last two axes exchanged.

        Args:
            X: Tensor of at least two axes.

        Returns:
            Tensor of X's dtype.
        """
        axes = list(range(len(X.shape)))
        return ops.transpose(X, [*axes[:-2], axes[-1], axes[-2]])

    def zeropower_via_newtonschulz5(self, x: Any, steps: Any) -> Any:
        """The matrix of the same singular vectors with singular values near 1.

        Args:
            x: Tensor (..., m, n), whose last two axes are the matrix.
            steps: How many iterations; 5 are enough.

        Returns:
            Tensor of x's shape.

        Raises:
            ValueError: For fewer than 2 axes.
        """
        if len(x.shape) < 2:
            raise ValueError(
                "Expected gradient or momentum to have at least 2 dimensions. "
                f"Received: shape={tuple(x.shape)}"
            )
        tall = x.shape[-2] > x.shape[-1]
        x = self.transpose_last_axis(x) if tall else x
        x = x / (ops.sqrt(ops.sum(ops.square(x), axis=(-2, -1), keepdims=True)) + 1e-7)
        for _ in range(steps):
            product = ops.matmul(x, self.transpose_last_axis(x))
            square = ops.matmul(self.muon_c * product, product)
            x = self.muon_a * x + ops.matmul(self.muon_b * product + square, x)
        return self.transpose_last_axis(x) if tall else x

    def get_config(self) -> dict[str, Any]:
        names = ("adam_beta_1", "adam_beta_2", "epsilon", "exclude_layers", "muon_a", "muon_b")
        names += ("muon_c", "adam_lr_ratio", "momentum", "ns_steps", "nesterov")
        names += ("exclude_embeddings", "adam_weight_decay", "rms_rate")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
