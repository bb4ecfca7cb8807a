"""LossScaleOptimizer: keeps small float16 gradients from vanishing, large ones from doing harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Optimizer
from .state import assign_where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ..engine.types import Tensor, Variable


# Arguments of Optimizer that older configs of this class hold, with the only values they may have.
_OF_THE_INNER = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


class LossScaleOptimizer(Optimizer):
    """Another optimizer on a loss that is multiplied by a factor, the scale, which adapts.

    Gradients are divided by the scale again. A step whose gradients are not all finite changes
    nothing but the scale, which is halved; after `dynamic_growth_steps` good steps in a row it is
    doubled. `compile()` wraps the optimizer of a mixed_float16 model in one. Source: Micikevicius
    et al., Mixed Precision Training, 2018.

    Args:
        inner_optimizer: The Optimizer that updates the weights.
        initial_scale: First scale. One that is too large is lowered within a few steps.
        dynamic_growth_steps: Good steps in a row before the scale is doubled.
        name: Name.

    Raises:
        ValueError: For options of optimizers, which belong to `inner_optimizer`.

    Example:
        >>> optimizer = LossScaleOptimizer(keras.optimizers.SGD(0.5), initial_scale=1024.0)
        >>> float(optimizer.scale_loss(2.0))
        2048.0
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: Any = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "A LossScaleOptimizer always adapts its scale: `dynamic=False` is not supported. "
                "For a fixed scale set `loss_scale_factor` on the inner optimizer alone."
            )
        for option, default in _OF_THE_INNER.items():
            if kwargs.pop(option, default) != default:
                raise ValueError(
                    f"A LossScaleOptimizer has no `{option}`. Set `{option}` on the "
                    "`inner_optimizer` instead."
                )
        if kwargs:
            raise ValueError(
                f"A LossScaleOptimizer does not take the arguments: `{'`, `'.join(kwargs)}`."
            )
        if not isinstance(inner_optimizer, Optimizer):
            raise ValueError(
                "`inner_optimizer` must be an Optimizer. Received: "
                f"inner_optimizer={inner_optimizer!r} (of type {type(inner_optimizer).__name__})"
            )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # or gradients would be scaled twice

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        self.step_counter = self.add_variable((), dtype="int64", name="step_counter")
        self.dynamic_scale = self.add_variable((), dtype="float32", name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)
        inner = self.inner_optimizer
        (inner.extend if inner.built and self._compiles > 1 else inner.build)(var_list)
        super().build(var_list)

    def extend(self, variables: Sequence[Variable]) -> None:
        self.inner_optimizer.extend(variables)
        super().extend(variables)

    @property
    def variables(self) -> list[Variable]:
        """The scale's variables, then those of the inner optimizer."""
        return self._variables + self.inner_optimizer.variables

    @property
    def iterations(self) -> Any:
        """Number of updates done: steps that were skipped do not count."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        """The rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    lr = learning_rate

    def _rate_of_step(self):
        return self.inner_optimizer._rate_of_step()

    def _inner_changes(self):
        return self.inner_optimizer._changes

    def _can_compile(self, variables):
        return self._is_ours and self.inner_optimizer._can_compile(variables)

    def check_finite(self, grads: Any) -> Tensor:
        """Whether all numbers of all gradients are finite.

        Args:
            grads: List of float tensors of any shape; None has no numbers.

        Returns:
            Bool tensor of shape ().
        """
        finite = ops.convert_to_tensor(True)
        for gradient in grads:
            if gradient is not None:
                finite = ops.logical_and(finite, ops.all(ops.isfinite(gradient)))
        return finite

    def _step(self, grads, variables, rate):
        inner, scale = self.inner_optimizer, self.dynamic_scale.value
        finite = self.check_finite(grads)
        unscaled = [
            g if v.overwrite_with_gradient else g / ops.cast(scale, g.dtype)
            for g, v in zip(grads, variables)
        ]
        state = inner._trainable_variables + inner.variables
        assign_where(finite, state, lambda: self._step_of(inner, unscaled, variables))
        count = self.step_counter.value
        due = ops.equal(count, self.dynamic_growth_steps - 1)
        grown = ops.where(due, 2.0, 1.0)
        self.dynamic_scale.assign(scale * ops.where(finite, grown, 0.5))
        self.step_counter.assign(
            (count + 1) * ops.cast(finite, "int64") * (1 - ops.cast(due, "int64"))
        )

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the present scale."""
        return ops.multiply(loss, self.dynamic_scale if self.built else self.initial_scale)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> Any:
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object

        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        from ..serialization import deserialize_keras_object

        config = dict(config)
        inner = deserialize_keras_object(config.pop("inner_optimizer"), custom_objects)
        return cls(inner, **config)
