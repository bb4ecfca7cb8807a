"""A public function applied to KerasTensors as one node: what Keras calls an operation.

A Row says of a function which arguments are the node's (tensors) and which are fixed (axis,
keepdims), and what Keras calls the class. The node runs by calling the function again, so that a
program holds what the function does, as it would without a node.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from . import nest
from .keras_tensor import KerasTensor
from .node import Node
from .symbolic import Operation, to_keras_tensors
from .symdim import SymDim
from .tensor import Tensor, convert_to_tensor
from .variable import Variable


class FunctionOp(Operation):
    """A function with fixed keyword arguments, recorded in nodes by its tensors.

    Args:
        fixed: The fixed arguments.
        name: Name; made from the class name where None.
    """

    row: Row  # of the subclass that a row makes

    def __init__(self, fixed: Any, name: str | None = None) -> None:
        super().__init__(name)
        self.fixed = fixed

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self.row.call(args, {**self.fixed, **kwargs})

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        from . import trace

        given_args = args
        args = self.row.as_integers(args)
        leaves = nest.flatten((args, kwargs))
        if any(type(x) is Tensor for x in leaves):  # their values may say a size
            spec = trace.eval_shape(
                lambda *given: self._with_given(given, args, kwargs), *filter(_is_symbolic, leaves)
            )
        else:
            spec = trace.eval_shape(self.call, *args, **kwargs)
        outputs = to_keras_tensors(spec)
        Node(self, given_args, kwargs, outputs)
        return outputs

    def _with_given(self, given, args, kwargs):
        waiting = iter(given)
        args, kwargs = nest.map_structure(
            lambda x: next(waiting) if _is_symbolic(x) else x, (args, kwargs)
        )
        return self.call(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, **self.fixed}

    @classmethod
    def from_config(cls, config: Any) -> Any:
        return cls.row.from_config(config)

    def __reduce__(self) -> Any:
        return _again, (self.row.key, self.fixed, self.name)


def _again(key, fixed, name):
    return rows[key].operation(fixed, name)


rows: dict[Any, Row] = {}  # by Keras's module below keras.src.ops and class
_by_name: dict[str, Row] = {}  # by the function's name


class Row:
    """What Keras says of the operation of a function.

    Args:
        key: Keras's module below keras.src.ops, and its class.
        function: The function.
        takes: Names of what a node is called with; "=" at the end where by keyword, "*" in front
            where there are any number.
        fixed: Names of the fixed arguments.
        resolve: Changes a dict of fixed arguments as Keras does before it makes the operation.
    """

    integers: str | None = None  # the tensor whose shape alone counts until there are values

    def __init__(self, key, function, takes, fixed, resolve=None):
        self.key = key
        self.function = function
        self.takes = [n for n in takes if n[0] != "*" and n[-1] != "="]
        self.by_name = [n[:-1] for n in takes if n[-1] == "="]
        self.fixed = fixed
        self._resolve = resolve
        rows.setdefault(key, self)
        _by_name.setdefault(function.__name__, self)

    @functools.cached_property
    def operation(self):
        """The class of its operations; summaries print its name."""
        return type(self.key[1], (FunctionOp,), {"row": self})

    @functools.cached_property
    def _signature(self):
        """(names of what may go by position, all names, defaults, whether there is a *)."""
        function = inspect.unwrap(self.function)
        code = function.__code__
        first, count = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames
        given = function.__defaults__ or ()
        defaults = dict(zip(names[first - len(given) : first], given))
        defaults.update(function.__kwdefaults__ or {})
        known = frozenset((*names[:count], *self.takes, *self.by_name, *self.fixed))
        return names[:first], known, defaults, bool(code.co_flags & inspect.CO_VARARGS)

    @functools.cached_property
    def _in_order(self):
        """Whether the function takes the node's tensors first, as the node has them."""
        names, _, _, star = self._signature
        return not names if star else list(names[: len(self.takes)]) == self.takes

    def call(self, args, kwargs):
        if self._in_order:
            return self.function(*args, **kwargs)
        names, _, _, star = self._signature
        if star:
            return self.function(*(kwargs.pop(n) for n in names), *args, **kwargs)
        return self.function(**dict(zip((*self.takes, *self.by_name), args)), **kwargs)

    def record(self, args, kwargs):
        """The symbolic result of a call; what does not fit the signature is the function's."""
        names, known, defaults, star = self._signature
        given = dict(zip(names, args))
        rest = args[len(names) :]
        if (rest and not star) or not known.issuperset(kwargs) or given.keys() & kwargs.keys():
            return self.function(*args, **kwargs)
        given.update(kwargs)
        if any(n not in given and n not in defaults for n in names):
            return self.function(*args, **kwargs)

        def value(name):
            return given[name] if name in given else defaults.get(name)

        tensors = [_kept(value(n)) for n in self.takes] + [_kept(x) for x in rest]
        by_name = {n: _kept(value(n)) for n in self.by_name}
        fixed = {n: nest.copy(value(n)) for n in self.fixed}
        if self._resolve is not None:
            self._resolve(fixed)
        for n in self.fixed:
            if any(map(_is_tensor, nest.flatten(fixed[n]))):
                by_name[n] = fixed.pop(n)
        return self.operation(fixed).symbolic_call(*tensors, **by_name)

    def as_integers(self, args):
        """The tensors for a run of the function on shapes, `integers` among them as int32."""
        if self.integers is None:
            return args
        args = list(args)
        place = self.takes.index(self.integers)
        if place < len(args) and isinstance(args[place], KerasTensor):
            args[place] = KerasTensor(args[place].shape, "int32")
        return tuple(args)

    def from_config(self, config):
        fixed = {k: v for k, v in config.items() if k in self.fixed}
        return self.operation(fixed, config.get("name"))


def _is_symbolic(x):
    return isinstance(x, KerasTensor) or (isinstance(x, SymDim) and bool(x.tensors()))


def _is_tensor(x):
    return isinstance(x, (Tensor, Variable)) or _is_symbolic(x)


def _kept(x):
    """An argument of a node: tensors in the place of arrays, so that nobody changes them."""
    if type(x) is tuple or type(x) is list:
        return type(x)(map(_kept, x))
    return convert_to_tensor(x) if isinstance(x, np.ndarray) and x.dtype != object else x


_PLAIN = frozenset(
    {Tensor, Variable, int, float, bool, str, type(None), np.ndarray, slice, type(...)}
)


def _symbolic(values):
    """Whether a KerasTensor or a size of one is among values or the lists that they are."""
    for x in values:
        kind = type(x)
        if kind in _PLAIN:
            continue
        if kind is tuple or kind is list:
            if _symbolic(x):
                return True
        elif isinstance(x, KerasTensor) or (kind is SymDim and x.tensors()):
            return True
    return False


def one_node(row):
    """The row's function, recorded as one node where it is applied to KerasTensors."""
    function, plain = row.function, _PLAIN

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for x in args:
            if type(x) not in plain and _symbolic((x,)):
                return row.record(args, kwargs)
        if kwargs:
            for x in kwargs.values():
                if type(x) not in plain and _symbolic((x,)):
                    return row.record(args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def as_node(name, *args):
    """What a function of that name returns that found a KerasTensor itself: short ones ask in their
    first line, which costs less than a function around them."""
    return _by_name[name].record(args, {})
