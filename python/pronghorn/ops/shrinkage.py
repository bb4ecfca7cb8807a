"""Activations made of pieces: shrinkage, gates, sparse softmax; and depth to space."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..engine import config
from ._args import cast, floating, normalize_axis, shape_of, tensor
from .activation import sigmoid
from .arrange import swap_last
from .array import reshape, transpose
from .creation import arange, zeros_like
from .losses import one_hot
from .math import (
    abs,
    add,
    clip,
    divide,
    expm1,
    greater,
    less_equal,
    max,
    maximum,
    mean,
    minimum,
    multiply,
    sqrt,
    square,
    subtract,
    sum,
    tanh,
    where,
)
from .sorting import cumsum, sort
from .special import log10
from .splitting import split

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


def celu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        alpha: The value that is approached, negated, far below 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(ops.celu([-1.0, 0.0, 2.0]).numpy().round(3))
        [-0.632  0.     2.   ]
    """
    x = floating(x)
    below = multiply(expm1(divide(minimum(x, 0), alpha)), alpha)
    return add(maximum(x, 0), below)


def glu(x: TensorLike, axis: int = -1) -> Tensor:
    """The first half of x along an axis times the sigmoid of the second (Dauphin et al. 2017).

    Args:
        x: Tensor whose size along `axis` is even.
        axis: The axis that is halved.

    Returns:
        Float tensor, half as long along the axis.

    Raises:
        ValueError: Where the size of the axis is odd.

    Example:
        >>> ops.glu([2.0, 4.0, 0.0, 0.0]).tolist()
        [1.0, 2.0]
    """
    x = floating(x)
    size = x.shape[normalize_axis(axis, len(x.shape), "glu")]
    if size is not None and size % 2:
        raise ValueError(
            f"axis size must be divisible by 2. Received: x.shape={x.shape} with axis={axis}"
        )
    value, gate = split(x, 2, axis=axis)
    return multiply(value, sigmoid(gate))


def hard_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: Up to which distance from 0 the result is 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> ops.hard_shrink([-1.0, 0.25, 0.75]).tolist()
        [-1.0, 0.0, 0.75]
    """
    x = floating(x)
    return where(greater(abs(x), threshold), x, zeros_like(x))


def soft_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x moved by `threshold` towards 0; 0 where it is nearer than that.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: How far it is moved.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> ops.soft_shrink([-1.0, 0.25, 0.75]).tolist()
        [-0.5, 0.0, 0.25]
    """
    x = floating(x)
    return subtract(x, clip(x, -threshold, threshold))


def tanh_shrink(x: TensorLike) -> Tensor:
    """x - tanh(x)."""
    x = floating(x)
    return subtract(x, tanh(x))


def threshold(x: TensorLike, threshold: float, default_value: Any) -> Tensor:
    """x where it exceeds `threshold`, else `default_value`.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: What x must exceed.
        default_value: What stands where it does not.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> ops.threshold([-1.0, 0.5, 2.0], 0.0, 9.0).tolist()
        [9.0, 0.5, 2.0]
    """
    x = floating(x)
    return where(greater(x, threshold), x, default_value)


