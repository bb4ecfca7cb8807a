"""Objects to and from plain dicts, and the names that find their classes again.

The ground floor of everything that is saved: it knows no layer, model or file. Files are the work
of `saving`, whose public names for these functions are Keras's.
"""

from .deserialize import deserialize_keras_object
from .names import public_name
from .portable import Portable
from .registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    near_names,
    register_keras_serializable,
)
from .scopes import ObjectSharingScope, SafeModeScope, enable_unsafe_deserialization, in_safe_mode
from .serialize import serialize_keras_object
