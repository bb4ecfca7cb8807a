"""Losses between directions and embeddings: cosine similarity, circle loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import LossFunctionWrapper, squeeze_or_expand_to_same_rank
from .regression import _Named

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def cosine_similarity(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between labels and predictions: -1 where they agree.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.
        axis: The axis that holds the vectors.

    Returns:
        A tensor without `axis`; 0 where either vector is 0.

    Example:
        >>> print(losses.cosine_similarity([[0.0, 1.0]], [[3.0, 4.0]]).numpy().round(4))
        [-0.8]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    y_true, y_pred = ops.normalize(y_true, axis=axis), ops.normalize(y_pred, axis=axis)
    return ops.negative(ops.sum(y_true * y_pred, axis=axis))


def circle(
    y_true: TensorLike,
    y_pred: TensorLike,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Tensor:
    """Circle loss of embeddings (Sun et al. 2020, https://arxiv.org/abs/2002.10857).

    Args:
        y_true: Integer labels, shape (batch,).
        y_pred: Embeddings of length 1, float, shape (batch, n).
        ref_labels: Labels of what each sample is compared with, shape (references,); by default
            the batch's.
        ref_embeddings: Embeddings of length 1, shape (references, n); by default the batch's.
        remove_diagonal: Whether a sample is not compared with itself.
        gamma: Scale of the loss, positive.
        margin: How far similarities are relaxed, between 0 and 1.

    Returns:
        The loss of each sample, shape (batch,), masked where it is 0.

    Example:
        >>> embeddings = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
        >>> losses.circle([0, 0, 1], embeddings, gamma=1.0).shape
        (3,)
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, "int32")
    references = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    labels = y_true if ref_labels is None else ops.cast(ref_labels, "int32")
    distance = ops.maximum(1.0 - ops.matmul(y_pred, ops.transpose(references)), 0.0)
    same, other = _pairs(y_true, labels, remove_diagonal)
    # each similarity s = 1 - distance is weighted by its distance from its optimum
    attract = gamma * ops.maximum(margin + distance, 0.0) * (distance - margin)
    repel = gamma * ops.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    nothing = float("-inf")
    total = ops.logsumexp(ops.where(same, attract, nothing), axis=1)
    total = total + ops.logsumexp(ops.where(other, repel, nothing), axis=1)
    values = ops.softplus(total)
    values._keras_mask = ops.greater(values, 0)
    return values


def _pairs(labels, references, remove_diagonal):
    """Bool (batch, references): pairs of one label, and pairs of two."""
    labels, references = ops.reshape(labels, (-1, 1)), ops.reshape(references, (1, -1))
    same = ops.equal(labels, references)
    other = ops.logical_not(same)
    if remove_diagonal:
        rows = ops.expand_dims(ops.arange(ops.shape(same)[0]), 1)
        columns = ops.expand_dims(ops.arange(ops.shape(same)[1]), 0)
        same = ops.logical_and(same, ops.not_equal(rows, columns))
    return same, other


class CosineSimilarity(_Named):
    """Minus the cosine of the angle between labels and predictions, between -1 and 1.

    Args:
        axis: The axis that holds the vectors.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[3.0, 4.0]])), 4)
    -0.8
    """

    _defaults = {"axis": -1}

    def __init__(
        self,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)


class Circle(LossFunctionWrapper):
    """Circle loss of embeddings of length 1, for metric learning (see `circle`).

    Args:
        gamma: Scale of the loss, positive.
        margin: How far similarities are relaxed, between 0 and 1.
        remove_diagonal: Whether a sample is not compared with itself.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> loss = losses.Circle(gamma=1.0)
        >>> round(float(loss([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])), 4)
        0.5459
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ) -> None:
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **options)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal


class LogCosh(_Named):
    """Mean of log(cosh(prediction - label)). Args as MeanSquaredError.

    Example:
        >>> round(float(losses.LogCosh()([[0.0, 0.0]], [[1.0, 0.0]])), 4)
        0.2169
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "log_cosh", dtype: Any = None
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)


def log_cosh(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean(log(cosh(y_pred - y_true))) over the last axis: quadratic near 0, linear far off.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> print(losses.log_cosh([[0.0, 0.0]], [[1.0, 0.0]]).numpy().round(4))
        [0.2169]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(-2.0 * error) - 0.6931471805599453, axis=-1)
