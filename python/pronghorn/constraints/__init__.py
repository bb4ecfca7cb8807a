"""Constraints: what a weight is projected to after each update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..legacy.accept import old_constructor

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..engine.types import Identifier, Tensor, TensorLike


def _ops():
    from .. import ops

    return ops


class Constraint:
    """A callable from a weight's value to the value it should have."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        old_constructor(cls)

    def __call__(self, w: TensorLike) -> Tensor:
        return w  # type: ignore[return-value]

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        return cls(**config)


def _norms(w, axis):
    ops = _ops()
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scales down where the norm along `axis` is above `max_value`."""

    def __init__(self, max_value: float = 2, axis: int = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: TensorLike) -> Tensor:
        from ..engine import config

        ops = _ops()
        norms = _norms(w, self.axis)
        desired = ops.clip(norms, 0, self.max_value)
        return ops.multiply(w, ops.divide(desired, ops.add(norms, config.epsilon())))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Sets negative values to 0."""

    def __call__(self, w: TensorLike) -> Tensor:
        return _ops().maximum(w, 0.0)


class UnitNorm(Constraint):
    """Scales to norm 1 along `axis`."""

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def __call__(self, w: TensorLike) -> Tensor:
        from ..engine import config

        ops = _ops()
        return ops.divide(w, ops.add(_norms(w, self.axis), config.epsilon()))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves the norm along `axis` towards [min_value, max_value]; `rate` 1 moves all the way."""

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: int = 0
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: TensorLike) -> Tensor:
        from ..engine import config

        ops = _ops()
        norms = _norms(w, self.axis)
        inside = ops.clip(norms, self.min_value, self.max_value)
        desired = ops.add(ops.multiply(inside, self.rate), ops.multiply(norms, 1 - self.rate))
        return ops.multiply(w, ops.divide(desired, ops.add(norms, config.epsilon())))

    def get_config(self) -> dict[str, Any]:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

_TABLE = {cls.__name__: cls for cls in (MaxNorm, NonNeg, UnitNorm, MinMaxNorm)}
_TABLE.update(max_norm=MaxNorm, non_neg=NonNeg, unit_norm=UnitNorm, min_max_norm=MinMaxNorm)
_TABLE.update(maxnorm=MaxNorm, nonneg=NonNeg, unitnorm=UnitNorm)  # of old


def get(identifier: Any) -> Any:
    """A constraint from a name, a config, or anything callable.

    Raises:
        ValueError: for an unknown name; the message lists near ones.
    """
    from ..serialization.registry import find

    return find(identifier, _TABLE, "constraint", Constraint)


def serialize(constraint: Identifier) -> Any:
    from ..serialization import serialize_keras_object

    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
