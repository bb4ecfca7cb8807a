"""Results whose size depends on values: they can be had eagerly, not inside compiled programs."""

import functools

from .. import _core
from . import nest, tensor, trace
from .keras_tensor import KerasTensor
from .symbolic import functions, recorded_class


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
            found = specs(*args, **kwargs)
            make = lambda spec: _core.unknown(tuple(spec[0]), spec[1], what)
            if isinstance(found, list):
                return tuple(make(s) for s in found)
            return make(found)

        functions[name] = whole

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if any(isinstance(x, KerasTensor) for x in nest.flatten((args, kwargs))):
                return recorded_class(name)().record(args, kwargs)
            return whole(*args, **kwargs)

        return wrapper

    return decorate
