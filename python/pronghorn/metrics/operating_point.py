"""Metrics at an operating point: the best of one rate where another reaches a given value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..losses.base import safe_divide
from .confusion import ThresholdMetric

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def even_thresholds(num_thresholds):
    """0, ..., 1 in equal steps; 0.5 alone for one threshold. Raises ValueError below 1."""
    if num_thresholds <= 0:
        raise ValueError(
            "Argument `num_thresholds` must be an integer > 0. "
            f"Received: num_thresholds={num_thresholds}"
        )
    if num_thresholds == 1:
        return [0.5]
    between = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
    return [0.0, *between, 1.0]


class _AtPoint(ThresholdMetric):
    """The largest `_wanted` among the thresholds at which `_given` is at least the given value."""

    _direction = "up"
    _argument = ""  # the name of the given value
    _given = _wanted = ""

    def __init__(
        self,
        value: Any,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if not 0 <= value <= 1:
            raise ValueError(
                f"Argument `{self._argument}` must be in the range [0, 1]. "
                f"Received: {self._argument}={value}"
            )
        super().__init__(name=name, dtype=dtype)
        self.value = value
        setattr(self, self._argument, value)
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self.thresholds = even_thresholds(num_thresholds)
        self._add_counts((len(self.thresholds),))

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> Any:
        self._update(y_true, y_pred, sample_weight, self.thresholds, class_id=self.class_id)

    def _rate(self, name):
        right, other = {
            "sensitivity": (self.true_positives, self.false_negatives),
            "specificity": (self.true_negatives, self.false_positives),
            "precision": (self.true_positives, self.false_positives),
        }[name]
        return safe_divide(right.value, right + other)

    def result(self) -> Any:
        feasible = ops.greater_equal(self._rate(self._given), self.value)
        return ops.max(ops.where(feasible, self._rate(self._wanted), 0.0), initial=0)

    def get_config(self) -> dict[str, Any]:
        own = {"num_thresholds": self.num_thresholds, self._argument: self.value}
        return {**super().get_config(), "class_id": self.class_id, **own}


_ARGS = """

    Args:
        {argument}: Number in [0, 1].
        num_thresholds: How many thresholds are tried.
        class_id: Only this class is looked at.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Raises:
        ValueError: If {argument} is outside [0, 1] or num_thresholds is below 1.

    Example:

    >>> m = {name}(0.5)
    >>> m.update_state([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])
    >>> round(float(m.result()), 4)
    {result}
    """


class SensitivityAtSpecificity(_AtPoint):
    __doc__ = "The best sensitivity where the specificity is at least as given." + _ARGS.format(
        name="SensitivityAtSpecificity", argument="specificity", result=0.5
    )
    _argument = _given = "specificity"
    _wanted = "sensitivity"

    def __init__(
        self,
        specificity: Any,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_AtPoint):
    __doc__ = "The best specificity where the sensitivity is at least as given." + _ARGS.format(
        name="SpecificityAtSensitivity", argument="sensitivity", result=0.6667
    )
    _argument = _given = "sensitivity"
    _wanted = "specificity"

    def __init__(
        self,
        sensitivity: Any,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_AtPoint):
    __doc__ = "The best precision where the recall is at least as given." + _ARGS.format(
        name="PrecisionAtRecall", argument="recall", result=0.5
    )
    _argument, _given = "recall", "sensitivity"
    _wanted = "precision"

    def __init__(
        self,
        recall: Any,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_AtPoint):
    __doc__ = "The best recall where the precision is at least as given." + _ARGS.format(
        name="RecallAtPrecision", argument="precision", result=1.0
    )
    _argument = _given = "precision"
    _wanted = "sensitivity"

    def __init__(
        self,
        precision: Any,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
