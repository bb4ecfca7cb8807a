"""Questions to elements, answered with bool: comparisons, logic, and the choice by an answer."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..engine.function_op import as_node
from ._args import KerasTensor, beyond, cast, op, pair, tensor
from .creation import full_like

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_where = op("where")


def _test(name, summary):
    native = op(name)

    def function(x):
        return native((tensor(x),))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{summary} Returns a bool tensor of x's shape."
    return function


isnan = _test("isnan", "Where x is not a number.")
isinf = _test("isinf", "Where x is infinite.")
isfinite = _test("isfinite", "Where x is neither infinite nor nan.")


def _comparison(name, summary, compare=None):
    native = op(name)

    def function(x1, x2):
        if compare and (type(x1) is int or type(x2) is int):
            return _compared(native, compare, x1, x2)
        return native(pair(x1, x2))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}, elementwise with broadcasting. Returns a bool tensor.

    Raises:
        ValueError: shapes that do not broadcast.
    """
    return function


def _compared(native, compare, x1, x2):
    """With a Python integer: one that the other's dtype cannot hold lies beyond all elements."""
    left = type(x1) is int
    number, other = (x1, x2) if left else (x2, x1)
    if not isinstance(other, (bool, int, float)):
        other = tensor(other)
        side = beyond(number, other.dtype)
        if side:
            return full_like(other, compare(side, 0) if left else compare(0, side), "bool")
    return native(pair(number, other) if left else pair(other, number))


equal = _comparison("equal", "Where x1 == x2", operator.eq)
not_equal = _comparison("not_equal", "Where x1 != x2", operator.ne)
less = _comparison("less", "Where x1 < x2", operator.lt)
less_equal = _comparison("less_equal", "Where x1 <= x2", operator.le)
greater = _comparison("greater", "Where x1 > x2", operator.gt)
greater_equal = _comparison("greater_equal", "Where x1 >= x2", operator.ge)

_not = op("logical_not")


def _logical(name, summary):
    compare = _comparison(name, summary)
    native = op(name)

    def function(x1, x2):
        try:
            return native(pair(x1, x2))
        except TypeError:
            if "complex64" not in (tensor(x1).dtype, tensor(x2).dtype):
                raise
        return native((_truth(x1), _truth(x2)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = compare.__doc__
    return function


def _truth(x):
    return not_equal(tensor(x), 0)


logical_and = _logical("logical_and", "Where x1 and x2 are both true (not 0)")
logical_or = _logical("logical_or", "Where x1 or x2 is true (not 0)")
logical_xor = _logical("logical_xor", "Where exactly one of x1 and x2 is true (not 0)")


def logical_not(x: TensorLike) -> Tensor:
    """Where x is false (0). Returns a bool tensor of x's shape."""
    x = tensor(x)
    return _not((_truth(x) if x.dtype == "complex64" else x,))


def where(condition: Any, x1: TensorLike | None = None, x2: TensorLike | None = None) -> Tensor:
    """x1 where the condition holds, else x2; all three broadcast.

    Args:
        condition: Bool tensor; numbers count as true where not 0.
        x1, x2: Tensors, arrays or numbers; without both, the positions where the condition holds.

    Returns:
        A tensor; without x1 and x2 a list of int32 index tensors, one an axis.

    Raises:
        ValueError: with only one of x1 and x2; for positions inside a compiled function, where the
            size of a result cannot depend on data.

    Example:
        >>> ops.where([True, False], 1.0, [2.0, 3.0]).tolist()
        [1.0, 3.0]
    """
    if KerasTensor in (type(condition), type(x1), type(x2)):
        return as_node("where", condition, x1, x2)
    if x1 is None and x2 is None:
        return _positions(tensor(condition))
    if x1 is None or x2 is None:
        raise ValueError(
            "`x1` and `x2` either both should be `None` or both should have non-None value. "
            f"Received: x1={x1}, x2={x2}"
        )
    condition = cast(tensor(condition), "bool")
    x1, x2 = pair(x1, x2)
    return _where((condition, x1, x2))


def _positions(x):
    from .sets import nonzero

    return list(nonzero(x))


__all__ = [
    "equal", "greater", "greater_equal", "isfinite", "isinf", "isnan", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "not_equal", "where",
]  # fmt: skip
