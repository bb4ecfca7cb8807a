"""Elementwise functions that are formulas of others: logarithms of other bases, tests, angles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..engine import config
from ._args import FLOATS, KerasTensor, cast, floating, floats, op, pair, result_type, tensor
from .creation import zeros_like
from .math import (
    abs,
    add,
    ceil,
    divide,
    equal,
    exp,
    floor,
    greater,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    log1p,
    logical_and,
    logical_or,
    maximum,
    minimum,
    mod,
    multiply,
    not_equal,
    power,
    sin,
    sqrt,
    square,
    subtract,
    where,
)
from .math import all as all_of

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_LN2 = math.log(2.0)


def fabs(x: TensorLike) -> Tensor:
    """|x| as a float."""
    x = tensor(x)
    return abs(x if x.dtype in FLOATS else cast(x, config.floatx()))


def trunc(x: TensorLike) -> Tensor:
    """Each element without its fraction; integers stay as they are. No gradient flows.

    Example:
        >>> ops.trunc([-1.5, 1.5]).tolist()
        [-1.0, 1.0]
    """
    x = tensor(x)
    if x.dtype not in FLOATS:
        return x
    return where(less(x, 0), ceil(x), floor(x))


def exp2(x: TensorLike) -> Tensor:
    """2 raised to each element."""
    x = tensor(x)
    if x.dtype == "complex64":
        return exp(multiply(x, _LN2))
    x = floats(x)
    return power(cast(tensor(2.0), x.dtype), x)


def logaddexp(x1: TensorLike, x2: TensorLike) -> Tensor:
    """log(exp(x1) + exp(x2)), without overflow.

    Example:
        >>> np.round(np.asarray(ops.logaddexp(1000.0, 1000.0), "float64"), 2).tolist()
        1000.69
    """
    x1, x2 = _float_pair(x1, x2)
    high, gap = maximum(x1, x2), abs(subtract(x1, x2))
    # of two equal infinities the gap is nan, and the result is that infinity
    return where(isnan(gap), add(x1, x2), add(high, log1p(exp(multiply(gap, -1.0)))))


def logaddexp2(x1: TensorLike, x2: TensorLike) -> Tensor:
    """log2(2**x1 + 2**x2), without overflow."""
    x1, x2 = _float_pair(x1, x2)
    return divide(logaddexp(multiply(x1, _LN2), multiply(x2, _LN2)), _LN2)


def _float_pair(x1, x2, wide=False):
    """Both in one float dtype; with `wide`, int64 gives float64."""
    x1, x2 = pair(x1, x2)
    dtype = result_type(x1.dtype, x2.dtype)
    if dtype not in FLOATS:
        if not wide or dtype != "int64":
            return floats(x1), floats(x2)
        dtype = "float64"
    return cast(x1, dtype), cast(x2, dtype)


def hypot(x1: TensorLike, x2: TensorLike) -> Tensor:
    """sqrt(x1**2 + x2**2), without overflow on the way.

    Example:
        >>> ops.hypot(3.0, 4.0).tolist()
        5.0
    """
    x1, x2 = (abs(x) for x in _float_pair(x1, x2, wide=True))
    high, low = maximum(x1, x2), minimum(x1, x2)
    zero = equal(high, 0)
    ratio = where(zero, 0, divide(low, where(zero, 1, high)))
    length = multiply(high, sqrt(add(1, square(ratio))))
    return where(logical_or(isinf(x1), isinf(x2)), float("inf"), length)


def heaviside(x1: TensorLike, x2: TensorLike) -> Tensor:
    """0 where x1 is negative, x2 where it is 0, 1 where it is positive. No gradient flows to x1.

    Example:
        >>> ops.heaviside([-1.0, 0.0, 2.0], 0.5).tolist()
        [0.0, 0.5, 1.0]
    """
    x1, x2 = _float_pair(x1, x2, wide=True)
    step = where(less(x1, 0), cast(tensor(0), x1.dtype), where(equal(x1, 0), x2, 1))
    return where(isnan(x1), x1, step)


def ldexp(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 * 2**x2.

    Args:
        x1: Tensor.
        x2: Integer tensor.

    Raises:
        TypeError: an x2 that is not integer.

    Example:
        >>> ops.ldexp([0.75, 1.5], [1, 2]).tolist()
        [1.5, 6.0]
    """
    x1, x2 = tensor(x1), tensor(x2)
    if x2.dtype in FLOATS and not isinstance(x2, KerasTensor):  # which are floats by default
        raise TypeError(f"ldexp exponent must be an integer type. Received: x2 dtype={x2.dtype}")
    x1, x2 = _float_pair(x1, cast(x2, "int32"))
    # two steps: 2**x2 itself may overflow where the result does not
    half = floor(divide(x2, 2))
    return multiply(multiply(x1, exp2(half)), exp2(subtract(x2, half)))


