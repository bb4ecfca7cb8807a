"""Maximum-margin losses; labels are -1 or 1, and 0/1 labels are turned into these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .regression import _Named

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _signed_labels(y_true):
    """2 * y - 1 if every label is 0 or 1, else y."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, 2.0 * y_true - 1.0, y_true)


def _margins(y_true, y_pred):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = _signed_labels(ops.cast(y_true, y_pred.dtype))
    return ops.maximum(1.0 - y_true * y_pred, 0.0)


def hinge(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean(max(1 - y_true * y_pred, 0)) over the last axis; labels 0 count as -1.

    Args:
        y_true: Labels, shape (batch, ..., n).
        y_pred: Predictions, same shape, of a float dtype.

    Returns:
        Tensor of y_pred's dtype, shape (batch, ...).

    Example:

    >>> hinge([[1.0, -1.0]], [[0.5, -2.0]]).tolist()
    [0.25]
    """
    return ops.mean(_margins(y_true, y_pred), axis=-1)


def squared_hinge(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean(max(1 - y_true * y_pred, 0)**2) over the last axis.

    Args:
        y_true: Labels -1 and 1, or 0 and 1, which become these, shape (batch, ..., n).
        y_pred: Scores, float, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    return ops.mean(ops.square(_margins(y_true, y_pred)), axis=-1)


class Hinge(_Named):
    """Hinge loss. Args as MeanSquaredError.

    Example:

    >>> float(Hinge()([[1.0, -1.0]], [[0.5, -2.0]]))
    0.25
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "hinge", dtype: Any = None
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(_Named):
    """Mean of the squared hinge loss; labels are -1 and 1, or 0 and 1. Args as MeanSquaredError.

    Example:
        >>> float(losses.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


def categorical_hinge(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """max(1 + best wrong score - right score, 0) of each sample.

    Args:
        y_true: One-hot labels, shape (batch, ..., classes).
        y_pred: Scores, float, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> losses.categorical_hinge([[0.0, 1.0]], [[0.5, 0.25]]).tolist()
        [1.25]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


class CategoricalHinge(_Named):
    """Hinge loss between the right class and the best wrong one. Args as MeanSquaredError.

    Example:
        >>> float(losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.25]]))
        1.25
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
