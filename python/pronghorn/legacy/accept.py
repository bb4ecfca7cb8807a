"""Lets a constructor, method or function take its old arguments too.

Calls with today's arguments pay one comparison of names; the tables load when one is unknown.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

# what constructors hand on to their base class
_COMMON = ("name", "trainable", "dtype", "autocast", "activity_regularizer")


def old_arguments(function: F, owner: Any = None, or_default: Any = None) -> F:
    """Wraps a function so that keyword arguments may have their names of Keras 1 and 2.

    Args:
        function: The function; as a decorator it goes by its own name.
        owner: Whose row of legacy/arguments.py applies; the function's name where missing. For an
            `__init__` it is the class of its object, and the bases of that.
        or_default: An argument that may be None for its default.

    Returns:
        A function of the same signature.
    """
    code = function.__code__
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    known = frozenset((*_COMMON, *named))
    is_init = function.__name__ == "__init__"
    owners = [owner or function.__name__]

    @functools.wraps(function)
    def call(*args, **kwargs):
        if or_default is not None and kwargs.get(or_default, 0) is None:
            del kwargs[or_default]
        if kwargs and not known.issuperset(kwargs):
            from .translate import new_arguments

            rows = [cls.__name__ for cls in type(args[0]).__mro__] if is_init else owners
            renamed = new_arguments(rows, kwargs, warn=True)
            if is_init and getattr(type(args[0]).__init__, "__wrapped__", None) is function:
                state = args[0].__dict__
                if "_init_arguments" in state:
                    state["_init_arguments"] = (args[1:], renamed)
            kwargs = renamed
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]


def old_constructor(cls: type, or_default: object = None) -> None:
    """Lets a class of this package, whose `__init__` is its own, take old arguments.

    Args:
        cls: The class.
        or_default: An argument for which None meant its default.

    Returns:
        None; the class is changed.

    Example:

    >>> class Dense:
    ...     __module__ = "pronghorn.example"
    ...     def __init__(self, units):
    ...         self.units = units
    >>> old_constructor(Dense)
    >>> Dense(output_dim=3).units  # Keras 1's name
    3
    """
    if "__init__" in cls.__dict__ and cls.__module__.partition(".")[0] == "pronghorn":
        cls.__init__ = old_arguments(cls.__dict__["__init__"], or_default=or_default)
