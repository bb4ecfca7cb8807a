"""Metrics that Keras 1 or 2 had: batchwise scores, and running means of whole tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine.config import epsilon
from ..losses.base import safe_divide
from .base import Metric
from .reduction import Mean

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _counts(y_true, y_pred):
    """Right positives, all predicted and all real ones; values of 0.5 and above are positives."""
    y_true = ops.cast(y_true, y_pred.dtype)
    found = ops.round(ops.clip(y_pred, 0.0, 1.0))
    real = ops.round(ops.clip(y_true, 0.0, 1.0))
    right = ops.round(ops.clip(ops.multiply(y_true, y_pred), 0.0, 1.0))
    return ops.sum(right), ops.sum(found), ops.sum(real)


def precision(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """The share of a batch's predicted positives that are right. `Precision` is over all batches.

    Example:

    >>> round(float(precision([1.0, 0.0, 1.0], ops.array([0.9, 0.8, 0.1]))), 4)
    0.5
    """
    right, found, _ = _counts(y_true, y_pred)
    return right / (found + epsilon())


def recall(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """The share of a batch's real positives that are found. `Recall` is over all batches.

    Example:

    >>> round(float(recall([1.0, 0.0, 1.0], ops.array([0.9, 0.8, 0.1]))), 4)
    0.5
    """
    right, _, real = _counts(y_true, y_pred)
    return right / (real + epsilon())


def fbeta_score(y_true: TensorLike, y_pred: TensorLike, beta: float = 1) -> Tensor:
    """The weighted harmonic mean of a batch's `precision` and `recall`; 0 without real positives.

    Args:
        y_true, y_pred: Tensors of one shape.
        beta: How much more recall counts than precision; 0 for precision alone.

    Returns:
        A scalar tensor.

    Raises:
        ValueError: for a negative beta.

    Example:

    >>> round(float(fbeta_score([1.0, 0.0, 1.0], ops.array([0.9, 0.8, 0.1]))), 4)
    0.5
    """
    if beta < 0:
        raise ValueError(f"beta must be at least 0. Received: beta={beta}")
    right, found, real = _counts(y_true, y_pred)
    p, r = right / (found + epsilon()), right / (real + epsilon())
    score = (1 + beta**2) * p * r / (beta**2 * p + r + epsilon())
    return ops.where(real > 0, score, ops.zeros_like(score))


def fmeasure(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """`fbeta_score` with beta 1."""
    return fbeta_score(y_true, y_pred)


def matthews_correlation(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """Matthews's coefficient of correlation between a batch's real and predicted positives.

    Reference: Matthews 1975, "Comparison of the predicted and observed secondary structure of T4
    phage lysozyme".

    Example:

    >>> round(float(matthews_correlation([1.0, 0.0], ops.array([0.9, 0.2]))), 4)
    1.0
    """
    found = ops.round(ops.clip(y_pred, 0.0, 1.0))
    real = ops.round(ops.clip(ops.cast(y_true, y_pred.dtype), 0.0, 1.0))
    tp, tn = ops.sum(real * found), ops.sum((1 - real) * (1 - found))
    fp, fn = ops.sum((1 - real) * found), ops.sum(real * (1 - found))
    below = ops.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / (below + epsilon())


class MeanTensor(Metric):
    """The running mean of tensors, entry by entry.

    Args:
        name, dtype: As of other metrics.
        shape: The tensors' shape; by default that of the first.

    Example:

    >>> m = MeanTensor()
    >>> m.update_state([0.0, 1.0])
    >>> m.update_state([4.0, 5.0])
    >>> m.result().tolist()
    [2.0, 3.0]
    """

    def __init__(self, name: str = "mean_tensor", dtype: Any = None, shape: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.count = None
        if shape is not None:
            self._build(tuple(shape))

    def _build(self, shape):
        self.total = self.add_variable(shape, "zeros", self.dtype, name="total")
        self.count = self.add_variable(shape, "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: TensorLike | None = None) -> None:
        values = ops.cast(ops.convert_to_tensor(values), self.dtype)
        if self.total is None:
            self._build(values.shape)
        if values.shape != self.total.shape:
            raise ValueError(
                f"MeanTensor takes tensors of one shape. The first had {self.total.shape}; "
                f"received: {values.shape}"
            )
        count = ops.ones_like(values)
        if sample_weight is not None:
            weights = ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
            while len(weights.shape) < len(values.shape):
                weights = ops.expand_dims(weights, -1)
            values, count = values * weights, count * weights
        self.total.assign_add(values)
        self.count.assign_add(count)

    def reset_state(self) -> None:
        if self.total is not None:
            super().reset_state()

    def result(self) -> Any:
        if self.total is None:
            raise ValueError("MeanTensor has no value yet: call `update_state()` first.")
        return safe_divide(self.total, self.count)


class MeanRelativeError(Mean):
    """The mean of |y_true - y_pred| / normalizer, 0 where the normalizer is 0.

    Args:
        normalizer: Tensor that goes with y_true.
        name, dtype: As of other metrics.

    Example:

    >>> m = MeanRelativeError(normalizer=[1.0, 3.0, 2.0, 3.0])
    >>> m.update_state([1.0, 3.0, 2.0, 3.0], [2.0, 4.0, 6.0, 8.0])
    >>> m.result().item()
    1.25
    """

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name or "mean_relative_error", dtype=dtype)
        self.normalizer = ops.cast(ops.convert_to_tensor(normalizer), self.dtype)

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        error = safe_divide(ops.abs(y_true - y_pred), self.normalizer)
        super().update_state(error, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "normalizer": self.normalizer.tolist()}


def clone_metric(metric: Any) -> Any:
    """A metric of the same config without what the first has counted; anything else as it is."""
    return type(metric).from_config(metric.get_config()) if isinstance(metric, Metric) else metric


def clone_metrics(metrics: Any) -> Any:
    """`clone_metric` of each."""
    return [clone_metric(metric) for metric in metrics]
