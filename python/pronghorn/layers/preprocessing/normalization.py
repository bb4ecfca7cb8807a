"""Normalization: measurements shifted and scaled to mean 0 and variance 1."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...engine import Tensor, Variable, config, convert_to_numpy
from .data_layer import DataLayer

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class Normalization(DataLayer):
    """(inputs - mean) / sqrt(variance), with statistics that are given or learnt from data.

    Args:
        axis: axis or axes that have statistics of their own for each index; None for one mean and
            variance of all.
        mean, variance: the statistics; `adapt` learns them otherwise.
        invert: whether to go back: inputs * sqrt(variance) + mean.

    Shapes: any, the sizes along `axis` known; the same.

    Raises:
        ValueError: for one of mean and variance without the other, shapes of theirs that differ or
            have more axes than `axis`, and axes out of range or of unknown size.

    Example:

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[1.0], [2.0], [3.0]], dtype="float32"))
    >>> layer(np.array([[2.0]])).tolist()
    [[0.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        if (mean is not None) != (variance is not None):
            raise ValueError(
                "When setting values directly, both `mean` and `variance` must be set. Received: "
                f"mean={mean} and variance={variance}"
            )
        if mean is not None:
            if np.shape(mean) != np.shape(variance):
                raise ValueError(
                    "When setting values directly, `mean` and `variance` must have the same shape. "
                    f"Received: mean shape {np.shape(mean)} and variance shape "
                    f"{np.shape(variance)}"
                )
            if len(np.shape(mean)) > len(axis):
                raise ValueError(
                    "The rank of `mean` must be less than or equal to the number of axes "
                    f"({len(axis)}). Received: mean shape {np.shape(mean)} for axis {axis}"
                )
        self.__dict__.update(
            axis=axis, input_mean=mean, input_variance=variance, invert=invert, mean=None,
            variance=None, _build_input_shape=None,
        )  # fmt: skip
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        if input_shape is None:
            return
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ValueError(
                "All `axis` values must be in the range [-ndim, ndim). Received inputs with ndim="
                f"{rank}, while axis={self.axis}"
            )
        kept = tuple(sorted(a % rank for a in self.axis))
        for a in kept:
            if input_shape[a] is None:
                raise ValueError(
                    f"All `axis` values to be kept must have a known shape. Received axis="
                    f"{self.axis}, inputs.shape={tuple(input_shape)}, with unknown axis at index "
                    f"{a}"
                )
        self.__dict__.update(
            _build_input_shape=tuple(input_shape),
            _keep_axis=kept,
            _reduce_axis=tuple(a for a in range(rank) if a not in kept),
            _broadcast_shape=tuple(input_shape[a] if a in kept else 1 for a in range(rank)),
        )
        shape = tuple(input_shape[a] for a in kept)
        if self.input_mean is None:
            for name, attribute, first in (
                ("mean", "adapt_mean", "zeros"), ("variance", "adapt_variance", "ones"),
            ):  # fmt: skip
                weight = self.add_weight(name=name, shape=shape, initializer=first, trainable=False)
                setattr(self, attribute, weight)
            # nobody reads it; older files hold it
            self.count = self.add_weight(
                name="count", shape=(), dtype="int", initializer="zeros", trainable=False
            )
            return
        given = []
        for value in (self.input_mean, self.input_variance):
            value = ops.cast(ops.convert_to_tensor(value), self.compute_dtype)
            sizes = [1] * rank
            for i in range(1, len(value.shape) + 1):  # its axes are the last of the kept ones
                sizes[kept[-i]] = value.shape[-i]
            given.append(ops.broadcast_to(ops.reshape(value, sizes), self._broadcast_shape))
        self.__dict__.update(mean=given[0], variance=given[1])

    def adapt(self, data: Any) -> None:
        """Learns mean and variance.

        Args:
            data: array or tensor; or a dataset, list or generator of batches, of which only the
                inputs count where they are (inputs, targets).

        Raises:
            ValueError: for shapes that differ from those that the layer was built for, and for
                an iterable without a batch.
            TypeError: for other kinds of data.
        """
        if isinstance(data, (np.ndarray, Tensor, Variable)):
            first, rest = data, ()
        elif hasattr(data, "__iter__"):
            rest = iter(data)
            first = _inputs(next(rest, None))
        else:
            raise TypeError(
                f"Unsupported data type: {type(data)}. `adapt` supports arrays, tensors, datasets "
                "and iterables of batches."
            )
        if first is None:
            raise ValueError(
                "adapt() received an empty iterable (no batches). Expected at least one batch."
            )
        if not hasattr(first, "shape"):
            raise TypeError(
                "adapt() expects an iterable that yields arrays or tensors with a `.shape` "
                f"attribute. Got an element of type {type(first).__name__}."
            )
        self._check_shape(tuple(first.shape))
        mean = variance = None
        count = 0
        for batch in itertools.chain([first], rest):
            batch = self._float64(_inputs(batch))
            mean, variance, count = self._merged(mean, variance, count, batch)
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)
        self.finalize_state()

    def _check_shape(self, shape):
        if not self.built:
            self.build(shape)
            return
        for a in self._keep_axis:
            if len(shape) <= a or shape[a] != self._build_input_shape[a]:
                raise ValueError(
                    f"The layer was built with input_shape={self._build_input_shape}, but adapt() "
                    f"is being called with data with an incompatible shape, data.shape={shape}"
                )

    def _float64(self, batch):
        """A batch as a tensor that loses nothing to rounding in its statistics."""
        array = convert_to_numpy(batch) if isinstance(batch, (Tensor, Variable)) else batch
        for a in self._keep_axis:
            if array.ndim <= a or array.shape[a] != self._build_input_shape[a]:
                raise ValueError(
                    "adapt() yielded a batch with incompatible shape. Expected "
                    f"{self._build_input_shape}, got {tuple(array.shape)}."
                )
        return ops.convert_to_tensor(np.asarray(array, dtype="float64"))

    def _merged(self, mean, variance, count, batch):
        """Statistics of the data so far and a batch (Chan et al., 1979)."""
        axes = list(self._reduce_axis)
        size = 1
        for a in axes:
            size *= batch.shape[a]
        own_mean = ops.mean(batch, axis=axes) if axes else batch
        own_variance = ops.var(batch, axis=axes) if axes else ops.zeros_like(batch)
        if mean is None:
            return own_mean, own_variance, size
        total = count + size
        weight = size / total
        shift = own_mean - mean
        spread = shift * shift * (weight * (1 - weight))
        variance = variance * (1 - weight) + own_variance * weight + spread
        return mean + shift * weight, variance, total

    def finalize_state(self) -> None:
        """Takes the learnt statistics into use."""
        if self.input_mean is not None or not self.built:
            return
        for name, weight in (("mean", self.adapt_mean), ("variance", self.adapt_variance)):
            value = ops.reshape(weight, self._broadcast_shape)
            self.__dict__[name] = ops.cast(value, self.compute_dtype)

    def call(self, inputs: TensorLike) -> Any:
        inputs = ops.convert_to_tensor(inputs, dtype=self.compute_dtype)
        mean, variance = self.mean, self.variance
        if self.input_mean is None:
            if not self.built:
                raise ValueError(
                    "You must call `.build(input_shape)` on the layer before using it."
                )
            mean, variance = (
                ops.cast(ops.reshape(w, self._broadcast_shape), self.compute_dtype)
                for w in (self.adapt_mean, self.adapt_variance)
            )
        scale = ops.maximum(ops.sqrt(variance), config.epsilon())
        if self.invert:
            return mean + inputs * scale
        return (inputs - mean) / scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }

    def load_own_variables(self, store: Any) -> Any:
        """Takes the statistics of a file into use."""
        super().load_own_variables(store)
        self.finalize_state()

    def get_build_config(self) -> dict[Any, Any] | None:
        if self._build_input_shape:
            return {"input_shape": self._build_input_shape}
        return None

    def build_from_config(self, config: dict[str, Any]) -> None:
        if config:
            self.build(config["input_shape"])


def _inputs(batch):
    """The inputs of (inputs, targets)."""
    return batch[0] if isinstance(batch, (tuple, list)) and len(batch) else batch
