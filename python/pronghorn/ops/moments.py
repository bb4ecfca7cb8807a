"""What sums of functions of all elements tell: variance, standard deviation, log of summed exps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._args import floating, narrowed, op, wide
from .math import add, exp, isfinite, log, max, mean, sqrt, square, subtract, sum, where

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike

_STOP = op("stop_gradient")


def var(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The variance over axes (divided by the count); integers give floatx. Halves go by float32.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> ops.var([1.0, 3.0]).tolist()
        1.0
    """
    dtype = floating(x).dtype
    return narrowed(_variance(x, axis, keepdims), dtype)


def _variance(x, axis, keepdims):
    x = wide(x)
    centred = subtract(x, mean(x, axis, keepdims=True))
    return mean(square(centred), axis, keepdims)


def std(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over axes, the square root of `var`; halves go by float32.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes.

    Example:
        >>> ops.std([[1.0, 3.0], [2.0, 6.0]], axis=1).tolist()
        [1.0, 2.0]
    """
    dtype = floating(x).dtype
    return narrowed(sqrt(_variance(x, axis, keepdims)), dtype)


def logsumexp(x: TensorLike, axis: Axis | None = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over axes, without overflow. Halves go by float32.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: An int, several, or None for all.
        keepdims: Whether the axes stay as size 1.

    Returns:
        Float tensor without the axes; -inf over no elements.

    Example:
        >>> np.round(np.asarray(ops.logsumexp([1000.0, 1000.0]), "float64"), 2).tolist()
        1000.69
    """
    dtype, x = floating(x).dtype, wide(x)
    high = _STOP((max(x, axis, True),))
    high = where(isfinite(high), high, 0.0)
    shifted = log(sum(exp(subtract(x, high)), axis, True))
    result = add(shifted, high)
    return narrowed(result if keepdims else sum(result, axis), dtype)


__all__ = ["logsumexp", "std", "var"]
