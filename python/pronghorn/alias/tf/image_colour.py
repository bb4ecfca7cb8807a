"""tf.image: colours and brightness. Integers are worked on as [0, 1] and come back rounded."""

import numpy as _np

from ... import ops as _ops


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Pixels in another dtype, in which integers span their positive range and floats [0, 1]."""
    image, dtype = _ops.convert_to_tensor(image), str(dtype)
    if image.dtype == dtype:
        return image
    if "int" in image.dtype and "int" in dtype:
        old, new = _np.iinfo(image.dtype).max, _np.iinfo(dtype).max
        if old > new:
            return _ops.cast(_ops.floor_divide(image, (old + 1) // (new + 1)), dtype)
        return _ops.cast(image, dtype) * ((new + 1) // (old + 1))
    if "int" in image.dtype:
        return _ops.cast(image, dtype) * (1.0 / _np.iinfo(image.dtype).max)
    if "int" in dtype:
        scaled = image * (_np.iinfo(dtype).max + 0.5)
        return _ops.saturate_cast(scaled, dtype) if saturate else _ops.cast(scaled, dtype)
    return _ops.cast(image, dtype)


def _as_floats(change):
    """change of a float picture, for pictures of any dtype."""

    def function(image, *args):
        image = _ops.convert_to_tensor(image)
        if "float" in image.dtype:
            return change(image, *args)
        made = change(convert_image_dtype(image, "float32"), *args)
        return convert_image_dtype(made, image.dtype, saturate=True)

    return function


_brighter = _as_floats(lambda image, delta: image + _ops.cast(delta, image.dtype))


def adjust_brightness(image, delta):
    return _brighter(image, delta)


@_as_floats
def _contrasted(images, factor):
    mean = _ops.mean(images, axis=(-3, -2), keepdims=True)
    return (images - mean) * factor + mean


def adjust_contrast(images, contrast_factor):
    return _contrasted(images, contrast_factor)


_powered = _as_floats(lambda image, gamma, gain: gain * _ops.power(image, gamma))


def adjust_gamma(image, gamma=1, gain=1):
    return _powered(image, gamma, gain)


@_as_floats
def _turned(image, delta):
    h, s, v = _ops.split(rgb_to_hsv(image), 3, axis=-1)
    return hsv_to_rgb(_ops.concatenate([_ops.mod(h + delta, 1.0), s, v], axis=-1))


def adjust_hue(image, delta, name=None):
    return _turned(image, delta)


@_as_floats
def _saturated(image, factor):
    h, s, v = _ops.split(rgb_to_hsv(image), 3, axis=-1)
    return hsv_to_rgb(_ops.concatenate([h, _ops.clip(s * factor, 0.0, 1.0), v], axis=-1))


def adjust_saturation(image, saturation_factor, name=None):
    return _saturated(image, saturation_factor)


def rgb_to_hsv(images, name=None):
    return _ops.image.rgb_to_hsv(images, data_format="channels_last")


def hsv_to_rgb(images, name=None):
    return _ops.image.hsv_to_rgb(images, data_format="channels_last")


def rgb_to_grayscale(images, name=None):
    images = _ops.convert_to_tensor(images)
    if "float" in images.dtype:
        return _ops.image.rgb_to_grayscale(images, data_format="channels_last")
    gray = rgb_to_grayscale(convert_image_dtype(images, "float32"))
    return convert_image_dtype(gray, images.dtype)


def grayscale_to_rgb(images, name=None):
    return _ops.repeat(images, 3, axis=-1)


# ITU-R BT.601 and the NTSC's YIQ: columns are the channels that come out
_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]
_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]


def _mixed(matrix):
    def function(images, name=None):
        images = _ops.convert_to_tensor(images)
        return _ops.matmul(images, _ops.convert_to_tensor(matrix, images.dtype))

    return function


rgb_to_yuv, yuv_to_rgb = _mixed(_YUV), _mixed(_FROM_YUV)
rgb_to_yiq, yiq_to_rgb = _mixed(_YIQ), _mixed(_FROM_YIQ)


def per_image_standardization(image):
    image = _ops.cast(image, "float32")
    axes = (-3, -2, -1)
    count = 1
    for axis in axes:
        count *= image.shape[axis]
    spread = _ops.maximum(_ops.std(image, axis=axes, keepdims=True), count**-0.5)
    return (image - _ops.mean(image, axis=axes, keepdims=True)) / spread
