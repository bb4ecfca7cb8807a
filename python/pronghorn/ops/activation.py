"""Activation functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine.function_op import as_node
from ._args import FLOATS, KerasTensor, cast, floating, op, shape_of
from .array import reshape, transpose
from .math import abs, add, divide, exp, expm1, greater, maximum, minimum, multiply, where

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_relu, _relu6 = op("relu"), op("relu6")
_sigmoid, _softplus = op("sigmoid"), op("softplus")
_softmax, _log_softmax = op("softmax"), op("log_softmax")
_tanh, _erf = op("tanh"), op("erf")


def relu(x: TensorLike) -> Tensor:
    """max(x, 0). The gradient at 0 is 0.

    Example:
        >>> ops.relu([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """
    return _relu((floating(x),))


def relu6(x: TensorLike) -> Tensor:
    """min(max(x, 0), 6). The gradient at 0 and at 6 is 0."""
    return _relu6((floating(x),))


def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> Tensor:
    """x where positive, negative_slope * x elsewhere.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        negative_slope: What x is multiplied with where it is not positive.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> ops.leaky_relu([-4.0, 0.0, 2.0], negative_slope=0.25).tolist()
        [-1.0, 0.0, 2.0]
    """
    x = floating(x)
    return where(greater(x, 0), x, multiply(x, negative_slope))


def elu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2016).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        alpha: The value that is approached, negated, far below 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(ops.elu([-1.0, 0.0, 2.0]).numpy().round(3))
        [-0.632  0.     2.   ]
    """
    x = floating(x)
    # the branch not taken must stay finite, or its gradient is 0 * inf
    below = expm1(minimum(x, 0.0))
    return where(greater(x, 0), x, multiply(below, alpha) if alpha != 1.0 else below)


def selu(x: TensorLike) -> Tensor:
    """elu scaled to keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    return multiply(elu(x, 1.6732632423543772), 1.0507009873554805)


def gelu(x: TensorLike, approximate: bool = True) -> Tensor:
    """x times the normal distribution function of x (Hendrycks and Gimpel 2016).

    Args:
        x: Tensor.
        approximate: Whether to use the tanh approximation.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(ops.gelu([-1.0, 0.0, 1.0], approximate=False).numpy().round(3))
        [-0.159  0.     0.841]
    """
    x = floating(x)
    if approximate:
        cube = multiply(multiply(x, x), x)
        inner = multiply(add(x, multiply(cube, 0.044715)), 0.7978845608028654)
        return multiply(multiply(x, 0.5), add(_tanh((inner,)), 1.0))
    return multiply(multiply(x, 0.5), add(_erf((multiply(x, 0.7071067811865476),)), 1.0))


def silu(x: TensorLike) -> Tensor:
    """x * sigmoid(x)."""
    if type(x) is KerasTensor:
        return as_node("silu", x)
    x = floating(x)
    return multiply(x, _sigmoid((x,)))


swish = silu


def softplus(x: TensorLike) -> Tensor:
    """log(1 + exp(x)), without overflow."""
    return _softplus((floating(x),))


def softsign(x: TensorLike) -> Tensor:
    """x / (1 + |x|)."""
    x = floating(x)
    return divide(x, add(abs(x), 1.0))


def sigmoid(x: TensorLike) -> Tensor:
    """1 / (1 + exp(-x)).

    The result remembers x, so that a cross-entropy of it is computed from the logits.
    """
    x = floating(x)
    return _sigmoid((x,))


def hard_sigmoid(x: TensorLike) -> Tensor:
    """relu6(x + 3) / 6, a piecewise linear sigmoid."""
    return divide(relu6(add(floating(x), 3.0)), 6.0)


def hard_silu(x: TensorLike) -> Tensor:
    """x * hard_sigmoid(x)."""
    return multiply(x, hard_sigmoid(x))


hard_swish = hard_silu


def hard_tanh(x: TensorLike) -> Tensor:
    """x limited to [-1, 1]."""
    return maximum(minimum(floating(x), 1.0), -1.0)


def log_sigmoid(x: TensorLike) -> Tensor:
    """log(sigmoid(x)), without underflow."""
    return multiply(_softplus((multiply(floating(x), -1.0),)), -1.0)


def exponential(x: TensorLike) -> Tensor:
    """exp(x)."""
    return exp(x)


def _float_tensor(x):
    x = floating(x)
    return x if x.dtype in FLOATS else cast(x, "float32")


def _over_axis(native, x, axis):
    """native over any axis (or several, as one), which it knows only as the last."""
    rank = len(x.shape)
    if axis is None:
        axis = tuple(range(rank))
    several = isinstance(axis, (list, tuple))
    if not several and (axis == -1 or axis == rank - 1):
        return native((x,))
    given = [a + rank if a < 0 else a for a in (axis if several else (axis,))]
    if any(not 0 <= a < rank for a in given):
        raise ValueError(
            f"softmax: axis {axis} is out of bounds for shape {tuple(x.shape)}; expected "
            f"{-rank} <= axis < {rank}."
        )
    order = [a for a in range(rank) if a not in given] + given
    back = [order.index(a) for a in range(rank)]
    y = transpose(x, order)
    moved = y
    if several and len(given) > 1:
        y = reshape(y, (*shape_of(y)[: rank - len(given)], -1))
    y = native((y,))
    if several and len(given) > 1:
        y = reshape(y, shape_of(moved))
    return transpose(y, back)


def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis, or over several.

    The result remembers x, so that a cross-entropy of it is computed from the logits.

    Args:
        x: Tensor of at least one axis.
        axis: An int, or several.

    Returns:
        Float tensor of x's shape; along `axis` its elements are positive and sum to 1.

    Raises:
        ValueError: a scalar, or an axis out of range.

    Example:
        >>> ops.softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    if type(x) is KerasTensor:
        return as_node("softmax", x, axis)
    x = _float_tensor(x)
    if isinstance(axis, int) and -len(x.shape) <= axis < len(x.shape) and x.shape[axis] == 1:
        import warnings

        warnings.warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {tuple(x.shape)}. This "
            "axis has size 1. The softmax operation will always return the value 1, which is "
            "likely not what you intended. Did you mean to use a sigmoid instead?",
            stacklevel=2,
        )
    return _over_axis(_softmax, x, axis)


def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """x - logsumexp(x) along an axis; arguments as in `softmax`.

    Returns:
        Float tensor of x's shape; its exponentials along `axis` sum to 1.

    Example:
        >>> print(ops.log_softmax([0.0, 0.0]).numpy().round(4))
        [-0.6931 -0.6931]
    """
    if type(x) is KerasTensor:
        return as_node("log_softmax", x, axis)
    x = _float_tensor(x)
    return _over_axis(_log_softmax, x, axis)


__all__ = [
    "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "log_sigmoid", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu",
    "softmax", "softplus", "softsign", "swish",
]  # fmt: skip
