"""Resizing, CenterCrop, RandomCrop: images of one size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...ops import image as image_ops
from . import boxes as box_ops
from .image_layer import ImageLayer

if TYPE_CHECKING:
    from ...engine.types import Seed


def _with_size(layer, shape):
    shape = list(shape)
    if len(shape) not in (3, 4):
        raise ValueError(
            f"Layer '{layer.name}' expects an image or a batch of them. Received shape "
            f"{tuple(shape)}"
        )
    at = -3 if layer.data_format == "channels_last" else -2
    shape[at], shape[at + 1] = layer.height, layer.width
    return tuple(shape)


def _cropping(height, width, target):
    """(top, left, rows, columns) of the largest middle part of the target's proportions."""
    rows = max(min(height, int(float(width * target[0]) / target[1])), 1)
    columns = max(min(width, int(float(height * target[1]) / target[0])), 1)
    return int((height - rows) / 2), int((width - columns) / 2), rows, columns


class Resizing(ImageLayer):
    """Images of another size, as `ops.image.resize` makes them.

    Args:
        height, width: the new sizes.
        interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, fill_mode, fill_value, antialias:
            as in `ops.image.resize`.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same with the new sizes. The dtype stays.

    Example:

    >>> Resizing(4, 6)(np.ones((2, 9, 9, 3), "float32")).shape
    (2, 4, 6, 3)
    """

    def __init__(
        self,
        height: Any,
        width: Any,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def _resized(self, images, interpolation):
        return image_ops.resize(
            images, (self.height, self.width), interpolation, self.antialias,
            self.crop_to_aspect_ratio, self.pad_to_aspect_ratio, self.fill_mode, self.fill_value,
            self.data_format,
        )  # fmt: skip

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> Any:
        return self._size(data)[1:]

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return self._resized(images, self.interpolation)

    def transform_labels(
        self, labels: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return labels

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return self._resized(segmentation_masks, "nearest")

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        height, width = transformation
        given = bounding_boxes["boxes"]
        empty = ops.logical_or(ops.all(given == -1, axis=-1), ops.all(given == 0, axis=-1))
        form, size = self.bounding_box_format, {"height": self.height, "width": self.width}
        found = box_ops.convert_format(bounding_boxes, form, "xyxy", height, width)
        across, down = self.width / width, self.height / height
        left = top = 0
        if self.pad_to_aspect_ratio:
            across = down = min(across, down)
            left, top = (self.width - width * across) // 2, (self.height - height * down) // 2
        elif self.crop_to_aspect_ratio:
            across = down = max(across, down)
            left, top = -((width * across - self.width) // 2), -((height * down - self.height) // 2)
        boxes = found["boxes"]
        scale, shift = (across, down, across, down), (left, top, left, top)
        moved = [boxes[..., i] * scale[i] + shift[i] for i in range(4)]
        found["boxes"] = ops.stack(moved, axis=-1)
        found = box_ops.clip_to_image_size(found, **size)
        found["boxes"] = ops.where(ops.expand_dims(empty, -1), 0.0, found["boxes"])
        return box_ops.convert_format(found, "xyxy", form, **size)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return _with_size(self, input_shape)


class CenterCrop(ImageLayer):
    """The middle of images; images that are too small are resized, undistorted.

    Args:
        height, width: sizes of the result.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same with the new sizes.

    Example:

    >>> CenterCrop(2, 2)(np.arange(16.0).reshape(4, 4, 1))[..., 0].tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """

    def __init__(
        self, height: Any, width: Any, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        return {"size": self._size(data)}

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        at = len(images.shape) - (3 if self.data_format == "channels_last" else 2)
        height, width = images.shape[at : at + 2]
        if height is not None and width is not None:
            if height >= self.height and width >= self.width:
                key = [slice(None)] * len(images.shape)
                top, left = (height - self.height) // 2, (width - self.width) // 2
                key[at] = slice(top, top + self.height)
                key[at + 1] = slice(left, left + self.width)
                return images[tuple(key)]
        return image_ops.resize(
            images, (self.height, self.width), crop_to_aspect_ratio=True,
            data_format=self.data_format,
        )  # fmt: skip

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        return self.transform_images(segmentation_masks, transformation, training=training)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        _, height, width = transformation["size"]
        form, size = self.bounding_box_format, {"height": self.height, "width": self.width}
        found = box_ops.convert_format(bounding_boxes, form, "xyxy", height, width)
        if height >= self.height and width >= self.width:
            top, left = int((height - self.height) / 2), int((width - self.width) / 2)
            found["boxes"] = box_ops.crop(found["boxes"], top, left, **size)
        else:
            top, left, rows, columns = _cropping(height, width, (self.height, self.width))
            cut = box_ops.crop(found["boxes"], top, left, rows, columns)
            cut = box_ops.convert_format(cut, "xyxy", "rel_xyxy", rows, columns)
            found["boxes"] = box_ops.convert_format(cut, "rel_xyxy", "xyxy", **size)
        found = box_ops.clip_to_image_size(found, **size)
        return box_ops.convert_format(found, "xyxy", form, **size)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if len(input_shape) not in (3, 4) or isinstance(input_shape[0], (list, tuple)):
            raise ValueError(
                "`input_shape` must be a non-nested tuple or list of rank-1 with size 3 "
                f"(unbatched) or 4 (batched). Received: {input_shape}"
            )
        return _with_size(self, input_shape)


class RandomCrop(ImageLayer):
    """A part of images at a random place, the same for a batch; at inference the images resized,
    undistorted, or as they are, as in Keras.

    Args:
        height, width: sizes of the result.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same with the new sizes.

    Example:

    >>> RandomCrop(2, 3)(np.ones((5, 8, 8, 1), "float32"), training=True).shape
    (5, 2, 3, 1)
    """

    def __init__(
        self,
        height: Any,
        width: Any,
        seed: Seed | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, name=name, **kwargs)
        self.height = height
        self.width = width
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> Any:
        _, height, width = self._size(data)
        if not isinstance(height, int) or not isinstance(width, int):
            raise ValueError(
                "RandomCrop requires the input to have a fully defined height and width. Received: "
                f"height={height}, width={width}"
            )
        if training and height > self.height and width > self.width:
            return tuple(
                ops.cast(self._uniform((), 0.0, float(have - new + 1), seed), "int32")
                for have, new in ((height, self.height), (width, self.width))
            )
        return _cropping(height, width, (self.height, self.width))[:2]

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        at = len(images.shape) - (3 if self.data_format == "channels_last" else 2)
        for axis, first, size in ((at, transformation[0], self.height),
                                  (at + 1, transformation[1], self.width)):  # fmt: skip
            if isinstance(first, int):
                key = [slice(None)] * len(images.shape)
                key[axis] = slice(first, first + size)
                images = images[tuple(key)]
            else:
                images = ops.take(images, ops.arange(size, dtype="int32") + first, axis=axis)
        if tuple(images.shape[at : at + 2]) != (self.height, self.width):
            images = image_ops.resize(
                images, (self.height, self.width), data_format=self.data_format
            )
        return images

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        return self.transform_images(segmentation_masks, transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return bounding_boxes
        form, size = self.bounding_box_format, {"height": self.height, "width": self.width}
        found = box_ops.convert_format(bounding_boxes, form, "xyxy", **size)
        top, left = (ops.cast(v, "float32") for v in transformation)
        boxes, shift = found["boxes"], (left, top, left, top)
        moved = [ops.maximum(boxes[..., i] - shift[i], 0) for i in range(4)]
        found["boxes"] = ops.stack(moved, axis=-1)
        return box_ops.convert_format(found, "xyxy", form, **size)

    def compute_output_shape(self, input_shape: Any, *args: Any, **kwargs: Any) -> Any:
        return _with_size(self, input_shape)
