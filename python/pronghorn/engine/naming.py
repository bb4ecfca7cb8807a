"""Automatic object names ("dense", "dense_1") and the scopes that give variables their paths.

Names and scopes are kept per thread, so that models built in two threads do not see each other's.
"""

from __future__ import annotations

import functools
import re
import threading
from typing import Any


class _State(threading.local):
    def __init__(self):
        self.uids = {}
        self.scopes = []


_state = _State()


@functools.cache
def to_snake_case(name: str) -> str:
    """`"MaxPooling2D"` -> `"max_pooling2d"`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def uniquify(name):
    """The name itself the first time, then name_1, name_2, ..."""
    count = _state.uids.get(name, 0)
    _state.uids[name] = count + 1
    return f"{name}_{count}" if count else name


def auto_name(prefix):
    return uniquify(to_snake_case(prefix))


def get_uid(prefix: str = "") -> Any:
    """How often a prefix has been asked for, this time included: 1, 2, ...

    Args:
        prefix: Start of names.

    Returns:
        An int.

    Example:
        >>> first = keras.backend.get_uid("a_prefix")
        >>> keras.backend.get_uid("a_prefix") - first
        1
    """
    _state.uids[prefix] = _state.uids.get(prefix, 0) + 1
    return _state.uids[prefix]


def reset_uids() -> None:
    """Lets `get_uid` and automatic names begin at 1 again.

    Example:
        >>> keras.backend.reset_uids()
    """
    _state.uids.clear()


def check_name(name):
    if not isinstance(name, str) or "/" in name:
        raise ValueError(
            "Argument `name` must be a string and cannot contain character `/`. "
            f"Received: name={name} (of type {type(name)})"
        )


class name_scope:
    """Opens a part of the path of the variables made inside it.

    A scope whose owner was opened before starts from the path it was first opened under
    (`owner._parent_path`); entering the owner's own scope twice in a row counts once.

    Args:
        name: The part, without "/".
        **kwargs: `caller`, the object whose variables are made inside.

    Raises:
        TypeError: Where another argument is given.
        ValueError: Where the name is no string or contains "/".

    Example:
        >>> with keras.name_scope("encoder"):
        ...     w = keras.Variable([1.0], name="w")
        ...
        >>> w.path
        'encoder/w'
    """

    __slots__ = ("name", "owner", "parent", "_pushed")

    def __init__(self, name: str, **kwargs: Any) -> None:
        owner = kwargs.pop("caller", None)
        if kwargs:
            raise TypeError(f"name_scope() got unexpected keyword arguments {sorted(kwargs)}")
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"Argument `name` must be a string without the character `/`. Received: {name!r}"
            )
        self.name = name
        self.owner = owner
        self.parent = getattr(owner, "_parent_path", None)
        self._pushed = False

    def __enter__(self):
        scopes = _state.scopes
        top = scopes[-1] if scopes else None
        if self.owner is None or top is None or top.owner is not self.owner:
            self._pushed = True
            scopes += (self,)  # no call, so no interrupt between the two
        return self

    def __exit__(self, *exc):
        if self._pushed:
            _state.scopes.pop()
            self._pushed = False


def open_scopes():
    """The list of open scopes. Whoever must leave it as it was cuts it to the length it had: an
    interrupt may come as `__exit__` is entered."""
    return _state.scopes


def current_path():
    """The open scopes joined by "/"; "" outside of any."""
    parts = []
    for scope in _state.scopes:
        if scope.parent is not None:
            parts = [p for p in scope.parent.split("/") if p]
        parts.append(scope.name)
    return "/".join(parts)
