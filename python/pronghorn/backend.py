"""keras.backend's names, so far the settings and session functions."""

from .engine.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from .engine.session import clear_session

__all__ = [
    "clear_session", "epsilon", "floatx", "image_data_format", "set_epsilon", "set_floatx",
    "set_image_data_format",
]  # fmt: skip


def __getattr__(name):
    from .legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
