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
    """A callable from a weight's value to the value it should have.

    Example:
        >>> class Symmetric(keras.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return (w + ops.transpose(w)) / 2.0
        ...
        >>> Symmetric()(ops.convert_to_tensor([[1.0, 4.0], [2.0, 1.0]])).tolist()
        [[1.0, 3.0], [3.0, 1.0]]
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        old_constructor(cls)

    def __call__(self, w: TensorLike) -> Tensor:
        return w  # type: ignore[return-value]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this constraint again.

        Returns:
            A dict of JSON values.
        """
        return {}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """An instance as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            A constraint of this class.
        """
        return cls(**config)


def _norms(w, axis):
    ops = _ops()
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Scales down vectors along `axis` whose norm is above `max_value` (Srivastava et al. 2014).

    Args:
        max_value: The largest norm that stays as it is.
        axis: The axes whose elements make one vector: 0 for a Dense kernel (inputs, units), [0, 1,
            2] for an image convolution's.

    Example:
        >>> w = keras.constraints.MaxNorm(1.0)(np.array([[3.0], [4.0]], "float32"))
        >>> print(w.numpy().round(3).ravel())
        [0.6 0.8]
    """

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
    """Sets negative values to 0.

    Example:
        >>> keras.constraints.NonNeg()(np.array([-1.0, 2.0], "float32")).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w: TensorLike) -> Tensor:
        return _ops().maximum(w, 0.0)


class UnitNorm(Constraint):
    """Scales the vectors along `axis` to norm 1.

    Args:
        axis: The axes whose elements make one vector, as in `MaxNorm`.

    Example:
        >>> w = keras.constraints.UnitNorm()(np.array([[3.0], [4.0]], "float32"))
        >>> print(w.numpy().round(3).ravel())
        [0.6 0.8]
    """

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def __call__(self, w: TensorLike) -> Tensor:
        from ..engine import config

        ops = _ops()
        return ops.divide(w, ops.add(_norms(w, self.axis), config.epsilon()))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves the norm of the vectors along `axis` towards the range [min_value, max_value].

    Args:
        min_value: The smallest norm.
        max_value: The largest.
        rate: Which share of the way it is moved: 1 goes all the way, less lets it converge.
        axis: The axes whose elements make one vector, as in `MaxNorm`.

    Example:
        >>> half = keras.constraints.MinMaxNorm(max_value=1.0, rate=0.5)
        >>> print(half(np.array([[3.0], [4.0]], "float32")).numpy().round(3).ravel())
        [1.8 2.4]
    """

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

    Args:
        identifier: Name such as `"max_norm"` or `"MaxNorm"`, config dict, class, callable, or None.

    Returns:
        A constraint; None for None.

    Raises:
        ValueError: for an unknown name; the message lists near ones.

    Example:
        >>> type(keras.constraints.get("unit_norm")).__name__
        'UnitNorm'
    """
    from ..serialization.registry import find

    return find(identifier, _TABLE, "constraint", Constraint)


def serialize(constraint: Identifier) -> Any:
    """The config of a constraint, which `deserialize` takes.

    Args:
        constraint: Constraint, or another object that has a config.

    Returns:
        A dict of JSON values.

    Example:
        >>> keras.constraints.serialize(keras.constraints.MaxNorm(3))["config"]
        {'max_value': 3, 'axis': 0}
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint that a result of `serialize` stands for.

    Args:
        config: Config dict, or a name.
        custom_objects: Further classes by name.

    Returns:
        A constraint.

    Example:
        >>> config = keras.constraints.serialize(keras.constraints.MaxNorm(3))
        >>> keras.constraints.deserialize(config).max_value
        3
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
