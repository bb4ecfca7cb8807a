"""keras.utils.bounding_boxes: boxes between formats, clipped, cropped and moved."""

from ..layers.preprocessing.boxes import (
    affine_transform,
    clip_to_image_size,
    convert_format,
    crop,
    pad,
)
from ..layers.preprocessing.overlap import (
    compute_ciou,
    compute_iou,
    decode_deltas_to_boxes,
    encode_box_to_deltas,
)

__all__ = [
    "affine_transform", "clip_to_image_size", "compute_ciou", "compute_iou", "convert_format",
    "crop", "decode_deltas_to_boxes", "encode_box_to_deltas", "pad",
]  # fmt: skip


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, __all__)
