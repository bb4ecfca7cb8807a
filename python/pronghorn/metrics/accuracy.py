"""The accuracy family: how often predictions match labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from ..losses.base import squeeze_or_expand_to_same_rank
from .reduction import MeanMetricWrapper

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _matches(equal):
    return ops.cast(equal, config.floatx())


def accuracy(y_true, y_pred):
    """1 where y_true equals y_pred, else 0."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    return _matches(ops.equal(y_true, y_pred))


def binary_accuracy(y_true: TensorLike, y_pred: TensorLike, threshold: float = 0.5) -> Tensor:
    """1 where (y_pred > threshold) equals the 0/1 label, else 0.

    Args:
        y_true: Labels 0 or 1, shape (batch, ..., n).
        y_pred: Probabilities, same shape.
        threshold: Probabilities above it count as 1.

    Returns:
        Float tensor of y_pred's shape.

    Example:
        >>> metrics.binary_accuracy([[1, 0]], [[0.9, 0.6]]).tolist()
        [[1.0, 0.0]]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    return _matches(ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_true.dtype)))


def categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """1 where the largest entry of the one-hot label and of the prediction are the same.

    Args:
        y_true: One-hot labels, shape (batch, ..., classes).
        y_pred: Probabilities or other scores, same shape.

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]).tolist()
        [1.0, 0.0]
    """
    y_true = ops.argmax(y_true, axis=-1)
    y_pred = ops.argmax(y_pred, axis=-1)
    if len(y_true.shape) == len(y_pred.shape) + 1:
        y_true = ops.squeeze(y_true, axis=-1)
    return _matches(ops.equal(y_true, y_pred))


def sparse_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike) -> Tensor:
    """1 where the largest prediction is at the label's index, else 0.

    Args:
        y_true: Class indices, shape (batch, ...) or with a last axis of size 1.
        y_pred: Probabilities or other scores, shape (batch, ..., classes).

    Returns:
        Float tensor of y_pred's shape without the last axis.

    Example:
        >>> metrics.sparse_categorical_accuracy([1, 0], [[0.1, 0.9], [0.4, 0.6]]).tolist()
        [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    predicted = ops.argmax(y_pred, axis=-1)
    # Float labels are compared as floats, so that 0.5 matches no class.
    matches = _matches(ops.equal(y_true, predicted))
    if len(matches.shape) > 1 and matches.shape[-1] == 1:
        matches = ops.squeeze(matches, axis=-1)
    return matches


def _in_top_k(targets, scores, k):
    """Whether fewer than k scores are larger than the target's; ties all count as in, what is no
    class never."""
    at_target = ops.one_hot(targets, ops.shape(scores)[-1], dtype="bool")
    target_score = ops.sum(ops.where(at_target, scores, 0.0), axis=-1, keepdims=True)
    larger = ops.sum(ops.cast(ops.greater(scores, target_score), "int32"), axis=-1)
    known = ops.logical_and(ops.any(at_target, axis=-1), ops.isfinite(target_score)[..., 0])
    return ops.logical_and(known, ops.less(larger, k))


def top_k_categorical_accuracy(y_true: TensorLike, y_pred: TensorLike, k: int = 5) -> Tensor:
    """1 where the one-hot label's class is among the k largest predictions, else 0.

    Args:
        y_true: One-hot labels, shape (batch, classes).
        y_pred: Probabilities or other scores, same shape.
        k: How many classes count.

    Returns:
        Float tensor (batch,).

    Example:
        >>> metrics.top_k_categorical_accuracy([[0, 1, 0]], [[0.1, 0.3, 0.6]], k=2).tolist()
        [1.0]
    """
    y_true = ops.argmax(ops.convert_to_tensor(y_true), axis=-1)
    return sparse_top_k_categorical_accuracy(y_true, y_pred, k=k)


def sparse_top_k_categorical_accuracy(
    y_true: TensorLike, y_pred: TensorLike, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """1 where the label's index is among the k largest predictions, else 0.

    Args:
        y_true: Class indices, shape (batch,) or with a last axis of size 1.
        y_pred: Probabilities or other scores, shape (batch, classes).
        k: How many classes count.
        from_sorted_ids: Whether y_pred holds class indices, the best one first.

    Returns:
        Float tensor of y_true's shape.

    Example:
        >>> scores = [[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]]
        >>> metrics.sparse_top_k_categorical_accuracy([1, 0], scores, k=2).tolist()
        [1.0, 0.0]
    """
    y_pred = ops.convert_to_tensor(y_pred)
    if from_sorted_ids:
        y_true = ops.expand_dims(ops.convert_to_tensor(y_true), axis=1)
        return _matches(ops.any(ops.equal(y_true, y_pred[:, :k]), axis=1))
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        return ops.expand_dims(_matches(_in_top_k(ops.squeeze(y_true, -1), y_pred, k)), -1)
    return _matches(_in_top_k(y_true, y_pred, k))


class _Accuracy(MeanMetricWrapper):
    _direction = "up"
    _options = ()

    def get_config(self) -> dict[str, Any]:
        base = {"name": self.name, "dtype": self.dtype}
        return {**base, **{option: getattr(self, option) for option in self._options}}


class Accuracy(_Accuracy):
    """How often predictions equal labels.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.

    Example:

    >>> m = Accuracy()
    >>> m.update_state([1, 2, 3, 4], [0, 2, 3, 4])
    >>> float(m.result())
    0.75
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(_Accuracy):
    """How often probabilities on the right side of `threshold` match 0/1 labels.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        threshold: Probabilities above it count as 1.

    Example:
        >>> m = metrics.BinaryAccuracy()
        >>> m.update_state([1, 1, 0, 0], [0.98, 0.2, 0.1, 0.6])
        >>> float(m.result())
        0.5
    """

    _options = ("threshold",)

    def __init__(
        self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(_Accuracy):
    """How often the most probable class is the one-hot label's. Args as Accuracy.

    Example:
        >>> m = metrics.CategoricalAccuracy()
        >>> m.update_state([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]])
        >>> float(m.result())
        0.5
    """

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(_Accuracy):
    """How often the most probable class is the integer label. Args as Accuracy.

    Example:
        >>> m = metrics.SparseCategoricalAccuracy()
        >>> m.update_state([1, 0], [[0.1, 0.9], [0.4, 0.6]])
        >>> float(m.result())
        0.5
    """

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(_Accuracy):
    """How often the one-hot label's class is among the k most probable.

    Args:
        k: How many classes count.
        name: Name, the key in logs.
        dtype: dtype of the state.

    Example:
        >>> m = metrics.TopKCategoricalAccuracy(k=2)
        >>> m.update_state([[0, 1, 0], [1, 0, 0]], [[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]])
        >>> float(m.result())
        0.5
    """

    _options = ("k",)

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(_Accuracy):
    """How often the integer label is among the k most probable.

    Args:
        k: How many classes count.
        name: Name, the key in logs.
        dtype: dtype of the state.
        from_sorted_ids: Whether predictions are class indices, the best one first.

    Example:
        >>> m = metrics.SparseTopKCategoricalAccuracy(k=2)
        >>> m.update_state([1, 0], [[0.1, 0.3, 0.6], [0.1, 0.3, 0.6]])
        >>> float(m.result())
        0.5
    """

    _options = ("k",)

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        options = {"k": k, "from_sorted_ids": from_sorted_ids}
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, **options)
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a metric like this one."""
        ours = {"from_sorted_ids": True} if self.from_sorted_ids else {}  # tf-keras has no such
        return {**super().get_config(), **ours}
