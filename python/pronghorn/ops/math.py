"""Elementwise mathematics and reductions."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.function_op import as_node
from ._args import FLOATS, KerasTensor, axes, cast, floating, op, pair, tensor, wide
from .comparison import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
    where,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, DTypeLike, Tensor, TensorLike


_add, _subtract, _multiply, _divide = op("add"), op("subtract"), op("multiply"), op("divide")
_floor_divide, _mod, _power = op("floor_divide"), op("mod"), op("power")
_minimum, _maximum = op("minimum"), op("maximum")
_negative, _abs, _sign, _square = op("negative"), op("abs"), op("sign"), op("square")
_floor, _ceil, _round = op("floor"), op("ceil"), op("round")
_sum, _mean, _prod, _max, _min = op("sum"), op("mean"), op("prod"), op("max"), op("min")
_any, _all, _argmax, _argmin = op("any"), op("all"), op("argmax"), op("argmin")


def add(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 + x2, elementwise with broadcasting.

    Args:
        x1, x2: Tensors, arrays or numbers; a Python number takes the other's dtype where it can.

    Raises:
        ValueError: shapes that do not broadcast.

    Example:
        >>> ops.add([1.0, 2.0], 1).tolist()
        [2.0, 3.0]
    """
    return _add(pair(x1, x2))


