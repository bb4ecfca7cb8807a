"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

from __future__ import annotations

import re
import threading
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from .engine import config
from .engine.config import DTYPES, standardize_dtype
from .engine.config import is_float_dtype as is_float  # noqa: F401

if TYPE_CHECKING:
    from typing_extensions import Self


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

    def __init__(self, name: Any = None) -> None:
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
    def name(self) -> Any:
        """What the policy was made with: "float32", "mixed_float16", ..."""
        return self._name

    @property
    def compute_dtype(self) -> Any:
        """Dtype of the layer's computation, inputs and outputs."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> Any:
        """Dtype of the layer's variables."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> None:
        """None: there are no quantized weights."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """x as a tensor, in `dtype` where it holds floats and `autocast` says so.

        Args:
            x: Tensor, KerasTensor or array; what is none of these stays as it is.
            autocast: Whether floats are cast.
            dtype: A dtype of floats.

        Returns:
            Tensor or KerasTensor of x's shape; x itself where there was nothing to do.
        """
        from .engine import KerasTensor, Tensor, convert_to_tensor

        if not isinstance(x, (Tensor, KerasTensor)):
            if not hasattr(x, "__array__"):
                return x
            x = convert_to_tensor(x)
        wanted = standardize_dtype(dtype)
        cast = autocast and x.dtype != wanted and is_float(x.dtype) and is_float(wanted)
        return x.astype(wanted) if cast else x

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments.

        Returns:
            A dict of what JSON can hold.
        """
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A policy of what `get_config` returned.

        Args:
            config: Dict of the constructor's arguments.

        Returns:
            A new policy.
        """
        return cls(**config)

    def __eq__(self, other):
        return type(self) is type(other) and self._name == other._name

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


class DTypePolicyMap(DTypePolicy, MutableMapping):
    """Policies by the paths of layers, for a model whose layers do not all have one.

    Keys are paths ("encoder/dense") or patterns that match whole paths ("encoder/.*"). A path that
    is no key and that no pattern matches has the default policy.

    Args:
        default_policy: A policy, its name or config; the global one where None, and in files that
            of whoever loads the map.
        policy_map: A dict of first entries.

    Raises:
        ValueError: a map as default; a key set twice; a path that several patterns match, when it
            is looked up.
        TypeError: a policy_map that is no dict.

    Example:

    >>> policies = DTypePolicyMap("float32")
    >>> policies["encoder/.*"] = "mixed_bfloat16"
    >>> policies["encoder/dense"].name, policies["decoder"].name
    ('mixed_bfloat16', 'float32')
    """

    def __init__(self, default_policy: Any = None, policy_map: Any = None) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("`default_policy` cannot be a `DTypePolicyMap`.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                f"If specified, `policy_map` must be a dict. Received: policy_map={policy_map} "
                f"of type {type(policy_map)}"
            )
        self._given = default_policy
        self._default = get(default_policy)
        self._policies = policy_map or {}

    @property
    def default_policy(self) -> Any:
        """The policy of paths that have none of their own."""
        return self._default

    @property
    def name(self) -> str:
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> Any:
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> Any:
        return self.default_policy.variable_dtype

    def __getitem__(self, key):
        if key in self._policies:
            return self._policies[key]
        matching = [pattern for pattern in self._policies if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"Path '{key}' matches multiple dtype policy specification keys: {matching}. Each "
                "path may match one of them only."
            )
        return self._policies[matching[0]] if matching else self.default_policy

    def __setitem__(self, key, policy):
        if key in self._policies:
            raise ValueError(
                f"{key} already exist in the DTypePolicyMap with value {self._policies[key]}. "
                "Delete it before it is set again."
            )
        try:
            self._policies[key] = get(policy)
        except (ValueError, TypeError):
            raise ValueError(
                "Cannot interpret the assigned value by `keras.dtype_policies.get`. "
                f"Received: {policy} of type {type(policy)}"
            ) from None

    def with_policy(self, path: str, policy: DTypePolicy) -> DTypePolicyMap:
        """This map, with a policy in the place of the one that a path had; a map as it is.

        Args:
            path: Path of a layer.
            policy: DTypePolicy of the layer; a DTypePolicyMap takes this map's place.

        Returns:
            DTypePolicyMap.
        """
        if isinstance(policy, DTypePolicyMap):
            return policy
        self._policies.pop(path, None)
        self[path] = policy
        return self

    def __delitem__(self, key):
        del self._policies[key]

    def __contains__(self, key):
        return key in self._policies

    def __iter__(self):
        return iter(self._policies)

    def __len__(self):
        return len(self._policies)

    def __eq__(self, other):
        same = isinstance(other, DTypePolicyMap)
        return same and (self._default, self._policies) == (other._default, other._policies)

    __hash__ = object.__hash__

    def get_config(self) -> dict[str, Any]:
        from .serialization import serialize_keras_object

        policies = serialize_keras_object(self._policies)
        if self._given is None:  # where there is no default, all follow whoever loads the map
            for one in policies.values():
                one["config"]["name"] = None
        return {"default_policy": self._given, "policy_map": policies}

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        from .serialization import deserialize_keras_object

        policies = deserialize_keras_object(config["policy_map"], custom_objects=custom_objects)
        return cls(**{**config, "policy_map": policies})

    def __repr__(self):
        mapping = [(path, policy.name) for path, policy in self._policies.items()]
        return f"<DTypePolicyMap default_policy={self._default.name}, mapping={mapping}>"


def compute_dtype_of(identifier: Any) -> str:
    """The dtype that losses and metrics compute in, by their argument `dtype`.

    Args:
        identifier: What `get` takes; None is floatx here, whatever the global policy is.

    Returns:
        A dtype name.

    Raises:
        ValueError: for anything else.

    Example:

    >>> compute_dtype_of("mixed_bfloat16"), compute_dtype_of(np.float64)
    ('bfloat16', 'float64')
    """
    return config.floatx() if identifier is None else get(identifier).compute_dtype


def _parse(name):
    if name in ("mixed_float16", "mixed_bfloat16"):
        return name[len("mixed_") :], "float32"
    try:
        dtype = standardize_dtype(name.split(".")[-1])
    except ValueError:
        dtype = None
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


def dtype_policy() -> Any:
    """The global policy; `floatx()` where none was set."""
    policy = getattr(_global, "policy", None) or _default
    return policy if policy is not None else DTypePolicy(config.floatx())


def set_dtype_policy(policy: Any) -> None:
    """Sets the policy of layers made from now on: a name or a DTypePolicy.

    Args:
        policy: A name, a DTypePolicy or its config.

    Raises:
        ValueError: for anything else, or an unknown name.

    Example:

    >>> set_dtype_policy("mixed_bfloat16")
    >>> layers.Dense(3).compute_dtype
    'bfloat16'
    >>> set_dtype_policy("float32")
    """
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


def reset_dtype_policy() -> None:
    """Back to `floatx()`."""
    global _default
    _global.policy = _default = None


def serialize(dtype_policy: Any) -> Any:
    """A policy's config with its class, for `deserialize`.

    Args:
        dtype_policy: A DTypePolicy or DTypePolicyMap.

    Returns:
        A dict of what JSON can hold.

    Example:

    >>> serialize(DTypePolicy("float32"))["config"]
    {'name': 'float32'}
    """
    from .serialization import serialize_keras_object

    return serialize_keras_object(dtype_policy)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The policy of such a config.

    Args:
        config: What `serialize` returned, or the dict of a policy's `get_config`.
        custom_objects: Dict of names to classes of one's own.

    Returns:
        A DTypePolicy or DTypePolicyMap.

    Raises:
        TypeError: for a class that is not known.

    Example:

    >>> deserialize(serialize(DTypePolicy("mixed_float16")))
    <DTypePolicy "mixed_float16">
    """
    from .serialization import deserialize_keras_object

    if isinstance(config, dict) and "class_name" not in config and "name" in config:
        return DTypePolicy.from_config(config)
    return deserialize_keras_object(config, custom_objects=custom_objects)


def get(identifier: Any) -> Any:
    """A policy from None (the global one), a name, a config or a policy.

    Args:
        identifier: None, a name, a dict, a DTypePolicy, or what stands for a dtype (np.float32).

    Returns:
        A DTypePolicy; the given one itself.

    Raises:
        ValueError: for anything else.

    Example:

    >>> get("mixed_bfloat16").variable_dtype
    'float32'
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
