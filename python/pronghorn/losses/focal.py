"""Crossentropies that look at hard samples: focal (Lin et al. 2018), generalised (Zhang 2018)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from .base import LossFunctionWrapper

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engine.types import Tensor, TensorLike


def binary_focal_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Binary crossentropy times (1 - p of the right answer)**gamma, averaged over `axis`.

    Source: Lin et al. 2018, https://arxiv.org/abs/1708.02002.

    Args:
        y_true: Labels 0 or 1, shape (batch, ..., n).
        y_pred: Probabilities (or logits), same shape.
        apply_class_balancing: Whether positives weigh `alpha` and negatives `1 - alpha`.
        alpha: Weight of the positives.
        gamma: How strongly easy samples are played down; 0 for not at all.
        from_logits: Whether y_pred holds logits.
        label_smoothing: In [0, 1]; labels become `label * (1 - s) + s / 2`.
        axis: Axis of the mean.

    Returns:
        Float tensor of y_pred's shape without `axis`.

    Example:
        >>> print(losses.binary_focal_crossentropy([[1.0, 0.0]], [[0.5, 0.5]]).numpy().round(4))
        [0.1733]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    values = ops.binary_crossentropy(y_true, y_pred)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = ops.power(1.0 - right, gamma) * values
    if apply_class_balancing:
        values = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * values
    return ops.mean(values, axis=axis)


def categorical_focal_crossentropy(
    y_true: TensorLike,
    y_pred: TensorLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Categorical crossentropy times alpha * (1 - p)**gamma, summed over the classes.

    Source: Lin et al. 2018, https://arxiv.org/abs/1708.02002.

    Args:
        y_true: One-hot labels, shape (batch, ..., classes).
        y_pred: Probabilities (or logits), same shape.
        alpha: Weight, a number or one for each class.
        gamma: How strongly easy samples are played down; 0 for not at all.
        from_logits: Whether y_pred holds logits.
        label_smoothing: In [0, 1]; labels become `label * (1 - s) + s / classes`.
        axis: The axis of the classes.

    Returns:
        Float tensor of y_pred's shape without `axis`.

    Raises:
        ValueError: If `axis` is a bool.

    Example:
        >>> loss = losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        >>> print(loss.numpy().round(4))
        [0.0433]
    """
    if isinstance(axis, bool):
        raise ValueError(
            f"`axis` must be of type `int`. Received: axis={axis} of type {type(axis)}"
        )
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if y_pred.shape[-1] == 1:
        warnings.warn(
            "In loss categorical_focal_crossentropy, expected y_pred.shape to be (batch_size, "
            f"num_classes) with num_classes > 1. Received: y_pred.shape={y_pred.shape}. "
            "Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=2,
        )
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    output = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    epsilon = config.epsilon()
    output = ops.clip(output, epsilon, 1.0 - epsilon)
    weight = ops.power(1.0 - output, gamma) * ops.convert_to_tensor(alpha, dtype=output.dtype)
    return ops.sum(ops.negative(weight * y_true * ops.log(output)), axis=axis)


def categorical_generalized_cross_entropy(y_true: TensorLike, y_pred: TensorLike, q: Any) -> Tensor:
    """(1 - p**q) / q with p the probability of the label: robust against wrong labels.

    Source: Zhang and Sabuncu 2018, https://arxiv.org/abs/1805.07836.

    Args:
        y_true: Class indices, integer, shape (batch,).
        y_pred: Probabilities, shape (batch, classes).
        q: Between 0 (crossentropy) and 1 (mean absolute error).

    Returns:
        Float tensor (batch,).

    Example:
        >>> losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
        [1.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    at_label = ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
    p = ops.sum(y_pred * at_label, axis=-1)
    return (1.0 - ops.power(p, q)) / q


class _Options(LossFunctionWrapper):
    """A loss whose options are attributes too."""

    def __init__(
        self, fn: Callable[..., Any], reduction: str, name: str, dtype: Any, **options: Any
    ) -> None:
        super().__init__(fn, reduction, name, dtype, **options)
        for option, value in options.items():
            setattr(self, option, value)


class BinaryFocalCrossentropy(_Options):
    """Focal loss of yes/no labels (see `binary_focal_crossentropy`).

    Args:
        apply_class_balancing: Whether positives weigh `alpha` and negatives `1 - alpha`.
        alpha: Weight of the positives.
        gamma: How strongly easy samples are played down.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: Axis of the mean.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:

    >>> round(float(BinaryFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.75]])), 4)
    0.0956
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
        )


class CategoricalFocalCrossentropy(_Options):
    """Focal loss of one-hot labels (see `categorical_focal_crossentropy`).

    Args:
        alpha: Weight, a number or one for each class.
        gamma: How strongly easy samples are played down.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: The axis of the classes.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Example:
        >>> loss = losses.CategoricalFocalCrossentropy()
        >>> round(float(loss([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
            alpha=alpha,
            gamma=gamma,
        )


class CategoricalGeneralizedCrossEntropy(_Options):
    """Generalised crossentropy, robust against wrong labels (see the function of that name).

    Args:
        q: Between 0 (crossentropy) and 1 (mean absolute error), exclusive.
        reduction: See `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation.

    Raises:
        ValueError: If q is not between 0 and 1.

    Example:
        >>> loss = losses.CategoricalGeneralizedCrossEntropy(q=0.5)
        >>> float(loss([1], [[0.75, 0.25]]))
        1.0
    """

    _labels_are_indices = True

    def __init__(
        self,
        q: float = 0.5,
        reduction: str = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"q must be in the interval (0, 1). Received: q={q}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
