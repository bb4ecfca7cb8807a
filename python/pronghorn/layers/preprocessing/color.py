"""Brightness, contrast, hue, saturation and other changes of colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import config
from ...ops import image as image_ops
from .image_layer import ImageLayer, factor_pair, value_pair

if TYPE_CHECKING:
    from ...engine.types import Seed


class _Color(ImageLayer):
    """One number an image, uniform in `factor`."""

    def __init__(
        self,
        factor: Any,
        value_range: Any,
        seed: Seed | None,
        data_format: str | None = None,
        bounds: Any = (-1.0, 1.0),
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=bounds)
        self.value_range = value_pair(value_range)
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        shape = (self._size(data)[0], 1, 1, 1)
        return {"factor": self._uniform(shape, *map(float, self.factor), seed)}  # type: ignore[call-arg]

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        drawn = {k: ops.cast(v, self.compute_dtype) for k, v in transformation.items()}
        return ops.cast(self._changed(images, drawn), self.compute_dtype)

    def _within(self, images):
        return ops.clip(images, self.value_range[0], self.value_range[1])


class _AnyColor(_Color):
    """The same, whose parameters may be left out."""

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        return super().transform_images(images, transformation, training)


class RandomBrightness(_Color):
    """Images made brighter or darker.

    Args:
        factor: 0.2 for up to 20% of the range more or less, or (low, high) in [-1, 1].
        value_range: the least and largest value of pixels.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomBrightness(0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: Seed | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor, value_range, seed, **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        shape = (self._size(data)[0], 1, 1, 1)
        if not training:
            return {"rgb_delta": ops.zeros(shape)}
        low, high = self.value_range
        delta = self._uniform(shape, *map(float, self.factor), seed)  # type: ignore[call-arg]
        return {"rgb_delta": delta * float(high - low)}

    def _changed(self, images, drawn):
        return self._within(images + drawn["rgb_delta"])


class RandomContrast(_Color):
    """Images with the distance from their mean stretched, each channel by itself.

    Args:
        factor: 0.2 for a stretch of 0.8 to 1.2, or (less, more) in [0, 1].
        value_range: the least and largest value of pixels.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomContrast(0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self, factor: Any, value_range: Any = (0, 255), seed: Seed | None = None, **kwargs: Any
    ) -> None:
        super().__init__(factor, value_range, seed, bounds=(0, 1), **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        shape = (self._size(data)[0], 1, 1, 1)
        if not training:
            return {"contrast_factor": ops.zeros(shape)}
        low, high = self.factor
        return {"contrast_factor": self._uniform(shape, 1.0 - low, 1.0 + high, seed)}

    def _changed(self, images, drawn):
        axes = (-3, -2) if self.data_format == "channels_last" else (-2, -1)
        mean = ops.mean(images, axis=axes, keepdims=True)
        return self._within((images - mean) * drawn["contrast_factor"] + mean)


class RandomHue(_AnyColor):
    """Images with their hues turned.

    Args:
        factor: 0.5 for up to a quarter turn either way, or (low, high) in [0, 1].
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> RandomHue(0.1)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, seed, data_format, (0, 1), **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        batch = self._size(data)[0]
        sign = ops.where(self._uniform((batch,), 0.0, 1.0, seed) > 0.5, -1.0, 1.0)
        return {"factor": sign * self._uniform((batch,), *map(float, self.factor), seed) * 0.5}  # type: ignore[call-arg]

    def _changed(self, images, drawn):
        images = self._to_range(images, self.value_range, (0, 1))
        hsv = image_ops.rgb_to_hsv(images, data_format=self.data_format)
        axis = -1 if self.data_format == "channels_last" else -3
        hue, saturation, value = ops.split(hsv, 3, axis=axis)
        hue = hue + ops.reshape(drawn["factor"], (-1, 1, 1, 1))
        hue = ops.where(hue > 1.0, hue - 1.0, hue)
        hue = ops.where(hue < 0.0, hue + 1.0, hue)
        hsv = ops.concatenate([hue, saturation, value], axis=axis)
        images = ops.clip(image_ops.hsv_to_rgb(hsv, data_format=self.data_format), 0, 1)
        return self._to_range(images, (0, 1), self.value_range)


class RandomSaturation(_AnyColor):
    """Images more or less saturated: 0.5 leaves them, 0 makes them gray.

    Args:
        factor: the largest, or (low, high) in [-1, 1].
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> RandomSaturation(0.5)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, seed, data_format, (-1, 1), **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        factor = self._uniform((self._size(data)[0],), *map(float, self.factor), seed)  # type: ignore[call-arg]
        return {"factor": factor / (1.0 - factor + config.epsilon())}

    def _changed(self, images, drawn):
        hsv = image_ops.rgb_to_hsv(images, data_format=self.data_format)
        axis = -1 if self.data_format == "channels_last" else -3
        hue, saturation, value = ops.split(hsv, 3, axis=axis)
        saturation = self._within(saturation * ops.reshape(drawn["factor"], (-1, 1, 1, 1)))
        hsv = ops.concatenate([hue, saturation, value], axis=axis)
        return image_ops.hsv_to_rgb(hsv, data_format=self.data_format)


class RandomColorDegeneration(_AnyColor):
    """Images mixed with their gray values.

    Args:
        factor: the largest part of gray, or (low, high) in [0, 1].
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> RandomColorDegeneration(0.5)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, seed, data_format, **kwargs)

    def _changed(self, images, drawn):
        gray = image_ops.rgb_to_grayscale(images, data_format=self.data_format)
        return self._within(images + drawn["factor"] * (gray - images))


