"""Inverse, hyperbolic and Bessel functions; bitwise operations of integers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ._args import FLOATS, cast, floating, floats, op, pair, tensor
from .math import divide, equal, less, log, logical_and, logical_or, reciprocal

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_arctan2, _nextafter = op("arctan2"), op("nextafter")


def _function(name, summary, wide=False, scale=None):
    """A function of one kernel. With `wide`, int64 gives float64. With `scale`, complex numbers
    have the natural logarithm divided by it."""
    native = op(name)

    def function(x):
        x = floating(x)
        if scale and x.dtype == "complex64":
            return divide(log(x), scale)
        return native((cast(x, "float64") if wide and x.dtype == "int64" else x,))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
        x: Tensor, array or number; integers and bool are converted to floatx.

    Returns:
        A tensor of x's shape and float dtype.
    """
    return function


tan = _function("tan", "The tangent of x in radians.")
arcsin = _function("arcsin", "The angle in radians whose sine is x; nan outside [-1, 1].")
arccos = _function("arccos", "The angle in radians whose cosine is x; nan outside [-1, 1].")
arctan = _function("arctan", "The angle in radians whose tangent is x.")
sinh = _function("sinh", "The hyperbolic sine.")
cosh = _function("cosh", "The hyperbolic cosine.")
arcsinh = _function("arcsinh", "The inverse of sinh.")
arccosh = _function("arccosh", "The inverse of cosh; nan below 1.")
arctanh = _function("arctanh", "The inverse of tanh; infinite at -1 and 1, nan beyond.")
cbrt = _function("cbrt", "The cube root, real also for negative elements.", wide=True)
log2 = _function("log2", "The logarithm to base 2; -inf at 0, nan below.", scale=math.log(2))
log10 = _function("log10", "The logarithm to base 10; -inf at 0, nan below.", scale=math.log(10))
erfinv = _function("erfinv", "The inverse of erf; infinite at -1 and 1, nan beyond.")
i0 = _function("i0", "The modified Bessel function of the first kind and order 0.", wide=True)


def _both_floats(x1, x2):
    x1, x2 = pair(x1, x2)
    if "complex64" in (x1.dtype, x2.dtype) or not (x1.dtype in FLOATS or x2.dtype in FLOATS):
        return floats(x1), floats(x2)
    return x1, x2


def arctan2(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The angle in radians of the point (x2, x1), between -pi and pi.

    Example:
        >>> np.round(np.asarray(ops.arctan2(1.0, -1.0), "float64"), 2).tolist()
        2.36
    """
    return _arctan2(_both_floats(x1, x2))


def nextafter(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The number next to x1 in the direction of x2. No gradient flows."""
    return _nextafter(_both_floats(x1, x2))


def signbit(x: TensorLike) -> Tensor:
    """Where x is negative, -0.0 included; bool.

    Example:
        >>> ops.signbit([-0.0, 0.0, 1.0]).tolist()
        [True, False, False]
    """
    x = tensor(x)
    if x.dtype not in FLOATS:
        return less(x, 0)
    return logical_or(less(x, 0), logical_and(equal(x, 0), less(reciprocal(x), 0)))


# ---- integers
def _bitwise(name, native, summary, operands, result):
    native = op(native)

    def function(x, y):
        return native(pair(x, y))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
        x, y: Integer tensors, which broadcast.

    Returns:
        A tensor of the promoted dtype.

    Raises:
        TypeError: operands that are not integers.

    Example:
        >>> ops.{name}({operands}).tolist()
        {result}
    """
    return function


bitwise_and = _bitwise("bitwise_and", "bitwise_and", "The bits set in both.", "6, 3", 2)
bitwise_or = _bitwise("bitwise_or", "bitwise_or", "The bits set in either.", "6, 3", 7)
bitwise_xor = _bitwise("bitwise_xor", "bitwise_xor", "The bits set in one only.", "6, 3", 5)
bitwise_left_shift = _bitwise(
    "bitwise_left_shift", "left_shift", "x with its bits moved y places up.", "3, 2", 12
)
bitwise_right_shift = _bitwise(
    "bitwise_right_shift", "right_shift", "x with its bits moved y places down.", "12, 2", 3
)
left_shift, right_shift = bitwise_left_shift, bitwise_right_shift
_not = op("bitwise_not")
_gcd, _lcm = op("gcd"), op("lcm")


def bitwise_not(x: TensorLike) -> Tensor:
    """Each bit inverted; of bool, `logical_not`. Raises TypeError for floats."""
    return _not((tensor(x),))


bitwise_invert = bitwise_not


def gcd(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The greatest common divisor of integers, not negative. Raises TypeError for floats.

    Example:
        >>> ops.gcd(12, 18).tolist()
        6
    """
    return _gcd(pair(x1, x2))


def lcm(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The least common multiple of integers, not negative. Raises TypeError for floats.

    Example:
        >>> ops.lcm(4, 6).tolist()
        12
    """
    return _lcm(pair(x1, x2))


__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "bitwise_and",
    "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "cbrt", "cosh", "erfinv", "gcd", "i0", "lcm", "left_shift", "log10",
    "log2", "nextafter", "right_shift", "signbit", "sinh", "tan",
]  # fmt: skip
