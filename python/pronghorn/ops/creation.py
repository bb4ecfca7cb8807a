"""Tensors from nothing: filled, counted, diagonal."""

import operator

from ..engine import config
from . import _args
from ._args import op, shape_of, sizes, tensor
from .array import broadcast_to, cast, expand_dims

_fill, _arange, _equal = op("fill"), op("arange"), op("equal")


def full(shape, fill_value, dtype=None):
    """A tensor with every element equal to `fill_value` (a number, or a tensor that broadcasts).

    Args:
        shape: Sizes.
        fill_value: The value.
        dtype: Its dtype; floatx where None.

    Raises:
        ValueError: negative sizes.

    Example:
        >>> ops.full((2,), 7, dtype="int32")  # [7, 7]
    """
    dtype = config.standardize_dtype(dtype)
    if isinstance(fill_value, (bool, int, float)):
        return _args.call(_fill, (), (sizes(shape), float(fill_value), dtype))
    return broadcast_to(cast(fill_value, dtype), shape)


def zeros(shape, dtype=None):
    """A tensor of zeros; dtype floatx where None."""
    return full(shape, 0.0, dtype)


def ones(shape, dtype=None):
    """A tensor of ones; dtype floatx where None."""
    return full(shape, 1.0, dtype)


def full_like(x, fill_value, dtype=None):
    """A tensor of x's shape (and dtype where None) filled with one value."""
    x = tensor(x)
    return full(shape_of(x), fill_value, dtype or x.dtype)


def zeros_like(x, dtype=None):
    """Zeros of x's shape, and dtype where None."""
    return full_like(x, 0.0, dtype)


def ones_like(x, dtype=None):
    """Ones of x's shape, and dtype where None."""
    return full_like(x, 1.0, dtype)


def arange(start, stop=None, step=None, dtype=None):
    """start, start + step, ... below stop (above, for a negative step).

    Args:
        start, stop, step: Numbers; a single argument is the stop. step is 1 where None.
        dtype: int32 for integers, floatx otherwise, where None.

    Raises:
        ValueError: a step of 0.

    Example:
        >>> ops.arange(2, 8, 3)  # [2, 5]
    """
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    start, stop, step = (
        v if isinstance(v, (int, float)) else v.item() for v in (start, stop, step)
    )
    if step == 0:
        raise ValueError("arange: step is 0; it must be positive or negative.")
    if dtype is None:
        whole = all(isinstance(v, int) for v in (start, stop, step))
        dtype = "int32" if whole else config.floatx()
    if all(isinstance(v, int) for v in (start, stop, step)):
        count = len(range(start, stop, step))
    else:
        count = max(0, int(-((start - stop) // step)))
    return _arange((), (float(start), float(step), count, config.standardize_dtype(dtype)))


def eye(N, M=None, k=0, dtype=None):
    """An (N, M) matrix with ones on its k-th diagonal and zeros elsewhere; M is N where None.

    Example:
        >>> ops.eye(2)  # [[1., 0.], [0., 1.]]
    """
    M = N if M is None else M
    rows = _arange((), (float(k), 1.0, operator.index(N), "int32"))
    columns = _arange((), (0.0, 1.0, operator.index(M), "int32"))
    hit = _equal((expand_dims(rows, 1), columns))
    return cast(hit, config.standardize_dtype(dtype))


def identity(n, dtype=None):
    """The (n, n) identity matrix."""
    return eye(n, dtype=dtype)


def array(x, dtype=None):
    """A tensor of x, as `convert_to_tensor`.

    Args:
        x: Array, number or nested list.
        dtype: Its dtype; that of x where missing.
    """
    return tensor(x) if dtype is None else cast(tensor(x), dtype)


__all__ = [
    "arange", "array", "eye", "full", "full_like", "identity", "ones", "ones_like",
    "zeros", "zeros_like",
]  # fmt: skip
