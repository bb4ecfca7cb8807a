"""Losses of segmentation: how far two regions overlap (Dice, Tversky)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from .focal import _Options

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def dice(y_true: TensorLike, y_pred: TensorLike, axis: Axis | None = None) -> Tensor:
    """1 - 2 * |A and B| / (|A| + |B|), from soft memberships.

    Args:
        y_true: Memberships in [0, 1], shape (batch, ...).
        y_pred: Same shape.
        axis: The axes that make one region; None for all.

    Returns:
        A scalar, or a tensor of the remaining axes.

    Example:
        >>> round(float(losses.dice([[1.0, 1.0]], [[1.0, 0.0]])), 4)
        0.3333
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    common = ops.sum(y_true * y_pred, axis=axis)
    total = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - 2.0 * common / (total + config.epsilon())


def tversky(
    y_true: TensorLike,
    y_pred: TensorLike,
    alpha: float = 0.5,
    beta: float = 0.5,
    axis: Axis | None = None,
) -> Tensor:
    """1 minus Tversky's index; with alpha = beta = 0.5 the Dice loss.

    Source: Salehi et al. 2017, https://arxiv.org/abs/1706.05721.

    Args:
        y_true: Memberships in [0, 1], shape (batch, ...).
        y_pred: Same shape.
        alpha: Weight of what is in y_true alone.
        beta: Weight of what is in y_pred alone.
        axis: The axes that make one region; None for all.

    Returns:
        A scalar, or a tensor of the remaining axes.

    Example:
        >>> round(float(losses.tversky([[1.0, 1.0]], [[1.0, 0.0]], alpha=1.0, beta=0.0)), 4)
        0.5
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    common = ops.sum(y_true * y_pred, axis=axis)
    missed = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    extra = ops.sum(y_pred * (1.0 - y_true), axis=axis)
    return 1.0 - common / (common + alpha * missed + beta * extra + config.epsilon())


class Dice(_Options):
    """Dice loss of two soft regions.

    Args:
        reduction: See `Loss`.
        name: Name of the instance.
        axis: The axes that make one region; None for all.
        dtype: dtype of the computation.

    Example:

    >>> round(float(Dice()([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
    0.3333
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "dice",
        axis: Axis | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(_Options):
    """Tversky loss of two soft regions (see `tversky`).

    Args:
        alpha: Weight of what is in the label alone.
        beta: Weight of what is in the prediction alone.
        reduction: See `Loss`.
        name: Name of the instance.
        axis: The axes that make one region; None for all.
        dtype: dtype of the computation.

    Example:
        >>> round(float(losses.Tversky(alpha=0.5, beta=0.5)([[1.0, 1.0]], [[1.0, 0.0]])), 4)
        0.3333
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axis | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
