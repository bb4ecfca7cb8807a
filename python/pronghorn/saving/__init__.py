"""Files of models and weights, and Keras's names for reading and writing configs."""

from ..serialization import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)

_FROM_FILES = {
    "load_model": "api",
    "load_weights": "api",
    "save_model": "api",
    "save_weights": "api",
    "KerasFileEditor": "editor",
}


def __getattr__(name):
    if name not in _FROM_FILES:
        from ..legacy.missing import old_or_absent

        return old_or_absent(__name__, name, globals())
    import importlib

    module = importlib.import_module(f".{_FROM_FILES[name]}", __name__)
    value = globals()[name] = getattr(module, name)
    return value


def __dir__():
    return sorted([*(n for n in globals() if not n.startswith("_")), *_FROM_FILES])
