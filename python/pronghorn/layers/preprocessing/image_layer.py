"""What layers over images share: data as images or dicts, random parameters, factors and ranges."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ... import ops, random
from ...engine import config
from ...ops import image as image_ops
from . import boxes as box_ops
from .data_layer import DataLayer

if TYPE_CHECKING:
    from ...engine.types import Seed


FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


def standard_format(data_format):
    """data_format, the configured one where None. Raises ValueError for other words."""
    name = config.image_data_format() if data_format is None else str(data_format).lower()
    if name not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    return name


def factor_pair(factor, name="factor", bounds=(-1.0, 1.0), negative=True, open_low=False):
    """(low, high) of a number or of two.

    Args:
        factor: number f, for (-f, f) or, without `negative`, (0, f); or two numbers.
        name: what the argument is called.
        bounds: the least and the largest.
        negative: whether a number alone spans both signs.
        open_low: whether the lower bound itself is outside.

    Raises:
        ValueError: for what is no number or two, and numbers outside the bounds.
    """
    pair = factor if isinstance(factor, (tuple, list)) else None
    values = pair or (factor,)
    good = len(values) == (2 if pair is not None else 1) and all(
        isinstance(v, (int, float))
        and v <= bounds[1]
        and (v > bounds[0] if open_low else v >= bounds[0])
        for v in values
    )
    if not good:
        edge = "(" if open_low else "["
        raise ValueError(
            f"The `{name}` argument should be a number (or a list of two numbers) in the range "
            f"{edge}{bounds[0]}, {bounds[1]}]. Received: {name}={factor}"
        )
    if pair is not None:
        low, high = sorted(pair)
        return low, high
    return (max(-abs(factor), bounds[0]) if negative else 0.0), abs(factor)


def value_pair(value_range):
    """The two numbers of a `value_range`, sorted."""
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
        raise ValueError(
            "The `value_range` argument should be a list of two numbers. "
            f"Received: value_range={value_range}"
        )
    return sorted(value_range)


def one_of(value, choices, name):
    """Raises NotImplementedError for a word that is none of the choices."""
    if value not in choices:
        raise NotImplementedError(f"Unknown `{name}` {value}. Expected of one {choices}.")


class _Backend:
    """The ops as subclasses of Keras's image layers reach them: `backend.numpy.full`,
    `backend.random.uniform`, `backend.cast`."""

    random = random

    def __getattr__(self, name):
        return getattr(ops, name)


class ImageLayer(DataLayer):
    """A layer over images, or over dicts of images, labels, bounding boxes and masks.

    Subclasses write `get_random_transformation(data, training, seed)`, which draws the parameters
    of one call, and `transform_images(images, transformation, training)`; what else they change,
    `transform_labels`, `transform_bounding_boxes` and `transform_segmentation_masks`.

    Args:
        bounding_box_format: of boxes in dicts, such as "xyxy".
        data_format: "channels_last" or "channels_first"; the configured one by default.
    """

    backend = _Backend()  # for subclasses written for Keras

    def __init__(
        self, bounding_box_format: str | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.bounding_box_format = bounding_box_format
        self.data_format = standard_format(data_format)

    def call(self, data: Any, training: bool = True) -> Any:
        """Images, or a dict of them, changed."""
        if isinstance(data, dict) and "images" not in data:
            raise ValueError(
                f"Layer '{self.name}' expects images, or a dict with the key 'images'. Received a "
                f"dict with the keys {list(data)}"
            )
        if isinstance(data, (list, tuple)):
            data = self._batch_of(data)
        images = data["images"] if isinstance(data, dict) else data
        drawn = self.get_random_transformation(data, training=training)  # type: ignore[func-returns-value]
        rank = len(images.shape)
        if rank not in (3, 4):
            raise ValueError(
                "Expected image tensor to have rank 3 (single image) or 4 (batch of images). "
                f"Received: data.shape={tuple(images.shape)}"
            )
        if not isinstance(data, dict):
            return self._each("images", data, drawn, training, rank == 4)
        changed = dict(data)
        for part in ("images", "bounding_boxes", "labels", "segmentation_masks"):
            if part in data:
                changed[part] = self._each(part, data[part], drawn, training, rank == 4)
        return changed

    def _batch_of(self, images):
        """A list of images of one size as a batch."""
        shapes = {tuple(getattr(x, "shape", ())) for x in images}
        if len(shapes) != 1:
            raise ValueError(
                f"Layer '{self.name}' takes a list of images as a batch, so all must have one "
                f"size. Received images of the shapes {sorted(shapes, key=str)}; resize them first."
            )
        return ops.stack(list(images))

    def _each(self, part, value, drawn, training, batched):
        if part == "bounding_boxes":
            if not self.bounding_box_format:
                raise ValueError(
                    "You passed an input with a 'bounding_boxes' key, but you didn't specify a "
                    "bounding box format. Pass a `bounding_box_format` argument to your "
                    f"{type(self).__name__} layer, e.g. `bounding_box_format='xyxy'`."
                )
            value = box_ops.densify(value)
            if batched:
                return self.transform_bounding_boxes(value, transformation=drawn, training=training)
            lone = {k: ops.expand_dims(v, 0) for k, v in value.items()}
            found = self.transform_bounding_boxes(lone, transformation=drawn, training=training)
            return {k: ops.squeeze(v, 0) for k, v in found.items()}
        transform = getattr(self, f"transform_{part}")
        value = ops.convert_to_tensor(value)
        if batched:
            return transform(value, transformation=drawn, training=training)
        found = transform(ops.expand_dims(value, 0), transformation=drawn, training=training)
        return ops.squeeze(found, 0)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> None:
        """What one call draws; None for nothing.

        Args:
            data: the images (batch, height, width, channels) or one of them, or the dict with them.
            training: whether to draw at all.
            seed: int, or None to draw from the layer's generator.
        """
        return None

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        """A batch of images changed.

        Args:
            images: tensor (batch, height, width, channels), or with channels first.
            transformation: what `get_random_transformation` returned.
            training: whether in training.

        Returns:
            A tensor of images; the size may be another one.
        """
        raise NotImplementedError

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        """A batch of labels changed.

        Args:
            labels: tensor (batch, ...).
            transformation: what `get_random_transformation` returned.
            training: whether in training.

        Returns:
            A tensor of labels.
        """
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        """The boxes of a batch changed: a dict of boxes (batch, n, 4) and labels (batch, n).

        Args:
            bounding_boxes: dict of "boxes" (batch, n, 4), in the layer's format, and "labels"
                (batch, n).
            transformation: what `get_random_transformation` returned.
            training: whether in training.

        Returns:
            A dict of that form.
        """
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        """A batch of masks changed.

        Args:
            segmentation_masks: tensor (batch, height, width, 1), or with channels first.
            transformation: what `get_random_transformation` returned.
            training: whether in training.

        Returns:
            A tensor of masks, as large as the images become.
        """
        return segmentation_masks

    def transform_single_image(self, image: Any, transformation: Any, training: bool = True) -> Any:
        """As `transform_images`, of one.

        Args:
            image: tensor (height, width, channels), or with channels first.
            transformation: what `get_random_transformation` returned, for one image.
            training: whether in training.

        Returns:
            A tensor of rank 3.
        """
        found = self.transform_images(ops.expand_dims(image, 0), transformation, training=training)
        return ops.squeeze(found, 0)

    def _size(self, data):
        """(batch size, height, width) of the images; 1 for a single one."""
        shape = ops.shape(data["images"] if isinstance(data, dict) else data)
        if len(shape) not in (3, 4):
            raise ValueError(
                f"Expected the input image to be rank 3 or 4. Received: inputs.shape={tuple(shape)}"
            )
        at = -3 if self.data_format == "channels_last" else -2
        return (shape[0] if len(shape) == 4 else 1), shape[at], shape[at + 1]

    def _known_size(self, transformation):
        """(height, width) as a transformation tells it: by its "size", or the images' shape."""
        if "size" in transformation:
            return transformation["size"][1:]
        shape = transformation["input_shape"]
        at = -3 if self.data_format == "channels_last" else -2
        return shape[at], shape[at + 1]

    def _set_factor(self, factor):  # for subclasses written for Keras
        self.factor = factor_pair(factor)

    def _uniform(self, shape, low, high, seed=None, dtype="float32"):
        return random.uniform(shape, low, high, dtype=dtype, seed=seed or self.generator)

    def _seed(self, seed):
        self.seed = seed
        self.generator = random.SeedGenerator(seed)

    def _to_range(self, images, old, new):
        """Values of the range `old` brought to `new`."""
        if tuple(old) == tuple(new):
            return images
        images = ops.cast(images, self.compute_dtype)
        share = (images - old[0]) / (old[1] - old[0])
        return share * (new[1] - new[0]) + new[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        own = {"data_format": self.data_format}
        if self.bounding_box_format is not None:
            own["bounding_box_format"] = self.bounding_box_format
        for cls in type(self).__mro__:
            if cls is ImageLayer:
                break
            if "__init__" in cls.__dict__:
                names = inspect.signature(cls.__init__).parameters
                own.update({n: getattr(self, n) for n in names if n in self.__dict__})
        return {**super().get_config(), **own}


class WarpLayer(ImageLayer):
    """A layer that moves pixels by an affine map, drawn for each image."""

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        fill_value: Any,
        seed: Seed,
        data_format: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        one_of(fill_mode, FILL_MODES, "fill_mode")
        one_of(interpolation, INTERPOLATIONS, "interpolation")
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value
        self._seed(seed)

    def _matrix(self, transformation, height, width):
        """The map (batch, 8) from pixels of the result to those of the input."""
        raise NotImplementedError

    def _warped(self, images, transformation, interpolation):
        _, height, width = self._size(images)
        return image_ops.affine_transform(
            images,
            self._matrix(transformation, height, width),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        return self._warped(images, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return segmentation_masks
        return self._warped(segmentation_masks, transformation, "nearest")

    def _moved_boxes(self, boxes, transformation, height, width):
        """Boxes (batch, n, 4), "xyxy", moved as the pixels are: the map inverted."""
        m = ops.cast(self._matrix(transformation, height, width), "float32")
        a0, a1, a2, b0, b1, b2 = (m[:, i, None, None] for i in range(6))
        x = ops.stack([boxes[..., i] for i in (0, 2, 2, 0)], axis=-1) - a2
        y = ops.stack([boxes[..., i] for i in (1, 1, 3, 3)], axis=-1) - b2
        whole = a0 * b1 - a1 * b0
        whole = ops.where(ops.abs(whole) < 1e-6, 1e-6, whole)  # pixels on a line: clipped boxes
        u, v = (b1 * x - a1 * y) / whole, (a0 * y - b0 * x) / whole
        sides = [ops.min(u, -1), ops.min(v, -1), ops.max(u, -1), ops.max(v, -1)]
        return ops.stack(sides, axis=-1)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return bounding_boxes
        height, width = self._known_size(transformation)
        known = {"height": height, "width": width}
        form = self.bounding_box_format
        found = box_ops.convert_format(bounding_boxes, form, "xyxy", **known)
        found["boxes"] = self._moved_boxes(found["boxes"], transformation, height, width)
        found = box_ops.clip_to_image_size(found, **known)
        return box_ops.convert_format(found, "xyxy", form, **known)
