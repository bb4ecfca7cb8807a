"""RandAugment and AugMix: several augmentations, drawn anew for every batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops, random
from .color import (
    AutoContrast,
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomPosterization,
    Solarization,
)
from .equalization import Equalization
from .filters import RandomSharpness
from .geometric import RandomRotation, RandomShear, RandomTranslation
from .image_layer import ImageLayer, factor_pair

if TYPE_CHECKING:
    from ...engine.types import Seed


# what they draw from
_MOVES = ("random_shear", "random_translation", "random_rotation")
_COLORS = (
    "random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness",
)  # fmt: skip
_LEVELS = ("random_posterization", "solarization", "auto_contrast", "equalization")


def _makers(factor, value_range, interpolation, seed):
    """name -> (class, its arguments)."""
    moves = {"interpolation": interpolation, "seed": seed}
    colors = {"factor": factor, "value_range": value_range, "seed": seed}
    bits = {**colors, "factor": max(1, int(8 * factor[1]))}
    return {
        "random_shear": (RandomShear, {"x_factor": factor, "y_factor": factor, **moves}),
        "random_translation": (
            RandomTranslation, {"height_factor": factor, "width_factor": factor, **moves},
        ),
        "random_rotation": (RandomRotation, {"factor": factor, **moves}),
        "random_brightness": (RandomBrightness, colors),
        "random_color_degeneration": (RandomColorDegeneration, colors),
        "random_contrast": (RandomContrast, colors),
        "random_sharpness": (RandomSharpness, colors),
        "random_posterization": (RandomPosterization, bits),
        "solarization": (
            Solarization,
            {
                "addition_factor": factor, "threshold_factor": factor,
                "value_range": value_range, "seed": seed,
            },
        ),
        "auto_contrast": (AutoContrast, {"value_range": value_range}),
        "equalization": (Equalization, {"value_range": value_range}),
    }  # fmt: skip


class _Policy(ImageLayer):
    """A layer with layers of its own, of which some are applied."""

    def __init__(
        self,
        names: Any,
        value_range: Any,
        factor: Any,
        interpolation: str,
        seed: Seed,
        data_format: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.factor = factor_pair(factor, bounds=(0, 1))
        self.interpolation = interpolation
        self._seed(seed)
        makers = _makers(self.factor, value_range, interpolation, seed)
        self._names = list(names)
        for name in names:
            kind, arguments = makers[name]
            part = kind(
                **arguments, data_format=self.data_format, dtype=self.dtype_policy,
                bounding_box_format=self.bounding_box_format,
            )  # fmt: skip
            setattr(self, name, part)

    def build(self, input_shape: Any) -> None:
        for name in self._names:
            getattr(self, name).build(input_shape)

    def _draws(self, data, training):
        """What each layer draws for one application."""
        return {
            name: getattr(self, name).get_random_transformation(
                data, training=training, seed=self.generator
            )
            for name in self._names
        }

    def _applied(self, method, value, index, drawn):
        """value as the index-th layer makes it; itself beyond the last."""

        def by(name):
            def run(x):
                return getattr(getattr(self, name), method)(x, drawn[name], training=True)

            return run

        return ops.switch(index, [*map(by, self._names), lambda x: x], value)


class RandAugment(_Policy):
    """Images under a few augmentations, drawn for each batch from shearing to equalization.

    E. D. Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search
    space" (2019).

    Args:
        value_range: the least and largest value of pixels.
        num_ops: how many are applied, one after another.
        factor: how strong they are, or (low, high), in [0, 1].
        interpolation: "bilinear" or "nearest".
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> RandAugment()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: float = 0.5,
        interpolation: str = "bilinear",
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            (*_MOVES, *_COLORS, *_LEVELS), value_range, factor, interpolation, seed, data_format,  # type: ignore[arg-type]
            **kwargs,
        )  # fmt: skip
        self.num_ops = num_ops

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        index = random.randint((self.num_ops,), 0, len(self._names), seed=seed or self.generator)
        return {"transforms": self._draws(data, training), "layer_idxes": index}

    def _all(self, method, value, transformation):
        for i in range(self.num_ops):
            index = transformation["layer_idxes"][i]
            value = self._applied(method, value, index, transformation["transforms"])
        return value

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        return self._all("transform_images", images, transformation) if training else images

    def transform_bounding_boxes(
        self, bounding_boxes: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return bounding_boxes
        return self._all("transform_bounding_boxes", bounding_boxes, transformation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return segmentation_masks
        return self._all("transform_segmentation_masks", segmentation_masks, transformation)


class AugMix(_Policy):
    """Images mixed with themselves under several chains of augmentations.

    D. Hendrycks et al., "AugMix: A simple data processing method to improve robustness and
    uncertainty" (2020).

    Args:
        value_range: the least and largest value of pixels.
        num_chains: how many chains are mixed.
        chain_depth: augmentations of a chain; each may be none.
        factor: how strong they are, or (low, high), in [0, 1].
        alpha: of the Dirichlet and Beta distributions that the parts are drawn from.
        all_ops: whether brightness, colour, contrast and sharpness are among them.
        interpolation: "bilinear" or "nearest".
        seed: int or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Shapes: (batch, ..., 3) or a single image; the same.

    Example:

    >>> AugMix()(np.ones((2, 4, 4, 3), "float32"), training=True).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: float = 0.3,
        alpha: Any = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: Seed | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        names = (*_MOVES, *_LEVELS, *(_COLORS if all_ops else ()))
        super().__init__(names, value_range, factor, interpolation, seed, data_format, **kwargs)  # type: ignore[arg-type]
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed | None = None
    ) -> dict[Any, Any] | None:
        if not training:
            return None
        seed = seed or self.generator
        parts = random.gamma((self.num_chains,), self.alpha, seed=seed)
        which = random.randint(
            (self.num_chains, self.chain_depth), 0, len(self._names) + 1, seed=seed
        )
        chains = [
            [
                {"layer_index": which[i, j], "transformations": self._draws(data, training)}
                for j in range(self.chain_depth)
            ]
            for i in range(self.num_chains)
        ]
        return {
            "chain_mixing_weights": parts / ops.sum(parts),
            "weight_sample": random.beta((), self.alpha, self.alpha, seed=seed),
            "chain_transforms": chains,
        }

    def _mixed(self, method, value, transformation):
        weights = ops.cast(transformation["chain_mixing_weights"], value.dtype)
        own = ops.cast(transformation["weight_sample"], value.dtype)
        total = ops.zeros_like(value)
        for i, chain in enumerate(transformation["chain_transforms"]):
            x = value
            for step in chain:
                name = step.get("layer_name")  # Keras's form, where the layer is known
                if name is not None:
                    x = getattr(getattr(self, name), method)(x, step["transformation"])
                else:
                    x = self._applied(method, x, step["layer_index"], step["transformations"])
            total = total + x * weights[i]
        return own * value + (1.0 - own) * total

    def transform_images(self, images: Any, transformation: Any, training: bool = True) -> Any:
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        return ops.clip(self._mixed("transform_images", images, transformation), *self.value_range)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any, training: bool = True
    ) -> Any:
        if not training:
            return segmentation_masks
        masks = ops.cast(segmentation_masks, self.compute_dtype)
        return self._mixed("transform_segmentation_masks", masks, transformation)
