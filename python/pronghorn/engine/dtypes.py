"""Which dtype a result has: promotion of dtypes and of Python's weak numbers."""

from __future__ import annotations

from typing import Any

from .. import _core
from . import config
from .keras_tensor import shown
from .variable import live_variables

_WEAK = {"int": 0, "float": 1}


def show_dtypes(make: Any) -> None:
    """Has tensors, variables and placeholders give their dtypes as objects that know more.

    Args:
        make: Gives for a dtype's name an object of a subclass of str, equal to the name.
    """
    made = {name: make(name) for name in config.DTYPES}
    _core.show_dtypes(lambda name: made.get(name, name))
    shown.update(made)
    for variable in live_variables():
        variable.dtype = variable.handle.dtype


def result_type(*dtypes: Any) -> Any:
    """The dtype in which values of these dtypes meet.

    Args:
        *dtypes: dtype names, NumPy dtypes, or the weak `int` and `float` of Python numbers, which
            widen nothing: they only make bool an int32, or integers floatx.

    Returns:
        A dtype name; floatx where nothing is given.

    Example:

    >>> result_type("int32", "float16", float)
    'float16'
    """
    weak, strong = -1, None
    for dtype in dtypes:
        name = getattr(dtype, "__name__", dtype) if isinstance(dtype, type) else dtype
        if isinstance(name, str) and name in _WEAK:
            weak = max(weak, _WEAK[name])
            continue
        name = config.standardize_dtype(dtype)
        strong = name if strong is None else _core.promote(strong, name)
    if strong is None:
        return "int32" if weak == 0 else config.floatx()
    if weak == 1 and "float" not in strong and strong != "complex64":
        return config.floatx()
    return "int32" if weak == 0 and strong == "bool" else strong
