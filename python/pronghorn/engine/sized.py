"""Results whose size depends on values: they can be had eagerly, not inside compiled programs."""

import functools

from .. import _core
from . import nest, tensor, trace
from .keras_tensor import KerasTensor
from .symbolic import functions, recorded_class


def _unknown(found, what):
    """Abstract tensors of specs: of one, or of a list of them as a tuple."""
    if isinstance(found, list):
        return tuple(_unknown(spec, what) for spec in found)
    return _core.unknown(tuple(found[0]), found[1], what)


def sized_by_inputs(specs):
    """Decorator of a function that needs sizes which symbolic tensors may not know yet.

    Where they are known it is an ordinary function. Else it is one node, that runs when they are.

    Args:
        specs: Takes what the function takes; returns None where all sizes that it needs are known,
            else (shape, dtype) for each result, as `sized_by_data` takes them.
    """

    def decorate(function):
        name = function.__name__

        @functools.wraps(function)
        def whole(*args, **kwargs):
            found = specs(*args, **kwargs)
            if found is None:
                return function(*args, **kwargs)
            return _unknown(found, f"the result of {name}, whose input has an unknown size")

        functions[name] = whole

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            symbolic = any(isinstance(x, KerasTensor) for x in nest.flatten((args, kwargs)))
            if symbolic and specs(*args, **kwargs) is not None:
                return recorded_class(name)().record(args, kwargs)
            return whole(*args, **kwargs)

        return wrapper

    return decorate


def _is_abstract(x):
    return isinstance(x, tensor.Tensor) and x.is_abstract


def sized_by_data(specs):
    """Decorator of a function of tensors whose result has such a size.

    Applied to KerasTensors it is one node, whose shape is unknown where values decide.

    Args:
        specs: Takes what the function takes; returns (shape, dtype) for each result, in the nest
            that the function returns, shapes as lists with None where values decide.
    """

    def decorate(function):
        name = function.__name__
        what = (
            f"{name}: how large its result is depends on values, so that it can be had eagerly "
            "only, not inside a compiled function or step; compile with run_eagerly=True, or use a "
            "mask in its place"
        )

        @functools.wraps(function)
        def whole(*args, **kwargs):
            if not any(map(_is_abstract, nest.flatten((args, kwargs)))):
                return function(*args, **kwargs)
            if not trace.shapes_only():
                raise ValueError(what + ".")
            return _unknown(specs(*args, **kwargs), what)

        functions[name] = whole

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if any(isinstance(x, KerasTensor) for x in nest.flatten((args, kwargs))):
                return recorded_class(name)().record(args, kwargs)
            return whole(*args, **kwargs)

        return wrapper

    return decorate
