"""Sum, Mean and the wrapper that makes a running mean of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import losses, ops
from ..engine.met import value_of
from ..losses.base import apply_mask, element_count, safe_divide, squeeze_or_expand_to_same_rank
from .base import Metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from ..engine.types import TensorLike


def samplewise(values, sample_weight, reduce_fn, dtype):
    """One weighted value a sample, and the weights that were used (or None).

    Values with more axes than the weights are reduced to the weights' rank first; what is left
    beyond the batch axis is reduced after weighting.
    """
    mask = getattr(values, "_keras_mask", None)
    values = ops.cast(values, dtype)
    if sample_weight is not None:
        weights = ops.convert_to_tensor(sample_weight, dtype=dtype)
        if mask is not None:
            weights = apply_mask(weights, mask, dtype=dtype, reduction="sum")
        if not values.shape and weights.shape:  # one value for the whole batch, as in Keras 2
            values = ops.broadcast_to(values, weights.shape)
        values, weights = squeeze_or_expand_to_same_rank(values, weights)
        rank = len(weights.shape)
        if len(values.shape) > rank:
            values = reduce_fn(values, axis=tuple(range(rank, len(values.shape))))
        if weights.shape != values.shape:
            # A single weight must be counted once for each value it weighs.
            weights = ops.broadcast_to(weights, values.shape)
        values = values * weights
        if rank > 1:
            weights = reduce_fn(weights, axis=tuple(range(1, rank)))
        sample_weight = weights
    if len(values.shape) > 1:
        values = reduce_fn(values, axis=tuple(range(1, len(values.shape))))
    return values, sample_weight


class Sum(Metric):
    """The (weighted) sum of all values seen.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.

    Example:

    >>> m = Sum()
    >>> m.update_state([1.0, 3.0, 5.0, 7.0])
    >>> float(m.result())
    16.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: TensorLike | None = None) -> None:
        values, _ = samplewise(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def reset_state(self) -> Any:
        self.total.assign(0)

    def result(self) -> Any:
        return ops.cast(self.total, self.dtype)


class Mean(Metric):
    """The (weighted) mean of all values seen.

    Args:
        name: Name, the key in logs.
        dtype: dtype of the state.

    Example:

    >>> m = Mean()
    >>> m.update_state([1.0, 3.0, 5.0, 7.0])
    >>> float(m.result())
    4.0
    """

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: TensorLike | None = None) -> None:
        values, weights = samplewise(values, sample_weight, ops.mean, self.dtype)
        if weights is not None:
            count = ops.sum(weights) if weights.shape else weights
        elif values.shape:
            count = element_count(values, self.dtype)
        else:
            count = 1
        self.total.assign_add(ops.sum(values) if values.shape else values)
        self.count.assign_add(count)

    def reset_state(self) -> Any:
        self.total.assign(0)
        self.count.assign(0)

    def result(self) -> Any:
        return safe_divide(self.total, self.count)


class MeanMetricWrapper(Mean):
    """The running mean of `fn(y_true, y_pred, **kwargs)`.

    Args:
        fn: Function that gives one value (or more) a sample.
        name: Name, the key in logs.
        dtype: dtype of the state.
        **kwargs: Passed on to `fn`.

    Example:
        >>> def farthest(y_true, y_pred):
        ...     return ops.max(ops.abs(ops.subtract(y_true, y_pred)), axis=-1)
        ...
        >>> m = metrics.MeanMetricWrapper(farthest, name="farthest")
        >>> m.update_state([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [4.0, 3.0]])
        >>> float(m.result())
        3.0
    """

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)  # type: ignore[arg-type]
        self._fn = fn
        self._fn_kwargs = kwargs
        if fn in losses.FUNCTIONS or type(fn) in losses.CLASSES:
            self._direction = "down"

    def update_state(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> None:
        mask = getattr(y_pred, "_keras_mask", None)
        values = value_of(self._fn(y_true, y_pred, **self._fn_kwargs))
        if values is None:
            raise ValueError(
                f"The metric '{self.name}' returned None; expected a tensor of values, one a "
                "sample or more. Does its function end without `return`?"
            )
        weights = apply_mask(sample_weight, mask, dtype=self.dtype, reduction="sum")
        super().update_state(values, sample_weight=weights)

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object

        options = serialize_keras_object({"fn": self._fn, **self._fn_kwargs})
        return {**super().get_config(), **options}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        if "fn" in config:
            from ..serialization import deserialize_keras_object

            config = {**config, "fn": deserialize_keras_object(config["fn"])}
        return cls(**config)
