"""Portable: objects that `pickle` and `copy.deepcopy` take along with their whole state.

The class goes by reference, as usual in Python; no `get_config` and no registration is needed.
Functions that no import finds (lambdas, functions made in functions) go by value.
"""

import copy
import importlib
import types

from ..engine import nest
from . import code


class Portable:
    """A base of what can be pickled and copied.

    `_renewed` names attributes that belong to the process or the moment, and what a copy has in
    their place.
    """

    _renewed: dict = {}

    def __copy__(self):
        """A copy with weights of its own: parts of one object do not train in another."""
        return copy.deepcopy(self)

    def __getstate__(self):
        state = self._portable_state()
        return {name: _with_functions(value) for name, value in state.items()}

    def __setstate__(self, state):
        self.__dict__.update(state)

    def _portable_state(self):
        """The attributes, as they go into a pickle or a copy."""
        state = dict(self.__dict__)
        for name in self._renewed.keys() & state.keys():
            state[name] = copy.copy(self._renewed[name])
        return state


class _Function:
    """Stands for a function in a pickle, which gives the function back; in a copy it is itself."""

    def __init__(self, function):
        self.function = function

    def __deepcopy__(self, memo):
        return self.function

    def __reduce__(self):
        function = self.function
        return _function_again, (function.__module__, function.__name__, code.dump(function))


def _is_nameless(x):
    return isinstance(x, types.FunctionType) and "<" in x.__qualname__


def _with_functions(value):
    """The value itself, or where it holds functions without a name one that can be pickled."""
    if not any(_is_nameless(x) for x in nest.flatten(value)):
        return value
    return nest.map_structure(lambda x: _Function(x) if _is_nameless(x) else x, value)


def _function_again(module, name, dumped):
    try:
        scope = importlib.import_module(module).__dict__
    except ImportError:
        scope = None
    function = code.load(dumped, globs=scope)
    function.__name__ = name
    return function
