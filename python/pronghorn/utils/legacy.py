"""keras.utils.legacy: objects to and from configs in Keras 2's form."""

from ..serialization.old_form import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
