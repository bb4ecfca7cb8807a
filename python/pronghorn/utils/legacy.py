"""keras.utils.legacy: objects to and from configs, by their older home."""

from ..serialization import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
