"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

import threading

from .engine import config
from .engine.config import DTYPES, standardize_dtype
from .engine.config import is_float_dtype as is_float  # noqa: F401


class DTypePolicy:
    """The compute and variable dtypes of a layer.

    Args:
        name: A dtype name (both dtypes are that), or "mixed_float16" or "mixed_bfloat16" (compute
            in half precision, keep variables in float32). None is the global policy's.

    Raises:
        ValueError: for an unknown name.

    Example:

    >>> DTypePolicy("mixed_bfloat16").compute_dtype
    'bfloat16'
    """

    def __init__(self, name=None):
        if name is None:
            name = dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(
                f"'name' must be a string, such as 'mixed_float16'. Received: name={name} "
                f"(of type {type(name)})"
            )
        self._name = name
        self._compute_dtype, self._variable_dtype = _parse(name)

    @property
    def name(self):
        return self._name

    @property
    def compute_dtype(self):
        """Dtype of the layer's computation, inputs and outputs."""
        return self._compute_dtype

    @property
    def variable_dtype(self):
        """Dtype of the layer's variables."""
        return self._variable_dtype

    @property
    def quantization_mode(self):
        return None

    def get_config(self):
        return {"name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __eq__(self, other):
        return type(self) is type(other) and self._name == other._name

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


def _parse(name):
    if name in ("mixed_float16", "mixed_bfloat16"):
        return name[len("mixed_") :], "float32"
    dtype = name.split(".")[-1]
    if dtype not in DTYPES:
        from .serialization.registry import near_names

        known = ("mixed_float16", "mixed_bfloat16") + DTYPES
        raise ValueError(
            f"Cannot convert '{name}' to a mixed precision DTypePolicy. Valid policies include "
            f"'mixed_float16', 'mixed_bfloat16', and the name of any float dtype such as 'float32'."
            f"{near_names(name, known)}"
        )
    return dtype, dtype


_global = threading.local()
_default = None  # set_dtype_policy is seen by every thread that did not set its own


def dtype_policy():
    """The global policy; `floatx()` where none was set."""
    policy = getattr(_global, "policy", None) or _default
    return policy if policy is not None else DTypePolicy(config.floatx())


def set_dtype_policy(policy):
    """Sets the policy of layers made from now on: a name or a DTypePolicy."""
    global _default
    if not isinstance(policy, DTypePolicy):
        if not isinstance(policy, (str, dict)):
            raise ValueError(
                "Invalid `policy` argument. Expected the string name of a policy (such as "
                f"'mixed_float16') or a `DTypePolicy` instance. Received: policy={policy} "
                f"(of type {type(policy)})"
            )
        policy = get(policy)
    _global.policy = _default = policy


def reset_dtype_policy():
    """Back to `floatx()`."""
    global _default
    _global.policy = _default = None


def serialize(dtype_policy):
    from .serialization import serialize_keras_object

    return serialize_keras_object(dtype_policy)


def deserialize(config, custom_objects=None):
    from .serialization import deserialize_keras_object

    if isinstance(config, dict) and "class_name" not in config and "name" in config:
        return DTypePolicy.from_config(config)
    return deserialize_keras_object(config, custom_objects=custom_objects)


def get(identifier):
    """A policy from None (the global one), a name, a config or a policy.

    Raises:
        ValueError: for anything else.
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    try:
        return DTypePolicy(standardize_dtype(identifier))
    except (ValueError, TypeError):
        raise ValueError(
            "Cannot interpret `dtype` argument. Expected a string or an instance of DTypePolicy. "
            f"Received: dtype={identifier}"
        ) from None