class RandomInvert(_Color):
    """Some images turned into their negatives.

    Args:
        factor: the chance, or (low, high) to draw it from, in [0, 1].
        value_range: the least and largest value of pixels.
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomInvert((1, 1))(np.ones((1, 1, 1, 1), "float32"), training=True).tolist()
    [[[[254.0]]]]
    """

    def __init__(
        self,
        factor: float = 1.0,
        value_range: Any = (0, 255),
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, seed, data_format, (0, 1), **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        batch = self._size(data)[0]
        chance = self._uniform((batch,), *map(float, self.factor), seed)  # type: ignore[call-arg]
        return {"apply_inversion": self._uniform((batch,), 0.0, 1.0, seed) < chance}

    def _changed(self, images, drawn):
        apply = ops.reshape(drawn["apply_inversion"], (-1, 1, 1, 1)) > 0
        return ops.where(apply, self.value_range[1] - images, images)


class RandomPosterization(_Color):
    """Images with fewer bits a colour.

    Args:
        factor: how many bits stay, 1 to 8, or (low, high).
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomPosterization((1, 1))(np.full((1, 1, 1, 1), 200.0), training=True).tolist()
    [[[[128.0]]]]
    """

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor, value_range, seed, data_format, (1, 8), **kwargs)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        from ... import random

        batch, (low, high) = self._size(data)[0], self.factor
        if low == high:
            return {"shift_factor": ops.full((batch,), 8 - int(low), dtype="uint8")}
        bits = random.randint(
            (batch,), int(low), int(high), dtype="uint8", seed=seed or self.generator
        )
        return {"shift_factor": 8 - bits}

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        if not training:
            return images
        shift = ops.reshape(ops.cast(transformation["shift_factor"], "uint8"), (-1, 1, 1, 1))
        images = ops.cast(self._to_range(images, self.value_range, (0, 255)), "uint8")
        images = ops.bitwise_left_shift(ops.bitwise_right_shift(images, shift), shift)
        return self._to_range(ops.cast(images, self.compute_dtype), (0, 255), self.value_range)


class RandomGrayscale(ImageLayer):
    """Some images turned gray, in all of their channels.

    Args:
        factor: the chance, 0 to 1.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., 3) or a single image; the same.

    Raises:
        ValueError: for a factor outside [0, 1], or another data_format.

    Example:

    >>> RandomGrayscale(1.0)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if factor < 0 or factor > 1:
            raise ValueError(f"`factor` should be between 0 and 1. Received: factor={factor}")
        self.factor = factor
        self._seed(seed)

    def get_random_transformation(
        self, images: Any, training: bool = True, seed: Seed | None = None
    ) -> bool:
        return self._uniform((self._size(images)[0], 1, 1, 1), 0.0, 1.0, seed) < self.factor

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        if not training:
            return images
        if transformation is None:
            transformation = self.get_random_transformation(images)
        gray = image_ops.rgb_to_grayscale(images, data_format=self.data_format)
        return ops.where(transformation, gray, images)

    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        return self._output_spec_of_call(inputs, **kwargs)

    # Keras names these arguments differently here
    def transform_labels(self, labels: Any, transformations: Any = None, **kwargs: Any) -> Any:
        return labels

    def transform_bounding_boxes(self, bounding_boxes: Any, **kwargs: Any) -> Any:
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformations: Any = None, **kwargs: Any
    ) -> Any:
        return segmentation_masks


class AutoContrast(ImageLayer):
    """Images stretched to the whole range, each channel by itself.

    Args:
        value_range: the least and largest value of pixels.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> AutoContrast()(np.array([[[[1.0], [3.0]]]])).tolist()
    [[[[0.0], [255.0]]]]
    """

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = value_pair(value_range)

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        given = images
        images = ops.cast(self._to_range(images, self.value_range, (0, 255)), self.compute_dtype)
        axes = (1, 2) if len(images.shape) == 4 else (0, 1)
        low = ops.min(images, axis=axes, keepdims=True)
        spread = ops.max(images, axis=axes, keepdims=True) - low
        flat = spread == 0
        stretched = (images - low) * (255.0 / ops.where(flat, 1.0, spread))
        stretched = self._to_range(ops.clip(stretched, 0.0, 255.0), (0, 255), self.value_range)
        return ops.where(flat, ops.cast(given, self.compute_dtype), stretched)


class Solarization(ImageLayer):
    """Images whose bright values are inverted.

    Args:
        addition_factor: how much is added first, in parts of 255; a number, or (low, high).
        threshold_factor: from where on values are inverted, in parts of 255; the same.
        value_range: the least and largest value of pixels.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> Solarization()(np.full((1, 1, 1, 1), 10.0), training=True).tolist()
    [[[[245.0]]]]
    """

    def __init__(
        self,
        addition_factor: float = 0.0,
        threshold_factor: float = 0.0,
        value_range: Any = (0, 255),
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.addition_factor = factor_pair(addition_factor, "addition_factor", (0, 1.0), False)
        self.threshold_factor = factor_pair(threshold_factor, "threshold_factor", (0, 1.0), False)
        self.value_range = value_pair(value_range)
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        shape = (self._size(data)[0], 1, 1, 1)
        return {
            name: self._uniform(shape, float(low), float(high) * 255.0, seed, self.compute_dtype)
            for name, (low, high) in (
                ("additions", self.addition_factor),
                ("thresholds", self.threshold_factor),
            )
        }

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        results = self._to_range(images, self.value_range, (0, 255)) + transformation["additions"]
        results = ops.clip(results, 0, 255)
        results = ops.where(results < transformation["thresholds"], results, 255 - results)
        return self._to_range(results, (0, 255), self.value_range)
