"""Regularizers: penalties on weights or activations, added to the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..legacy.accept import old_constructor

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..engine.types import Identifier, Tensor, TensorLike


class Regularizer:
    """A callable from a tensor to a scalar penalty; a subclass also defines `get_config`.

    Example:
        >>> class FarFromOne(keras.regularizers.Regularizer):
        ...     def __call__(self, x):
        ...         return ops.sum(ops.square(x - 1.0))
        ...
        ...     def get_config(self):
        ...         return {}
        ...
        >>> float(FarFromOne()(np.array([1.0, 3.0], "float32")))
        4.0
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        old_constructor(cls)

    def __call__(self, x: TensorLike) -> float:
        return 0.0

    def get_config(self) -> Any:
        """The arguments that make this regularizer again; a subclass that is saved defines it.

        Returns:
            A dict of JSON values.
        """
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """An instance as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            A regularizer of this class.
        """
        return cls(**config)


def _factor(value, name):
    ok = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not ok or value < 0:
        raise ValueError(
            f"Invalid value for argument {name}: expected a non-negative float. "
            f"Received: {name}={value}"
        )
    return float(value)


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x^2).

    Args:
        l1, l2: Non-negative factors.

    Raises:
        ValueError: for a factor that is negative or no finite number.

    Example:
        >>> float(keras.regularizers.L1L2(l1=1.0, l2=0.5)(np.array([1.0, -2.0], "float32")))
        5.5
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _factor(0.0 if l1 is None else l1, "l1")
        self.l2 = _factor(0.0 if l2 is None else l2, "l2")

    def __call__(self, x: TensorLike) -> Tensor:
        from .. import ops

        penalty = None
        if self.l1:
            penalty = ops.multiply(ops.sum(ops.absolute(x)), self.l1)
        if self.l2:
            square = ops.multiply(ops.sum(ops.square(x)), self.l2)
            penalty = square if penalty is None else ops.add(penalty, square)
        return ops.zeros((), dtype=x.dtype) if penalty is None else penalty

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """l1 * sum(|x|), which drives weights to exactly 0 (Tibshirani 1996).

    Args:
        l1: Factor, not negative.

    Example:
        >>> float(keras.regularizers.L1(0.5)(np.array([1.0, -2.0], "float32")))
        1.5
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(L1L2):
    """l2 * sum(x^2), which keeps weights small.

    Args:
        l2: Factor, not negative.

    Example:
        >>> float(keras.regularizers.L2(0.5)(np.array([1.0, -2.0], "float32")))
        2.5
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """factor * the mean |cosine| between different rows (or columns) of a matrix.

    Args:
        factor: Non-negative factor.
        mode: "rows" or "columns": what is to become orthogonal.

    Raises:
        ValueError: for an unknown mode, or a tensor that is no matrix when called.

    Example:
        >>> round(float(OrthogonalRegularizer(1.0)(np.ones((2, 3), "float32"))), 4)
        1.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise ValueError(
                'Invalid value for argument `mode`. Expected one of {"rows", "columns"}. '
                f"Received: mode={mode}"
            )
        self.factor = _factor(factor, "factor")
        self.mode = mode

    def __call__(self, inputs: TensorLike) -> Tensor:
        from .. import ops

        if len(inputs.shape) != 2:
            raise ValueError(
                "Inputs to OrthogonalRegularizer must have rank 2. Received: "
                f"inputs.shape={tuple(inputs.shape)}"
            )
        x = inputs if self.mode == "rows" else ops.transpose(inputs)
        x = ops.normalize(x, axis=1)
        count = x.shape[0]
        cosines = ops.matmul(x, ops.transpose(x))
        others = ops.multiply(cosines, ops.subtract(1.0, ops.eye(count, dtype=x.dtype)))
        pairs = max(count * (count - 1) / 2.0, 1.0)
        return ops.multiply(ops.sum(ops.absolute(others)), 0.5 * self.factor / pairs)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


l1, l2, l1_l2 = L1, L2, L1L2
orthogonal_regularizer = OrthogonalRegularizer

_TABLE = {
    "L1": L1, "L2": L2, "L1L2": L1L2, "l1": L1, "l2": L2, "l1l2": L1L2, "l1_l2": L1L2,
    "OrthogonalRegularizer": OrthogonalRegularizer,
    "orthogonal_regularizer": OrthogonalRegularizer,
}  # fmt: skip


def get(identifier: Any) -> Any:
    """A regularizer from a name, a config, or anything callable.

    Args:
        identifier: Name such as `"l2"` or `"L2"`, config dict, class, callable, or None.

    Returns:
        A regularizer; None for None.

    Raises:
        ValueError: for an unknown name; the message lists near ones.

    Example:
        >>> keras.regularizers.get("l2").get_config()
        {'l2': 0.01}
    """
    from ..serialization.registry import find

    return find(identifier, _TABLE, "regularizer", Regularizer)


def serialize(regularizer: Identifier) -> Any:
    """The config of a regularizer, which `deserialize` takes.

    Args:
        regularizer: Regularizer, or another object that has a config.

    Returns:
        A dict of JSON values.

    Example:
        >>> keras.regularizers.serialize(keras.regularizers.L1(0.5))["config"]
        {'l1': 0.5}
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer that a result of `serialize` stands for.

    Args:
        config: Config dict, or a name.
        custom_objects: Further classes by name.

    Returns:
        A regularizer.

    Example:
        >>> config = keras.regularizers.serialize(keras.regularizers.L2(0.5))
        >>> keras.regularizers.deserialize(config).get_config()
        {'l2': 0.5}
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
