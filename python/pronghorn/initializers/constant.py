"""Initializers without randomness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..dtype_policies import standardize_dtype
from .base import Initializer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ..engine.types import DTypeLike, Tensor


def _ops():
    from .. import ops

    return ops


class Zeros(Initializer):
    """All zeros.

    Example:
        >>> keras.initializers.Zeros()((3,)).tolist()
        [0.0, 0.0, 0.0]
    """

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        return _ops().zeros(shape, dtype=standardize_dtype(dtype))


class Ones(Initializer):
    """All ones.

    Example:
        >>> keras.initializers.Ones()((2, 2)).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        return _ops().ones(shape, dtype=standardize_dtype(dtype))


class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the shape.

    Args:
        value: A number or an array.

    Example:
        >>> keras.initializers.Constant(2.0)((3,)).tolist()
        [2.0, 2.0, 2.0]
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        ops = _ops()
        dtype = standardize_dtype(dtype)
        if isinstance(self.value, (int, float, bool)):
            return ops.full(shape, self.value, dtype=dtype)
        return ops.broadcast_to(ops.cast(self.value, dtype), shape)

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object

        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        from ..serialization import deserialize_keras_object

        return cls(deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """The identity matrix times `gain`; for 2-D weights only.

    Args:
        gain: What stands on the diagonal.

    Example:
        >>> keras.initializers.Identity(2.0)((2, 2)).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Sequence[Any], dtype: DTypeLike | None = None) -> Tensor:
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        ops = _ops()
        dtype = standardize_dtype(dtype)
        return ops.cast(ops.multiply(ops.eye(shape[0], shape[1], dtype=dtype), self.gain), dtype)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}
