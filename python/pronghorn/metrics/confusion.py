"""Counts of the confusion matrix at thresholds, and what follows from them: precision, recall.

`count` is the one place that compares predictions with thresholds. Evenly spaced thresholds cost
one pass over the predictions, whatever their number; others one pass each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..engine import config
from ..losses.base import safe_divide, squeeze_or_expand_to_same_rank
from .base import Metric

if TYPE_CHECKING:
    from ..engine.types import TensorLike


NOT_AMONG_THE_TOP = -1e10
PARTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def parse_thresholds(thresholds, default=0.5):
    """The thresholds as a list. Raises ValueError outside [0, 1]."""
    if thresholds is None:
        return as_list(default)
    thresholds = as_list(thresholds)
    wrong = [t for t in thresholds if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return thresholds


def evenly_spaced(thresholds):
    """Whether the thresholds are 0, 1 / (n - 1), ..., 1 (within epsilon), at least three."""
    n = len(thresholds)
    return n >= 3 and np.allclose(thresholds, np.arange(n) / (n - 1), atol=config.epsilon())


def keep_top_k(x, k):
    """x with all but the k largest of the last axis lowered far below every threshold.

    Of equal values the first ones are kept.
    """
    classes = x.shape[-1]
    rows, columns = ops.expand_dims(x, -1), ops.expand_dims(x, -2)
    earlier = np.tri(classes, k=-1, dtype=bool)
    ahead = ops.logical_or(
        ops.greater(columns, rows), ops.logical_and(ops.equal(columns, rows), earlier)
    )
    rank = ops.sum(ops.cast(ahead, "int32"), axis=-1)
    return ops.where(ops.less(rank, k), x, NOT_AMONG_THE_TOP)


def align(y_true, y_pred, sample_weight, dtype, top_k=None, class_id=None):
    """Labels (0 or 1), predictions and weights (or None) of one shape, in `dtype`."""
    y_true, y_pred = ops.cast(y_true, dtype), ops.cast(y_pred, dtype)
    y_pred, y_true = squeeze_or_expand_to_same_rank(y_pred, y_true)
    if sample_weight is not None:
        sample_weight = ops.expand_dims(ops.cast(sample_weight, dtype), -1)
        _, sample_weight = squeeze_or_expand_to_same_rank(
            y_true, sample_weight, expand_rank_1=False
        )
    if top_k is not None:
        y_pred = keep_top_k(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise ValueError(
                "When class_id is provided, y_pred must be a 2D array with shape (num_samples, "
                f"num_classes), found shape: {y_pred.shape}"
            )
        classes = y_pred.shape[-1]
        if classes is not None and not -classes <= class_id < classes:
            raise ValueError(
                f"`class_id` must name one of the {classes} classes of y_pred. Received: "
                f"class_id={class_id}, y_pred.shape={tuple(y_pred.shape)}"
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    if sample_weight is not None:
        sample_weight = ops.broadcast_to(sample_weight, ops.shape(y_pred))
    return ops.cast(ops.cast(y_true, "bool"), dtype), y_pred, sample_weight


def count(y_true, y_pred, weights, thresholds, by_label=False):
    """The weighted true and false positives above each threshold, and all positives and negatives.

    Args:
        y_true: 0 or 1, shape (n, ...).
        y_pred: Predictions, same shape; nan is above no threshold.
        weights: Same shape, or None.
        thresholds: List of numbers, ascending where evenly spaced.
        by_label: Whether the columns of (n, labels) are counted apart.

    Returns:
        Tensors of shape (thresholds,) or (thresholds, labels), and totals () or (labels,).
    """
    positive = y_true if weights is None else y_true * weights
    negative = 1.0 - y_true if weights is None else (1.0 - y_true) * weights
    labels = y_pred.shape[-1] if by_label else 1
    y_pred, positive, negative = (
        ops.reshape(t, (-1, labels)) for t in (y_pred, positive, negative)
    )
    if evenly_spaced(thresholds):
        tp, fp = _by_buckets(y_pred, positive, negative, thresholds)
    else:
        shape = (-1, *[1] * len(y_pred.shape))
        limits = ops.reshape(ops.convert_to_tensor(thresholds, dtype=y_pred.dtype), shape)
        above = ops.cast(ops.greater(ops.expand_dims(y_pred, 0), limits), y_pred.dtype)
        above = ops.concatenate([ops.ones_like(above[:1]), above])
        tp, fp = ops.sum(above * positive, axis=1), ops.sum(above * negative, axis=1)
    # the first row counts everything, added up as the others are: what remains of nothing is 0
    found = tp[1:], fp[1:], tp[0], fp[0]
    return found if by_label else tuple(ops.squeeze(t, -1) for t in found)


def _by_buckets(y_pred, positive, negative, thresholds):
    """Sums of everything, then above each of evenly spaced thresholds: one bucket between each two,
    then sums from the top."""
    n, labels = len(thresholds), y_pred.shape[-1]
    dtype = y_pred.dtype
    # bucket b holds what is above threshold b - 1 and not above threshold b
    bucket = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * (n - 1))
    if thresholds[0] < 0:
        bucket = ops.maximum(bucket, 1)
    bucket = ops.cast(ops.where(ops.isnan(y_pred), 0, bucket), "int32")
    bucket = bucket * labels + np.arange(labels, dtype="int32")
    both = ops.stack([ops.reshape(positive, (-1,)), ops.reshape(negative, (-1,))], axis=-1)
    sums = ops.scatter_add(ops.reshape(bucket, (-1,)), both, n * labels)
    sums = ops.reshape(sums, (n, labels * 2))
    above = ops.matmul(ops.convert_to_tensor(np.triu(np.ones((n + 1, n))), dtype), sums)
    above = ops.reshape(above, (n + 1, labels, 2))
    return above[..., 0], above[..., 1]


class ThresholdMetric(Metric):
    """State for some of the four counts, one number for each threshold.

    Subclasses name the counts they need in `_parts`.
    """

    _parts = PARTS

    def _add_counts(self, shape):
        for part in self._parts:
            setattr(self, part, self.add_variable(shape, "zeros", self._counting, name=part))

    def _update(self, y_true, y_pred, sample_weight, thresholds, by_label=False, label_weights=None,
                **options):  # fmt: skip
        y_true, y_pred, weights = align(y_true, y_pred, sample_weight, self._counting, **options)
        if label_weights is not None:
            label_weights = ops.broadcast_to(label_weights, ops.shape(y_pred))
            weights = label_weights if weights is None else weights * label_weights
        tp, fp, positives, negatives = count(y_true, y_pred, weights, thresholds, by_label)
        found = {
            "true_positives": lambda: tp,
            "false_positives": lambda: fp,
            "true_negatives": lambda: negatives - fp,
            "false_negatives": lambda: positives - tp,
        }
        for part in self._parts:
            getattr(self, part).assign_add(found[part]())

    def _single(self, result):
        return result[0] if len(self.thresholds) == 1 else result


class _Count(ThresholdMetric):
    """One of the four counts. The state is called `accumulator`, as in Keras."""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = parse_thresholds(thresholds)
        self.accumulator = self.add_variable(
            (len(self.thresholds),), "zeros", self._counting, name="accumulator"
        )
        object.__setattr__(self, self._parts[0], self.accumulator)

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> Any:
        self._update(y_true, y_pred, sample_weight, self.thresholds)

    def result(self) -> Any:
        return ops.convert_to_tensor(self._single(self.accumulator))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.init_thresholds}


_COUNT_ARGS = """

    Args:
        thresholds: Number or list of numbers in [0, 1]; a prediction above it counts as positive.
            0.5 by default.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Raises:
        ValueError: If a threshold is outside [0, 1].

    Example:

    >>> m = {name}()
    >>> m.update_state([0, 1, 1, 0, 1], [1, 0, 1, 0, 1])
    >>> float(m.result())
    {result}
    """


class FalsePositives(_Count):
    __doc__ = (
        "The (weighted) number of negative labels that were predicted positive."
        + _COUNT_ARGS.format(name="FalsePositives", result=1.0)
    )
    _parts = ("false_positives",)


class FalseNegatives(_Count):
    __doc__ = (
        "The (weighted) number of positive labels that were predicted negative."
        + _COUNT_ARGS.format(name="FalseNegatives", result=1.0)
    )
    _parts = ("false_negatives",)


class TrueNegatives(_Count):
    __doc__ = (
        "The (weighted) number of negative labels that were predicted negative."
        + _COUNT_ARGS.format(name="TrueNegatives", result=1.0)
    )
    _parts = ("true_negatives",)


class TruePositives(_Count):
    __doc__ = (
        "The (weighted) number of positive labels that were predicted positive."
        + _COUNT_ARGS.format(name="TruePositives", result=2.0)
    )
    _parts = ("true_positives",)


class _Share(ThresholdMetric):
    """true positives / (true positives + the other count)."""

    _direction = "up"

    def __init__(
        self,
        thresholds: Any = None,
        top_k: Any = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = parse_thresholds(thresholds, 0.5 if top_k is None else NOT_AMONG_THE_TOP)
        self._add_counts((len(self.thresholds),))

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        options = {"top_k": self.top_k, "class_id": self.class_id}
        self._update(y_true, y_pred, sample_weight, self.thresholds, **options)

    def result(self) -> Any:
        right, other = (getattr(self, part) for part in self._parts)
        return self._single(safe_divide(right.value, right + other))

    def get_config(self) -> dict[str, Any]:
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


_SHARE_ARGS = """

    Args:
        thresholds: Number or list of numbers in [0, 1]; a prediction above it counts as positive.
            0.5 by default, and with `top_k` every one of the top.
        top_k: Only the k largest predictions of a sample count as positive.
        class_id: Only this class is looked at.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Raises:
        ValueError: If a threshold is outside [0, 1].
"""


class Precision(_Share):
    __doc__ = (
        "The share of positive predictions that are right."
        + _SHARE_ARGS
        + """
    Example:

    >>> m = Precision()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """
    )
    _parts = ("true_positives", "false_positives")


class Recall(_Share):
    __doc__ = (
        "The share of positive labels that were found."
        + _SHARE_ARGS
        + """
    Example:

    >>> m = Recall()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """
    )
    _parts = ("true_positives", "false_negatives")
