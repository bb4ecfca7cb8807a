"""RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomShear: images moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ... import ops
from . import boxes as box_ops
from .image_layer import ImageLayer, WarpLayer, factor_pair

if TYPE_CHECKING:
    from ...engine.types import Seed


class RandomFlip(ImageLayer):
    """Half of the images flipped.

    Args:
        mode: "horizontal", "vertical" or "horizontal_and_vertical".
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomFlip("horizontal")(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        mode: Any = "horizontal_and_vertical",
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._seed(seed)
        self.mode = mode

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        images = data["images"] if isinstance(data, dict) else data
        shape = ops.shape(images)
        batch = (shape[0],) if len(shape) == 4 else ()
        flips = ops.less_equal(self._uniform((*batch, 1, 1, 1), 0.0, 1.0, seed), 0.5)
        return {"flips": flips, "input_shape": shape}

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._flipped(images, transformation) if training else images

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        return self.transform_images(segmentation_masks, transformation, training=training)

    def _flipped(self, images, transformation):
        if transformation is None:
            return images
        at = -3 if self.data_format == "channels_last" else -2
        for word, axis in (("horizontal", at + 1), ("vertical", at)):
            if word in self.mode:
                images = ops.where(transformation["flips"], ops.flip(images, axis=axis), images)
        return images

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return bounding_boxes
        shape = transformation["input_shape"]
        at = -3 if self.data_format == "channels_last" else -2
        known = {"height": shape[at], "width": shape[at + 1]}
        form = self.bounding_box_format
        found = box_ops.convert_format(bounding_boxes, form, "rel_xyxy", **known)
        flips = ops.squeeze(transformation["flips"], axis=-1)
        x1, y1, x2, y2 = (found["boxes"][..., i : i + 1] for i in range(4))
        if "horizontal" in self.mode:
            x1, x2 = ops.where(flips, 1.0 - x2, x1), ops.where(flips, 1.0 - x1, x2)
        if "vertical" in self.mode:
            y1, y2 = ops.where(flips, 1.0 - y2, y1), ops.where(flips, 1.0 - y1, y2)
        found["boxes"] = ops.concatenate([x1, y1, x2, y2], axis=-1)
        found = box_ops.clip_to_image_size(found, bounding_box_format="rel_xyxy")
        return box_ops.convert_format(found, "rel_xyxy", form, **known)


def _rows(*columns):
    """Columns (batch, 1), and numbers, side by side with the two zeros of an affine map."""
    model = next(c for c in columns if not isinstance(c, (int, float)))
    filled = [ops.full_like(model, c) if isinstance(c, (int, float)) else c for c in columns]
    zero = ops.zeros_like(model)
    return ops.concatenate([*filled, zero, zero], axis=-1)


class RandomRotation(WarpLayer):
    """Images turned about their middle.

    Args:
        factor: turns: 0.2 for up to 72 degrees to either side, or (low, high).
        fill_mode: what lies outside: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: int or None.
        fill_value: the constant.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomRotation(0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Seed | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **kwargs)  # type: ignore[arg-type]
        self.factor = factor_pair(factor)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        size = self._size(data)
        low, high = (360.0 * f for f in self.factor)
        return {"angle": self._uniform((size[0],), low, high, seed), "size": size}

    def _matrix(self, transformation, height, width):
        angle = ops.reshape(transformation["angle"], (-1, 1)) * (math.pi / 180.0)
        cos, sin = ops.cos(angle), ops.sin(angle)
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)
        return _rows(cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)


class RandomZoom(WarpLayer):
    """Images zoomed about their middle.

    Args:
        height_factor: 0.2 for 20% more or less of the height, or (low, high); above 0 zooms out.
        width_factor: the same for the width; the same number as the height's by default.
        fill_mode, interpolation, seed, fill_value, data_format: as in `RandomRotation`.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomZoom(0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Seed | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **kwargs)  # type: ignore[arg-type]
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height = factor_pair(height_factor, "height_factor", open_low=True)
        if width_factor is not None:
            self._width = factor_pair(width_factor, "width_factor", open_low=True)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        size = self._size(data)
        low, high = self._height
        down = across = self._uniform((size[0], 1), 1.0 + low, 1.0 + high, seed)
        if self.width_factor is not None:
            low, high = self._width
            across = self._uniform((size[0], 1), 1.0 + low, 1.0 + high, seed)
        shape = ops.shape(data["images"] if isinstance(data, dict) else data)
        return {"height_zoom": down, "width_zoom": across, "size": size, "input_shape": shape}

    def _matrix(self, transformation, height, width):
        across = ops.reshape(ops.cast(transformation["width_zoom"], "float32"), (-1, 1))
        down = ops.reshape(ops.cast(transformation["height_zoom"], "float32"), (-1, 1))
        x, y = (width - 1) / 2.0 * (1.0 - across), (height - 1) / 2.0 * (1.0 - down)
        return _rows(across, 0.0, x, 0.0, down, y)


class RandomTranslation(WarpLayer):
    """Images moved.

    Args:
        height_factor: 0.2 for up to 20% of the height up or down, or (low, high).
        width_factor: the same for the width.
        fill_mode, interpolation, seed, fill_value, data_format: as in `RandomRotation`.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomTranslation(0.1, 0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: Seed | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **kwargs)  # type: ignore[arg-type]
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._height = factor_pair(height_factor, "height_factor")
        self._width = factor_pair(width_factor, "width_factor")

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        size = batch, height, width = self._size(data)
        down = self._uniform((batch, 1), *map(float, self._height), seed) * height  # type: ignore[call-arg]
        across = self._uniform((batch, 1), *map(float, self._width), seed) * width  # type: ignore[call-arg]
        shape = ops.shape(data["images"] if isinstance(data, dict) else data)
        moved = ops.concatenate([across, down], axis=1)
        return {"translations": moved, "size": size, "input_shape": shape}

    def _matrix(self, transformation, height, width):
        moved = ops.cast(transformation["translations"], "float32")
        return _rows(1.0, 0.0, -moved[:, 0:1], 0.0, 1.0, -moved[:, 1:])

    def _moved_boxes(self, boxes, transformation, height, width):
        found = super()._moved_boxes(boxes, transformation, height, width)
        lone = len(boxes.shape) == 2 and found.shape[0] == 1  # of one image, as Keras gives them
        return ops.squeeze(found, 0) if lone else found


class RandomShear(WarpLayer):
    """Images sheared.

    Args:
        x_factor: 0.2 for up to 0.2 pixels to either side for each pixel down, or (low, high).
        y_factor: the same along the height.
        interpolation, fill_mode, fill_value, data_format, seed: as in `RandomRotation`.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomShear(0.1, 0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor: float = 0.0,
        y_factor: float = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, fill_value, seed, data_format, **kwargs)  # type: ignore[arg-type]
        self.x_factor = factor_pair(x_factor, "x_factor", (0, 1.0))
        self.y_factor = factor_pair(y_factor, "y_factor", (0, 1.0))
        if not isinstance(x_factor, (tuple, list)):
            self.x_factor = -abs(x_factor), abs(x_factor)
        if not isinstance(y_factor, (tuple, list)):
            self.y_factor = -abs(y_factor), abs(y_factor)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        for name in ("x_factor", "y_factor"):
            low, high = config.get(name, (0, 0))
            if low == -high:
                config[name] = high
        return super().from_config(config)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        size = self._size(data)
        sign = ops.where(self._uniform((size[0], 1), 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        y = self._uniform((size[0], 1), *map(float, self.y_factor), seed)  # type: ignore[call-arg]
        x = self._uniform((size[0], 1), *map(float, self.x_factor), seed)  # type: ignore[call-arg]
        shape = ops.shape(data["images"] if isinstance(data, dict) else data)
        factor = ops.concatenate([x, y], axis=1) * sign
        return {"shear_factor": factor, "size": size, "input_shape": shape}

    def _matrix(self, transformation, height, width):
        factor = ops.cast(transformation["shear_factor"], "float32")
        return _rows(1.0, factor[:, 0:1], 0.0, factor[:, 1:], 1.0, 0.0)
