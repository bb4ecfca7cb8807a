"""keras.utils.bounding_boxes: boxes between formats, clipped, cropped and moved."""

from ..layers.preprocessing.boxes import (
    affine_transform,
    clip_to_image_size,
    convert_format,
    crop,
    pad,
)

__all__ = ["affine_transform", "clip_to_image_size", "convert_format", "crop", "pad"]


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)
