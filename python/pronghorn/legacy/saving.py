"""keras.legacy.saving: two functions under an older name. The room still imports nothing: they are
looked up in the package when somebody asks."""

import sys

_NAMES = ("deserialize_keras_object", "serialize_keras_object")


def __getattr__(name):
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(sys.modules[__package__.split(".")[0]].utils.legacy, name)


def __dir__():
    return list(_NAMES)
