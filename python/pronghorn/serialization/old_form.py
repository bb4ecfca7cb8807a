"""Configs in Keras 2's form, {"class_name", "config"}, of classes that are looked up in tables.

Libraries around Keras keep their own objects so; what is in model files is read by deserialize.py.
"""

from __future__ import annotations

import inspect
from typing import Any

from .registry import CustomObjectScope, get_registered_name, get_registered_object

_NESTED = "__passive_serialization__"  # marks an object within a config


def serialize_keras_object(instance: Any) -> Any:
    """An object as {"class_name": ..., "config": ...}, a function as its name.

    Args:
        instance: Object with `get_config()`, function, class or None.

    Returns:
        A dict that JSON can write, a str, or None.

    Raises:
        ValueError: for anything else.

    Example:

    >>> serialize_keras_object(keras.regularizers.L1(0.5))
    {'class_name': 'L1', 'config': {'l1': 0.5}}
    """
    instance = inspect.unwrap(instance)
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        config = {key: _entry(value) for key, value in instance.get_config().items()}
        return {"class_name": get_registered_name(type(instance)), "config": config}
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(
        f"Cannot serialize {instance} because it doesn't implement `get_config()`. Received an "
        f"object of type {type(instance).__name__}; give its class that method."
    )


def _entry(value):
    if isinstance(value, str):
        return value
    try:
        found = serialize_keras_object(value)
    except ValueError:
        return value
    if isinstance(found, dict) and not isinstance(value, dict):
        found[_NESTED] = True
    return found


def deserialize_keras_object(
    identifier: Any,
    module_objects: dict[str, Any] | None = None,
    custom_objects: dict[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object of a config in Keras 2's form; its class is looked up in tables alone.

    Args:
        identifier: {"class_name": ..., "config": ...}, the name of a class or function, a function,
            or None.
        module_objects: Dict of names to classes and functions.
        custom_objects: Another, looked into before it.
        printable_module_name: What the object is called in messages.

    Returns:
        The object; of a class's name an instance, of a function's name the function.

    Raises:
        ValueError: for an unknown name or another form.

    Example:

    >>> config = {"class_name": "L1", "config": {"l1": 0.5}}
    >>> deserialize_keras_object(config, {"L1": keras.regularizers.L1}).l1
    0.5
    """
    if identifier is None or inspect.isfunction(identifier):
        return identifier
    tables = custom_objects, module_objects
    if isinstance(identifier, dict):
        cls, config = _class_and_config(identifier, tables, printable_module_name)
        return _made(cls, config, custom_objects)
    if not isinstance(identifier, str):
        raise ValueError(
            f"Could not interpret serialized {printable_module_name}: {identifier}. Expected a "
            "dict with 'class_name' and 'config', a name, a function or None."
        )
    found = get_registered_object(identifier, *tables)
    if found is None:
        raise _unknown(printable_module_name, identifier)
    return found() if inspect.isclass(found) else found


def _class_and_config(given, tables, what):
    if "class_name" not in given or "config" not in given:
        raise ValueError(
            f"Improper config format for {given}. Expected a dict with 'class_name' and 'config'."
        )
    cls = get_registered_object(given["class_name"], *tables)
    if cls is None:
        raise _unknown(what, given["class_name"])
    config = given["config"]
    if isinstance(config, list):  # a Sequential of the first versions
        return cls, config
    made = {}
    for key, value in config.items():
        if key != "name" and isinstance(value, dict) and _NESTED in value:
            value = deserialize_keras_object(value, tables[1], tables[0], "config_item")
        elif key != "name" and isinstance(value, str):
            found = get_registered_object(value, *tables)
            value = found if inspect.isfunction(found) else value
        made[key] = value
    return cls, made


def _made(cls, config, custom_objects):
    if not hasattr(cls, "from_config"):
        with CustomObjectScope(custom_objects):
            return cls(**config)
    if "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(config, custom_objects=custom_objects or {})
    with CustomObjectScope(custom_objects):
        return cls.from_config(config)


def _unknown(what, name):
    return ValueError(
        f"Unknown {what}: '{name}'. Please ensure that it is passed in `custom_objects` or "
        "registered by `@keras.saving.register_keras_serializable()`."
    )
