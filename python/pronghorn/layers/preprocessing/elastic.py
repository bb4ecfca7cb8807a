"""RandomElasticTransform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import Tensor
from ...engine.random import draw_seed
from ...ops.image.warp import FILL_MODES, INTERPOLATIONS, deformed
from .image_layer import ImageLayer, factor_pair, one_of

if TYPE_CHECKING:
    from ...engine.types import Seed


class RandomElasticTransform(ImageLayer):
    """Some images deformed as if painted on rubber.

    P. Simard et al., "Best practices for convolutional neural networks applied to visual document
    analysis" (2003).

    Args:
        factor: the chance, or (low, high) to draw it from, in [0, 1].
        scale: how strong, or (low, high) to draw it from, in [0, 1].
        interpolation: "bilinear" or "nearest".
        fill_mode: what lies outside: "reflect", "wrap", "constant", "nearest" or "mirror".
        fill_value: the constant.
        value_range: the least and largest value of pixels.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomElasticTransform()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: float = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        self.scale = factor_pair(scale, "scale", (0, 1))
        one_of(interpolation, INTERPOLATIONS, "interpolation")
        one_of(fill_mode, FILL_MODES, "fill_mode")
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.value_range = value_range
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training or self.scale[1] == 0 or self.factor[1] == 0:
            return None
        batch, seed = self._size(data)[0], seed or self.generator
        chance = self._uniform((batch,), *map(float, self.factor), seed)  # type: ignore[call-arg]
        apply = self._uniform((batch,), 0.0, 1.0, seed) < chance
        strength = self._uniform((), *map(float, self.scale), seed)  # type: ignore[call-arg]
        return {
            "apply_transform": apply,
            "distortion_factor": strength,
            # images and masks are deformed alike
            "seed": draw_seed(seed),
        }

    def get_elastic_transform_params(self, height: Any, width: Any, factor: Any) -> tuple[Any, ...]:
        """(alpha, sigma) of `ops.image.elastic_transform` for images of that size.

        Args:
            height, width: sizes of the images.
            factor: strength, a number or tensor.

        Returns:
            Two numbers or tensors in pixels: a tenth of the longer side and a twentieth of the
            shorter, times `factor`.
        """
        return max(height, width) * 0.1 * factor, min(height, width) * 0.05 * factor

    def _deformed(self, images, transformation, interpolation):
        if transformation is None:
            return images
        if None in images.shape:
            return images * 1
        _, height, width = self._size(images)
        strength = ops.cast(transformation["distortion_factor"], "float32")
        drawn = transformation["seed"]
        drawn = drawn if isinstance(drawn, Tensor) else draw_seed(drawn)
        alpha, sigma = self.get_elastic_transform_params(height, width, strength)
        _, largest = self.get_elastic_transform_params(height, width, self.scale[1])
        whole = deformed(
            images, alpha, sigma, int(largest), interpolation, self.fill_mode, self.fill_value,
            drawn, self.data_format,
        )  # fmt: skip
        shape = (-1, 1, 1, 1)[: len(images.shape)]
        apply = ops.reshape(transformation["apply_transform"], shape)
        return ops.clip(ops.where(apply, whole, images), *self.value_range)

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._deformed(images, transformation, self.interpolation) if training else images

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return segmentation_masks
        return self._deformed(segmentation_masks, transformation, "nearest")
