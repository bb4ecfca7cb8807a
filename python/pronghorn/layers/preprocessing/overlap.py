"""How boxes overlap, and boxes as offsets from anchors."""

from __future__ import annotations

import math
from typing import Any

from ... import ops
from ...engine import config
from .boxes import convert_format


def _sizes(image_shape):
    return (None, None) if image_shape is None else tuple(image_shape)[:2]


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: int = -1,
    image_shape: Any = None,
) -> Any:
    """Intersection over union of every box with every other.

    Args:
        boxes1: tensor (m, 4) or (batch, m, 4).
        boxes2: tensor (n, 4) or (batch, n, 4).
        bounding_box_format: as in `convert_format`.
        use_masking: whether pairs with a box of negative numbers get `mask_val`.
        mask_val: their value.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        A tensor (m, n) or (batch, m, n).

    Raises:
        ValueError: for other ranks, and a relative format without `image_shape`.

    Example:

    >>> boxes = np.array([[0.0, 0.0, 2.0, 2.0]])
    >>> round(float(compute_iou(boxes, boxes + 1, "xyxy")[0, 0]), 4)  # 1 / 7
    0.1429
    """
    boxes1, boxes2 = ops.convert_to_tensor(boxes1), ops.convert_to_tensor(boxes2)
    for name, boxes in (("boxes1", boxes1), ("boxes2", boxes2)):
        if len(boxes.shape) not in (2, 3):
            raise ValueError(
                f"compute_iou() expects {name} to be batched, or to be unbatched. Received "
                f"len(boxes1.shape)={len(boxes1.shape)}, len(boxes2.shape)={len(boxes2.shape)}. "
                f"Expected either len({name}.shape)=2 AND or len({name}.shape)=3."
            )
    if "rel" in bounding_box_format and image_shape is None:
        raise ValueError(
            "When using relative bounding box formats (e.g. `rel_yxyx`) the `image_shape` argument "
            f"must be provided. Received `image_shape`: {image_shape}"
        )
    size = _sizes(image_shape)
    a = convert_format(boxes1, bounding_box_format, "xyxy", *size)[..., :, None, :]
    b = convert_format(boxes2, bounding_box_format, "xyxy", *size)[..., None, :, :]
    across = ops.minimum(a[..., 2], b[..., 2]) - ops.maximum(a[..., 0], b[..., 0])
    down = ops.minimum(a[..., 3], b[..., 3]) - ops.maximum(a[..., 1], b[..., 1])
    both = ops.maximum(across, 0) * ops.maximum(down, 0)
    areas = [(x[..., 2] - x[..., 0]) * (x[..., 3] - x[..., 1]) for x in (a, b)]
    iou = both / (areas[0] + areas[1] - both + config.epsilon())
    if not use_masking:
        return iou
    negative = ops.logical_or(ops.max(a, axis=-1) < 0, ops.max(b, axis=-1) < 0)
    return ops.where(negative, ops.cast(mask_val, iou.dtype), iou)


def compute_ciou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None
) -> Any:
    """Complete intersection over union of pairs: less for distant centres and other proportions.

    Z. Zheng et al., "Distance-IoU loss: faster and better learning for bounding box regression"
    (2020).

    Args:
        boxes1, boxes2: tensors (..., 4) of one shape.
        bounding_box_format: an absolute one, as in `convert_format`.
        image_shape: (height, width, channels).

    Returns:
        A tensor (...,).

    Raises:
        ValueError: for relative formats.

    Example:

    >>> ones = np.array([[0.0, 0.0, 2.0, 2.0]] * 2)
    >>> others = np.array([[0.0, 0.0, 2.0, 2.0], [4.0, 0.0, 6.0, 2.0]])
    >>> compute_ciou(ones, others, "xyxy").numpy().round(2)
    array([ 1. , -0.4], dtype=float32)
    """
    if "rel" in bounding_box_format:
        raise ValueError(
            "compute_ciou() takes absolute formats: convert relative ones first, with the "
            f"`image_shape`. Received: bounding_box_format={bounding_box_format!r}, "
            f"`image_shape` argument must be provided: {image_shape}"
        )
    tiny = config.epsilon()
    corners = []
    for boxes in (boxes1, boxes2):
        boxes = convert_format(boxes, bounding_box_format, "xyxy", *_sizes(image_shape))
        corners.append([boxes[..., i] for i in range(4)])
    (l1, t1, r1, b1), (l2, t2, r2, b2) = corners
    w1, h1, w2, h2 = r1 - l1, b1 - t1 + tiny, r2 - l2, b2 - t2 + tiny
    across = ops.maximum(ops.minimum(r1, r2) - ops.maximum(l1, l2), 0)
    both = across * ops.maximum(ops.minimum(b1, b2) - ops.maximum(t1, t2), 0)
    iou = both / (w1 * h1 + w2 * h2 - both + 2 * tiny)
    hull_w = ops.maximum(r1, r2) - ops.minimum(l1, l2)
    hull_h = ops.maximum(b1, b2) - ops.minimum(t1, t2)
    diagonal = hull_w * hull_w + hull_h * hull_h + tiny
    x, y = (l1 + r1 - l2 - r2) / 2, (t1 + b1 - t2 - b2) / 2
    v = 4 / math.pi**2 * ops.square(ops.arctan(w2 / h2) - ops.arctan(w1 / h1))
    return iou - ((x * x + y * y) / diagonal + v * v / (v - iou + (1 + tiny)))


