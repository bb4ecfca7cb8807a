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


def save_weights(model, filepath, overwrite=True, max_shard_size=None, **kwargs):
    from .weights_file import save_weights

    return save_weights(model, filepath, overwrite, max_shard_size, **kwargs)


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    from .weights_file import load_weights

    return load_weights(model, filepath, skip_mismatch=skip_mismatch, **kwargs)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
