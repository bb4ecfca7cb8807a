"""RandomGaussianBlur and RandomSharpness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ... import ops
from ...ops import image as image_ops
from .image_layer import ImageLayer, factor_pair, value_pair

if TYPE_CHECKING:
    from ...engine.types import Axis, Seed


class RandomGaussianBlur(ImageLayer):
    """Some images blurred.

    Args:
        factor: the chance, or (low, high) to draw it from, in [0, 1].
        kernel_size: size of the window, odd; or (height, width).
        sigma: the largest deviation, or (low, high), in [0, 1].
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Raises:
        ValueError: for a factor or sigma outside [0, 1], or a kernel_size that is even or no such
            pair.

    Example:

    >>> RandomGaussianBlur()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor: float = 1.0,
        kernel_size: Axis = 3,
        sigma: float = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: Seed | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        pair = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        if len(pair) != 2 or any(not isinstance(k, (int, float)) for k in pair):
            raise ValueError(
                "The `kernel_size` argument should be a number (or a list of two numbers) "
                f"Received: kernel_size={kernel_size}"
            )
        if any(k % 2 == 0 for k in pair):
            raise ValueError(
                f"kernel_size must be an odd number. Received: kernel_size={kernel_size}"
            )
        self.kernel_size = tuple(pair)
        self.sigma = factor_pair(sigma, "sigma", (0, 1))
        self.value_range = value_range
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        batch = self._size(data)[0]
        chance = self._uniform((batch,), *map(float, self.factor), seed)  # type: ignore[call-arg]
        apply = self._uniform((batch,), 0.0, 1.0, seed) < chance
        sigma = self._uniform((2,), *map(float, self.sigma), seed, self.compute_dtype)  # type: ignore[call-arg]
        return {"should_apply_blur": apply, "blur_factor": sigma + 1e-6}

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training or transformation is None:
            return images
        blurred = image_ops.gaussian_blur(
            images, self.kernel_size, transformation["blur_factor"], self.data_format
        )
        apply = ops.reshape(transformation["should_apply_blur"], (-1, 1, 1, 1))
        return ops.clip(ops.where(apply, blurred, images), *self.value_range)


class RandomSharpness(ImageLayer):
    """Images blurred a little or sharpened: 0.5 leaves them.

    Args:
        factor: the largest, or (low, high) in [0, 1].
        value_range: the least and largest value of pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        seed: int or None.

    Shapes: (batch, ..., channels) or a single image; the same.

    Example:

    >>> RandomSharpness(0.5)(np.ones((2, 4, 4, 3), "float32"), training=True).shape
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
        super().__init__(data_format=data_format, **kwargs)
        self.factor = factor_pair(factor, bounds=(0, 1))
        self.value_range = value_pair(value_range)
        self._seed(seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any]:
        return {"factor": self._uniform((self._size(data)[0],), *map(float, self.factor), seed)}  # type: ignore[call-arg]

    def transform_images(
        self, images: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        last = self.data_format == "channels_last"
        x = images if last else ops.transpose(images, (0, 2, 3, 1))
        window = np.full((3, 3, 1, 1), 1 / 13, "float32")
        window[1, 1] = 5 / 13
        kernel = ops.cast(np.tile(window, (1, 1, x.shape[-1], 1)), self.compute_dtype)
        smooth = ops.nn.depthwise_conv(x, kernel, padding="same", data_format="channels_last")
        factor = ops.cast(ops.reshape(transformation["factor"], (-1, 1, 1, 1)), self.compute_dtype)
        x = ops.clip(x + (1.0 - 2.0 * factor) * (smooth - x), *self.value_range)
        return x if last else ops.transpose(x, (0, 3, 1, 2))
