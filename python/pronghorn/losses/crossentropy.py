"""Losses between probability distributions: the crossentropies, KL divergence, Poisson.

The numerics (logits behind a softmax, clipping of probabilities) live in ops; here are label
smoothing, ignored classes and the Keras names.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from .base import Loss, LossFunctionWrapper
from .regression import _Named

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def binary_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Crossentropy of independent yes/no labels, averaged over `axis`.

    Args:
        y_true: Labels 0 or 1, shape (batch, ..., n).
        y_pred: Probabilities (or logits), same shape.
        from_logits: Whether y_pred holds logits.
        label_smoothing: In [0, 1]; labels become `label * (1 - s) + s / 2`.
        axis: Axis of the mean.

    Returns:
        Float tensor of y_pred's shape without `axis`.

    Example:
        >>> print(losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.75]]).numpy().round(4))
        [1.0397]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


def categorical_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Crossentropy of one-hot labels (batch, ..., classes) -> (batch, ...).

    Args:
        y_true: One-hot (or soft) labels.
        y_pred: Probabilities (or logits), same shape.
        from_logits: Whether y_pred holds logits.
        label_smoothing: In [0, 1]; labels become `label * (1 - s) + s / classes`.
        axis: The axis of the classes.

    Returns:
        Float tensor of y_pred's shape without `axis`.

    Raises:
        ValueError: Where `axis` is a bool, or the shapes differ.

    Example:
        >>> print(losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4))
        [0.6931]
    """
    if isinstance(axis, bool):
        raise ValueError(
            f"`axis` must be of type `int`. Received: axis={axis} of type {type(axis)}"
        )
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if y_pred.shape[-1] == 1:
        warnings.warn(
            "In loss categorical_crossentropy, expected y_pred.shape to be (batch_size, "
            f"num_classes) with num_classes > 1. Received: y_pred.shape={y_pred.shape}. "
            "Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=2,
        )
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """Crossentropy of integer class indices (batch, ...) against (batch, ..., classes).

    Args:
        y_true: Class indices in [0, classes).
        y_pred: Probabilities (or logits).
        from_logits: Whether y_pred holds logits.
        ignore_class: An index whose samples count nothing.
        axis: The axis of the classes.

    Returns:
        Float tensor of y_pred's shape without `axis`; 0 and masked where the class is ignored.

    Raises:
        ValueError: When run, if an index is out of range.

    Example:
        >>> print(losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(4))
        [0.6931]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    logits = None if from_logits else y_pred.logits("softmax", axis)
    if logits is not None:
        y_pred, from_logits = logits, True
    valid = ops.not_equal(y_true, ignore_class)
    y_true = ops.where(valid, y_true, 0)
    y_pred = ops.where(ops.expand_dims(valid, axis), y_pred, 0.0)
    values = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    values = ops.where(valid, values, 0.0)
    values._keras_mask = valid
    return values


sparse_categorical_crossentropy.labels_are_indices = True


def kl_divergence(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """sum(y_true * log(y_true / y_pred)) over the last axis; both are clipped to [epsilon, 1].

    Args:
        y_true: Probabilities, float, shape (batch, ..., classes).
        y_pred: Probabilities, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> print(losses.kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).numpy().round(4))
        [0.1438]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.clip(ops.convert_to_tensor(y_true, dtype=y_pred.dtype), config.epsilon(), 1.0)
    y_pred = ops.clip(y_pred, config.epsilon(), 1.0)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """mean(y_pred - y_true * log(y_pred + epsilon)) over the last axis.

    Args:
        y_true: Counts, shape (batch, ..., n).
        y_pred: Predicted rates, positive, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> print(losses.poisson([[1.0, 2.0]], [[1.0, 1.0]]).numpy().round(4))
        [1.]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


class BinaryCrossentropy(LossFunctionWrapper):
    """Crossentropy of yes/no labels.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1]; squeezes labels towards 0.5.
        axis: Axis of the mean.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> round(float(losses.BinaryCrossentropy()([[1.0, 0.0]], [[0.5, 0.75]])), 4)
        1.0397
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class CategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of one-hot labels.

    Args:
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1]; spreads that much of each label over all classes.
        axis: The axis of the classes.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> loss = losses.CategoricalCrossentropy()
        >>> round(float(loss([[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.25, 0.75]])), 4)
        1.0397
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """Crossentropy of integer labels.

    Args:
        from_logits: Whether predictions are logits.
        ignore_class: An index whose samples count nothing.
        reduction: See `Loss`.
        axis: The axis of the classes.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> loss = losses.SparseCategoricalCrossentropy()
        >>> round(float(loss([1, 0], [[0.5, 0.5], [0.25, 0.75]])), 4)
        1.0397
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits, self.ignore_class = from_logits, ignore_class

    def get_config(self) -> dict[str, Any]:
        return {
            **Loss.get_config(self),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
        }


class KLDivergence(_Named):
    """The Kullback-Leibler divergence of distributions. Args as MeanSquaredError.

    Example:
        >>> round(float(losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(_Named):
    """Minus the log-likelihood of counts, up to a constant. Args as MeanSquaredError.

    Example:
        >>> round(float(losses.Poisson()([[1.0, 2.0]], [[1.0, 1.0]])), 4)
        1.0
    """

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
