"""Initializers without randomness."""

from ..dtype_policies import standardize_dtype
from .base import Initializer


def _ops():
    from .. import ops

    return ops


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape, dtype=None):
        return _ops().zeros(shape, dtype=standardize_dtype(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape, dtype=None):
        return _ops().ones(shape, dtype=standardize_dtype(dtype))


class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the shape.

    Args:
        value: A number or an array.
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        ops = _ops()
        dtype = standardize_dtype(dtype)
        if isinstance(self.value, (int, float, bool)):
            return ops.full(shape, self.value, dtype=dtype)
        return ops.broadcast_to(ops.cast(self.value, dtype), shape)

    def get_config(self):
        return {"value": self.value}

    @classmethod
    def from_config(cls, config):
        from ..serialization import deserialize_keras_object

        return cls(deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """The identity matrix times `gain`; for 2-D weights only."""

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(
                "Identity matrix initializer can only be used for 2D matrices. "
                f"Received: shape={shape} of rank {len(shape)}."
            )
        ops = _ops()
        return ops.multiply(ops.eye(shape[0], shape[1], dtype=standardize_dtype(dtype)), self.gain)

    def get_config(self):
        return {"gain": self.gain}
