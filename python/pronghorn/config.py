"""Global settings, under keras.config's names."""

from .dtype_policies import dtype_policy, set_dtype_policy
from .engine.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from .serialization.scopes import enable_unsafe_deserialization

__all__ = [
    "dtype_policy", "enable_unsafe_deserialization", "epsilon", "floatx", "image_data_format",
    "set_dtype_policy", "set_epsilon", "set_floatx", "set_image_data_format",
]  # fmt: skip
