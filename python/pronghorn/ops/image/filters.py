"""Windows that slide over images: gaussian_blur, sobel_edges, ssim."""

import numpy as np

from ...engine.symbolic import known_by_name
from .. import math
from .._args import cast, tensor, wide
from ..array import expand_dims, pad, reshape, squeeze, stack, transpose
from ..creation import arange, ones
from ..nn import depthwise_conv
from ._checks import Frame, ranked, standard_format


@known_by_name
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images blurred by a Gaussian window; zeros lie outside.

    Args:
        images: float tensor of rank 3 or 4.
        kernel_size: (height, width) of the window.
        sigma: standard deviations, the horizontal one first as in Keras on TensorFlow; numbers or
            a tensor.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        ValueError: for other ranks.
    """
    images = ranked(images)
    frame = Frame(images, standard_format(data_format))
    x = wide(frame.images)
    channels = x.shape[3]
    if getattr(kernel_size, "is_abstract", False):
        return math.multiply(images, 1)  # only the shape can be told
    sigma = cast(tensor(sigma), x.dtype)
    if len(kernel_size) != 2 or tuple(sigma.shape) != (2,):
        raise ValueError(
            "gaussian_blur: expected two sizes and two deviations, of height and width. "
            f"Received: kernel_size={kernel_size}, sigma of shape {tuple(sigma.shape)}"
        )
    sides = []
    for i in (0, 1):
        size = int(kernel_size[i])
        place = (arange(size, dtype=x.dtype) - (size - 1) / 2) / sigma[i]
        weight = math.exp(-0.5 * place * place)
        sides.append(weight / math.sum(weight))
    window = expand_dims(sides[1], 1) * expand_dims(sides[0], 0)
    window = reshape(window, (int(kernel_size[0]), int(kernel_size[1]), 1, 1))
    window = window * ones((1, 1, channels, 1), x.dtype)
    blurred = depthwise_conv(x, window, padding="same", data_format="channels_last")
    return frame.back(cast(blurred, images.dtype))


_SOBEL = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "float32")


@known_by_name
def sobel_edges(images, data_format=None):
    """How fast images change downwards and to the right: the Sobel operator.

    Args:
        images: float tensor of rank 4.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor (batch, height, width, channels, 2), or (batch, channels, height, width, 2): the
        change along the height, then along the width.

    Raises:
        ValueError: for other ranks.
    """
    images = tensor(images)
    if len(images.shape) != 4:
        raise ValueError(
            "Invalid images rank: expected rank 4 (batch of images). Received input with shape: "
            f"images.shape={tuple(images.shape)}"
        )
    first = standard_format(data_format) == "channels_first"
    x = transpose(images, (0, 2, 3, 1)) if first else images
    channels = x.shape[3]
    x = pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    edges = []
    for window in (_SOBEL, _SOBEL.T):
        kernel = tensor(np.tile(window[:, :, None, None], (1, 1, channels, 1)), x.dtype)
        edges.append(depthwise_conv(x, kernel, padding="valid", data_format="channels_last"))
    edges = stack(edges, axis=-1)
    return transpose(edges, (0, 3, 1, 2, 4)) if first else edges


@known_by_name
def ssim(
    image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03,
    data_format=None,
):  # fmt: skip
    """How alike two images are to the eye: structural similarity, 1 where they are equal.

    Z. Wang et al., "Image quality assessment: from error visibility to structural similarity"
    (2004).

    Args:
        image1, image2: tensors of one shape, rank 3 or 4.
        max_val: the largest value that pixels can have.
        filter_size: size of the Gaussian window.
        filter_sigma: its standard deviation.
        k1, k2: constants that keep quotients of small numbers calm.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor (batch,), or a scalar for single images.

    Raises:
        ValueError: for other ranks.
    """
    image1, image2 = ranked(image1, "image1"), ranked(image2, "image2")
    dtype, data_format = image1.dtype, standard_format(data_format)
    first, second = (Frame(image, data_format) for image in (image1, image2))
    a, b = wide(first.images), wide(second.images)
    place = np.arange(filter_size) - (filter_size - 1) / 2
    side = np.exp(-(place**2) / (2.0 * filter_sigma**2))
    side /= side.sum()
    kernel = tensor(np.outer(side, side)[:, :, None, None], a.dtype)

    def seen(x):
        """Through the window, each channel by itself."""
        every = kernel * ones((1, 1, x.shape[3], 1), x.dtype)
        return depthwise_conv(x, every, padding="valid", data_format="channels_last")

    mean_a, mean_b = seen(a), seen(b)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    var_a = seen(a * a) - mean_a * mean_a
    var_b = seen(b * b) - mean_b * mean_b
    both = seen(a * b) - mean_a * mean_b
    above = (2.0 * mean_a * mean_b + c1) * (2.0 * both + c2)
    below = (mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2)
    result = math.mean(above / below, axis=(1, 2, 3))
    return cast(squeeze(result, 0) if first.single else result, dtype)


__all__ = ["gaussian_blur", "sobel_edges", "ssim"]
