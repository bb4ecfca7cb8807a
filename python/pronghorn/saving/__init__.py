"""Configs of objects as plain dicts, and weights files."""

from .config import deserialize_keras_object, serialize_keras_object
from .registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)


def save_weights(model, filepath, overwrite=True, **kwargs):
    from .weights_file import save_weights

    return save_weights(model, filepath, overwrite=overwrite, **kwargs)


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    from .weights_file import load_weights

    return load_weights(model, filepath, skip_mismatch=skip_mismatch, **kwargs)
