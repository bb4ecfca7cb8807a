"""RandomHeight and RandomWidth, of Keras 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...ops import image as image_ops
from .image_layer import ImageLayer

if TYPE_CHECKING:
    from ...engine.types import Seed


class _RandomSize(ImageLayer):
    _axis = None  # of the sides, height first

    def __init__(
        self, factor: Any, interpolation: str = "bilinear", seed: Seed | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        low, high = factor if isinstance(factor, (tuple, list)) else (-factor, factor)
        if high < low or low < -1.0:
            raise ValueError(
                "`factor` must be a number, or two of which the second is no less than the first, "
                f"none below -1. Received: factor={factor}"
            )
        self.factor = factor
        self.interpolation = interpolation
        self._bounds = low, high
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        low, high = self._bounds
        return {"factor": self._uniform((), 1.0 + low, 1.0 + high, seed)}

    def _resized(self, images, transformation, interpolation):
        if None in images.shape or transformation is None:
            return images
        size = list(self._size(images)[1:])
        size[self._axis] = max(int(float(transformation["factor"]) * size[self._axis]), 1)  # type: ignore[call-overload]
        return image_ops.resize(images, size, interpolation, data_format=self.data_format)

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._resized(images, transformation, self.interpolation) if training else images

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return segmentation_masks
        return self._resized(segmentation_masks, transformation, "nearest")

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        shape = list(input_shape)
        shape[self._axis - (3 if self.data_format == "channels_last" else 2)] = None  # type: ignore[operator]
        return tuple(shape)


class RandomHeight(_RandomSize):
    """A batch of images of another height, drawn anew for each batch. As in Keras 2.

    The size depends on what is drawn, so a model that trains with it compiles with
    `run_eagerly=True`, or the layer is mapped over a dataset.

    Args:
        factor: 0.2 for up to 20% less or more, or (low, high) from -1.
        interpolation: as in `ops.image.resize`.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same with another height.

    Raises:
        ValueError: for a factor below -1, or two in the wrong order.

    Example:

    >>> RandomHeight((0.5, 0.5))(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 6, 4, 3)
    """

    _axis = 0


class RandomWidth(_RandomSize):
    """A batch of images of another width, drawn anew for each batch; see RandomHeight.

    Args:
        factor: 0.2 for up to 20% less or more, or (low, high) from -1.
        interpolation: as in `ops.image.resize`.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same with another width.

    Raises:
        ValueError: for a factor below -1, or two in the wrong order.

    Example:

    >>> RandomWidth((0.5, 0.5))(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 6, 3)
    """

    _axis = 1
