"""Losses between real numbers: each formula and its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from .base import LossFunctionWrapper, squeeze_or_expand_to_same_rank

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _pair(y_true: TensorLike, y_pred: TensorLike) -> tuple[Tensor, Tensor]:
    """Both as tensors of the predictions' dtype and of equal rank."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    return squeeze_or_expand_to_same_rank(y_true, y_pred)


def mean_squared_error(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean((y_true - y_pred)**2) over the last axis.

    Args:
        y_true: Labels, shape (batch, ..., n).
        y_pred: Predictions, same shape, of a float dtype.

    Returns:
        Tensor of y_pred's dtype, shape (batch, ...).

    Example:

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [2.5]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean(|y_true - y_pred|) over the last axis.

    Args:
        y_true: Labels, shape (batch, ..., n).
        y_pred: Predictions, same shape, of a float dtype.

    Returns:
        Tensor of y_pred's dtype, shape (batch, ...).

    Example:

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """100 * mean(|y_true - y_pred| / max(|y_true|, epsilon)) over the last axis.

    Args:
        y_true: Labels, shape (batch, ..., n).
        y_pred: Predictions, same shape, of a float dtype.

    Returns:
        Tensor of y_pred's dtype, shape (batch, ...).

    Example:

    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).tolist()
    [25.0]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    floor = ops.maximum(ops.abs(y_true), config.epsilon())
    return 100.0 * ops.mean(ops.abs((y_true - y_pred) / floor), axis=-1)


def mean_squared_logarithmic_error(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean((log(y_true + 1) - log(y_pred + 1))**2); values below epsilon count as epsilon.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> print(losses.mean_squared_logarithmic_error([[0.0]], [[1.0]]).numpy().round(4))
        [0.4805]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    epsilon = config.epsilon()
    log_pred = ops.log(ops.maximum(y_pred, epsilon) + 1.0)
    log_true = ops.log(ops.maximum(y_true, epsilon) + 1.0)
    return ops.mean(ops.square(log_pred - log_true), axis=-1)


def huber(y_true: TensorLike, y_pred: TensorLike, delta: float = 1.0) -> Tensor:
    """Quadratic where |error| <= delta, linear beyond: mean over the last axis.

    Args:
        y_true: Labels, float, shape (batch, ..., n).
        y_pred: Predictions, same shape.
        delta: Where the quadratic part ends and the linear one begins.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> losses.huber([[0.0, 0.0]], [[0.5, 3.0]]).tolist()
        [1.3125]
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    size = ops.abs(error)
    values = ops.where(size <= delta, 0.5 * ops.square(error), delta * size - 0.5 * delta * delta)
    return ops.mean(values, axis=-1)


class _Named(LossFunctionWrapper):
    """A loss whose config holds only options that differ from `_defaults`, as Keras's does."""

    _defaults = {}

    def get_config(self) -> dict[str, Any]:
        base = {"name": self.name, "reduction": self.reduction}
        changed = {k: v for k, v in self._fn_kwargs.items() if v != self._defaults.get(k)}
        return {**base, **changed}


class MeanSquaredError(_Named):
    """Mean of the squared differences of labels and predictions.

    Args:
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:

    >>> float(MeanSquaredError()([[0.0, 1.0]], [[1.0, 1.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(_Named):
    """Mean of the absolute differences of labels and predictions. Args as MeanSquaredError.

    Example:

    >>> float(MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 1.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(_Named):
    """Mean difference in percent of the labels. Args as MeanSquaredError.

    Example:
        >>> round(float(losses.MeanAbsolutePercentageError()([[1.0, 2.0]], [[1.5, 1.0]])), 4)
        50.0
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(_Named):
    """Mean squared difference of log(value + 1). Args as MeanSquaredError.

    Example:
        >>> round(float(losses.MeanSquaredLogarithmicError()([[0.0]], [[1.0]])), 4)
        0.4805
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(_Named):
    """Huber's loss: quadratic up to `delta`, linear beyond.

    Args:
        delta: Where the quadratic part ends.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> float(losses.Huber()([[0.0, 0.0]], [[0.5, 3.0]]))
        1.3125
    """

    _defaults = {"delta": 1.0}

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)
