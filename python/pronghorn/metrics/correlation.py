"""Correlations of labels and predictions, as functions and running means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from ..losses.base import squeeze_or_expand_to_same_rank
from .reduction import MeanMetricWrapper

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    return squeeze_or_expand_to_same_rank(y_true, y_pred)


def pearson_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Tensor:
    """Pearson's coefficient along an axis, between -1 and 1; nan where one side is constant.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.
        axis: The axis to correlate along.

    Returns:
        Float tensor without the axis.

    Example:
        >>> print(metrics.pearson_correlation([[0, 1, 0.5]], [[0.5, 1.5, 1.0]]).numpy().round(4))
        [1.]
    """
    true, pred = (
        (x - ops.mean(x, axis=axis, keepdims=True)) / ops.std(x, axis=axis, keepdims=True)
        for x in _pair(y_true, y_pred)
    )
    return ops.mean(true * pred, axis=axis)


def concordance_correlation(y_true: TensorLike, y_pred: TensorLike, axis: int = -1) -> Tensor:
    """Lin's concordance coefficient along an axis: how near the pairs are to the line y = x.

    Source: Lin 1989, https://doi.org/10.2307/2532051, with the covariance as Keras takes it.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.
        axis: The axis to correlate along.

    Returns:
        Float tensor without the axis.

    Example:
        >>> r = metrics.concordance_correlation([[0, 1, 0.5]], [[0.5, 1.5, 1.0]])
        >>> print(r.numpy().round(4))
        [0.5714]
    """
    true, pred = _pair(y_true, y_pred)
    mean_true = ops.mean(true, axis=axis, keepdims=True)
    mean_pred = ops.mean(pred, axis=axis, keepdims=True)
    spread = ops.var(true, axis=axis, keepdims=True) + ops.var(pred, axis=axis, keepdims=True)
    spread = spread + ops.square(mean_true - mean_pred)
    # sums of deviations from a mean vanish: one side centred by either mean gives the same
    covariance = (true - mean_pred) * (pred - mean_pred)
    return ops.mean(2.0 * covariance / (spread + config.epsilon()), axis=axis)


class _Correlation(MeanMetricWrapper):
    _direction = "up"

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, "axis": self.axis}


class PearsonCorrelation(_Correlation):
    """Running mean of Pearson's correlation coefficient.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        axis: The axis to correlate along.

    Example:

    >>> m = PearsonCorrelation()
    >>> m.update_state([[0, 1, 0.5]], [[0.1, 0.9, 0.5]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(
        self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(_Correlation):
    """Running mean of Lin's concordance coefficient. Args as PearsonCorrelation.

    Example:
        >>> m = metrics.ConcordanceCorrelation()
        >>> m.update_state([[0, 1, 0.5]], [[0.5, 1.5, 1.0]])
        >>> round(float(m.result()), 4)
        0.5714
    """

    def __init__(
        self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
