"""What the image ops share: ranks, data formats, single images as batches of one."""

from ...engine import config
from .. import math
from .._args import cast, tensor
from ..array import expand_dims, squeeze, transpose
from ..creation import ones


def standard_format(data_format):
    """data_format, the configured one where None. Raises ValueError for other words."""
    if data_format is None:
        return config.image_data_format()
    name = str(data_format).lower()
    if name not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    return name


def ranked(images, name="images"):
    """images as a tensor of rank 3 or 4."""
    images = tensor(images)
    if len(images.shape) not in (3, 4):
        what = "" if name == "images" else f"{name} "
        raise ValueError(
            f"Invalid {what or 'images '}rank: expected rank 3 (single image) or rank 4 (batch of "
            f"images). Received input with shape: {name}.shape={tuple(images.shape)}"
        )
    return images


def one_of(value, choices, name):
    """Raises ValueError for a word that is none of the choices."""
    if value not in choices:
        raise ValueError(
            f"Invalid value for argument `{name}`. Expected of one {tuple(choices)}. Received: "
            f"{name}={value}"
        )


class Frame:
    """Images as (batch, height, width, channels), and the way back.

    Args:
        images: tensor of rank 3 or 4.
        data_format: a standard one.
    """

    def __init__(self, images, data_format):
        self.single = len(images.shape) == 3
        self.first = data_format == "channels_first"
        x = expand_dims(images, 0) if self.single else images
        self.images = transpose(x, (0, 2, 3, 1)) if self.first else x

    def back(self, images):
        """images of the frame in the layout that came."""
        x = transpose(images, (0, 3, 1, 2)) if self.first else images
        return squeeze(x, 0) if self.single else x


def standing_for(x, axis, size):
    """A tensor of x's shape with another size of one axis.

    For passes that ask for shapes alone, where the size of that axis is unknown; the values are
    never looked at.
    """
    shape = [1] * len(x.shape)
    shape[axis] = size
    mean = math.mean(x, axis=axis, keepdims=True)
    return cast(math.multiply(mean, ones(shape, mean.dtype)), x.dtype)
