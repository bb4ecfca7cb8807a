"""Colours: gray values, hue, saturation and value."""

from ...engine.symbolic import known_by_name
from .._args import FLOATS, cast, narrowed, wide
from ..array import concatenate
from ..math import abs, add, clip, divide, equal, max, min, multiply, subtract, where
from ..splitting import split
from ._checks import ranked, standard_format


def _axis(data_format):
    return -1 if standard_format(data_format) == "channels_last" else -3


@known_by_name
def rgb_to_grayscale(images, data_format=None):
    """Gray values of RGB images: 0.2989 R + 0.587 G + 0.114 B.

    Args:
        images: tensor (..., height, width, 3), or 1 channel, which stays; rank 3 or 4.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of 1 channel and the input's dtype.

    Raises:
        ValueError: for other ranks and numbers of channels.

    Example:

    >>> float(ops.image.rgb_to_grayscale(np.ones((1, 1, 3), "float32"))[0, 0, 0])  # about 1
    """
    images = ranked(images)
    axis = _axis(data_format)
    if images.shape[axis] not in (1, 3):
        raise ValueError(
            "Invalid channel size: expected 3 (RGB) or 1 (Grayscale). Received input with shape: "
            f"images.shape={tuple(images.shape)}"
        )
    if images.shape[axis] == 1:
        return images
    red, green, blue = split(narrowed(images, images.dtype), 3, axis=axis)
    gray = add(add(multiply(red, 0.2989), multiply(green, 0.5870)), multiply(blue, 0.1140))
    return cast(gray, images.dtype)


def _colours(images, data_format):
    images, axis = ranked(images), _axis(data_format)
    if images.dtype not in FLOATS:
        raise ValueError(
            f"Invalid images dtype: expected float dtype. Received: images.dtype={images.dtype}"
        )
    if images.shape[axis] not in (None, 3):
        raise ValueError(
            f"Input images must have 3 channels, but received images with {images.shape[axis]} "
            f"channels. Received input with shape: images.shape={tuple(images.shape)}"
        )
    return images, axis


@known_by_name
def rgb_to_hsv(images, data_format=None):
    """Hue, saturation and value of RGB images, all in [0, 1].

    Args:
        images: float tensor (..., height, width, 3) in [0, 1]; rank 3 or 4.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        ValueError: for other ranks, channels and dtypes.
    """
    images, axis = _colours(images, data_format)
    red, green, blue = split(wide(images), 3, axis=axis)
    value = max(concatenate([red, green, blue], axis=axis), axis=axis, keepdims=True)
    least = min(concatenate([red, green, blue], axis=axis), axis=axis, keepdims=True)
    spread = subtract(value, least)
    saturation = where(value > 0, divide(spread, where(value > 0, value, 1.0)), 0.0)
    sixth = divide(1 / 6, where(spread > 0, spread, 1.0))
    hue = where(
        equal(red, value),
        multiply(sixth, subtract(green, blue)),
        where(
            equal(green, value),
            add(multiply(sixth, subtract(blue, red)), 2 / 6),
            add(multiply(sixth, subtract(red, green)), 4 / 6),
        ),
    )
    hue = where(spread > 0, hue, 0.0)
    hue = where(hue < 0, add(hue, 1.0), hue)
    return cast(concatenate([hue, saturation, value], axis=axis), images.dtype)


@known_by_name
def hsv_to_rgb(images, data_format=None):
    """RGB images of hue, saturation and value.

    Args:
        images: float tensor (..., height, width, 3) in [0, 1]; rank 3 or 4.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        ValueError: for other ranks, channels and dtypes.
    """
    images, axis = _colours(images, data_format)
    hue, saturation, value = split(wide(images), 3, axis=axis)
    angle = multiply(hue, 6.0)
    parts = [
        subtract(abs(subtract(angle, 3.0)), 1.0),
        subtract(2.0, abs(subtract(angle, 2.0))),
        subtract(2.0, abs(subtract(angle, 4.0))),
    ]
    colours = [
        multiply(add(subtract(1.0, saturation), multiply(saturation, clip(p, 0.0, 1.0))), value)
        for p in parts
    ]
    return cast(concatenate(colours, axis=axis), images.dtype)


__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]