def squareplus(x: TensorLike, b: Any = 4) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2, a smooth relu without exponentials (Barron 2021).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        b: How wide the bend at 0 is; 0 gives relu.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> ops.squareplus([-1.5, 0.0, 1.5]).tolist()
        [0.5, 1.0, 2.0]
    """
    x = floating(x)
    return divide(add(x, sqrt(add(square(x), b))), 2)


def sparse_plus(x: TensorLike) -> Tensor:
    """0 below -1, x above 1, (x + 1)^2 / 4 between."""
    x = floating(x)
    middle = divide(square(add(x, 1)), 4)
    return where(less_equal(x, -1), zeros_like(x), where(greater(x, 1), x, middle))


def sparse_sigmoid(x: TensorLike) -> Tensor:
    """0 below -1, 1 above 1, (x + 1) / 2 between."""
    return clip(divide(add(floating(x), 1), 2), 0, 1)


def sparsemax(x: TensorLike, axis: int = -1) -> Tensor:
    """The point of the probability simplex nearest to x along an axis (Martins and Astudillo 2016).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: The axis whose elements become probabilities; many of them exactly 0.

    Returns:
        Float tensor of x's shape; it sums to 1 along the axis.

    Example:
        >>> ops.sparsemax([1.0, 0.5, -1.0]).tolist()
        [0.75, 0.25, 0.0]
    """
    x = floating(x)
    axis = normalize_axis(axis, len(x.shape), "sparsemax")
    x = swap_last(x, axis)
    ordered = multiply(sort(multiply(x, -1)), -1)
    count = cast(add(arange(shape_of(x)[-1]), 1), x.dtype)
    total = cumsum(ordered, axis=-1)
    inside = greater(add(multiply(count, ordered), 1), total)
    size = sum(cast(inside, x.dtype), axis=-1, keepdims=True)
    level = divide(subtract(sum(where(inside, ordered, 0), axis=-1, keepdims=True), 1), size)
    return swap_last(maximum(subtract(x, level), 0), axis)


def multi_hot(
    inputs: TensorLike,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DTypeLike | None = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """1 at every class that a row of indices names, else 0.

    Args:
        inputs: Integer tensor (..., n).
        num_classes: Number of classes.
        axis: Where the classes lie in the result.
        dtype: dtype of the result; floatx where None.
        sparse: Not supported.
        **kwargs: `num_tokens`, the older name of `num_classes`.

    Returns:
        Tensor of inputs' shape in which the last axis has become the classes.

    Raises:
        ValueError: no number of classes, a sparse result, or an unknown argument.

    Example:
        >>> ops.multi_hot([0, 2], 4).tolist()
        [1.0, 0.0, 1.0, 0.0]
    """
    num_classes = kwargs.pop("num_tokens", num_classes)
    if kwargs:
        raise ValueError(f"multi_hot: unexpected arguments {sorted(kwargs)}.")
    if num_classes is None:
        raise ValueError("Argument `num_classes` must be specified.")
    if sparse:
        raise ValueError("multi_hot: sparse results are not supported; pass sparse=False.")
    inputs = tensor(inputs)
    summed = 1 if len(inputs.shape) > 1 else 0
    return max(one_hot(inputs, num_classes, axis=axis, dtype=dtype), axis=summed)


def psnr(x1: TensorLike, x2: TensorLike, max_val: Any) -> Tensor:
    """The peak signal-to-noise ratio of two tensors in decibels: 20 log10(max) - 10 log10(mse).

    Args:
        x1: Tensor of any number dtype.
        x2: Tensor of x1's shape.
        max_val: The largest value that a signal can have, such as 255 or 1.

    Returns:
        Float scalar tensor; inf for equal tensors.

    Raises:
        ValueError: Where the shapes differ.

    Example:
        >>> round(float(ops.psnr([0.0, 0.5], [0.0, 0.4], max_val=1.0)), 2)
        23.01
    """
    x1, x2 = tensor(x1), tensor(x2)
    if tuple(x1.shape) != tuple(x2.shape):
        raise ValueError(
            f"Input shapes {x1.shape} and {x2.shape} must match for PSNR calculation. "
        )
    error = mean(square(subtract(x1, x2)))
    return subtract(20.0 * math.log10(max_val), multiply(log10(error), 10.0))


def _image_sizes(x, data_format, who):
    data_format = data_format or config.image_data_format()
    if len(x.shape) != 4:
        raise ValueError(f"{who}: expected 4 axes. Received shape {x.shape}.")
    return data_format == "channels_first"


def _block(size):
    if not isinstance(size, int) or size < 2:
        raise ValueError(f"`block_size` must be at least 2. Received: block_size={size}")
    return size


def depth_to_space(x: TensorLike, block_size: Any, data_format: str = "channels_last") -> Tensor:
    """Channels moved into blocks of pixels: (n, h, w, c b b) -> (n, h b, w b, c).

    Args:
        x: Tensor (n, h, w, c b b), or (n, c b b, h, w) with channels first.
        block_size: b, the side of a block; at least 2.
        data_format: "channels_last" or "channels_first".

    Returns:
        Tensor (n, h b, w b, c) of x's dtype, or (n, c, h b, w b).

    Raises:
        ValueError: Where the rank is not 4, the channels do not divide, or the block is below 2.

    Example:
        >>> x = ops.reshape([1, 2, 3, 4], (1, 1, 1, 4))
        >>> ops.depth_to_space(x, 2)[0, :, :, 0].tolist()
        [[1, 2], [3, 4]]
    """
    x, b = tensor(x), _block(block_size)
    first = _image_sizes(x, data_format, "depth_to_space")
    x = transpose(x, (0, 2, 3, 1)) if first else x
    n, h, w, c = shape_of(x)
    if x.shape[-1] is not None and x.shape[-1] % (b * b):
        raise ValueError(f"depth_to_space: {x.shape[-1]} channels do not divide by {b * b}.")
    depth = c // (b * b)
    if first:  # channels come before the places of the block
        y = transpose(reshape(x, (n, h, w, depth, b, b)), (0, 1, 4, 2, 5, 3))
    else:
        y = transpose(reshape(x, (n, h, w, b, b, depth)), (0, 1, 3, 2, 4, 5))
    y = reshape(y, (n, h * b, w * b, depth))
    return transpose(y, (0, 3, 1, 2)) if first else y


def space_to_depth(x: TensorLike, block_size: Any, data_format: str = "channels_last") -> Tensor:
    """Blocks of pixels moved into channels: (n, h b, w b, c) -> (n, h, w, c b b).

    Args:
        x: Tensor (n, h b, w b, c), or (n, c, h b, w b) with channels first.
        block_size: b, the side of a block; at least 2.
        data_format: "channels_last" or "channels_first".

    Returns:
        Tensor (n, h, w, c b b) of x's dtype, or (n, c b b, h, w).

    Raises:
        ValueError: Where the rank is not 4, the sizes do not divide, or the block is below 2.

    Example:
        >>> x = ops.reshape([1, 2, 3, 4], (1, 2, 2, 1))
        >>> ops.space_to_depth(x, 2)[0, 0, 0].tolist()
        [1, 2, 3, 4]
    """
    x, b = tensor(x), _block(block_size)
    first = _image_sizes(x, data_format, "space_to_depth")
    x = transpose(x, (0, 2, 3, 1)) if first else x
    n, h, w, c = shape_of(x)
    for size in x.shape[1:3]:
        if size is not None and size % b:
            raise ValueError(f"space_to_depth: sizes {x.shape[1:3]} do not divide by {b}.")
    y = reshape(x, (n, h // b, b, w // b, b, c))
    y = transpose(y, (0, 1, 3, 5, 2, 4) if first else (0, 1, 3, 2, 4, 5))
    y = reshape(y, (n, h // b, w // b, c * b * b))
    return transpose(y, (0, 3, 1, 2)) if first else y


__all__ = [
    "celu", "depth_to_space", "glu", "hard_shrink", "multi_hot", "psnr", "soft_shrink",
    "space_to_depth", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink",
    "threshold",
]  # fmt: skip
