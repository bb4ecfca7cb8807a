"""Intersection over union of class regions, from a confusion matrix."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import config
from .base import Metric

if TYPE_CHECKING:
    from ..engine.types import TensorLike


class _IoU(Metric):
    """The confusion matrix: rows are labels, columns predictions."""

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype="int32" if dtype in (None, "int") else dtype)
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", dtype=self.dtype, name="total_confusion_matrix"
        )

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        y_true = ops.reshape(ops.convert_to_tensor(y_true, dtype=self.dtype), (-1,))
        y_pred = ops.reshape(ops.convert_to_tensor(y_pred, dtype=self.dtype), (-1,))
        weights = self._weights(sample_weight, y_true)
        valid = self._in_range(y_true)
        if self.ignore_class is not None:
            valid = ops.logical_and(valid, ops.not_equal(y_true, self.ignore_class))
        valid = ops.logical_and(valid, self._in_range(y_pred))
        cell = ops.cast(y_true, "int32") * self.num_classes + ops.cast(y_pred, "int32")
        counts = ops.scatter_add(
            ops.where(valid, cell, 0), ops.where(valid, weights, 0), self.num_classes**2
        )
        self.total_cm.assign_add(ops.reshape(counts, self.total_cm.shape))

    def _in_range(self, classes):
        return ops.logical_and(ops.greater_equal(classes, 0), ops.less(classes, self.num_classes))

    def _weights(self, sample_weight, like):
        if sample_weight is None:
            return ops.ones_like(like)
        given = str(getattr(sample_weight, "dtype", ""))
        if "float" in given and "int" in self.dtype:
            warnings.warn(
                f"The sample weights are {given} (float) and {self.name} counts in {self.dtype} "
                "(int): casting them loses their fractions. Give the metric a float dtype, or "
                "integer weights.",
                stacklevel=3,
            )
        weights = ops.convert_to_tensor(sample_weight, dtype=self.dtype)
        if len(weights.shape) > 1:
            weights = ops.reshape(weights, (-1,))
        return ops.broadcast_to(weights, ops.shape(like))


class IoU(_IoU):
    """Intersection over union, TP / (TP + FP + FN), averaged over the given classes.

    Args:
        num_classes: Number of classes.
        target_class_ids: The classes that count.
        name: Name, the key in logs.
        dtype: dtype of the counts; int32 by default.
        ignore_class: A label whose samples count nothing.
        sparse_y_true: Whether labels are class indices (else one-hot).
        sparse_y_pred: Whether predictions are class indices (else scores).
        axis: The axis of the classes where they are not indices.

    Raises:
        ValueError: If a target is no class.

    Example:

    >>> m = IoU(num_classes=2, target_class_ids=[0])
    >>> m.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    >>> round(float(m.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"Target class id {max(target_class_ids)} is out of range, "
                f"which is [0, {num_classes})."
            )
        self.target_class_ids = list(target_class_ids)

    def result(self) -> Any:
        matrix = ops.cast(self.total_cm, "float32")
        right = ops.sum(matrix * ops.eye(self.num_classes), axis=0)
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - right
        right = ops.take(right, self.target_class_ids)
        union = ops.take(union, self.target_class_ids)
        seen = ops.greater(union, 1e-9)
        ratio = ops.where(seen, right / (union + config.epsilon()), 0.0)
        return ops.sum(ratio) / (ops.sum(ops.cast(seen, "float32")) + config.epsilon())

    def get_config(self) -> dict[str, Any]:
        own = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred")
        return {**super().get_config(), **self._options(*own, "axis")}

    def _options(self, *names):
        return {name: getattr(self, name) for name in names}


class BinaryIoU(IoU):
    """Intersection over union of yes/no regions.

    Args:
        target_class_ids: The classes that count: 0, 1 or both.
        threshold: A prediction of at least this counts as class 1.
        name: Name, the key in logs.
        dtype: dtype of the counts; int32 by default.

    Example:
        >>> m = metrics.BinaryIoU(target_class_ids=[1], threshold=0.5)
        >>> m.update_state([0, 1, 1, 0], [0.1, 0.2, 0.8, 0.9])
        >>> round(float(m.result()), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Any = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_pred = ops.convert_to_tensor(y_pred, dtype="float32")
        super().update_state(y_true, ops.greater_equal(y_pred, self.threshold), sample_weight)

    def get_config(self) -> dict[str, Any]:
        return self._options("target_class_ids", "threshold", "name", "dtype")


class MeanIoU(IoU):
    """Intersection over union, averaged over all classes. Args as IoU, without targets.

    Example:
        >>> m = metrics.MeanIoU(num_classes=2)
        >>> m.update_state([0, 0, 1, 1], [0, 1, 0, 1])
        >>> round(float(m.result()), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )

    def get_config(self) -> dict[str, Any]:
        own = ("num_classes", "name", "dtype", "ignore_class", "sparse_y_true", "sparse_y_pred")
        return self._options(*own, "axis")


class OneHotIoU(IoU):
    """Intersection over union for one-hot labels and scores. Args as IoU.

    Example:
        >>> m = metrics.OneHotIoU(num_classes=2, target_class_ids=[0])
        >>> m.update_state([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]])
        >>> round(float(m.result()), 4)
        0.5
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        own = ("num_classes", "target_class_ids", "name", "dtype", "ignore_class", "sparse_y_pred")
        return self._options(*own, "axis")


class OneHotMeanIoU(MeanIoU):
    """Intersection over union for one-hot labels, averaged over all classes. Args as MeanIoU.

    Example:
        >>> m = metrics.OneHotMeanIoU(num_classes=2)
        >>> m.update_state([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]])
        >>> round(float(m.result()), 4)
        0.25
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        own = ("num_classes", "name", "dtype", "ignore_class", "sparse_y_pred")
        return self._options(*own, "axis")
