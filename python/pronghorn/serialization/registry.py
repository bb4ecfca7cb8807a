"""Custom classes and functions by name, and finding anything in a table by its name."""

from __future__ import annotations

import difflib
import threading
from typing import Any

_custom = {}
_custom_names = {}
_scopes = threading.local()


def get_custom_objects() -> Any:
    """The dict of objects registered for all threads."""
    return _custom


def register_keras_serializable(package: str = "Custom", name: Any = None) -> Any:
    """Decorator: lets a class or function be found by name when a config is read.

    Args:
        package: Prefix of the registered name.
        name: Name; the object's own where missing.

    Returns:
        The decorator; it returns what it is given.

    Raises:
        ValueError: for a class without `get_config()`.

    Example:

    >>> @register_keras_serializable("shop")
    ... class Basket:
    ...     def get_config(self):
    ...         return {}
    >>> get_registered_name(Basket)
    'shop>Basket'
    """

    def decorator(target):
        if isinstance(target, type) and not hasattr(target, "get_config"):
            raise ValueError(
                "Cannot register a class that does not have a get_config() method. "
                f"Received: {target.__name__}"
            )
        registered = f"{package}>{name if name is not None else target.__name__}"
        _custom[registered] = target
        _custom_names[target] = registered
        return target

    return decorator


def get_registered_name(obj: Any) -> Any:
    """The name under which a class or function was registered; else its own.

    Args:
        obj: Class or function.

    Returns:
        str, such as "package>Name"; None for an object without a name.

    Example:

    >>> get_registered_name(layers.Dense)
    'Dense'
    >>> @ph.saving.register_keras_serializable("mine")
    ... def double(x):
    ...     return 2 * x
    >>> get_registered_name(double)
    'mine>double'
    """
    try:
        return _custom_names[obj]
    except (KeyError, TypeError):
        return getattr(obj, "__name__", None)


def get_registered_object(
    name: Any, custom_objects: dict[str, Any] | None = None, module_objects: Any = None
) -> Any:
    """The object of that name, or None.

    Args:
        name: Registered or plain name.
        custom_objects, module_objects: Dicts of names to objects, looked into after the open
            CustomObjectScopes and the registry.

    Returns:
        The first object found.

    Example:

    >>> get_registered_object("double", custom_objects={"double": abs}) is abs
    True
    """
    for scope in reversed(getattr(_scopes, "stack", ())):
        if name in scope:
            return scope[name]
    for table in (_custom, custom_objects, module_objects):
        if table and name in table:
            return table[name]
    return None


def registered_as(name):
    """An object registered or in scope as "package>name", for any package; else None."""
    ending = f">{name}"
    for table in (*reversed(getattr(_scopes, "stack", ())), _custom):
        for key, found in table.items():
            if key.endswith(ending):
                return found
    return None


class CustomObjectScope:
    """Names known inside a `with` block only.

    Args:
        custom_objects: Dict of name to class or function.

    Example:

    >>> with CustomObjectScope({"double": lambda x: 2 * x}):
    ...     layer = layers.Dense(3, activation="double")
    >>> layer.activation(4)
    8
    """

    def __init__(self, custom_objects: dict[str, Any]) -> None:
        self.custom_objects = custom_objects or {}

    def __enter__(self):
        if not hasattr(_scopes, "stack"):
            _scopes.stack = []
        _scopes.stack.append(self.custom_objects)
        return self

    def __exit__(self, *exc):
        _scopes.stack.pop()


custom_object_scope = CustomObjectScope


def near_names(name, known):
    """ " Did you mean ...?" with the known names near this one; "" where none is."""
    lower = {k.lower(): k for k in sorted(known)}
    near = difflib.get_close_matches(str(name).lower(), lower, n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(repr(lower[n]) for n in near)}?" if near else ""


_ROOMS = {
    "activation function": "activations", "constraint": "constraints", "loss": "losses",
    "initializer": "initializers", "metric": "metrics", "optimizer": "optimizers",
    "regularizer": "regularizers",
}  # fmt: skip


def hint(name, known, rooms):
    """ " keras.layers.X is part of Keras, not yet of Pronghorn." where a room of Keras has that
    name; else what `near_names` says."""
    from ..legacy.missing import owed

    text = owed(filter(None, rooms), str(name), known)
    return f" {text}." if text else near_names(name, known)


def find(identifier, table, kind, base=None):
    """The object that an identifier names: for the `get` functions of each package.

    Args:
        identifier: None, a name, a config dict, or the object itself.
        table: Dict of every accepted name to a class or function.
        kind: What is looked for, for the message ("initializer").
        base: Class whose subclasses are made into instances when named.

    Raises:
        ValueError: for an unknown name, with near ones.
    """
    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, dict):
        from .deserialize import deserialize_keras_object

        found = deserialize_keras_object(identifier, module_objects=table)
    if isinstance(identifier, str):
        found = get_registered_object(identifier, None, table)
        if found is None:
            found = registered_as(identifier)
        if found is None:
            said = hint(identifier, table, [_ROOMS.get(kind)])
            raise ValueError(
                f"Could not interpret {kind} identifier: {identifier!r}.{said} "
                "Expected None, a name, a config or a callable."
            )
    if isinstance(found, type):
        found = found()
    if callable(found) or (base is not None and isinstance(found, base)):
        return found
    raise ValueError(
        f"Could not interpret {kind} identifier: {identifier!r} (of type {type(identifier)}). "
        "Expected None, a name, a config or a callable."
    )
