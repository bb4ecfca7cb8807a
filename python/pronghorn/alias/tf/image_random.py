"""tf.image: changes by chance. The draws are Pronghorn's own, not TensorFlow's."""

from ... import ops as _ops
from . import image_colour as _colour
from . import random as _random


def _between(least, most, seed):
    return _random.uniform((), least, most, seed=seed)


def _up_to(most, seed, what):
    if most < 0:
        raise ValueError(f"`{what}` must not be negative. Received: {most}")
    return _between(-most, most, seed)


def random_brightness(image, max_delta, seed=None):
    return _colour.adjust_brightness(image, _up_to(max_delta, seed, "max_delta"))


def random_hue(image, max_delta, seed=None):
    return _colour.adjust_hue(image, _up_to(max_delta, seed, "max_delta"))


def random_contrast(image, lower, upper, seed=None):
    return _colour.adjust_contrast(image, _ordered(lower, upper, seed))


def random_saturation(image, lower, upper, seed=None):
    return _colour.adjust_saturation(image, _ordered(lower, upper, seed))


def _ordered(lower, upper, seed):
    if not 0 <= lower < upper:
        raise ValueError(f"Expected 0 <= lower < upper. Received: lower={lower}, upper={upper}")
    return _between(lower, upper, seed)


def random_flip_left_right(image, seed=None):
    return _flipped(image, -2, seed)


def random_flip_up_down(image, seed=None):
    return _flipped(image, -3, seed)


def _flipped(image, axis, seed):
    """Each picture of a batch is turned or not by a draw of its own."""
    image = _ops.convert_to_tensor(image)
    shape = (*image.shape[:-3], 1, 1, 1)
    turned = _random.uniform(shape, seed=seed) < 0.5
    return _ops.where(turned, _ops.flip(image, axis=axis), image)


def random_crop(value, size, seed=None, name=None):
    """A part of `value` of this size (-1: all of an axis), from a place by chance."""
    value = _ops.convert_to_tensor(value)
    size = [int(n) for n in _ops.convert_to_numpy(size)]
    size = [whole if n == -1 else n for n, whole in zip(size, value.shape)]
    if len(size) != len(value.shape) or any(n > whole for n, whole in zip(size, value.shape)):
        raise ValueError(f"No part of size {size} lies in a value of shape {tuple(value.shape)}.")
    starts = [
        int(_random.uniform((), 0, whole - n + 1, dtype="int32", seed=seed))
        for n, whole in zip(size, value.shape)
    ]
    return value[tuple(slice(start, start + n) for start, n in zip(starts, size))]


def stateless_random_brightness(image, max_delta, seed):
    return random_brightness(image, max_delta, _random.stateless_seed(seed))


def stateless_random_hue(image, max_delta, seed):
    return random_hue(image, max_delta, _random.stateless_seed(seed))


def stateless_random_contrast(image, lower, upper, seed):
    return random_contrast(image, lower, upper, _random.stateless_seed(seed))


def stateless_random_saturation(image, lower, upper, seed=None):
    return random_saturation(image, lower, upper, _random.stateless_seed(seed))


def stateless_random_flip_left_right(image, seed):
    return random_flip_left_right(image, _random.stateless_seed(seed))


def stateless_random_flip_up_down(image, seed):
    return random_flip_up_down(image, _random.stateless_seed(seed))


def stateless_random_crop(value, size, seed, name=None):
    return random_crop(value, size, _random.stateless_seed(seed))
