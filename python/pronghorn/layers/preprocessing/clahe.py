"""ContrastLimitedAdaptiveHistogramEqualization: contrast raised tile by tile."""

from __future__ import annotations

from typing import Any

from ... import ops
from .image_layer import ImageLayer

_LEVELS = 256


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Images whose values are spread evenly within tiles, with a bound on the contrast (CLAHE).

    Each tile has a table of its own, made from its histogram cut off at the limit; a pixel takes
    what the tables of the four nearest tiles say, weighted by how near their middles are.

    K. Zuiderveld, "Contrast limited adaptive histogram equalization" (1994).

    Args:
        value_range: the least and largest value of pixels.
        clip_limit: how often the mean count a histogram may have in one place; 0 for no bound.
        tile_grid_size: tiles along the height and along the width.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same, of the same dtype.

    Example:

    >>> layer = ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
    >>> layer(np.arange(64.0).reshape(1, 8, 8, 1)).shape
    (1, 8, 8, 1)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.clip_limit = clip_limit
        self.tile_grid_size = tile_grid_size

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        if None in images.shape:
            return images * 1
        dtype, rank = images.dtype, len(images.shape)
        x = images if rank == 4 else ops.expand_dims(images, 0)
        first = self.data_format == "channels_first"
        x = ops.transpose(x, (0, 2, 3, 1)) if first else x
        x = self._to_range(ops.cast(x, "float32"), self.value_range, (0, 255))
        x = self._to_range(self._equalized(x), (0, 255), self.value_range)
        x = ops.transpose(x, (0, 3, 1, 2)) if first else x
        return ops.cast(x if rank == 4 else ops.squeeze(x, 0), dtype)

    def _equalized(self, images):
        """images (batch, H, W, C) of 0 to 255."""
        batch, height, width, channels = images.shape
        down, across = self.tile_grid_size
        rows, columns = -(-height // down), -(-width // across)
        pads = (0, rows * down - height), (0, columns * across - width)
        x = (
            ops.pad(images, ((0, 0), *pads, (0, 0)), mode="symmetric")
            if any(map(sum, pads))
            else images
        )
        level = ops.cast(ops.clip(x, 0, _LEVELS - 1), "int32")

        def place(row, column):
            """Where in the tables of (batch, down, across, C) each pixel's entry lies."""
            sample = ops.reshape(ops.arange(batch, dtype="int32"), (batch, 1, 1, 1))
            channel = ops.arange(channels, dtype="int32")
            tile = ops.expand_dims(row, 1) * across + ops.expand_dims(column, 0)
            at = sample * (down * across) + ops.expand_dims(tile, -1)
            return (at * channels + channel) * _LEVELS + level

        own = [
            ops.arange(size * count, dtype="int32") // size
            for size, count in ((rows, down), (columns, across))
        ]
        tables = self._tables(place(*own), batch * down * across * channels, rows * columns)
        near = [_nearest(*sizes) for sizes in ((rows, down), (columns, across))]
        total = 0.0
        for row, row_share in near[0]:
            for column, column_share in near[1]:
                share = ops.expand_dims(row_share, 1) * ops.expand_dims(column_share, 0)
                total = total + ops.take(tables, place(row, column)) * ops.expand_dims(share, -1)
        return total[:, :height, :width]  # type: ignore[index]

    def _tables(self, place, count, pixels):
        """The new value of each level in each of `count` tiles, flat."""
        flat = ops.reshape(place, (-1,))
        counts = ops.segment_sum(ops.ones_like(flat, dtype="float32"), flat, count * _LEVELS)
        counts = ops.reshape(counts, (count, _LEVELS))
        if self.clip_limit > 0:
            kept = ops.minimum(counts, self.clip_limit * pixels / _LEVELS)
            excess = ops.sum(counts - kept, axis=-1, keepdims=True)
            counts = kept + excess / _LEVELS
        below = ops.cumsum(counts, axis=-1)
        least = ops.min(below, axis=-1, keepdims=True)
        spread = pixels - least
        tables = (below - least) * 255.0 / ops.where(spread == 0, 1.0, spread)
        return ops.reshape(ops.clip(tables, 0, 255), (-1,))


def _nearest(size, count):
    """[(index, share), (index, share)]: the tiles whose middles enclose each pixel of an axis."""
    place = (ops.arange(size * count, dtype="float32") - size / 2.0) / size
    low = ops.floor(place)
    share = place - low
    first = ops.cast(low, "int32")
    return [
        (ops.clip(first, 0, count - 1), 1.0 - share),
        (ops.clip(first + 1, 0, count - 1), share),
    ]
