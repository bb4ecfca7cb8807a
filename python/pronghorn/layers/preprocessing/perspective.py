"""RandomPerspective."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...ops import image as image_ops
from ...ops.image.warp import homography
from . import boxes as box_ops
from .image_layer import INTERPOLATIONS, ImageLayer, factor_pair, one_of

if TYPE_CHECKING:
    from ...engine.types import Seed


class RandomPerspective(ImageLayer):
    """Some images seen from elsewhere.

    Args:
        factor: the chance, or (low, high) to draw it from, in [0, 1].
        scale: how far corners may move, 0 to 1.
        interpolation: "bilinear" or "nearest".
        fill_value: what lies outside.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Raises:
        ValueError: for a factor or scale outside [0, 1].
        NotImplementedError: for another interpolation.

    Example:

    >>> RandomPerspective()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: float = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        if scale < 0.0 or scale > 1.0:
            raise ValueError(
                "The `scale` argument should be a number in the range [0, 1]. "
                f"Received: scale={scale}"
            )
        one_of(interpolation, INTERPOLATIONS, "interpolation")
        self.scale = scale
        self.interpolation = interpolation
        self.fill_value = fill_value
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        size = batch, height, width = self._size(data)
        chance = self._uniform((batch,), *map(float, self.factor), seed)  # type: ignore[call-arg]
        apply = self._uniform((batch,), 0.0, 1.0, seed) < chance
        moved = self._uniform((batch, 4, 2), -0.5 * self.scale, 0.5 * self.scale, seed)
        x = ops.cast(width - 1, "float32") * ops.convert_to_tensor([0.0, 1.0, 0.0, 1.0])
        y = ops.cast(height - 1, "float32") * ops.convert_to_tensor([0.0, 0.0, 1.0, 1.0])
        start = ops.stack([x, y], axis=-1)[None]
        return {
            "apply_perspective": apply,
            "start_points": ops.zeros_like(moved) + start,
            "end_points": start + start * moved,
            "size": size,
        }

    def _seen(self, images, transformation, interpolation):
        seen = image_ops.perspective_transform(
            images, transformation["start_points"], transformation["end_points"],
            interpolation=interpolation, fill_value=self.fill_value,
            data_format=self.data_format,
        )  # fmt: skip
        shape = (-1, 1, 1, 1)[: len(images.shape)]
        return ops.where(ops.reshape(transformation["apply_perspective"], shape), seen, images)

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        return self._seen(images, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return segmentation_masks
        return self._seen(segmentation_masks, transformation, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return bounding_boxes
        height, width = self._known_size(transformation)
        known, form = {"height": height, "width": width}, self.bounding_box_format
        found = box_ops.convert_format(bounding_boxes, form, "xyxy", **known)
        boxes = found["boxes"]
        m = homography(transformation["end_points"], transformation["start_points"])
        a0, a1, a2, b0, b1, b2, c0, c1 = (m[:, i, None, None] for i in range(8))
        x = ops.stack([boxes[..., i] for i in (0, 2, 2, 0)], axis=-1)
        y = ops.stack([boxes[..., i] for i in (1, 1, 3, 3)], axis=-1)
        k = c0 * x + c1 * y + 1.0
        u, v = (a0 * x + a1 * y + a2) / k, (b0 * x + b1 * y + b2) / k
        sides = [ops.min(u, -1), ops.min(v, -1), ops.max(u, -1), ops.max(v, -1)]
        apply = ops.reshape(transformation["apply_perspective"], (-1, 1, 1))
        found["boxes"] = ops.where(apply, ops.stack(sides, axis=-1), boxes)
        found = box_ops.clip_to_image_size(found, **known)
        return box_ops.convert_format(found, "xyxy", form, **known)
