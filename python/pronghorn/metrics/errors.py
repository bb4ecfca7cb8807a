"""Running means of losses: the regression errors and the crossentropies as metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import losses, ops
from ..losses.base import squeeze_or_expand_to_same_rank
from .reduction import Mean, MeanMetricWrapper

if TYPE_CHECKING:
    from ..engine.types import TensorLike


class _LossMetric(MeanMetricWrapper):
    _direction = "down"

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, **self._fn_kwargs}


class MeanSquaredError(_LossMetric):
    """Running mean of the squared errors.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.

    Example:
        >>> m = metrics.MeanSquaredError()
        >>> m.update_state([[0.0, 0.0]], [[1.0, 2.0]])
        >>> float(m.result())
        2.5
    """

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class MeanAbsoluteError(_LossMetric):
    """Running mean of the absolute errors. Args as MeanSquaredError.

    Example:
        >>> m = metrics.MeanAbsoluteError()
        >>> m.update_state([[0.0, 0.0]], [[1.0, 2.0]])
        >>> float(m.result())
        1.5
    """

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(_LossMetric):
    """Running mean of the errors in percent. Args as MeanSquaredError.

    Example:
        >>> m = metrics.MeanAbsolutePercentageError()
        >>> m.update_state([[1.0, 2.0]], [[1.5, 1.0]])
        >>> round(float(m.result()), 4)
        50.0
    """

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(_LossMetric):
    """Running mean of the squared differences of logarithms. Args as MeanSquaredError.

    Example:
        >>> m = metrics.MeanSquaredLogarithmicError()
        >>> m.update_state([[0.0]], [[1.0]])
        >>> round(float(m.result()), 4)
        0.4805
    """

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class RootMeanSquaredError(Mean):
    """Square root of the running mean of the squared errors. Args as MeanSquaredError.

    Example:
        >>> m = metrics.RootMeanSquaredError()
        >>> m.update_state([[0.0, 0.0]], [[1.0, 7.0]])
        >>> float(m.result())
        5.0
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        super().update_state(ops.square(y_pred - y_true), sample_weight=sample_weight)

    def result(self) -> Any:
        return ops.sqrt(super().result())


class KLDivergence(_LossMetric):
    """Running mean of the Kullback-Leibler divergence. Args as MeanSquaredError.

    Example:
        >>> m = metrics.KLDivergence()
        >>> m.update_state([[0.5, 0.5]], [[0.25, 0.75]])
        >>> round(float(m.result()), 4)
        0.1438
    """

    _direction = None

    def __init__(self, name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(_LossMetric):
    """Running mean of the Poisson loss. Args as MeanSquaredError.

    Example:
        >>> m = metrics.Poisson()
        >>> m.update_state([[1.0, 2.0]], [[1.0, 1.0]])
        >>> round(float(m.result()), 4)
        1.0
    """

    _direction = None

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


class BinaryCrossentropy(_LossMetric):
    """Running mean of the binary crossentropy.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].

    Example:
        >>> m = metrics.BinaryCrossentropy()
        >>> m.update_state([[1.0, 0.0]], [[0.5, 0.75]])
        >>> round(float(m.result()), 4)
        1.0397
    """

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            losses.binary_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )


class CategoricalCrossentropy(_LossMetric):
    """Running mean of the crossentropy of one-hot labels.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        from_logits: Whether predictions are logits.
        label_smoothing: In [0, 1].
        axis: The axis of the classes.

    Example:
        >>> m = metrics.CategoricalCrossentropy()
        >>> m.update_state([[0.0, 1.0]], [[0.5, 0.5]])
        >>> round(float(m.result()), 4)
        0.6931
    """

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(_LossMetric):
    """Running mean of the crossentropy of integer labels.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        from_logits: Whether predictions are logits.
        ignore_class: An index whose samples count nothing.
        axis: The axis of the classes.

    Example:
        >>> m = metrics.SparseCategoricalCrossentropy()
        >>> m.update_state([1], [[0.5, 0.5]])
        >>> round(float(m.result()), 4)
        0.6931
    """

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            losses.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


def _cosine(y_true, y_pred, axis=-1):
    return ops.negative(losses.cosine_similarity(y_true, y_pred, axis=axis))


class CosineSimilarity(_LossMetric):
    """Running mean of the cosine of the angle between labels and predictions.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.
        axis: The axis that holds the vectors.

    Example:
        >>> m = metrics.CosineSimilarity()
        >>> m.update_state([[0.0, 1.0]], [[3.0, 4.0]])
        >>> round(float(m.result()), 4)
        0.8
    """

    _direction = "up"

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(_cosine, name, dtype, axis=axis)

    def get_config(self) -> dict[str, Any]:
        base = {"name": self.name, "dtype": self.dtype}
        axis = self._fn_kwargs["axis"]
        return base if axis == -1 else {**base, "axis": axis}


class LogCoshError(_LossMetric):
    """Running mean of log(cosh(prediction - label)). Args as MeanSquaredError.

    Example:
        >>> m = metrics.LogCoshError()
        >>> m.update_state([[0.0, 0.0]], [[1.0, 0.0]])
        >>> round(float(m.result()), 4)
        0.2169
    """

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


class Hinge(_LossMetric):
    """Running mean of the hinge loss; labels are -1 and 1, or 0 and 1. Args as MeanSquaredError.

    Example:
        >>> m = metrics.Hinge()
        >>> m.update_state([[1.0, -1.0]], [[0.5, 0.5]])
        >>> float(m.result())
        1.0
    """

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(_LossMetric):
    """Running mean of the squared hinge loss of labels -1 and 1. Args as MeanSquaredError.

    Example:
        >>> m = metrics.SquaredHinge()
        >>> m.update_state([[1.0, -1.0]], [[0.5, 0.5]])
        >>> float(m.result())
        1.25
    """

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(_LossMetric):
    """Running mean of the hinge loss of one-hot labels. Args as MeanSquaredError.

    Example:
        >>> m = metrics.CategoricalHinge()
        >>> m.update_state([[0.0, 1.0]], [[0.5, 0.25]])
        >>> float(m.result())
        1.25
    """

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
