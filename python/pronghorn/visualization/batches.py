"""What the functions of this room share: batches of images as arrays of bytes, fonts."""

import numpy as np

from ..engine import convert_to_numpy
from ..preprocessing.pictures import pillow, standard_format


def batch_of(images, data_format=None, what="images"):
    """A copy of a batch as a NumPy array, channels last.

    Raises:
        ValueError: where it is no batch.
    """
    array = np.array(convert_to_numpy(images))
    if array.ndim != 4:
        raise ValueError(
            f"`{what}` must be batched 4D tensor. Received: {what}.shape={array.shape}"
        )
    if standard_format(data_format) == "channels_first":
        array = np.ascontiguousarray(array.transpose(0, 2, 3, 1))
    return array


def as_bytes(images, value_range=None):
    """Values of the range as uint8; without one, floats up to 1 count as parts of 255."""
    if value_range is not None:
        low, high = value_range
        images = (images.astype("float32") - low) * (255.0 / (high - low))
    elif images.dtype.kind == "f" and images.size and images.max() <= 1.0:
        images = images * 255
    return np.clip(images, 0, 255).astype("uint8")


def to_picture(array, what):
    """A Pillow image of one array (height, width, 1, 3 or 4) of bytes."""
    if array.shape[-1] not in (1, 3, 4):
        raise ValueError(
            f"{what} draws on images of 1, 3 or 4 channels. Received: shape={array.shape}"
        )
    Image = pillow(what)
    return Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def font(size):
    """Pillow's own font; of that size where Pillow has it in sizes (10.1 and later)."""
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError:
        return ImageFont.load_default()
