"""Initializers: the first values of weights."""

from .base import Initializer
from .constant import Constant, Identity, Ones, Zeros
from .random import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    compute_fans,
)

_CLASSES = (
    Zeros, Ones, Constant, Identity, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling,
    GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
    Orthogonal,
)  # fmt: skip

# Keras 1 and 2 spellings beside the class and snake-case names.
_LEGACY = {
    "uniform": RandomUniform,
    "normal": RandomNormal,
    "one": Ones,
    "zero": Zeros,
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
}

zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_uniform, random_normal, truncated_normal = RandomUniform, RandomNormal, TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
orthogonal, OrthogonalInitializer, IdentityInitializer = Orthogonal, Orthogonal, Identity


def _table():
    from ..engine.naming import to_snake_case

    table = {cls.__name__: cls for cls in _CLASSES}
    table.update({to_snake_case(cls.__name__): cls for cls in _CLASSES})
    table.update(_LEGACY)
    return table


def get(identifier):
    """An initializer from a name, a class, a config, an array, or anything callable.

    Raises:
        ValueError: for an unknown name; the message lists near ones.

    Example:

    >>> get("he_normal").get_config()
    {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    import numpy as np

    from ..serialization.registry import find

    if isinstance(identifier, np.ndarray):
        value = identifier
        return lambda shape, dtype=None: value.astype(dtype or value.dtype).reshape(shape)
    return find(identifier, _table(), "initializer", Initializer)


def serialize(initializer):
    from ..serialization import serialize_keras_object

    return serialize_keras_object(initializer)


def deserialize(config, custom_objects=None):
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_table())


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