def _check(variance, form, name):
    if form not in ("center_xywh", "center_yxhw"):
        raise ValueError(f"`{name}` should be one of 'center_xywh' or 'center_yxhw', got {form}")
    if variance is None:
        return None
    variance = ops.convert_to_tensor(variance, "float32")
    if variance.shape[-1] != 4:
        raise ValueError(f"`variance` must be length 4, got {variance}")
    return variance


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: Any,
    box_format: Any,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Boxes as offsets from anchors: moves in parts of the anchor's size, logarithms of sizes.

    Args:
        anchors: tensor (n, 4).
        boxes: tensor (n, 4) or (batch, n, 4).
        anchor_format, box_format: as in `convert_format`.
        encoding_format: "center_yxhw" or "center_xywh".
        variance: four numbers to divide by.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        A tensor of the boxes' shape.

    Raises:
        ValueError: for other formats and lengths.

    Example:

    >>> anchors, boxes = np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([[1.0, 2.0, 5.0, 6.0]])
    >>> encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy").tolist()  # down 2 / 4, right 1 / 4
    [[0.5, 0.25, 0.0, 0.0]]
    """
    variance = _check(variance, encoding_format, "encoding_format")
    size = _sizes(image_shape)
    a = convert_format(anchors, anchor_format, encoding_format, *size)
    b = convert_format(boxes, box_format, encoding_format, *size)
    a_size, b_size = (ops.maximum(x[..., 2:], config.epsilon()) for x in (a, b))
    moved = (b[..., :2] - a[..., :2]) / a_size
    deltas = ops.concatenate([moved, ops.log(b_size / a_size)], axis=-1)
    return deltas if variance is None else deltas / variance


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: Any,
    box_format: Any,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """The boxes of `encode_box_to_deltas`'s offsets.

    Args:
        anchors: tensor (n, 4), or a dict of them.
        boxes_delta: tensor (n, 4) or (batch, n, 4), or a dict with the same keys.
        anchor_format, box_format, variance, image_shape: as in `encode_box_to_deltas`.
        encoded_format: "center_yxhw" or "center_xywh".

    Returns:
        A tensor of the offsets' shape, or a dict.

    Raises:
        ValueError: for other formats and lengths.

    Example:

    >>> anchors, boxes = np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([[1.0, 1.0, 5.0, 3.0]])
    >>> deltas = encode_box_to_deltas(anchors, boxes, "xyxy", "xyxy")
    >>> decode_deltas_to_boxes(anchors, deltas, "xyxy", "xyxy").numpy().round(3).tolist()
    [[1.0, 1.0, 5.0, 3.0]]
    """
    variance = _check(variance, encoded_format, "encoded_format")
    size = _sizes(image_shape)

    def decoded(anchor, delta):
        a = convert_format(anchor, anchor_format, encoded_format, *size)
        delta = ops.convert_to_tensor(delta)
        delta = delta if variance is None else delta * variance
        place = delta[..., :2] * a[..., 2:] + a[..., :2]
        box = ops.concatenate([place, ops.exp(delta[..., 2:]) * a[..., 2:]], axis=-1)
        return convert_format(box, encoded_format, box_format, *size)

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {level: decoded(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decoded(anchors, boxes_delta)