def subtract(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 - x2, elementwise with broadcasting; dtypes as in `add`.

    Example:
        >>> ops.subtract([3, 2], [1, 1]).tolist()
        [2, 1]
    """
    return _subtract(pair(x1, x2))


def multiply(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 * x2, elementwise with broadcasting; dtypes as in `add`.

    Example:
        >>> ops.multiply([1.0, 2.0], 3).tolist()
        [3.0, 6.0]
    """
    return _multiply(pair(x1, x2))


def divide(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 / x2, elementwise with broadcasting; integers give floatx.

    Example:
        >>> ops.divide([1, 2], 2).tolist()
        [0.5, 1.0]
    """
    x1, x2 = pair(x1, x2)
    if config.floatx() != "float32" and x1.dtype not in FLOATS and x2.dtype not in FLOATS:
        x1 = cast(x1, config.floatx())
    return _divide((x1, x2))


true_divide = divide


def floor_divide(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The largest integer not above x1 / x2, in the promoted dtype. Integer division by 0 gives 0.

    Example:
        >>> ops.floor_divide([-3, 3], 2).tolist()
        [-2, 1]
    """
    return _floor_divide(pair(x1, x2))


def mod(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The remainder of floor_divide; it has the divisor's sign.

    Example:
        >>> ops.mod([-3, 3], 2).tolist()
        [1, 1]
    """
    x1, x2 = pair(x1, x2)
    if x1.dtype == x2.dtype == "bool":
        x1 = cast(x1, "int32")
    return _mod((x1, x2))


def power(x1: TensorLike, x2: TensorLike) -> Tensor:
    """x1 raised to x2, elementwise with broadcasting.

    Example:
        >>> ops.power([1.0, 3.0], 2).tolist()
        [1.0, 9.0]
    """
    return _power(pair(x1, x2))


def minimum(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The smaller of each two elements; nan where either is. At a tie the gradient goes to x1.

    Example:
        >>> ops.minimum([1, 5], 3).tolist()
        [1, 3]
    """
    return _minimum(pair(x1, x2))


def maximum(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The larger of each two elements; nan where either is. At a tie the gradient goes to x1.

    Example:
        >>> ops.maximum([1, 5], 3).tolist()
        [3, 5]
    """
    return _maximum(pair(x1, x2))


def clip(x: TensorLike, x_min: Any, x_max: Any) -> Tensor:
    """x limited to [x_min, x_max]; the gradient passes at the limits.

    Args:
        x: Tensor of any number dtype.
        x_min: The lower limit, a number or a tensor that broadcasts.
        x_max: The upper limit; it wins where it is below the lower one.

    Returns:
        Tensor of the broadcast shape.

    Example:
        >>> ops.clip([-1.0, 0.5, 2.0], 0, 1).tolist()
        [0.0, 0.5, 1.0]
    """
    return _minimum(pair(_maximum(pair(x, x_min)), x_max))


def negative(x: TensorLike) -> Tensor:
    """-x."""
    return _negative((tensor(x),))


def abs(x: TensorLike) -> Tensor:
    """|x|. The gradient at 0 is 0."""
    return _abs((tensor(x),))


absolute = abs


def sign(x: TensorLike) -> Tensor:
    """-1, 0 or 1 with the sign of each element; nan stays nan. No gradient flows."""
    return _sign((tensor(x),))


def square(x: TensorLike) -> Tensor:
    """x * x; of bool, in int32."""
    x = tensor(x)
    return _square((cast(x, "int32") if x.dtype == "bool" else x,))


def _float_function(name, summary):
    native = op(name)

    def function(x):
        return native((floating(x),))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
        x: Tensor, array or number; integers and bool are converted to floatx.

    Returns:
        A tensor of x's shape and float dtype.
    """
    return function


reciprocal = _float_function("reciprocal", "1 / x, elementwise.")
sqrt = _float_function("sqrt", "The square root; nan for negative elements.")
rsqrt = _float_function("rsqrt", "1 / sqrt(x), elementwise.")
exp = _float_function("exp", "e raised to each element.")
expm1 = _float_function("expm1", "exp(x) - 1, exact near 0.")
log = _float_function("log", "The natural logarithm; -inf at 0, nan below.")
log1p = _float_function("log1p", "log(1 + x), exact near 0.")
sin = _float_function("sin", "The sine of x in radians.")
cos = _float_function("cos", "The cosine of x in radians.")
tanh = _float_function("tanh", "The hyperbolic tangent.")
erf = _float_function(
    "erf", "The error function, 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x."
)
floor = _float_function("floor", "The largest integer not above each element. No gradient flows.")
ceil = _float_function("ceil", "The smallest integer not below each element. No gradient flows.")


# The largest power of ten that the type holds.
_LAST_DECIMAL = {"float32": 38, "float64": 308}


def round(x: TensorLike, decimals: int = 0) -> Tensor:
    """x rounded to `decimals` places, halves to even. Integers stay as they are. No gradient flows.

    Args:
        x: Tensor of any number dtype.
        decimals: How many places; below 0 to tens, hundreds and so on.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> ops.round([0.5, 1.5, 2.34]).tolist()
        [0.0, 2.0, 2.0]
    """
    x = tensor(x)
    decimals = operator.index(decimals)
    if x.dtype not in FLOATS:
        return x if decimals >= 0 else _round_whole(x, 10**-decimals)
    return cast(_round_to(wide(x), decimals), x.dtype) if decimals else _round((x,))


def _round_whole(x, unit):
    """Integers to multiples of a power of ten, halves to even multiples."""
    if x.dtype == "bool" or unit > 10**18:
        return multiply(x, 0)
    exact = cast(x, "int64")
    down = floor_divide(exact, unit)
    over = subtract(multiply(subtract(exact, multiply(down, unit)), 2), unit)
    odd = equal(mod(down, 2), 1)
    up = logical_or(greater(over, 0), logical_and(equal(over, 0), odd))
    return cast(multiply(add(down, cast(up, "int64")), unit), x.dtype)


def _round_to(x, decimals):
    kept = _LAST_DECIMAL[x.dtype]
    if decimals > kept:  # no digit goes
        return x
    if decimals > 0:
        scaled = multiply(x, 10.0**decimals)
        # what is too large to be scaled has no digits there
        return where(isfinite(scaled), divide(_round((scaled,)), 10.0**decimals), x)
    if decimals < -kept:  # every digit goes, the sign stays
        return where(isfinite(x), multiply(x, 0.0), x)
    return multiply(_round((divide(x, 10.0**-decimals),)), 10.0**-decimals)


# ---- reductions
_SUM_TYPES = {
    "bool": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "uint32",
    "uint16": "uint32",
}


def _summed(x):
    x = tensor(x)
    wide = _SUM_TYPES.get(x.dtype)
    return cast(x, wide) if wide else x


def sum(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The sum over axes.

    Args:
        x: Tensor; bool and short integers are summed in 32 bits.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Tensor without the axes; 0 over no elements.

    Raises:
        ValueError: an axis out of range, or given twice.

    Example:
        >>> ops.sum([[1, 2], [3, 4]], axis=0).tolist()
        [4, 6]
    """
    if type(x) is KerasTensor and x.dtype in _SUM_TYPES:
        return as_node("sum", x, axis, keepdims)
    return _sum((_summed(x),), (axes(axis), bool(keepdims)))


def prod(
    x: TensorLike, axis: Axis | None = None, keepdims: bool = False, dtype: DTypeLike | None = None
) -> Tensor:
    """The product over axes; arguments as in `sum`, and the dtype to multiply in.

    Returns:
        Tensor without the axes; 1 over no elements.

    Example:
        >>> ops.prod([[1, 2], [3, 4]], axis=0).tolist()
        [3, 8]
    """
    x = cast(tensor(x), config.standardize_dtype(dtype)) if dtype else _summed(x)
    return _prod((x,), (axes(axis), bool(keepdims)))


def mean(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The mean over axes; arguments as in `sum`. Integers and bool give floatx; of nothing, nan.

    Returns:
        Float tensor without the axes.

    Example:
        >>> ops.mean([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
        [1.5, 3.5]
    """
    return _mean((floating(x),), (axes(axis), bool(keepdims)))


def max(
    x: TensorLike, axis: Axis | None = None, keepdims: bool = False, initial: Any = None
) -> Tensor:
    """The largest element over axes; nan wins. Ties share the gradient equally.

    Args:
        x: Tensor.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.
        initial: A lower limit of the result, or None.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> ops.max([[1, 5], [3, 2]], axis=1).tolist()
        [5, 3]
    """
    if initial is not None and type(x) is KerasTensor:
        return as_node("max", x, axis, keepdims, initial)
    result = _max((tensor(x),), (axes(axis), bool(keepdims)))
    return result if initial is None else _with_initial(maximum, result, initial)


def min(
    x: TensorLike, axis: Axis | None = None, keepdims: bool = False, initial: Any = None
) -> Tensor:
    """The smallest element over axes; nan wins. Arguments as in `max`, `initial` an upper limit.

    Returns:
        Tensor of x's dtype without the axes.

    Example:
        >>> ops.min([[1, 5], [3, 2]], axis=1).tolist()
        [1, 2]
    """
    if initial is not None and type(x) is KerasTensor:
        return as_node("min", x, axis, keepdims, initial)
    result = _min((tensor(x),), (axes(axis), bool(keepdims)))
    return result if initial is None else _with_initial(minimum, result, initial)


def _with_initial(function, result, initial):
    """In result's dtype; of integers the limit is cast first, so that -1 wraps where unsigned."""
    if result.dtype not in FLOATS:
        initial = cast(tensor(initial), result.dtype)
    return cast(function(result, initial), result.dtype)


def _truth(x):
    x = tensor(x)
    return not_equal(x, 0) if x.dtype == "complex64" else x


def any(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Whether some element over the axes is true (not 0); bool.

    Args:
        x: Tensor of any dtype; what is not 0 is true.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Bool tensor; False over no elements.

    Example:
        >>> ops.any([[True, False], [False, False]], axis=1).tolist()
        [True, False]
    """
    return _any((_truth(x),), (axes(axis), bool(keepdims)))


def all(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Whether every element over the axes is true (not 0); bool.

    Args:
        x: Tensor of any dtype; what is not 0 is true.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Bool tensor; True over no elements.

    Example:
        >>> ops.all([[True, False], [True, True]], axis=1).tolist()
        [False, True]
    """
    return _all((_truth(x),), (axes(axis), bool(keepdims)))


def argmax(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Where the largest element is, the first of equals; int32.

    Args:
        x: Tensor.
        axis: An int, or None to number all elements in row-major order.
        keepdims: Whether the axis stays as size 1.

    Returns:
        int32 tensor without the axis.

    Raises:
        ValueError: an empty axis.

    Example:
        >>> ops.argmax([[1, 5], [3, 2]], axis=1).tolist()
        [1, 0]
    """
    return _argmax((tensor(x),), (axis, bool(keepdims)))


def argmin(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """Where the smallest element is, the first of equals; arguments as in `argmax`.

    Returns:
        int32 tensor without the axis.

    Example:
        >>> ops.argmin([[1, 5], [3, 2]], axis=1).tolist()
        [0, 1]
    """
    return _argmin((tensor(x),), (axis, bool(keepdims)))


__all__ = [
    "abs", "absolute", "add", "all", "any", "argmax", "argmin", "ceil", "clip", "cos", "divide",
    "equal", "erf", "exp", "expm1", "floor", "floor_divide", "greater", "greater_equal",
    "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log1p", "logical_and",
    "logical_not", "logical_or", "logical_xor", "max", "maximum", "mean", "min",
    "minimum", "mod", "multiply", "negative", "not_equal", "power", "prod", "reciprocal", "round",
    "rsqrt", "sign", "sin", "sqrt", "square", "subtract", "sum", "tanh", "true_divide",
    "where",
]  # fmt: skip
