"""Pooling: MaxPooling2D, AveragePooling2D and their global forms."""

from .. import ops
from .base import Layer
from .input_spec import InputSpec
from .reshaping import standardize_data_format
from .windows import standardize_padding, standardize_tuple, window_output_size


class _Pooling2D(Layer):
    """A window slides over height and width.

    Args:
        pool_size: One int, or (height, width).
        strides: The like; `pool_size` where missing.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting where missing.
    """

    def __init__(
        self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs
    ):
        super().__init__(name=name, **kwargs)
        self.pool_size = standardize_tuple(pool_size, 2, "pool_size")
        self.strides = standardize_tuple(pool_size if strides is None else strides, 2, "strides")
        self.padding = standardize_padding(padding)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)

    def compute_output_shape(self, input_shape):
        first = self.data_format == "channels_first"
        sizes = input_shape[2:] if first else input_shape[1:-1]
        out = tuple(
            window_output_size(self, *args) for args in zip(sizes, self.pool_size, self.strides)
        )
        head, channels = input_shape[0], input_shape[1 if first else -1]
        return (head, channels, *out) if first else (head, *out, channels)

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "padding": self.padding,
            "strides": self.strides,
            "data_format": self.data_format,
        }


class MaxPooling2D(_Pooling2D):
    """The largest value of each window."""

    def call(self, inputs):
        return ops.max_pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class AveragePooling2D(_Pooling2D):
    """The mean of each window; padding does not count."""

    def call(self, inputs):
        return ops.average_pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )


class _GlobalPooling2D(Layer):
    """Reduces height and width.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.
        keepdims: Whether the reduced axes stay, with size 1.
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=4)

    def _axes(self):
        return (2, 3) if self.data_format == "channels_first" else (1, 2)

    def compute_output_shape(self, input_shape):
        axes = self._axes()
        kept = [1 if i in axes else s for i, s in enumerate(input_shape)]
        return tuple(kept if self.keepdims else [s for i, s in enumerate(kept) if i not in axes])

    def get_config(self):
        return {
            **super().get_config(),
            "data_format": self.data_format,
            "keepdims": self.keepdims,
        }


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean over height and width."""

    def call(self, inputs):
        return ops.mean(inputs, axis=self._axes(), keepdims=self.keepdims)


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest value over height and width."""

    def call(self, inputs):
        return ops.max(inputs, axis=self._axes(), keepdims=self.keepdims)


MaxPool2D, AvgPool2D = MaxPooling2D, AveragePooling2D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
