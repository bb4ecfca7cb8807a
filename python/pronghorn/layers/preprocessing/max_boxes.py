"""MaxNumBoundingBoxes: as many boxes for every image."""

from __future__ import annotations

from typing import Any

from ... import ops
from .image_layer import ImageLayer


class MaxNumBoundingBoxes(ImageLayer):
    """The first `max_number` boxes of every image, filled up where there are fewer.

    Args:
        max_number: boxes an image.
        fill_value: of boxes and labels that are added.

    Shapes: dicts with "bounding_boxes": boxes (batch, n, 4) and labels (batch, n); the same with
    n = max_number.

    Example:

    >>> boxes = {"boxes": np.ones((2, 3, 4)), "labels": np.ones((2, 3))}
    >>> data = {"images": np.ones((2, 4, 4, 3), "float32"), "bounding_boxes": boxes}
    >>> layer = MaxNumBoundingBoxes(5, bounding_box_format="xyxy")
    >>> layer(data)["bounding_boxes"]["boxes"].shape
    (2, 5, 4)
    """

    def __init__(self, max_number: Any, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number = int(max_number)
        self.fill_value = int(fill_value)

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return images

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return labels

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return segmentation_masks

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        found = dict(bounding_boxes)
        for name in ("boxes", "labels"):
            value = found[name][:, : self.max_number]
            short = max(self.max_number - value.shape[1], 0)
            pads = [(0, 0)] * len(value.shape)
            pads[1] = (0, short)
            found[name] = ops.pad(value, pads, constant_values=self.fill_value)
        return found
