"""Scores of a whole epoch: F-beta and the coefficient of determination."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config, trace
from ..losses.base import squeeze_or_expand_to_same_rank
from .base import Metric

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def _check_rank_2(who, y_true_shape, y_pred_shape):
    shapes = f"Received input shapes: y_pred.shape={y_pred_shape} and y_true.shape={y_true_shape}."
    if len(y_pred_shape) != 2 or len(y_true_shape) != 2:
        raise ValueError(f"{who} expects 2D inputs with shape (batch_size, output_dim). {shapes}")
    if y_pred_shape[-1] is None or y_true_shape[-1] is None:
        raise ValueError(
            f"{who} expects 2D inputs with shape (batch_size, output_dim), with output_dim fully "
            f"defined (not None). {shapes}"
        )


class FBetaScore(Metric):
    """(1 + beta^2) * precision * recall / (beta^2 * precision + recall).

    Args:
        average: None (one score a class), `"micro"` (counts over all classes), `"macro"` (mean of
            the classes), `"weighted"` (mean weighted by the labels of each class).
        beta: Float above 0: how much recall weighs beside precision.
        threshold: Float in (0, 1]: predictions above it are positive. None: each row's
            largest.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Raises:
        ValueError: If an argument is none of these, or inputs are not (batch, classes).

    Example:
        >>> m = FBetaScore(beta=2.0, threshold=0.5)
        >>> m.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]],
        ...                [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> print(m.result().numpy().round(4))
        [0.3846 0.9091 0.8333]
    """

    _direction = "up"

    def __init__(
        self,
        average: Any = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', "
                f"'weighted'}}. Received: average={average}"
            )
        for argument, value in (("beta", beta), ("threshold", threshold)):
            if not isinstance(value, float) and not (value is None and argument == "threshold"):
                raise ValueError(
                    f"Invalid `{argument}` argument value. It should be a Python float. "
                    f"Received: {argument}={value} of type '{type(value)}'"
                )
        if beta <= 0.0:
            raise ValueError(
                f"Invalid `beta` argument value. It should be > 0. Received: beta={beta}"
            )
        if threshold is not None and not 0.0 < threshold <= 1.0:
            raise ValueError(
                "Invalid `threshold` argument value. It should verify 0 < threshold <= 1. "
                f"Received: threshold={threshold}"
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        _check_rank_2(type(self).__name__, y_true_shape, y_pred_shape)
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        for name in names:
            setattr(self, name, self.add_variable(shape, "zeros", dtype=self.dtype, name=name))
        self._built = True

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        if self.threshold is None:
            largest = ops.max(y_pred, axis=-1, keepdims=True)
            positive = ops.logical_and(y_pred >= largest, ops.greater(ops.abs(y_pred), 1e-9))
        else:
            positive = ops.greater(y_pred, self.threshold)
        positive = ops.cast(positive, self.dtype)
        weights = None
        if sample_weight is not None:
            weights = ops.expand_dims(ops.convert_to_tensor(sample_weight, dtype=self.dtype), 1)

        def total(x):
            return ops.sum(x if weights is None else x * weights, axis=self.axis)

        self.true_positives.assign_add(total(positive * y_true))
        self.false_positives.assign_add(total(positive * (1.0 - y_true)))
        self.false_negatives.assign_add(total((1.0 - positive) * y_true))
        self.intermediate_weights.assign_add(total(y_true))

    def result(self) -> Any:
        epsilon, squared = config.epsilon(), self.beta**2
        right = self.true_positives.value
        precision = right / (right + self.false_positives + epsilon)
        recall = right / (right + self.false_negatives + epsilon)
        score = precision * recall / (squared * precision + recall + epsilon) * (1.0 + squared)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return ops.sum(score * (weights / (ops.sum(weights) + epsilon)))
        return score if self.average is None else ops.mean(score)

    def get_config(self) -> dict[str, Any]:
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall. Args as FBetaScore, with beta 1.

    Example:
        >>> m = metrics.F1Score(threshold=0.5)
        >>> m.update_state([[1, 1], [1, 0]], [[0.2, 0.6], [0.7, 0.6]])
        >>> print(m.result().numpy().round(4))
        [0.6667 0.6667]
    """

    def __init__(
        self,
        average: Any = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["beta"]
        return config


class R2Score(Metric):
    """The coefficient of determination: 1 - squared errors / squared deviations from the mean.

    Args:
        class_aggregation: `"uniform_average"`, `"variance_weighted_average"`, or None for one score
            a column.
        num_regressors: Number of independent variables, for the adjusted score; 0: the plain one.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Raises:
        ValueError: If an argument is none of these, or inputs are not (batch, columns).

    Example:

    >>> m = R2Score()
    >>> m.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    >>> round(float(m.result()), 4)
    0.5714
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        valid = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in valid:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`. Expected one of {valid}. "
                f"Received: class_aggregation={class_aggregation}"
            )
        if num_regressors < 0:
            raise ValueError(
                "Invalid value for argument `num_regressors`. Expected a value >= 0. "
                f"Received: num_regressors={num_regressors}"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", self._counting, name="num_samples")
        self._built = False

    def _build(self, y_true_shape, y_pred_shape):
        _check_rank_2(type(self).__name__, y_true_shape, y_pred_shape)
        shape = (y_pred_shape[-1],)
        for attribute, name in (
            ("squared_sum", "squared_sum"),
            ("sum", "sum"),
            ("total_mse", "residual"),
            ("count", "count"),
        ):
            setattr(self, attribute, self.add_variable(shape, "zeros", self._counting, name=name))
        self._built = True

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_true = ops.convert_to_tensor(y_true, dtype=self._counting)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self._counting)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        if not self._built:
            self._build(y_true.shape, y_pred.shape)
        if sample_weight is None:
            weights = ops.ones_like(y_true)
        else:
            weights = ops.convert_to_tensor(sample_weight, dtype=self._counting)
            if len(weights.shape) == 1:
                weights = ops.expand_dims(weights, axis=1)
            weights = ops.broadcast_to(weights, ops.shape(y_true))
        weighted = y_true * weights
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighted, axis=0))
        self.total_mse.assign_add(ops.sum(ops.square(y_true - y_pred) * weights, axis=0))
        self.count.assign_add(ops.sum(weights, axis=0))
        self.num_samples.assign_add(ops.sum(ops.ones_like(y_true)))

    def result(self) -> Any:
        mean = self.sum / self.count
        total = self.squared_sum - self.sum * mean
        scores = 1.0 - self.total_mse / total
        scores = ops.where(ops.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.sum(total * scores) / ops.sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score):
        spare = self.num_samples - (1.0 + self.num_regressors)
        adjusted = 1.0 - (1.0 - score) * (self.num_samples - 1.0) / spare
        if trace.is_tracing() or float(spare) > 0:
            return ops.where(ops.greater(spare, 0), adjusted, score)
        why = (
            "More independent predictors than datapoints in adjusted R2 score."
            if float(spare) < 0
            else "Division by zero in Adjusted R2 score."
        )
        warnings.warn(f"{why} Falling back to standard R2 score.", stacklevel=3)
        return score

    def get_config(self) -> dict[str, Any]:
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
