"""Distances between vectors, and the complementary error function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._args import cast, floating, floats, pair, tensor
from .array import expand_dims
from .math import (
    abs,
    add,
    divide,
    equal,
    exp,
    less,
    multiply,
    negative,
    round,
    sqrt,
    square,
    subtract,
    sum,
    where,
)

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def cdist(x: TensorLike, y: TensorLike) -> Tensor:
    """The Euclidean distance of each pair of vectors.

    Args:
        x: Float tensor (..., m, d).
        y: Float tensor (..., n, d); the axes before broadcast.

    Returns:
        A tensor (..., m, n). Where two vectors are equal its gradient is 0.

    Raises:
        ValueError: fewer than 2 axes, or different last sizes.

    Example:
        >>> ops.cdist([[0.0, 0.0]], [[3.0, 4.0]]).tolist()
        [[5.0]]
    """
    x, y = pair(floating(x), floating(y))
    if len(x.shape) < 2 or len(y.shape) < 2:
        raise ValueError(
            f"Inputs to `cdist` must have rank >= 2. Received shapes: x.shape={x.shape}, "
            f"y.shape={y.shape}"
        )
    if None not in (x.shape[-1], y.shape[-1]) and x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "The last dimension of inputs to `cdist` must match. Received shapes: "
            f"x.shape={x.shape}, y.shape={y.shape}"
        )
    try:
        apart = subtract(expand_dims(x, -2), expand_dims(y, -3))
    except ValueError:
        raise ValueError(
            "Batch dimensions of inputs to `cdist` must be broadcastable. Received shapes: "
            f"x.shape={x.shape}, y.shape={y.shape}"
        ) from None
    squares = sum(square(apart), axis=-1)
    same = equal(squares, 0)
    return where(same, 0.0, sqrt(where(same, 1.0, squares)))


# Chebyshev series of log(erfc(x) exp(x^2) / t) in 2t - 1, where t = 2 / (2 + x), for x >= 0: its
# values at 31 nodes, interpolated in float64.
_SERIES = (
    -0.6513268598908548, 0.64196979235649, 0.01947647320418617, -0.009561514786808585,
    -0.0009465953444823343, 0.0003668394978524548, 4.2523324806814406e-05, -2.027857811292109e-05,
    -1.6242900046260819e-06, 1.30365583547312e-06, 1.5626441337204037e-08, -8.523809645403953e-08,
    6.529053977451209e-09, 5.059343697117685e-09, -9.913646325500205e-10, -2.273646658597842e-10,
    9.64666357810201e-11, 2.3940182268156175e-12, -6.8874753996633155e-12, 8.941135669030639e-13,
    3.1258654726093187e-13, -1.1279877210074444e-13, 0.0, 6.908924791170601e-15,
)  # fmt: skip


def erfc(x: TensorLike) -> Tensor:
    """The complementary error function, 1 - erf(x), exact in its tail.

    Args:
        x: Tensor; integers and bool are taken as floatx.

    Returns:
        A tensor of x's shape and float dtype.

    Example:
        >>> np.round(np.asarray(ops.erfc([0.0, 10.0]), "float64"), 2).tolist()
        [1.0, 0.0]
    """
    x = floats(x)
    wide = cast(x, "float64")
    size = abs(wide)
    t = divide(2.0, add(size, 2.0))
    # Clenshaw's recurrence
    twice = subtract(multiply(t, 4.0), 2.0)
    last, before = tensor(0.0, "float64"), tensor(0.0, "float64")
    for c in reversed(_SERIES[1:]):
        last, before = subtract(add(multiply(twice, last), c), before), last
    series = subtract(add(multiply(multiply(twice, 0.5), last), _SERIES[0]), before)
    # exp(-x^2) in two factors, of which the first argument is exact
    coarse = divide(round(multiply(size, 16.0)), 16.0)
    rest = multiply(subtract(size, coarse), add(size, coarse))
    tail = multiply(multiply(t, exp(negative(square(coarse)))), exp(subtract(series, rest)))
    return cast(where(less(wide, 0), subtract(2.0, tail), tail), x.dtype)


__all__ = ["cdist", "erfc"]
