"""MultiOptimizer: several optimizers, each for some of the weights; OptimizerMap says which."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from .base import Optimizer
from .loss_scale import LossScaleOptimizer
from .schedules import LearningRateSchedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ..engine.types import Variable


class OptimizerMap(MutableMapping):
    """A dict from paths of weights, or regular expressions that match whole paths, to optimizers.

    Args:
        default_optimizer: For the weights that no key matches.
        optimizer_map: Dict to start with.

    Raises:
        TypeError: If these are no optimizer and no dict.

    Example:
        >>> by_path = OptimizerMap(keras.optimizers.SGD(0.5))
        >>> by_path["encoder/.*"] = keras.optimizers.Adam()
        >>> [type(by_path[p]).__name__ for p in ("encoder/dense/kernel", "decoder/kernel")]
        ['Adam', 'SGD']
    """

    def __init__(self, default_optimizer: Any, optimizer_map: Any = None) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                "default_optimizer must be a Keras Optimizer instance. Received: "
                f"{default_optimizer!r}"
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"optimizer_map must be a dictionary. Received: {optimizer_map!r}")
        self._default_optimizer = default_optimizer
        self._optimizer_map = optimizer_map or {}

    @property
    def default_optimizer(self) -> Any:
        """The optimizer of the weights that no key matches."""
        return self._default_optimizer

    def __getitem__(self, key):
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        found = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(found) > 1:
            raise ValueError(
                f"Multiple optimizers assigned to variable {key}: the keys {found} match it."
            )
        return self._optimizer_map[found[0]] if found else self._default_optimizer

    def __setitem__(self, key, optimizer):
        if key in self._optimizer_map:
            raise ValueError(
                f"'{key}' already exists in the OptimizerMap with value "
                f"{self._optimizer_map[key]}. Delete it first."
            )
        if not isinstance(key, str):
            raise ValueError(f"key must be a string. Received: {key!r}")
        self._optimizer_map[key] = _checked(optimizer, f"of the key '{key}'")

    def __delitem__(self, key):
        del self._optimizer_map[key]

    def __len__(self):
        return len(self._optimizer_map)

    def __iter__(self):
        return iter(self._optimizer_map)

    def __call__(self, variable: Any) -> Any:
        """The optimizer of a weight."""
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        """The default optimizer and the dict, as configs.

        Returns:
            A dict of JSON values.
        """
        from ..serialization import serialize_keras_object

        return {
            "default_optimizer": serialize_keras_object(self._default_optimizer),
            "optimizer_map": serialize_keras_object(self._optimizer_map),
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        """A map as a config describes it.

        Args:
            config: What `get_config` gave.
            custom_objects: Further classes by name.

        Returns:
            An `OptimizerMap`.
        """
        from ..serialization import deserialize_keras_object

        return cls(
            deserialize_keras_object(config["default_optimizer"], custom_objects),
            deserialize_keras_object(config["optimizer_map"], custom_objects),
        )


def _checked(optimizer, what):
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"The optimizer {what} must be a Keras Optimizer instance: {optimizer!r} is not an "
            "Optimizer instance."
        )
    for cls in (LossScaleOptimizer, MultiOptimizer):
        if isinstance(optimizer, cls):
            raise ValueError(
                f"The optimizer {what} is a {cls.__name__}: an optimizer cannot be "
                f"{cls.__name__} here, and a {cls.__name__} cannot be used inside an "
                "MultiOptimizer."
            )
    return optimizer


class MultiOptimizer(Optimizer):
    """Hands each weight to one of several optimizers.

    It has no learning rate of its own; those of its `optimizers` have.

    Args:
        optimizer_map: `OptimizerMap`, or function from a weight to its optimizer.
        loss_scale_factor: Factor on the loss, for all of them.
        name: Name.

    Raises:
        ValueError: When built, if a weight gets no optimizer, or one that wraps others.

    Example:
        >>> adam, sgd = keras.optimizers.Adam(), keras.optimizers.SGD(1.0)
        >>> optimizer = MultiOptimizer(OptimizerMap(adam, {".*embeddings": sgd}))
        >>> [inner is sgd for inner in optimizer.optimizers]
        [True, False]
    """

    _by_id = ("_var_to_optimizer_idx",)

    def __init__(
        self, optimizer_map: Any, loss_scale_factor: Any = None, name: str | None = None
    ) -> None:
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        self._inner_optimizers = []
        if hasattr(optimizer_map, "values"):
            for optimizer in optimizer_map.values():
                self._add(optimizer)
        if getattr(optimizer_map, "default_optimizer", None) is not None:
            self._add(optimizer_map.default_optimizer)

    def _add(self, optimizer):
        """The place of an optimizer among those inside."""
        for i, known in enumerate(self._inner_optimizers):
            if known is optimizer:
                return i
        optimizer.loss_scale_factor = self.loss_scale_factor
        self._inner_optimizers.append(optimizer)
        return len(self._inner_optimizers) - 1

    def build(self, var_list: Sequence[Variable]) -> None:
        if self.built:
            return
        chosen = [
            _checked(self._optimizer_map(v), f"for the variable '{v.path}'") for v in var_list
        ]
        self._var_to_optimizer_idx = {id(v): self._add(o) for v, o in zip(var_list, chosen)}
        for i, optimizer in enumerate(self._inner_optimizers):
            own = [v for v in var_list if self._var_to_optimizer_idx[id(v)] == i]
            if own:
                optimizer.build(own)
        super().build(var_list)

    @property
    def optimizers(self) -> Any:
        """The optimizers inside."""
        return self._inner_optimizers

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of the optimizers inside."""
        return self._variables + [v for o in self._inner_optimizers for v in o.variables]

    @property
    def iterations(self) -> Any:
        """Number of calls of `apply`."""
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        raise AttributeError(
            "Learning rate cannot be accessed on a MultiOptimizer: each of its `optimizers` has "
            "its own."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "Learning rate cannot be set on a MultiOptimizer. Set those of its `optimizers`."
        )

    lr = learning_rate

    @property
    def loss_scale_factor(self) -> Any:
        """Factor on the loss, undone on the gradients."""
        return self.__dict__.get("_loss_scale_factor")

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: Any) -> None:
        self._loss_scale_factor = value
        for optimizer in self.__dict__.get("_inner_optimizers", ()):
            optimizer.loss_scale_factor = value

    def apply(self, grads: Any, trainable_variables: Sequence[Any] | None = None) -> None:
        if self.built and len(list(grads)) not in (0, len(self._index)):
            raise ValueError(
                f"Gradients must match trainable variables one-to-one. Received {len(grads)} "
                f"gradients for {len(self._index)} variables."
            )
        super().apply(grads, trainable_variables)

    apply.__doc__ = Optimizer.apply.__doc__

    def _rate_of_step(self):
        return 0.0

    def _inner_changes(self):
        return sum(optimizer._changes for optimizer in self._inner_optimizers)

    def _can_compile(self, variables):
        rates = [optimizer._learning_rate for optimizer in self._inner_optimizers]
        fixed = all(isinstance(r, LearningRateSchedule) or not callable(r) for r in rates)
        return fixed and all(o._can_compile(variables) for o in self._inner_optimizers)

    def _step(self, grads, variables, rate):
        for i, optimizer in enumerate(self._inner_optimizers):
            own = [k for k, v in enumerate(variables) if self._var_to_optimizer_idx[id(v)] == i]
            if own:
                self._step_of(optimizer, [grads[k] for k in own], [variables[k] for k in own])
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        for i, optimizer in enumerate(self._inner_optimizers):
            own = [v for v in var_list if self._var_to_optimizer_idx.get(id(v)) == i]
            if own:
                optimizer.finalize_variable_values(own)

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object

        return {
            "optimizer_map": serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        from ..serialization import deserialize_keras_object

        made = deserialize_keras_object(config["optimizer_map"], custom_objects)
        return cls(**{**config, "optimizer_map": made})
