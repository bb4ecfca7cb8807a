"""The operators and methods of Tensor, Variable and KerasTensor before ops is imported.

Their functions are ops's, which installs them when it is imported (ops/operators.py). Until then
placeholders stand here, so that `Variable(3.0) * 2` works as the first line of a program: the first
of them that is used has the package import ops, by the same lazy name that a user would use.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from . import nest
from .symbolic import KerasTensor
from .tensor import Tensor
from .variable import Variable

CLASSES = (Tensor, Variable, KerasTensor)

BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul")
BINARY += ("and", "or", "xor")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
UNARY = ("neg", "pos", "abs", "invert", "round", "getitem", "len", "iter")
METHODS = (
    "all", "any", "argmax", "argmin", "astype", "clip", "clone", "copy", "cpu", "detach", "dot",
    "flatten", "max", "mean", "min", "prod", "ravel", "repeat", "reshape", "round", "squeeze",
    "std", "sum", "take", "transpose", "var", "view",
)  # fmt: skip
PROPERTIES = ("T",)


def offers(cls, name):
    """Whether a class has this operator."""
    if name == "__eq__":
        return cls is not KerasTensor  # it is itself: looked up in lists and dicts
    return cls is not KerasTensor or name not in ("__iter__", "__len__")


def names():
    """The names of all operators and methods, properties aside."""
    for name in BINARY:
        yield from (f"__{name}__", f"__r{name}__")
    for name in (*COMPARISONS, *UNARY):
        yield f"__{name}__"
    yield from METHODS


def _load():
    return sys.modules[__name__.partition(".")[0]].ops


def _placeholder(name):
    def method(self, *args, **kwargs):
        _load()
        return getattr(self, name)(*args, **kwargs)

    method.__name__ = name
    return method


def _property_placeholder(name):
    def read(self):
        _load()
        return getattr(self, name)

    return property(read)


# ---- what needs no ops


def _format(self, spec):
    """As the number for a scalar; as the text of the tensor without a format."""
    if not spec:
        return str(self)
    if isinstance(self, KerasTensor):
        raise self._no_value("formatted")
    if self.ndim:
        raise TypeError(
            f"A tensor of shape {tuple(self.shape)} cannot be formatted as {spec!r}; expected a "
            "scalar. Take an element, or call .numpy() first."
        )
    return format(self.item(), spec)


def _numpy_function(self, function, types, args, kwargs):
    """NumPy's functions take tensors as the arrays they hold, and return arrays."""

    def as_array(x):
        return np.asarray(x) if isinstance(x, CLASSES) else x

    args, kwargs = nest.map_structure(as_array, (args, kwargs))
    return function(*args, **kwargs)


def _tolist(self: Any) -> Any:
    """The values as nested lists of Python numbers."""
    return np.asarray(self).tolist()


def _item(self: Any) -> Any:
    """The one element as a Python number."""
    return self.handle.read().item()


for _cls in CLASSES:
    for _name in names():
        if offers(_cls, _name):
            setattr(_cls, _name, _placeholder(_name))
    for _name in PROPERTIES:
        setattr(_cls, _name, _property_placeholder(_name))
    _cls.__format__ = _format
    _cls.__array_function__ = _numpy_function
    _cls.__array_priority__ = 100
    _cls.__hash__ = object.__hash__
    if _cls is not KerasTensor:
        _cls.tolist = _tolist
Variable.item = _item
