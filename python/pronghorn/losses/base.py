"""Loss: the base class, and how per-sample values become one number.

Reductions, masks and sample weights live here; the formulas live beside their classes in
regression.py, crossentropy.py and hinge.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import ops
from ..dtype_policies import compute_dtype_of
from ..engine import nest
from ..engine.met import value_of
from ..engine.naming import auto_name
from ..serialization import Portable

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from ..engine.types import Tensor, TensorLike


REDUCTIONS = ("sum_over_batch_size", "sum", None, "none", "mean", "mean_with_sample_weight")


class Loss(Portable):
    """Base class of the losses: subclass it and write `call(y_true, y_pred)`.

    Args:
        name: Name of the instance; made from the class name where missing.
        reduction: `"sum_over_batch_size"` or `"mean"` (sum divided by the number of values),
            `"sum"`, `"mean_with_sample_weight"` (sum divided by the sum of the weights),
            `"none"` or None (no reduction).
        dtype: dtype of the computation; `floatx()` by default.

    Raises:
        ValueError: If `reduction` is none of these.

    Example:
        >>> class MeanQuartic(keras.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return ops.mean(ops.square(ops.square(y_true - y_pred)), axis=-1)
        ...
        >>> float(MeanQuartic()(np.zeros((1, 2)), np.array([[1.0, 2.0]])))
        8.5
    """

    # Class indices are better kept as integers than cast to floats and back.
    _labels_are_indices = False

    def __init__(
        self, name: str | None = None, reduction: str = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.reduction = check_reduction(reduction)
        self._dtype = compute_dtype_of(dtype)

    @property
    def dtype(self) -> Any:
        """The dtype that labels and predictions are computed in."""
        return self._dtype

    def __call__(
        self, y_true: TensorLike, y_pred: TensorLike, sample_weight: TensorLike | None = None
    ) -> Tensor:
        mask = getattr(y_pred, "_keras_mask", None)
        dtype = self._dtype
        y_pred = nest.map_structure(lambda t: ops.convert_to_tensor(t, dtype=dtype), y_pred)
        label_dtype = None if self._labels_are_indices else dtype
        y_true = nest.map_structure(lambda t: ops.convert_to_tensor(t, dtype=label_dtype), y_true)
        values = self.call(y_true, y_pred)
        if values is None:
            raise ValueError(
                f"The loss '{self.name}' returned None; expected a tensor of values, one a sample "
                "or more. Does its function end without `return`?"
            )
        own_mask = getattr(values, "_keras_mask", None)
        if own_mask is not None:
            mask = own_mask if mask is None else ops.logical_and(mask, own_mask)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction, dtype)

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> Any:
        """The loss of each sample, before weights and reduction; a subclass defines it.

        Args:
            y_true: Labels, of the loss's dtype, shape (batch, ...).
            y_pred: Predictions, of the loss's dtype, shape (batch, ...).

        Returns:
            Tensor, usually (batch,) or the predictions' shape without the last axis.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `call(y_true, y_pred)`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this loss again.

        Returns:
            A dict of JSON values.
        """
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Any) -> Self:
        """A loss as a config describes it.

        Args:
            config: What `get_config` gave: the arguments by name.

        Returns:
            A loss of this class.
        """
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A `Loss` of a function, which gives one value a sample or more.

    Args:
        fn: Function of (y_true, y_pred, **kwargs).
        reduction: How the values become one; see `Loss`.
        name: Name of the instance.
        dtype: dtype of the computation; floatx by default.
        **kwargs: Passed on to `fn`.

    Example:
        >>> def scaled(y_true, y_pred, factor):
        ...     return factor * ops.mean(ops.abs(y_true - y_pred), axis=-1)
        ...
        >>> loss = LossFunctionWrapper(scaled, factor=10.0)
        >>> float(loss(np.zeros((1, 2)), np.array([[1.0, 2.0]])))
        15.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs
        self._labels_are_indices = getattr(fn, "labels_are_indices", False)

    def call(self, y_true: TensorLike, y_pred: TensorLike) -> Tensor:
        if hasattr(y_true, "shape") and hasattr(y_pred, "shape"):
            y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return value_of(self.fn(y_true, y_pred, **self._fn_kwargs))

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self._fn_kwargs}
        if type(self) is LossFunctionWrapper:
            from ..serialization import serialize_keras_object

            config["fn"] = serialize_keras_object(self.fn)
        return config

    @classmethod
    def from_config(cls, config: Any) -> Self:
        if "fn" in config:
            from ..serialization import deserialize_keras_object

            config = {**config, "fn": deserialize_keras_object(config["fn"])}
        return cls(**config)

    def __repr__(self):
        return f"<LossFunctionWrapper({self.fn}, kwargs={self._fn_kwargs})>"


def check_reduction(reduction):
    if reduction == "auto":  # of Keras 2
        return "sum_over_batch_size"
    if reduction not in REDUCTIONS:
        raise ValueError(
            "Invalid value for argument `reduction`. "
            f"Expected one of {REDUCTIONS}. Received: reduction={reduction}"
        )
    return reduction


def squeeze_or_expand_to_same_rank(
    x1: Any, x2: Any, expand_rank_1: bool = True
) -> tuple[Tensor, Tensor]:
    """Drops (or, beside a vector, adds) a last axis of size 1 where the ranks differ by one."""
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if rank1 == rank2 + 1 and x1.shape[-1] == 1:
        if rank2 == 1 and expand_rank_1:
            return x1, ops.expand_dims(x2, axis=-1)
        return ops.squeeze(x1, axis=-1), x2
    if rank2 == rank1 + 1 and x2.shape[-1] == 1:
        if rank1 == 1 and expand_rank_1:
            return ops.expand_dims(x1, axis=-1), x2
        return x1, ops.squeeze(x2, axis=-1)
    return x1, x2


def align_from_front(weights: Any, shape: Any) -> Tensor:
    """The weights with axes of size 1 added at the end, as many as the shape has more.

    Weights belong to samples: (n,) beside values (n, steps) is one weight a sample, also where both
    sizes are equal.
    """
    missing = len(shape) - len(weights.shape)
    if len(weights.shape) and _broadcasts(weights.shape, shape[: len(weights.shape)]):
        for _ in range(missing):
            weights = ops.expand_dims(weights, -1)
    return weights


def _broadcasts(a, b):
    return all(m == n or 1 in (m, n) or None in (m, n) for m, n in zip(a[::-1], b[::-1]))


def element_count(tensor, dtype):
    """The number of elements: a Python number where the shape is known, else a scalar tensor."""
    if all(isinstance(size, int) for size in tensor.shape):
        return math.prod(tensor.shape)
    count = 1
    for size in ops.shape(tensor):
        count = count * size
    return ops.cast(count, dtype)


def safe_divide(x, count):
    """x / count, and 0 where count is 0; count may be a Python number."""
    if isinstance(count, (int, float)):
        return x / count if count else x * 0.0
    zero = ops.equal(count, 0)
    return ops.where(zero, 0.0, x / ops.where(zero, 1.0, count))


def apply_mask(sample_weight, mask, dtype, reduction):
    """Folds a boolean mask into the weights.

    For a mean, valid entries weigh total / valid, so that dividing by the total later gives the
    mean over the valid ones.
    """
    if mask is None:
        return sample_weight
    mask = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        mask = mask * safe_divide(ops.cast(element_count(mask, dtype), dtype), ops.sum(mask))
    if sample_weight is None:
        return mask
    mask, sample_weight = squeeze_or_expand_to_same_rank(mask, ops.cast(sample_weight, dtype))
    sample_weight = align_from_front(sample_weight, mask.shape)
    return sample_weight * align_from_front(mask, sample_weight.shape)


def reduce_weighted_values(
    values, sample_weight=None, mask=None, reduction="sum_over_batch_size", dtype=None
):
    """values * sample_weight * mask, reduced to a scalar (or left as it is by "none")."""
    check_reduction(reduction)
    values = ops.convert_to_tensor(values, dtype=dtype)
    if sample_weight is not None:
        sample_weight = ops.convert_to_tensor(sample_weight, dtype=values.dtype)
    sample_weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if sample_weight is not None:
        shapes = tuple(values.shape), tuple(sample_weight.shape)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        sample_weight = align_from_front(sample_weight, values.shape)
        if not _broadcasts(values.shape, sample_weight.shape):
            raise ValueError(
                f"`sample_weight` of shape {shapes[1]} does not fit the loss, which has values of "
                f"shape {shapes[0]}. Expected one weight a sample, {shapes[0][:1]}, or weights "
                f"for the first axes of {shapes[0]}."
            )
        values = values * sample_weight
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return safe_divide(total, ops.sum(sample_weight))
    return safe_divide(total, element_count(values, total.dtype))
