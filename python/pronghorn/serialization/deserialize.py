"""Objects from configs. Reading one never runs code from it, unless the caller allows lambdas:
classes and functions come from this package, the registry and `custom_objects` alone.
"""

from __future__ import annotations

import types
from typing import Any

from .names import (
    CLASS_ROOMS,
    FUNCTION_ROOMS,
    is_keras_module,
    known_names,
    loaded,
    refuses,
    resolve,
)
from .registry import CustomObjectScope, get_registered_object, hint, registered_as
from .scopes import SafeModeScope, in_safe_mode, note_read, shared_object

_PLAIN = (str, int, float, bool, type(None))


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object of a config made by `serialize_keras_object`.

    Args:
        config: The config.
        custom_objects: Dict of name to class or function.
        safe_mode: Whether a config that holds Python code is refused.

    Returns:
        The object; lists also in the place of tuples.

    Raises:
        TypeError: for an unknown class or function, with near names, and for a malformed config.
        ValueError: for Python code in safe mode, and names that are no part of a model.

    Example:

    >>> config = ph.saving.serialize_keras_object(layers.Dense(3))
    >>> deserialize_keras_object(config).units
    3
    """
    module_objects = kwargs.pop("module_objects", None)
    if kwargs:
        raise TypeError(f"Unexpected keyword arguments: {sorted(kwargs)}")
    allowed = in_safe_mode()
    safe_mode = safe_mode if allowed is None else allowed
    with CustomObjectScope(custom_objects or {}), SafeModeScope(safe_mode):
        return _object(config, module_objects)


def _object(config, module_objects=None):
    if config is None:
        return None
    if isinstance(config, str):
        found = get_registered_object(config)
        if found is None and module_objects is not None:
            found = module_objects.get(config)
            found = found() if isinstance(found, type) else found
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return [_object(x) for x in config]
    if isinstance(config, _PLAIN):
        return config
    if not isinstance(config, dict):
        raise TypeError(f"Could not read the config: {config!r}")
    if "class_name" not in config or ("config" not in config and module_objects is None):
        if module_objects is not None:
            raise ValueError(f"Unknown `config` as a `dict`, config={config}")
        return {key: _object(value) for key, value in config.items()}
    name, inner = config["class_name"], config.get("config")
    if name in _SPECIAL:
        return _SPECIAL[name]({} if inner is None else inner)
    if name == "function":
        return _function(config, inner, module_objects)
    return _instance(config, name, {} if inner is None else inner, module_objects)


def _function(config, name, module_objects):
    if not isinstance(name, str):
        raise TypeError(
            "Expected 'config' to be a non-null str, the name of a function; "
            f"received {type(name)} in {config}"
        )
    found = get_registered_object(name)
    if found is not None:
        return found
    module = config.get("module")
    if module_objects and name in module_objects and not isinstance(module_objects[name], type):
        found = module_objects[name]
    elif module == "builtins":
        found = resolve(None, name, "function")
    else:
        found = resolve(module, name, "function")
    if found is not None:
        _check_registered_name(config, name)
        return found
    found = registered_as(name) if module == "builtins" and ">" not in name else None
    if found is None:
        _not_found(config, name, module, "function")
    return found


def _instance(config, name, inner, module_objects):
    if not isinstance(inner, dict):
        raise TypeError(
            f"Expected 'config' to be a dict for {name}; received {type(inner)} in {config}"
        )
    number = config.get("shared_object_id")
    if number is not None:
        known = shared_object(number)
        if known is not None:
            return known
    cls = _class(config, name, module_objects)
    if isinstance(cls, types.FunctionType):
        return cls
    if not hasattr(cls, "from_config"):
        raise TypeError(
            f"Unable to reconstruct an instance of '{name}': the class has no `from_config()` "
            f"method. The config: {config}"
        )
    try:
        made = cls.from_config(inner)
    except TypeError as e:
        raise TypeError(
            f"{cls} could not be made from its config. Parts that are objects themselves (layers, "
            "models, ...) in what `get_config()` returns must be such that they are explicitly "
            f"deserialized in `from_config()`.\n\nconfig={config}.\n\nException encountered: {e}"
        ) from e
    build = config.get("build_config")
    if build and not made.built:
        made.build_from_config(build)
        made.built = True
    compiled = config.get("compile_config")
    if compiled:
        made.compile_from_config(compiled)
        made.compiled = True
    if number is not None:
        note_read(made, number)
    return made


def _class(config, name, module_objects):
    module = config.get("module")
    registered = config.get("registered_name", name)
    found = get_registered_object(registered) if registered is not None else None
    if found is None and (module is None or not is_keras_module(module)):
        found = get_registered_object(name)
    if found is not None:
        return found
    if module_objects and isinstance(module_objects.get(name), (type, types.FunctionType)):
        return module_objects[name]
    found = resolve(module, name, "class") or loaded(module, name)
    if found is None:
        _not_found(config, name, module, "class")
    _check_registered_name(config, name)
    return found


def _check_registered_name(config, name):
    registered = config.get("registered_name")
    if registered and registered not in (name, config.get("class_name")):
        raise ValueError(
            f"The config has registered_name={registered!r}, but '{name}' is resolved to a Keras "
            f"built-in, which has none. Remove `registered_name` from it. The config: {config}"
        )


def _not_found(config, name, module, kind):
    if module and refuses(module):
        raise ValueError(
            f"Cannot deserialize `{module}.{name}` because it is not a modeling function. A config "
            "should only hold layers, metrics, losses and the like, operations, and registered "
            "custom objects."
        )
    rooms = CLASS_ROOMS if kind == "class" else FUNCTION_ROOMS
    said = hint(name, known_names(), rooms) if is_keras_module(module) else ""
    raise TypeError(
        f"Could not locate {kind} '{name}' (module {module!r}, registered name "
        f"{config.get('registered_name')!r}).{said} Make sure custom classes and functions are "
        "decorated with `@keras.saving.register_keras_serializable()`, or pass them in "
        f"`custom_objects`. The config: {config}"
    )


def _array(config):
    import numpy as np

    return np.array(config["value"], dtype=config["dtype"])


def _tensor(config):
    from ..engine import convert_to_tensor

    return convert_to_tensor(config["value"], dtype=config["dtype"])


def _keras_tensor(config):
    from ..engine.symbolic import KerasTensor

    tensor = KerasTensor(config["shape"], dtype=config["dtype"])
    tensor._saved_history = config["keras_history"]
    return tensor


def _size(config):
    from ..engine.symdim import SymDim

    parts = {key: _object(config[key]) for key in ("tensor", "operands") if key in config}
    return SymDim(**{**config, **parts})


def _lambda(config):
    if in_safe_mode():
        from ..engine.refusal import UnsafeConfig

        raise UnsafeConfig(
            "The config holds the code of a Python lambda. Running it would mean arbitrary code "
            "execution by whoever wrote the file, so it is not read by default. Where you trust "
            "the source, pass `safe_mode=False` to the loading function or call "
            "`keras.config.enable_unsafe_deserialization()`."
        )
    from .code import load

    return load(config["value"])


def _type_spec(config):
    if not isinstance(config, (list, tuple)):
        raise TypeError(
            "Expected 'config' to be a list or a tuple for a TypeSpec of TensorFlow; received "
            f"{type(config)}: {config}"
        )
    raise TypeError(f"The config holds a TypeSpec of TensorFlow, which has no place here: {config}")


_SPECIAL = {
    "__bytes__": lambda c: c["value"].encode("utf-8"),
    "__ellipsis__": lambda c: Ellipsis,
    "__tuple__": lambda c: tuple(_object(x) for x in c.get("value", c.get("items", ()))),
    "__numpy__": _array,
    "__tensor__": _tensor,
    "__slice__": lambda c: slice(_object(c["start"]), _object(c["stop"]), _object(c["step"])),
    "__keras_tensor__": _keras_tensor,
    "__size__": _size,
    "__lambda__": _lambda,
    "__typespec__": _type_spec,
}
