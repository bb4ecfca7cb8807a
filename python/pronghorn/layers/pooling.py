"""Pooling over one, two or three spatial axes: windows, and the global forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format
from .windows import (
    channel_axis,
    spatial_sizes,
    standardize_padding,
    standardize_tuple,
    window_output_size,
    with_channels,
    with_defaults,
)

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


class _Pooling(Layer):
    rank = 2

    def __init__(
        self,
        pool_size: Axis = (2, 2),
        strides: Axis | None = None,
        padding: Any = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = standardize_tuple(pool_size, self.rank, "pool_size")
        self.strides = standardize_tuple(
            pool_size if strides is None else strides, self.rank, "strides"
        )
        self.padding = standardize_padding(padding)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        out = [
            window_output_size(self, *args)
            for args in zip(spatial_sizes(self, input_shape), self.pool_size, self.strides)
        ]
        return with_channels(self, input_shape[0], out, input_shape[channel_axis(self)])

    def _pool(self, function, inputs):
        return function(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
            "data_format": self.data_format,
        }


class _MaxPooling(_Pooling):
    def call(self, inputs: TensorLike) -> Any:
        return self._pool(ops.max_pool, inputs)


class _AveragePooling(_Pooling):
    def call(self, inputs: TensorLike) -> Any:
        return self._pool(ops.average_pool, inputs)


@with_defaults(pool_size=2)
class MaxPooling1D(_MaxPooling):
    """The largest value of each window over the steps of sequences.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, steps, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> MaxPooling1D(2)(np.ones((1, 6, 2))).shape
    (1, 3, 2)
    """

    rank = 1


@with_defaults(pool_size=(2, 2))
class MaxPooling2D(_MaxPooling):
    """The largest value of each window over height and width.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, height, width, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> MaxPooling2D(2)(np.ones((1, 6, 4, 2))).shape
    (1, 3, 2, 2)
    """

    rank = 2


@with_defaults(pool_size=(2, 2, 2))
class MaxPooling3D(_MaxPooling):
    """The largest value of each window over depth, height and width.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, depth, height, width, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> MaxPooling3D(2)(np.ones((1, 2, 6, 4, 2))).shape
    (1, 1, 3, 2, 2)
    """

    rank = 3


@with_defaults(pool_size=2)
class AveragePooling1D(_AveragePooling):
    """The mean of each window over the steps of sequences.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same"; padding does not count.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, steps, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> AveragePooling1D(2)(np.ones((1, 6, 2))).shape
    (1, 3, 2)
    """

    rank = 1


@with_defaults(pool_size=(2, 2))
class AveragePooling2D(_AveragePooling):
    """The mean of each window over height and width.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same"; padding does not count.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, height, width, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> AveragePooling2D(2)(np.ones((1, 6, 4, 2))).shape
    (1, 3, 2, 2)
    """

    rank = 2


@with_defaults(pool_size=(2, 2, 2))
class AveragePooling3D(_AveragePooling):
    """The mean of each window over depth, height and width.

    Args:
        pool_size: The window, one int or one an axis.
        strides: Steps from window to window; `pool_size` where missing.
        padding: "valid" or "same"; padding does not count.
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        name: Name.

    Shapes: inputs (batch, depth, height, width, channels), outputs with fewer steps an axis.

    Raises:
        ValueError: for sizes below 1, or a window larger than the input.

    Example:

    >>> AveragePooling3D(2)(np.ones((1, 2, 6, 4, 2))).shape
    (1, 1, 3, 2, 2)
    """

    rank = 3


class _GlobalPooling(Layer):
    rank = 2

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def _axes(self):
        first = 2 if self.data_format == "channels_first" else 1
        return tuple(range(first, first + self.rank))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        axes = self._axes()
        kept = [1 if i in axes else s for i, s in enumerate(input_shape)]
        return tuple(kept if self.keepdims else [s for i, s in enumerate(kept) if i not in axes])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "data_format": self.data_format,
            "keepdims": self.keepdims,
        }


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs: TensorLike) -> Tensor:
        return ops.mean(inputs, axis=self._axes(), keepdims=self.keepdims)


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs: TensorLike) -> Tensor:
        return ops.max(inputs, axis=self._axes(), keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean over the steps of a sequence; masked steps do not count.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axis stays, with size 1.

    Shapes: inputs (batch, steps, channels), outputs (batch, channels).

    Example:

    >>> GlobalAveragePooling1D()(np.ones((2, 5, 3))).shape
    (2, 3)
    """

    rank = 1

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, keepdims=keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: TensorLike, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        mask = ops.expand_dims(ops.cast(mask, "bool"), channel_axis(self))
        total = ops.sum(ops.where(mask, inputs, 0), axis=self._axes(), keepdims=self.keepdims)
        count = ops.sum(ops.cast(mask, inputs.dtype), axis=self._axes(), keepdims=self.keepdims)
        return ops.divide(total, count)

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> None:
        return None


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value over the steps of a sequence.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axis stays, with size 1.

    Shapes: inputs (batch, steps, channels), outputs (batch, channels).

    Example:

    >>> GlobalMaxPooling1D()(np.ones((2, 5, 3))).shape
    (2, 3)
    """

    rank = 1


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean over height and width.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axes stay, with size 1.

    Shapes: inputs (batch, height, width, channels), outputs (batch, channels).

    Example:

    >>> GlobalAveragePooling2D()(np.ones((2, 4, 5, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean over depth, height and width.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axes stay, with size 1.

    Shapes: inputs (batch, depth, height, width, channels), outputs (batch, channels).

    Example:

    >>> GlobalAveragePooling3D()(np.ones((2, 2, 4, 5, 3))).shape
    (2, 3)
    """

    rank = 3


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value over height and width.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axes stay, with size 1.

    Shapes: inputs (batch, height, width, channels), outputs (batch, channels).

    Example:

    >>> GlobalMaxPooling2D()(np.ones((2, 4, 5, 3))).shape
    (2, 3)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value over depth, height and width.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axes stay, with size 1.

    Shapes: inputs (batch, depth, height, width, channels), outputs (batch, channels).

    Example:

    >>> GlobalMaxPooling3D()(np.ones((2, 2, 4, 5, 3))).shape
    (2, 3)
    """

    rank = 3


MaxPool1D, AvgPool1D = MaxPooling1D, AveragePooling1D
MaxPool2D, AvgPool2D = MaxPooling2D, AveragePooling2D
MaxPool3D, AvgPool3D = MaxPooling3D, AveragePooling3D
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D
