"""Initializers: the first values of weights."""

from __future__ import annotations

import functools
import inspect
import types
from typing import TYPE_CHECKING, Any

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
from .stft import STFT

if TYPE_CHECKING:
    from ..engine.types import Identifier


_CLASSES = (
    Zeros, Ones, Constant, Identity, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling,
    GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal,
    Orthogonal, STFT,
)  # fmt: skip

# Keras 1 and 2 spellings beside the class and snake-case names.
_LEGACY = {
    "uniform": RandomUniform,
    "normal": RandomNormal,
    "one": Ones,
    "zero": Zeros,
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
    "STFTInitializer": STFT,
    "stft": STFT,
}

zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_uniform, random_normal, truncated_normal = RandomUniform, RandomNormal, TruncatedNormal
variance_scaling = VarianceScaling
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
stft = STFTInitializer = STFT
orthogonal, OrthogonalInitializer, IdentityInitializer = Orthogonal, Orthogonal, Identity


@functools.cache
def _table():
    from ..engine.naming import to_snake_case

    table = {cls.__name__: cls for cls in _CLASSES}
    table.update({to_snake_case(cls.__name__): cls for cls in _CLASSES})
    table.update(_LEGACY)  # type: ignore[arg-type]
    return table


def get(identifier: Any) -> Any:
    """An initializer from a name, a class, a config, an array, or anything callable.

    Args:
        identifier: Name such as `"he_normal"` or `"HeNormal"`, class, config dict, array, callable,
            or None.

    Returns:
        A callable from a shape and a dtype to a value; None for None.

    Raises:
        ValueError: for an unknown name; the message lists near ones.

    Example:
    >>> get("he_normal").get_config()
    {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    import numpy as np

    from ..serialization.registry import find

    if isinstance(identifier, np.ndarray) or hasattr(identifier, "__dlpack__"):
        value = np.asarray(identifier)
        return lambda shape, dtype=None: _given(value, shape, dtype)
    found = find(identifier, _table(), "initializer", Initializer)
    return _with_dtype(found) if isinstance(found, types.FunctionType) else found


def _with_dtype(function):
    """A function of a shape, and of a name in Keras 1, as one that takes a dtype as well."""
    parameters = inspect.signature(function).parameters
    if "dtype" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return function
    names = {"name": None} if "name" in parameters else {}

    @functools.wraps(function)
    def made(shape, dtype=None):
        return function(shape, **names)

    del made.__wrapped__  # whose signature it does not have
    return made


def _given(value, shape, dtype):
    if tuple(shape) != value.shape:
        raise ValueError(
            f"Expected `shape` to be {value.shape}, that of the array given as initializer. "
            f"Received: {tuple(shape)}"
        )
    return value.astype(dtype or value.dtype)


def serialize(initializer: Identifier) -> Any:
    """The config of an initializer, which `deserialize` takes.

    Args:
        initializer: Initializer, or another object that has a config.

    Returns:
        A dict of JSON values.

    Example:
        >>> keras.initializers.serialize(keras.initializers.Constant(2.0))["config"]
        {'value': 2.0}
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer that a result of `serialize` stands for.

    Args:
        config: Config dict, or a name.
        custom_objects: Further classes by name.

    Returns:
        An initializer.

    Example:
        >>> config = keras.initializers.serialize(keras.initializers.Constant(2.0))
        >>> keras.initializers.deserialize(config).value
        2.0
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_table())


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
