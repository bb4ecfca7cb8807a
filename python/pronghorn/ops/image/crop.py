"""Frames around images: crop_images and pad_images."""

from ...engine.symbolic import known_by_name
from ..array import pad
from ._checks import ranked, standard_format, standing_for


def _amounts(size, first, last, target, names, what):
    """(before, after) of one axis; one of the three arguments is None."""
    given = dict(zip(names, (first, last, target)))
    if list(given.values()).count(None) != 1:
        raise ValueError(
            f"Must specify exactly two of {', '.join(names)}. Received: "
            + ", ".join(f"{name}={value}" for name, value in given.items())
        )
    for name, value in given.items():
        if value is not None and value < 0:
            raise ValueError(f"{name} must be >= 0. Received: {name}={value}")
    sign = 1 if what == "padding" else -1
    if first is None:
        first = None if size is None else sign * (target - size) - last
    if last is None:
        last = None if size is None else sign * (target - size) - first
    for name, value in zip(names, (first, last)):
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{name} must be >= 0. Received: {name}={value}")
    return first, last


def _axes(images, data_format):
    """(number of the height axis, height, width), unknown sizes None."""
    rank = len(images.shape)
    at = rank - 3 if standard_format(data_format) == "channels_last" else rank - 2
    return at, images.shape[at], images.shape[at + 1]


@known_by_name
def pad_images(
    images, top_padding=None, left_padding=None, bottom_padding=None, right_padding=None,
    target_height=None, target_width=None, data_format=None,
):  # fmt: skip
    """Images with zeros around them.

    Of the three arguments of an axis (before, after, target size) exactly two are given.

    Args:
        images: tensor of rank 3 or 4.
        top_padding, left_padding, bottom_padding, right_padding: numbers of pixels.
        target_height, target_width: sizes of the result.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Raises:
        ValueError: for other ranks, too many or few arguments, and negative amounts.

    Example:

    >>> ops.image.pad_images(ops.ones((2, 2, 3)), 1, 0, target_height=5, target_width=2).shape
    (5, 2, 3)
    """
    images = ranked(images)
    at, height, width = _axes(images, data_format)
    rows = ("top_padding", "bottom_padding", "target_height")
    columns = ("left_padding", "right_padding", "target_width")
    rows = _amounts(height, top_padding, bottom_padding, target_height, rows, "padding")
    columns = _amounts(width, left_padding, right_padding, target_width, columns, "padding")
    x, pads = images, [(0, 0)] * len(images.shape)
    for axis, amounts, target in ((at, rows, target_height), (at + 1, columns, target_width)):
        if None in amounts:  # an unknown size brought to a known one
            x = standing_for(x, axis, target)
        else:
            pads[axis] = amounts
    return pad(x, pads)


@known_by_name
def crop_images(
    images, top_cropping=None, left_cropping=None, bottom_cropping=None, right_cropping=None,
    target_height=None, target_width=None, data_format=None,
):  # fmt: skip
    """The inside of images.

    Of the three arguments of an axis (before, after, target size) exactly two are given.

    Args:
        images: tensor of rank 3 or 4.
        top_cropping, left_cropping, bottom_cropping, right_cropping: numbers of pixels.
        target_height, target_width: sizes of the result.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Raises:
        ValueError: for other ranks, too many or few arguments, and negative amounts.

    Example:

    >>> ops.image.crop_images(ops.ones((5, 4, 3)), 1, 0, target_height=2, target_width=4).shape
    (2, 4, 3)
    """
    images = ranked(images)
    at, height, width = _axes(images, data_format)
    names = ("top_cropping", "bottom_cropping", "target_height")
    rows = _amounts(height, top_cropping, bottom_cropping, target_height, names, "cropping")
    names = ("left_cropping", "right_cropping", "target_width")
    columns = _amounts(width, left_cropping, right_cropping, target_width, names, "cropping")
    for name, size, target, amounts in (
        ("height", height, target_height, rows),
        ("width", width, target_width, columns),
    ):
        if size is None and target is None:
            raise ValueError(
                f"When the {name} of the images is unknown, `target_{name}` must be specified. "
                f"Received: images.shape={tuple(images.shape)} and target_{name}=None"
            )
        if size is not None and size - sum(amounts) <= 0:
            raise ValueError(
                f"target_{name} must be > 0. Received: target_{name}={size - sum(amounts)} for "
                f"images of {name} {size}"
            )
    x = images
    for axis, amounts, target in ((at, rows, target_height), (at + 1, columns, target_width)):
        if None in amounts:  # an unknown size brought to a known one
            x = standing_for(x, axis, target)
        else:
            x = _cut_axis(x, axis, amounts)
    return x


def _cut_axis(images, axis, amounts):
    before, after = amounts
    key = [slice(None)] * len(images.shape)
    key[axis] = slice(before, -after if after else None)
    return images[tuple(key)]


__all__ = ["crop_images", "pad_images"]
