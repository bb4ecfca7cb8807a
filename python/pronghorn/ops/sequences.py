"""Sequences of numbers: evenly spaced ones, differences, areas, tapers of signals, powers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.sized import sized_by_inputs
from ..engine.symbolic import known_by_name
from ..engine.symdim import SymDim
from ._args import FLOATS, cast, exactly, floats, normalize_axis, result_type, tensor
from .array import expand_dims, moveaxis
from .creation import arange, ones
from .elementwise import exp2
from .math import abs as _abs
from .math import (
    add,
    cos,
    divide,
    floor,
    logical_xor,
    maximum,
    multiply,
    power,
    round,
    sqrt,
    square,
    subtract,
    sum,
    where,
)
from .special import i0, log2

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


@known_by_name
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
) -> Tensor:
    """`num` evenly spaced numbers from start to stop.

    Args:
        start, stop: Numbers or tensors, which broadcast.
        num: How many.
        endpoint: Whether stop is the last of them.
        retstep: Whether the step is returned too.
        dtype: dtype of the result; a float where None.
        axis: Where the new axis lies.

    Returns:
        Tensor of `num` values along a new axis; with `retstep`, a pair of it and the step.

    Raises:
        ValueError: a negative `num`.

    Example:
        >>> ops.linspace(0.0, 1.0, 3).tolist()
        [0.0, 0.5, 1.0]
    """
    if num < 0:
        raise ValueError(f"`num` must be a non-negative integer. Received: num={num}")
    kind = _kind(start, stop, dtype)
    work = _working(kind)
    start, stop = exactly(start, work), exactly(stop, work)
    parts = num - 1 if endpoint else num
    step = (
        divide(subtract(stop, start), parts)
        if parts > 0
        else multiply(subtract(stop, start), math.nan)
    )
    place = cast(arange(num), work)
    for _ in range(max(len(start.shape), len(stop.shape))):
        place = expand_dims(place, -1)
    values = add(start, multiply(place, step)) if num > 1 else add(start, multiply(place, 0.0))
    if endpoint and num > 1:  # the last is stop itself, not a sum
        values = where(place == num - 1, stop, values)
    if dtype is not None and kind not in FLOATS:
        values = floor(values)
    values = cast(moveaxis(values, 0, axis), kind)
    return (values, cast(step, kind)) if retstep else values  # type: ignore[return-value]


def _kind(start, stop, dtype):
    """The dtype of a sequence: the given one, or the float in which its ends meet."""
    if dtype is None:
        known = [x if isinstance(x, (int, float)) else tensor(x) for x in (start, stop)]
        dtype = result_type(*(getattr(x, "dtype", type(x).__name__) for x in known), "float")
    return config.standardize_dtype(dtype)


def _working(kind):
    """The dtype in which a sequence of `kind` is computed."""
    if kind in ("float32", "float64", "complex64"):
        return kind
    return config.floatx() if kind in FLOATS else "float64"


@known_by_name
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: int = 10,
    dtype: DTypeLike | None = None,
    axis: int = 0,
) -> Tensor:
    """`num` numbers from base**start to base**stop with evenly spaced logarithms.

    Arguments as in `linspace`.

    Returns:
        Tensor of `num` values along a new axis; floats where `dtype` is None.

    Example:
        >>> ops.logspace(0.0, 2.0, 3).tolist()
        [1.0, 10.0, 100.0]
    """
    kind = _kind(start, stop, dtype)
    exponents = linspace(start, stop, num, endpoint, False, _working(kind), axis)
    return cast(power(exactly(base, exponents.dtype), exponents), kind)


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: DTypeLike | None = None,
    axis: int = 0,
) -> Tensor:
    """`num` numbers from start to stop, each the same multiple of the one before.

    Arguments as in `linspace`; start and stop have the same sign.

    Returns:
        Tensor of `num` values along a new axis; floats where `dtype` is None.

    Raises:
        TypeError: complex numbers.
        ValueError: a negative `num`.

    Example:
        >>> ops.geomspace(1.0, 16.0, 3).tolist()
        [1.0, 4.0, 16.0]
    """
    kind = _kind(start, stop, dtype)
    if "complex64" in (kind, getattr(start, "dtype", None), getattr(stop, "dtype", None)):
        raise TypeError("geomspace: start and stop must be real. Received: complex64")
    start, stop = exactly(start, "float64"), exactly(stop, "float64")
    negative = start < 0
    low, high = where(negative, -start, start), where(negative, -stop, stop)
    values = exp2(linspace(log2(low), log2(high), num, endpoint, False, None, 0))
    values = where(negative, -values, values)
    if endpoint and num > 1:
        place = arange(num)
        for _ in range(len(values.shape) - 1):
            place = expand_dims(place, -1)
        values = where(place == 0, start, where(place == num - 1, stop, values))
    if kind not in FLOATS:
        near = round(values)  # 9.999999999999998 stands for 10
        values = where(_abs(values - near) <= 1e-13 * _abs(near), near, values)
    return cast(moveaxis(values, 0, axis), kind)


def diff(a: TensorLike, n: Any = 1, axis: int = -1) -> Tensor:
    """The differences of neighbours along an axis, taken n times; of bool, where they differ.

    Args:
        a: Tensor of at least one axis.
        n: How often, from 0.
        axis: The axis along which neighbours are.

    Returns:
        Tensor of a's dtype, shorter by n along the axis.

    Raises:
        ValueError: a scalar, or a negative n.

    Example:
        >>> ops.diff([1, 2, 4, 7]).tolist()
        [1, 2, 3]
    """
    a = tensor(a)
    if n < 0:
        raise ValueError(f"Order `n` must be non-negative. Received n={n}")
    if not a.shape:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis(axis, len(a.shape), "diff")
    before = (slice(None),) * axis
    for _ in range(n):
        later, earlier = a[(*before, slice(1, None))], a[(*before, slice(None, -1))]
        a = logical_xor(later, earlier) if a.dtype == "bool" else subtract(later, earlier)
    return a


def trapezoid(
    y: TensorLike, x: TensorLike | None = None, dx: float = 1.0, axis: int = -1
) -> Tensor:
    """The area under y along an axis by trapezoids.

    Args:
        y: Tensor.
        x: The places of the elements (y's shape or a vector); None: `dx` apart.
        dx: The distance of neighbours where x is None.
        axis: The axis.

    Returns:
        Float tensor of y's shape without the axis.

    Example:
        >>> ops.trapezoid([1.0, 2.0, 3.0]).tolist()
        4.0
    """
    y = _measured(y)
    width = dx
    y = moveaxis(y, axis, -1)
    if x is not None:
        x = _measured(x)
        width = diff(moveaxis(x, axis, -1) if len(x.shape) > 1 else x)
    return sum(multiply(width, divide(add(y[..., 1:], y[..., :-1]), 2.0)), axis=-1)


def _measured(x):
    x = tensor(x)
    return x if x.dtype == "complex64" else floats(x)


def vander(x: TensorLike, N: Any = None, increasing: bool = False) -> Tensor:
    """The matrix of powers of a vector: column j holds x**(N - 1 - j), or x**j where increasing.

    Args:
        x: Vector (n,).
        N: Number of columns; n where None.
        increasing: Whether the powers grow from left to right.

    Returns:
        Tensor (n, N) of x's dtype.

    Raises:
        ValueError: x is no vector, or a negative N.

    Example:
        >>> ops.vander([1, 2, 3], 3).tolist()
        [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    x = tensor(x)
    if len(x.shape) != 1:
        raise ValueError(f"Input tensor must be 1-dimensional. Received: input.shape={x.shape}")
    if N is None:
        return _square_vander(x, bool(increasing))
    if not isinstance(N, SymDim) and (not isinstance(N, int) or N < 0):
        raise ValueError(f"Argument `N` must be a non-negative integer. Received: {N}")
    return _powers(x, N, increasing)


@sized_by_inputs(lambda x, n, up: ((x.shape[0], None), x.dtype) if type(n) is SymDim else None)
def _powers(x, n, up):
    exponents = arange(n) if up else arange(n - 1, -1, -1)
    return power(expand_dims(x, -1), cast(exponents, x.dtype))


@sized_by_inputs(lambda x, up: ((None, None), x.dtype) if x.shape[0] is None else None)
def _square_vander(x, up):
    return vander(x, x.shape[0], up)


# ---- tapers: windows that fade a signal in and out, of x points
def points(x):
    x = tensor(x)
    return int(x.item() if hasattr(x, "item") else x)


def _cosine_taper(x, *weights):
    """sum of (-1)^i w_i cos(2 pi i n / (x - 1))."""
    count = points(x)
    if count == 1:
        return ones((1,))
    turn = multiply(cast(arange(count), config.floatx()), 2.0 * math.pi / max(count - 1, 1))
    result = 0.0
    for i, weight in enumerate(weights):
        result = add(multiply(cos(multiply(turn, float(i))), weight * (-1) ** i), result)
    return result


def hanning(x: TensorLike) -> Tensor:
    """The Hann window of x points: 0.5 - 0.5 cos(2 pi n / (x - 1))."""
    return _cosine_taper(x, 0.5, 0.5)


def hamming(x: TensorLike) -> Tensor:
    """The Hamming window of x points: 0.54 - 0.46 cos(2 pi n / (x - 1))."""
    return _cosine_taper(x, 0.54, 0.46)


def blackman(x: TensorLike) -> Tensor:
    """The Blackman window of x points, three cosine terms."""
    return _cosine_taper(x, 0.42, 0.5, 0.08)


def bartlett(x: TensorLike) -> Tensor:
    """The triangular window of x points, 0 at both ends."""
    count = points(x)
    if count == 1:
        return ones((1,))
    place = cast(arange(count), config.floatx())
    half = (count - 1) / 2.0
    return subtract(1.0, divide(_abs(subtract(place, half)), half))


def kaiser(x: TensorLike, beta: Any) -> Tensor:
    """The Kaiser window of x points: I0(beta sqrt(1 - (2n / (x - 1) - 1)^2)) / I0(beta).

    Args:
        x: The number of points.
        beta: Number: 0 for a rectangle, larger for a narrower taper.

    Returns:
        Float vector of the window's values.

    Example:
        >>> print(ops.kaiser(5, 8.6).numpy().round(3))
        [0.001 0.34  1.    0.34  0.001]
    """
    count = points(x)
    if count == 1:
        return ones((1,))
    place = multiply(cast(arange(count), config.floatx()), 2.0 / max(count - 1, 1))
    inside = maximum(subtract(1.0, square(subtract(place, 1.0))), 0.0)
    beta = cast(tensor(beta), config.floatx())
    return divide(i0(multiply(beta, sqrt(inside))), i0(beta))


__all__ = [
    "bartlett", "blackman", "diff", "geomspace", "hamming", "hanning", "kaiser", "linspace",
    "logspace", "trapezoid", "vander",
]  # fmt: skip
