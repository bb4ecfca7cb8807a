"""Derivatives of functions along a direction."""

from __future__ import annotations

from typing import Any

from ..engine import GradientTape, any_symbolic, nest
from ..engine.symbolic import record_function
from ._args import cast, floating, tensor
from .creation import ones_like, zeros_like
from .math import multiply, sum


def jvp(fun: Any, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of a function and its derivative in a direction.

    Args:
        fun: A function of tensors, of which it returns one or a structure.
        primals: A tuple or list of its arguments.
        tangents: The direction, of the same structure.
        has_aux: Whether fun returns (outputs, more), of which `more` is not differentiated.

    Returns:
        (outputs, derivatives), and `more` as a third where has_aux.

    Raises:
        ValueError: primals and tangents of different lengths.

    Example:
        >>> [t.tolist() for t in ops.jvp(lambda x: x * x, (ops.array(3.0),), (ops.array(1.0),))]
        [9.0, 6.0]
    """
    if any_symbolic((primals, tangents)):
        return record_function(
            lambda primals, tangents: jvp(fun, primals, tangents, has_aux), (primals, tangents)
        )
    flat = [floating(p) for p in nest.flatten(primals)]
    directions = [
        cast(tensor(d), p.dtype) for p, d in zip(flat, nest.flatten(tangents), strict=True)
    ]
    arguments = nest.pack_sequence_as(primals, flat)
    # the gradient is linear in what the outputs' gradients are: its derivative there, along the
    # direction, is the forward derivative
    with GradientTape() as outer:
        with GradientTape() as inner:
            for p in flat:
                inner.watch(p)
            result = fun(*arguments)
            outputs, more = result if has_aux else (result, None)
            leaves = nest.flatten(outputs)
        weights = [ones_like(leaf) for leaf in leaves]
        for w in weights:
            outer.watch(w)
        gradients = inner.gradient(leaves, flat, output_gradients=weights)
        pairs = [(g, d) for g, d in zip(gradients, directions) if g is not None]
        along = [sum(multiply(g, d)) for g, d in pairs]
    found = outer.gradient(along, weights) if along else [None] * len(weights)
    found = [zeros_like(leaf) if d is None else d for d, leaf in zip(found, leaves)]
    derivatives = nest.pack_sequence_as(outputs, found)
    return (outputs, derivatives, more) if has_aux else (outputs, derivatives)


__all__ = ["jvp"]
