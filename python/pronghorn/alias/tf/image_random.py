"""tf.image: changes by chance. The draws are Pronghorn's own, not TensorFlow's."""

import numpy as _np

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


def sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed=0,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=100,
    use_image_if_no_bounding_boxes=False,
    name=None,
):
    """A part of a picture by chance, for `tf.slice`: (begin, size, box of shape (1, 1, 4)).

    Its area and its width over its height are within the ranges, and it covers at least
    `min_object_covered` of one of the boxes (top, left, bottom, right) in [0, 1]. Where no attempt
    finds such a part, it is the whole picture.

    Raises:
        ValueError: where there is no box and `use_image_if_no_bounding_boxes` is False.
    """
    height, width, _ = (int(n) for n in _ops.convert_to_numpy(image_size))
    boxes = _ops.convert_to_numpy(bounding_boxes).reshape(-1, 4)
    if not len(boxes):
        if not use_image_if_no_bounding_boxes:
            raise ValueError(
                "There is no bounding box; pass use_image_if_no_bounding_boxes=True to take the "
                "whole picture for one."
            )
        boxes = _np.array([[0.0, 0.0, 1.0, 1.0]])
    corners = boxes * [height, width, height, width]
    sizes = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    ratios, areas = aspect_ratio_range or (0.75, 1.33), area_range or (0.05, 1.0)
    source = _random.Generator(seed or None)
    top, left, rows, columns = 0, 0, height, width
    for _ in range(max_attempts):
        ratio, area, y, x = source.uniform((4,)).numpy()
        ratio = ratios[0] + ratio * (ratios[1] - ratios[0])
        area = (areas[0] + area * (areas[1] - areas[0])) * height * width
        h, w = round((area / ratio) ** 0.5), round((area * ratio) ** 0.5)
        if not (0 < h <= height and 0 < w <= width):
            continue
        t, s = int(y * (height - h + 1)), int(x * (width - w + 1))
        low = _np.maximum(corners[:, :2], [t, s])
        high = _np.minimum(corners[:, 2:], [t + h, s + w])
        covered = _np.maximum(high - low, 0).prod(axis=1) / _np.maximum(sizes, 1e-9)
        if (covered >= min_object_covered).any():
            top, left, rows, columns = t, s, h, w
            break
    box = _np.array([top / height, left / width, (top + rows) / height, (left + columns) / width])
    begin, size = _np.array([top, left, 0], "int32"), _np.array([rows, columns, -1], "int32")
    return tuple(map(_ops.convert_to_tensor, (begin, size, box.astype("float32")[None, None])))
