"""Pooling into a given number of windows, whatever the size of the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format
from .windows import channel_axis, with_channels

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


class _AdaptivePooling(Layer):
    rank = 2

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        rank = self.rank
        if isinstance(output_size, int):
            output_size = (output_size,) * rank
        elif not isinstance(output_size, (tuple, list)) or len(output_size) != rank:
            kind = ValueError if isinstance(output_size, (tuple, list)) else TypeError
            raise kind(
                f"`output_size` must be an integer or {rank} integers, one a spatial axis. "
                f"Received: {output_size} of type {type(output_size)}"
            )
        self.output_size = tuple(output_size)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return with_channels(
            self, input_shape[0], self.output_size, input_shape[channel_axis(self)]
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_size": self.output_size,
            "data_format": self.data_format,
        }


class _AdaptiveAveragePooling(_AdaptivePooling):
    def call(self, inputs: TensorLike) -> Tensor:
        return ops.adaptive_average_pool(inputs, self.output_size, self.data_format)


class _AdaptiveMaxPooling(_AdaptivePooling):
    def call(self, inputs: TensorLike) -> Tensor:
        return ops.adaptive_max_pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """The mean of each of `output_size` windows that cover the steps of sequences evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, steps, channels), outputs with `output_size` between batch and channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveAveragePooling1D(2)(np.ones((1, 7, 3))).shape
    (1, 2, 3)
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """The mean of each of `output_size` windows that cover height and width evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, height, width, channels), outputs with `output_size` between batch and
    channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveAveragePooling2D(2)(np.ones((1, 4, 5, 3))).shape
    (1, 2, 2, 3)
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """The mean of each of `output_size` windows that cover depth, height and width evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, depth, height, width, channels), outputs with `output_size` between
    batch and channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveAveragePooling3D(2)(np.ones((1, 3, 4, 5, 3))).shape
    (1, 2, 2, 2, 3)
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """The largest value of each of `output_size` windows that cover the steps of sequences evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, steps, channels), outputs with `output_size` between batch and channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveMaxPooling1D(2)(np.ones((1, 7, 3))).shape
    (1, 2, 3)
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """The largest value of each of `output_size` windows that cover height and width evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, height, width, channels), outputs with `output_size` between batch and
    channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveMaxPooling2D(2)(np.ones((1, 4, 5, 3))).shape
    (1, 2, 2, 3)
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """The largest value of each of `output_size` windows that cover depth, height and width evenly.

    Args:
        output_size: Number of windows, one int or one an axis.
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Shapes: inputs (batch, depth, height, width, channels), outputs with `output_size` between
    batch and channels.

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for a tuple of another length.

    Example:

    >>> AdaptiveMaxPooling3D(2)(np.ones((1, 3, 4, 5, 3))).shape
    (1, 2, 2, 2, 3)
    """

    rank = 3
