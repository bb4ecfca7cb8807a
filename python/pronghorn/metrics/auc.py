"""AUC: the area under a curve (ROC, precision-recall, gains), from counts at thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from ..losses.base import safe_divide
from .confusion import ThresholdMetric

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


CURVES = ("PR", "ROC", "PRGAIN")
SUMMATIONS = ("interpolation", "majoring", "minoring")


def _choice(value, allowed, what, cases):
    value = getattr(value, "value", value)
    for known in allowed:
        if value in (known, *(change(known) for change in cases)):
            return known
    expected = ", ".join(f'"{known}"' for known in allowed)
    raise ValueError(f'Invalid AUC {what} value: "{value}". Expected values are [{expected}]')


class AUC(ThresholdMetric):
    """The area under the ROC or precision-recall curve, approximated by sums over thresholds.

    Args:
        num_thresholds: How many thresholds, evenly spaced in [0, 1].
        curve: `"ROC"`, `"PR"` or `"PRGAIN"` (Flach and Kull 2015).
        summation_method: `"interpolation"` (trapezoids; for PR the interpolation of Davis and
            Goadrich 2006), `"minoring"` or `"majoring"` (lower, upper sums).
        name: Name, the key in logs.
        dtype: dtype of the state.
        thresholds: List of numbers in [0, 1] instead of `num_thresholds`.
        multi_label: Whether each column of (batch, labels) has a curve of its own; the result is
            their mean.
        num_labels: Number of columns, where state is wanted before the first batch.
        label_weights: Weight of each label, shape (labels,).
        from_logits: Whether predictions are logits.

    Raises:
        ValueError: For an unknown curve or summation, fewer than two thresholds, or `num_labels`
            without `multi_label`.

    Example:

    >>> m = AUC(num_thresholds=3)
    >>> m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(m.result())
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: Any = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        self.curve = _choice(curve, CURVES, "curve", (str.lower,))
        self.summation_method = _choice(
            summation_method, SUMMATIONS, "summation method", (str.capitalize,)
        )
        self._from_thresholds = thresholds is not None
        if thresholds is not None:
            between = sorted(thresholds)
            num_thresholds = len(between) + 2
        elif num_thresholds <= 1:
            raise ValueError(
                "Argument `num_thresholds` must be an integer > 1. "
                f"Received: num_thresholds={num_thresholds}"
            )
        else:
            between = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        if num_labels and not multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        super().__init__(name=name, dtype=dtype)
        self.num_thresholds = num_thresholds
        # every prediction in [0, 1] is above the first and none above the last
        self._thresholds = [0.0 - config.epsilon(), *between, 1.0 + config.epsilon()]
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None
        if label_weights is not None:
            self.label_weights = ops.convert_to_tensor(label_weights, dtype=self._counting)
        self._from_logits = from_logits
        self._built = False
        if not multi_label:
            self._build(None)
        elif num_labels:
            self._build((None, num_labels))

    @property
    def thresholds(self) -> list[Any]:
        """Where predictions are counted, ascending; the first and the last lie beyond [0, 1]."""
        return list(self._thresholds)

    def _build(self, shape):
        state_shape = (self.num_thresholds,)
        if self.multi_label:
            if len(shape) != 2:
                raise ValueError(
                    "`y_pred` must have rank 2 when `multi_label=True`. "
                    f"Found rank {len(shape)}. Full shape received for `y_pred`: {shape}"
                )
            state_shape = (self.num_thresholds, shape[1])
        self._add_counts(state_shape)
        self._built = True

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            self._build(tuple(y_pred.shape))
        if self._from_logits:
            y_pred = ops.sigmoid(y_pred)
        weights = None if self.multi_label else self.label_weights
        self._update(
            y_true, y_pred, sample_weight, self._thresholds, self.multi_label, label_weights=weights
        )

    def result(self) -> Any:
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = self._points()
        first, second = y[:-1], y[1:]
        if self.summation_method == "interpolation":
            heights = (first + second) / 2.0
        elif self.summation_method == "minoring":
            heights = ops.minimum(first, second)
        else:
            heights = ops.maximum(first, second)
        return self._over_labels((x[:-1] - x[1:]) * heights)

    def _points(self):
        """The curve's abscissae and ordinates at the thresholds, from the right to the left."""
        tp, fp = self.true_positives.value, self.false_positives.value
        tn, fn = self.true_negatives.value, self.false_negatives.value
        recall = safe_divide(tp, tp + fn)
        if self.curve == "ROC":
            return safe_divide(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, safe_divide(tp, tp + fp)
        ratio = safe_divide(tp + fn, tn + fp)
        none = ops.equal(tp, 0.0)
        recall_gain = ops.where(none, 0.0, 1.0 - ratio * safe_divide(fn, tp))
        precision_gain = ops.where(none, 1.0, 1.0 - ratio * safe_divide(fp, tp))
        return ops.maximum(recall_gain, 0.0), precision_gain

    def interpolate_pr_auc(self) -> Tensor:
        """The precision-recall area by the interpolation of Davis and Goadrich (2006).

        Returns:
            Scalar tensor.
        """
        return self._over_labels(self._interpolated_precision())

    def _interpolated_precision(self):
        """The area of each step with true positives linear in the positives between thresholds."""
        tp, fn = self.true_positives.value, self.false_negatives.value
        p = tp + self.false_positives
        slope = safe_divide(tp[:-1] - tp[1:], ops.maximum(p[:-1] - p[1:], 0.0))
        intercept = tp[1:] - slope * p[1:]
        both = ops.logical_and(ops.greater(p[:-1], 0), ops.greater(p[1:], 0))
        ratio = ops.where(both, safe_divide(p[:-1], p[1:]), 1.0)
        area = slope * (tp[:-1] - tp[1:] + intercept * ops.log(ratio))
        return safe_divide(area, ops.maximum(tp[1:] + fn[1:], 0.0))

    def _over_labels(self, steps):
        if not self.multi_label:
            return ops.sum(steps)
        areas = ops.sum(steps, axis=0)
        if self.label_weights is None:
            return ops.mean(areas)
        return safe_divide(ops.sum(areas * self.label_weights), ops.sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }
        if self.label_weights is not None:
            own["label_weights"] = self.label_weights.numpy().tolist()
        if self._from_thresholds:
            own["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **own}
