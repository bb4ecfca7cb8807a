"""RandomErasing and CutMix: rectangles of images replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops, random
from .image_layer import ImageLayer, factor_pair

if TYPE_CHECKING:
    from ...engine.types import Seed


class _Rectangles(ImageLayer):
    """One random rectangle an image."""

    def _span(self, batch, length, ratio, seed):
        """(start, end) of a part `ratio` of a length, each (batch, 1, 1, 1)."""
        size = ops.reshape(ratio * length, (-1, 1, 1, 1))
        start = self._uniform((batch, 1, 1, 1), 0.0, 1.0, seed) * (length - size)
        return start, start + size

    def _masks(self, images, across, down):
        """Where the rectangles are: bool, of the images' shape."""
        _, height, width = self._size(images)
        last = self.data_format == "channels_last"
        rows = ops.reshape(ops.arange(height, dtype="float32"), (-1, 1, 1) if last else (1, -1, 1))
        columns = ops.reshape(
            ops.arange(width, dtype="float32"), (1, -1, 1) if last else (1, 1, -1)
        )
        inside = ops.logical_and(columns >= across[0], columns < across[1])
        inside = ops.logical_and(inside, ops.logical_and(rows >= down[0], rows < down[1]))
        return ops.logical_and(inside, ops.ones_like(images, dtype="bool"))


class RandomErasing(_Rectangles):
    """Some images with a rectangle of noise or one colour.

    Z. Zhong et al., "Random erasing data augmentation" (2017).

    Args:
        factor: the chance, or (low, high) to draw it from, in [0, 1].
        scale: part of the image, the largest or (low, high); its root is the part of each side.
        fill_value: number, or one for each of three channels; noise by default.
        value_range: the least and largest value of pixels.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Raises:
        ValueError: for a factor or scale outside [0, 1], or a fill_value that is neither a number
            nor three.

    Example:

    >>> RandomErasing()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: float = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        self.scale = factor_pair(scale, "scale", (0, 1))
        three = isinstance(fill_value, (tuple, list)) and len(fill_value) == 3
        if not (fill_value is None or three or isinstance(fill_value, (int, float))):
            raise ValueError(
                "The `fill_value` argument should be a number (or a list of three numbers) "
                f"Received: fill_value={fill_value}"
            )
        self.fill_value = fill_value
        self.value_range = value_range
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        images = data["images"] if isinstance(data, dict) else data
        images = ops.expand_dims(images, 0) if len(images.shape) == 3 else images
        batch, height, width = self._size(images)
        sides = ops.sqrt(self._uniform((batch, 2), *map(float, self.scale), seed))  # type: ignore[call-arg]
        across = self._span(batch, width, sides[:, 0], seed)
        down = self._span(batch, height, sides[:, 1], seed)
        chance = self._uniform((batch,), *map(float, self.factor), seed)  # type: ignore[call-arg]
        apply = self._uniform((batch,), 0.0, 1.0, seed) < chance
        fill = self.fill_value
        if fill is None:
            noise = random.normal(ops.shape(images), seed=seed or self.generator)
            fill = ops.cast(noise * float(self.value_range[1]), self.compute_dtype)
        else:
            fill = ops.convert_to_tensor(fill, self.compute_dtype)
            if fill.shape and self.data_format == "channels_first":
                fill = ops.reshape(fill, (3, 1, 1))
        return {
            "apply_erasing": apply,
            "batch_masks": self._masks(images, across, down),
            "fill_value": ops.clip(fill, *self.value_range),
        }

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        apply = ops.reshape(transformation["apply_erasing"], (-1, 1, 1, 1))
        where = ops.logical_and(apply, transformation["batch_masks"])
        return ops.where(where, transformation["fill_value"], images)


class CutMix(_Rectangles):
    """Images with a rectangle of another of the batch, and labels mixed in proportion.

    S. Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable
    features" (2019).

    Args:
        factor: parts are drawn from a Beta(a, a) distribution, a from this: the largest, or (low,
            high), in [0, 1].
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: dicts of images (batch, ..., channels) and labels (batch, classes); the same.

    Example:

    >>> data = {"images": np.ones((2, 4, 4, 3), "float32"), "labels": np.eye(2)}
    >>> CutMix()(data, training=True)["labels"].shape
    (2, 2)
    """

    def __init__(
        self,
        factor: float = 1.0,
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        images = data["images"] if isinstance(data, dict) else data
        if not training or len(images.shape) == 3:
            return None
        batch, height, width = self._size(images)
        seed = seed or self.generator
        alpha = self._uniform((), *map(float, self.factor), seed) + 1e-6  # type: ignore[call-arg]
        ratio = ops.sqrt(1.0 - random.beta((batch,), alpha, alpha, seed=seed))
        across = self._span(batch, width, ratio, seed)
        down = self._span(batch, height, ratio, seed)
        area = (across[1] - across[0]) * (down[1] - down[0]) / (height * width)
        order = random.shuffle(ops.arange(0, batch, dtype="int32"), seed=seed)
        return {
            "permutation_order": order,
            "batch_masks": self._masks(images, across, down),
            "mix_weight": 1.0 - area,
        }

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return ops.where(transformation["batch_masks"], others, images)

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        if not training or transformation is None:
            return labels
        labels = ops.cast(labels, self.compute_dtype)
        others = ops.take(labels, transformation["permutation_order"], axis=0)
        weight = ops.cast(ops.reshape(transformation["mix_weight"], (-1, 1)), labels.dtype)
        return weight * labels + (1.0 - weight) * others

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training or transformation is None:
            return segmentation_masks
        axis = -1 if self.data_format == "channels_last" else -3
        masks = ops.any(transformation["batch_masks"], axis=axis, keepdims=True)
        others = ops.take(segmentation_masks, transformation["permutation_order"], axis=0)
        return ops.where(masks, others, segmentation_masks)
