"""Helpers for labels and features: of arrays by NumPy, of tensors by ops."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine import convert_to_tensor, is_tensor
from ..legacy.accept import old_arguments


@old_arguments
def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Integer classes as rows of zeros with a one.

    Args:
        x: Integers from 0 on, of any shape; a last axis of size 1 is dropped.
        num_classes: Length of a row; the largest class plus 1 where missing.

    Returns:
        A float array of shape (..., num_classes); of a tensor, a float32 tensor.

    Raises:
        ValueError: for classes below 0, or not below `num_classes`; without `num_classes` for a
            tensor whose values only a run knows, where classes out of range are rows of zeros.

    Example:

    >>> to_categorical([0, 2], num_classes=3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if getattr(x, "is_abstract", False):
        return _one_hot(x, num_classes)
    given = x
    x = np.asarray(x, dtype="int64")
    shape = x.shape[:-1] if x.ndim > 1 and x.shape[-1] == 1 else x.shape
    x = x.reshape(-1)
    if num_classes is None:
        num_classes = int(x.max()) + 1 if x.size else 0
    if x.size and not 0 <= x.min() <= x.max() < num_classes:
        raise ValueError(
            f"to_categorical: classes must be from 0 to num_classes - 1 = {num_classes - 1}. "
            f"Received classes from {x.min()} to {x.max()}."
        )
    out = np.zeros((x.size, num_classes))
    out[np.arange(x.size), x] = 1
    out = out.reshape(*shape, num_classes)
    return convert_to_tensor(out, "float32") if is_tensor(given) else out


def _one_hot(x, num_classes):
    """to_categorical of a tensor whose values only a run knows."""
    from .. import ops

    if num_classes is None:
        raise ValueError("to_categorical: `num_classes` is needed where the classes are not known.")
    if len(x.shape) > 1 and x.shape[-1] == 1:
        x = ops.squeeze(x, -1)
    return ops.one_hot(x, num_classes, dtype="float32")


def normalize(x: Any, axis: Any = -1, order: int = 2) -> Any:
    """An array scaled so that its norms along `axis` are 1; zero vectors stay.

    Args:
        x: array of numbers, or tensor, of any shape.
        axis: the axis of the vectors.
        order: of the norm, as in np.linalg.norm: 2 for Euclid's.

    Returns:
        A float array of the same shape; a tensor for a tensor.

    Example:

    >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    from .. import ops

    if is_tensor(x) or getattr(x, "is_abstract", False):
        return ops.normalize(x, axis=axis, order=order)
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)
