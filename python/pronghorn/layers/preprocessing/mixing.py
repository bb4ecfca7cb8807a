"""MixUp: images and labels mixed with those of another of the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops, random
from .image_layer import ImageLayer

if TYPE_CHECKING:
    from ...engine.types import Seed


class MixUp(ImageLayer):
    """Images and labels mixed with those of another of the batch.

    H. Zhang et al., "mixup: Beyond empirical risk minimization" (2018).

    Args:
        alpha: the parts are drawn from a Beta(alpha, alpha) distribution.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: dicts of images (batch, ..., channels) and labels (batch, classes); the same.

    Example:

    >>> data = {"images": np.ones((2, 4, 4, 3), "float32"), "labels": np.eye(2)}
    >>> MixUp()(data, training=True)["labels"].shape
    (2, 2)
    """

    def __init__(
        self,
        alpha: Any = 0.2,
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.alpha = alpha
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        batch, seed = self._size(data)[0], seed or self.generator
        order = random.shuffle(ops.arange(0, batch, dtype="int64"), seed=seed)
        weight = random.beta((batch,), self.alpha, self.alpha, seed=seed)
        return {"mix_weight": weight, "permutation_order": order}

    def _mixed(self, x, transformation, rank=4):
        shape = (-1, *[1] * (rank - 1))
        weight = ops.cast(ops.reshape(transformation["mix_weight"], shape), x.dtype)
        return weight * x + (1.0 - weight) * ops.take(x, transformation["permutation_order"], 0)

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._mixed(images, transformation) if training else images

    def transform_labels(self, labels: Any, transformation: Any, training: bool = True) -> Any:
        if not training:
            return labels
        labels = ops.cast(labels, self.compute_dtype)
        return self._mixed(labels, transformation, max(len(labels.shape), 2))

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return segmentation_masks
        return self._mixed(ops.cast(segmentation_masks, self.compute_dtype), transformation)

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        return {
            name: ops.concatenate(
                [value, ops.take(value, order, axis=0)], axis=min(1, len(value.shape) - 1)
            )
            for name, value in bounding_boxes.items()
        }
