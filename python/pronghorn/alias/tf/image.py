"""tf.image: pictures (height, width, channels), or batches of them."""

# ruff: noqa: F401, F403

import numpy as _np

from ... import ops as _ops
from . import image_boxes as _boxes
from . import image_colour as _colour
from .image_boxes import *
from .image_colour import *
from .image_random import *
from .io import (
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    encode_jpeg,
    encode_png,
)


class ResizeMethod:
    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"


def resize(
    images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None
):
    images = _ops.convert_to_tensor(images)
    size = tuple(int(n) for n in size)
    if preserve_aspect_ratio:
        size = _fitting(images.shape[-3:-1], size)
    if method != "nearest":
        images = _ops.cast(images, "float32")
    resized = _ops.image.resize(
        images, size, interpolation=method, antialias=antialias, data_format="channels_last"
    )
    return resized


def _fitting(old, size):
    """The largest size of old's proportions within `size`."""
    scale = min(size[0] / old[0], size[1] / old[1])
    return tuple(max(1, round(n * scale)) for n in old)


def resize_with_pad(image, target_height, target_width, method="bilinear", antialias=False):
    size = (int(target_height), int(target_width))
    image = _ops.convert_to_tensor(image)
    sides = _np.array(image.shape[-3:-1], "float32")
    exact = (
        sides / (sides / _np.array(size, "float32")).max()
    )  # TensorFlow's edges follow from these too
    top, left = ((_np.array(size, "float32") - exact) / 2).astype(int).tolist()
    rows, columns = _np.maximum(exact, 1).astype(int).tolist()
    image = resize(image, (rows, columns), method, antialias=antialias)
    return _boxes.pad_to_bounding_box(image, top, left, *size)


resize_images = resize


def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=True):
    return resize(images, size)


def resize_nearest_neighbor(images, size, align_corners=False, name=None, half_pixel_centers=True):
    return resize(images, size, "nearest")


def extract_patches(images, sizes, strides, rates, padding, name=None):
    from .former import extract_image_patches

    return extract_image_patches(images, sizes, strides, rates, padding)


def psnr(a, b, max_val, name=None):
    error = _ops.mean(_ops.square(_ops.subtract(a, b)), axis=(-3, -2, -1))
    return 20 * _ops.log10(_ops.cast(max_val, "float32")) - 10 * _ops.log10(error)


def flip_left_right(image):
    return _ops.flip(image, axis=-2)


def flip_up_down(image):
    return _ops.flip(image, axis=-3)


def transpose(image, name=None):
    return _ops.swapaxes(image, -2, -3)


def rot90(image, k=1, name=None):
    return _ops.rot90(image, k=k, axes=(-3, -2))


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03):
    return _ops.image.ssim(img1, img2, max_val, filter_size, filter_sigma, k1, k2)


def total_variation(images, name=None):
    down = _ops.abs(images[..., 1:, :, :] - images[..., :-1, :, :])
    across = _ops.abs(images[..., :, 1:, :] - images[..., :, :-1, :])
    axes = (-3, -2, -1)
    return _ops.sum(down, axis=axes) + _ops.sum(across, axis=axes)


def image_gradients(image):
    """Differences to the next row and to the next column, zero at the end."""
    down = image[:, 1:] - image[:, :-1]
    across = image[:, :, 1:] - image[:, :, :-1]
    edge = [(0, 0)] * 4
    return (
        _ops.pad(down, [edge[0], (0, 1), *edge[2:]]),
        _ops.pad(across, [*edge[:2], (0, 1), edge[3]]),
    )


def sobel_edges(image):
    return _ops.image.sobel_edges(image, data_format="channels_last")


def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    from . import random

    quality = int(random.uniform((), min_jpeg_quality, max_jpeg_quality, "int32", seed))
    return adjust_jpeg_quality(image, quality)


def adjust_jpeg_quality(image, jpeg_quality, dct_method="", name=None):
    image = _ops.convert_to_tensor(image)
    pixels = _colour.convert_image_dtype(image, "uint8", saturate=True)
    coded = encode_jpeg(pixels, quality=jpeg_quality)
    return _colour.convert_image_dtype(decode_jpeg(coded, channels=image.shape[-1]), image.dtype)