def sinc(x: TensorLike) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0."""
    x = floating(x)
    zero = equal(x, 0)
    angle = multiply(where(zero, 1, x), math.pi)
    return where(zero, 1, divide(sin(angle), angle))


def deg2rad(x: TensorLike) -> Tensor:
    """Degrees to radians."""
    x = _wide_float(x)
    return multiply(x, math.pi / 180.0)


def rad2deg(x: TensorLike) -> Tensor:
    """Radians to degrees."""
    x = _wide_float(x)
    return multiply(x, 180.0 / math.pi)


def _wide_float(x):
    x = tensor(x)
    return cast(x, "float64") if x.dtype == "int64" else floating(x)


def nan_to_num(x: TensorLike, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    """x with nan and infinities replaced.

    Args:
        x: Tensor.
        nan: What takes the place of nan.
        posinf, neginf: What takes the place of the infinities; the dtype's extremes where None.

    Returns:
        Tensor of x's shape and dtype; integers as they are.

    Example:
        >>> ops.nan_to_num([float("nan"), 1.0]).tolist()
        [0.0, 1.0]
    """
    x = tensor(x)
    if x.dtype not in FLOATS:
        return x
    limit = _LARGEST[x.dtype]
    x = where(isnan(x), nan, x)
    x = where(isposinf(x), limit if posinf is None else posinf, x)
    return where(isneginf(x), -limit if neginf is None else neginf, x)


_LARGEST = {
    "float16": 65504.0,
    "bfloat16": 2.0**128 - 2.0**120,
    "float32": 2.0**128 - 2.0**104,
    "float64": 2.0**1023 * (2.0 - 2.0**-52),
}


def isposinf(x: TensorLike) -> Tensor:
    """Where x is positive infinity; bool."""
    x = tensor(x)
    return logical_and(isinf(x), greater(x, 0))


def isneginf(x: TensorLike) -> Tensor:
    """Where x is negative infinity; bool."""
    x = tensor(x)
    return logical_and(isinf(x), less(x, 0))


def isclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Where |x1 - x2| <= atol + rtol * |x2|; equal infinities are close, nan only on request.

    Args:
        x1: Tensor of any number dtype.
        x2: Tensor that broadcasts with x1; the values to which `rtol` relates.
        rtol: The share of |x2| by which they may differ.
        atol: By how much they may differ besides.
        equal_nan: Whether nan is close to nan.

    Returns:
        Bool tensor of the broadcast shape.

    Example:
        >>> ops.isclose([1.0, 2.0], [1.0, 2.1]).tolist()
        [True, False]
    """
    x1, x2 = _float_pair(x1, x2, wide=True)
    near = less_equal(abs(subtract(x1, x2)), add(atol, multiply(rtol, abs(x2))))
    near = logical_or(logical_and(near, isfinite(x2)), equal(x1, x2))
    if equal_nan:
        near = logical_or(near, logical_and(isnan(x1), isnan(x2)))
    return near


def allclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Whether all elements are close (see `isclose`); a bool scalar.

    Returns:
        Bool scalar tensor.

    Example:
        >>> bool(ops.allclose([1.0, 2.0], [1.0, 2.0 + 1e-7])), bool(ops.allclose([1.0], [1.1]))
        (True, False)
    """
    return all_of(isclose(x1, x2, rtol, atol, equal_nan))


def divide_no_nan(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 / x2, and 0 where x2 is 0; the gradient there is 0 too.

    Example:
        >>> ops.divide_no_nan([1.0, 1.0], [0.0, 2.0]).tolist()
        [0.0, 0.5]
    """
    x1, x2 = pair(x1, x2)
    zero = equal(x2, 0)
    ratio = divide(x1, where(zero, 1, x2))
    return where(zero, 0, ratio)


def fmax(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The larger of each two elements; a nan only where both are."""
    x1, x2 = pair(x1, x2)
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The smaller of each two elements; a nan only where both are."""
    x1, x2 = pair(x1, x2)
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


def fmod(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The remainder with the sign of x1 (C's fmod; `mod` takes that of x2).

    Example:
        >>> ops.fmod([-3, 3], 2).tolist()
        [-1, 1]
    """
    x1, x2 = pair(x1, x2)
    rest = mod(x1, x2)
    other_sign = logical_and(not_equal(rest, 0), not_equal(less(rest, 0), less(x1, 0)))
    return where(other_sign, subtract(rest, x2), rest)


_real, _imag, _angle = op("complex_real"), op("complex_imag"), op("complex_angle")
_conj = op("complex_conj")


def conj(x: TensorLike) -> Tensor:
    """The complex conjugate: x itself where it is real."""
    x = tensor(x)
    return _conj((x,)) if x.dtype == "complex64" else x


conjugate = conj


def real(x: TensorLike) -> Tensor:
    """The real part: x itself where it is real."""
    x = tensor(x)
    return _real((x,)) if x.dtype == "complex64" else x


def imag(x: TensorLike) -> Tensor:
    """The imaginary part: zeros where x is real."""
    x = tensor(x)
    return _imag((x,)) if x.dtype == "complex64" else zeros_like(x)


def angle(x: TensorLike) -> Tensor:
    """The angle of a number in the complex plane: pi for negative real numbers, else 0."""
    if getattr(x, "dtype", None) == "complex64" or isinstance(x, complex):
        return _angle((tensor(x),))
    x = floats(x)
    return where(isnan(x), x, where(less(x, 0), math.pi, cast(tensor(0.0), x.dtype)))


def isreal(x: TensorLike) -> Tensor:
    """Where the imaginary part is 0; bool."""
    return equal(imag(x), 0)


def select(condlist: Any, choicelist: Any, default: int = 0) -> Tensor:
    """Of several choices, for each element the first whose condition holds.

    Args:
        condlist: List of bool tensors.
        choicelist: List of tensors, one a condition.
        default: What is taken where no condition holds.

    Returns:
        Tensor of the broadcast shape of conditions and choices.

    Raises:
        ValueError: no conditions, or not as many as choices.

    Example:
        >>> ops.select([[True, False], [True, True]], [[1, 2], [3, 4]]).tolist()
        [1, 4]
    """
    if not isinstance(condlist, (list, tuple)) or not isinstance(choicelist, (list, tuple)):
        raise ValueError("condlist and choicelist must be lists or tuples.")
    if not condlist or len(condlist) != len(choicelist):
        raise ValueError(
            "condlist and choicelist must be lists of the same, non-zero length. Received: "
            f"{len(condlist)} and {len(choicelist)}"
        )
    result = default
    for condition, choice in reversed(list(zip(condlist, choicelist))):
        result = where(condition, choice, result)
    return result  # type: ignore[return-value]


__all__ = [
    "allclose", "angle", "conj", "conjugate", "deg2rad", "divide_no_nan", "exp2", "fabs", "fmax",
    "fmin", "fmod", "heaviside", "hypot", "imag", "isclose", "isneginf", "isposinf", "isreal",
    "ldexp", "logaddexp", "logaddexp2", "nan_to_num", "rad2deg", "real", "select",
    "sinc", "trunc",
]  # fmt: skip
