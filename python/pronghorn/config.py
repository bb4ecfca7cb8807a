"""Global settings, under keras.config's names."""

from __future__ import annotations

from typing import Any

from .dtype_policies import dtype_policy, set_dtype_policy
from .engine.config import (
    disable_flash_attention,
    disable_interactive_logging,
    enable_flash_attention,
    enable_interactive_logging,
    epsilon,
    floatx,
    image_data_format,
    is_flash_attention_enabled,
    is_interactive_logging_enabled,
    max_epochs,
    max_steps_per_epoch,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_max_epochs,
    set_max_steps_per_epoch,
)
from .engine.device import disable_winograd, enable_winograd, is_winograd_enabled
from .engine.placement import (
    enable_op_determinism,
    enable_tensor_float_32,
    is_op_determinism_enabled,
    is_tensor_float_32_enabled,
    list_devices,
)
from .engine.tracebacks import (
    disable_traceback_filtering,
    enable_traceback_filtering,
    is_traceback_filtering_enabled,
)
from .serialization.scopes import (
    disable_file_check,
    enable_file_check,
    enable_unsafe_deserialization,
    is_file_check_enabled,
)

__all__ = [
    "disable_file_check", "enable_file_check", "is_file_check_enabled",
    "disable_flash_attention", "enable_flash_attention", "is_flash_attention_enabled",
    "backend", "disable_interactive_logging", "disable_traceback_filtering", "disable_winograd",
    "dtype_policy", "enable_op_determinism", "is_op_determinism_enabled", "list_devices",
    "enable_tensor_float_32", "is_tensor_float_32_enabled",
    "enable_interactive_logging", "enable_traceback_filtering",
    "enable_unsafe_deserialization", "enable_winograd", "epsilon", "floatx", "image_data_format",
    "is_interactive_logging_enabled", "is_nnx_enabled", "is_traceback_filtering_enabled",
    "is_winograd_enabled",
    "max_epochs", "max_steps_per_epoch", "set_backend", "set_dtype_policy", "set_epsilon",
    "set_floatx", "set_image_data_format", "set_max_epochs", "set_max_steps_per_epoch",
]  # fmt: skip


def backend() -> str:
    """ "tensorflow": whose dtypes, layouts and defaults are the measure here."""
    return "tensorflow"


def is_nnx_enabled() -> bool:
    """False: there is no Flax here to share modules with."""
    return False


def set_backend(backend: Any) -> None:
    """Accepts the names of Keras's backends; there is one engine here, which is all of them.

    Args:
        backend: "tensorflow", "jax", "torch", "numpy" or "openvino".

    Raises:
        ValueError: for another name.

    Example:

    >>> set_backend("jax")
    """
    known = ("tensorflow", "jax", "torch", "numpy", "openvino")
    if backend not in known:
        raise ValueError(f"Unknown backend: {backend!r}. Expected one of {known}.")


def __getattr__(name):
    from .legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
