"""Tensors in other dtypes: saturating casts, other views of the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import config
from ..engine.host import host_op
from ._args import FLOATS, cast, tensor
from .math import clip, where

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


_LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38}


def _limits(dtype):
    """The least and the largest finite value of a dtype, as Python numbers."""
    if dtype == "bool":
        return 0, 1
    if dtype in FLOATS:
        largest = _LARGEST.get(dtype) or float(np.finfo(dtype).max)
        return -largest, largest
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


_DIGITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}


def _toward_zero(value, dtype):
    """The number nearest to an integer limit, and not beyond it, that a float dtype holds."""
    extra = value.bit_length() - _DIGITS[dtype]
    return value if extra <= 0 else (abs(value) >> extra << extra) * (1 if value > 0 else -1)


def saturate_cast(x: TensorLike, dtype: DTypeLike) -> Tensor:
    """x in another dtype; what that cannot hold becomes its least or largest finite value.

    Args:
        x: Tensor.
        dtype: A dtype.

    Returns:
        A tensor of x's shape.

    Raises:
        ValueError: an unknown dtype.

    Example:
        >>> ops.saturate_cast([-1.0, 256.0], "uint8").tolist()
        [0, 255]
    """
    x, dtype = tensor(x), config.standardize_dtype(dtype)
    if "complex64" in (x.dtype, dtype):
        return cast(x, dtype)
    (own_low, own_high), (low, high) = _limits(x.dtype), _limits(dtype)
    low, high = (max(own_low, low), min(own_high, high))
    if x.dtype in FLOATS:
        low, high = (_toward_zero(v, x.dtype) if type(v) is int else v for v in (low, high))
        x = where(x != x, x, clip(x, low, high))
        return cast(x, dtype)
    if (low, high) != (own_low, own_high) and x.dtype != "bool":
        x = clip(x, int(low), int(high))
    return cast(x, dtype)


def _kind(dtype):
    """The dtype as NumPy has it; of bfloat16, that of its bits."""
    return np.dtype("uint16" if dtype == "bfloat16" else dtype)


def _size(dtype):
    return _kind(dtype).itemsize


def _infer_view(x, dtype):
    shape, before = x
    old, new = _size(before), _size(dtype)
    if old == new:
        return [(shape, dtype)]
    last = shape[-1] if shape else None
    if not shape or (last is not None and last * old % new):
        raise ValueError(
            f"view: Cannot view array of shape {shape} and dtype {before} as dtype {dtype} because "
            "the total number of bytes is not divisible by the new itemsize."
        )
    return [((*shape[:-1], None if last is None else last * old // new), dtype)]


_view = host_op(
    "view", lambda x, dtype: x.view(_kind(dtype)), _infer_view, None, [("dtype", "dtype", None)]
)


def view(x: TensorLike, dtype: DTypeLike | None = None) -> Tensor:
    """The bits of a tensor, read as another dtype. No gradient flows.

    Args:
        x: Tensor.
        dtype: A dtype; x's own where None. Of another size, it divides or multiplies the last size.

    Returns:
        A tensor of that dtype.

    Raises:
        ValueError: a last size that does not divide.

    Example:
        >>> ops.view(ops.array([1.0], "float32"), "int32").tolist()
        [1065353216]
    """
    x = tensor(x)
    dtype = x.dtype if dtype is None else config.standardize_dtype(dtype)
    return x if dtype == x.dtype else _view((x,), (dtype,))


def dtype(x: TensorLike) -> Any:
    """The name of a tensor's dtype.

    Args:
        x: Tensor.

    Returns:
        A string such as "float32".

    Example:
        >>> ops.dtype(ops.zeros((2,)))
        'float32'
    """
    return config.standardize_dtype(tensor(x).dtype)


__all__ = ["dtype", "saturate_cast", "view"]
