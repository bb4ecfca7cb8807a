"""Global settings, under keras.config's names."""

from .dtype_policies import dtype_policy, set_dtype_policy
from .engine.config import (
    disable_flash_attention,
    enable_flash_attention,
    epsilon,
    floatx,
    image_data_format,
    is_flash_attention_enabled,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from .engine.device import disable_winograd, enable_winograd, is_winograd_enabled
from .engine.tracebacks import (
    disable_traceback_filtering,
    enable_traceback_filtering,
    is_traceback_filtering_enabled,
)
from .serialization.scopes import enable_unsafe_deserialization

__all__ = [
    "disable_flash_attention", "enable_flash_attention", "is_flash_attention_enabled",
    "disable_traceback_filtering", "disable_winograd", "dtype_policy", "enable_traceback_filtering",
    "enable_unsafe_deserialization", "enable_winograd", "epsilon", "floatx", "image_data_format",
    "is_traceback_filtering_enabled", "is_winograd_enabled", "set_dtype_policy", "set_epsilon",
    "set_floatx", "set_image_data_format",
]  # fmt: skip


def __getattr__(name):
    from .legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
