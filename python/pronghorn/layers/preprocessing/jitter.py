"""RandomColorJitter: brightness, contrast, saturation and hue changed in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from .color import RandomBrightness, RandomContrast, RandomHue, RandomSaturation
from .image_layer import ImageLayer

if TYPE_CHECKING:
    from ...engine.types import Seed


_PARTS = {
    "brightness": RandomBrightness,
    "contrast": RandomContrast,
    "saturation": RandomSaturation,
    "hue": RandomHue,
}


class RandomColorJitter(ImageLayer):
    """Images with brightness, contrast, saturation and hue changed in turn.

    Args:
        value_range: the least and largest value of pixels.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: as in RandomBrightness,
            RandomContrast, RandomSaturation and RandomHue; None leaves one out.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> RandomColorJitter(brightness_factor=0.1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._seed(seed)
        for name, kind in _PARTS.items():
            factor, part = getattr(self, f"{name}_factor"), None
            if factor is not None:
                part = kind(
                    factor, value_range=value_range, seed=seed, data_format=self.data_format,
                    dtype=self.dtype_policy,
                )  # fmt: skip
            setattr(self, f"random_{name}", part)

    def build(self, input_shape: Any) -> None:
        for name in _PARTS:
            part = getattr(self, f"random_{name}")
            if part is not None:
                part.build(input_shape)

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        for name in _PARTS:
            part = getattr(self, f"random_{name}")
            if part is not None:
                drawn = part.get_random_transformation(images, seed=self.generator)
                images = part.transform_images(images, drawn)
        return images
