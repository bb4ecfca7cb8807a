"""Equalization: images whose values are spread evenly."""

from __future__ import annotations

from typing import Any

from ... import ops
from .image_layer import ImageLayer, value_pair


class Equalization(ImageLayer):
    """Images whose values are spread evenly over the range, each channel of a batch by itself.

    Args:
        value_range: the least and largest value of pixels.
        bins: of the histogram.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> Equalization()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.bins = bins
        self.value_range = value_pair(value_range)

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        axis = -1 if self.data_format == "channels_last" else -3
        parts = ops.split(images, images.shape[axis], axis=axis)
        return ops.concatenate([self._equalized(part) for part in parts], axis=axis)

    def _equalized(self, channel):
        values = self._to_range(channel, self.value_range, (0, 255))
        place = ops.cast(values * ((self.bins - 1) / 255.0), "int32")
        place = ops.clip(place, 0, self.bins - 1)
        flat = ops.reshape(place, (-1,))
        counts = ops.segment_sum(ops.ones_like(flat, dtype="float32"), flat, self.bins)
        below = ops.cumsum(counts)
        first = ops.min(ops.where(below > 0, below, below[-1]))
        spread = below[-1] - first
        table = (below - first) * 255.0 / ops.where(spread == 0, 1.0, spread)
        table = ops.clip(ops.round(table), 0, 255)
        even = ops.cast(ops.take(table, place), self.compute_dtype)
        one = ops.sum(ops.cast(counts > 0, "int32")) <= 1
        return self._to_range(ops.where(one, values, even), (0, 255), self.value_range)
