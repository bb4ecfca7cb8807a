"""Bounding boxes: formats, clipping, cropping, maps. What utils.bounding_boxes shows."""

from __future__ import annotations

import math
from typing import Any

from ... import ops

FORMATS = (
    "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh",
    "rel_center_xywh",
)  # fmt: skip


def _corners(parts, form):
    """x1, y1, x2, y2 of an absolute format's numbers."""
    a, b, c, d = parts
    if form == "xyxy":
        return a, b, c, d
    if form == "yxyx":
        return b, a, d, c
    if form == "xywh":
        return a, b, a + c, b + d
    if form == "center_yxhw":
        a, b, c, d = b, a, d, c
    return a - c / 2.0, b - d / 2.0, a + c / 2.0, b + d / 2.0


def _numbers(corners, form):
    """The absolute format's numbers of x1, y1, x2, y2."""
    x1, y1, x2, y2 = corners
    if form == "xyxy":
        return corners
    if form == "yxyx":
        return y1, x1, y2, x2
    width, height = x2 - x1, y2 - y1
    if form == "xywh":
        return x1, y1, width, height
    x, y = x1 + width / 2.0, y1 + height / 2.0
    return (x, y, width, height) if form == "center_xywh" else (y, x, height, width)


def convert_format(
    boxes: Any,
    source: Any,
    target: Any,
    height: Any = None,
    width: Any = None,
    dtype: Any = "float32",
) -> Any:
    """Boxes in another format.

    Args:
        boxes: tensor (..., 4), or a dict with one as "boxes".
        source, target: "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", or, relative to the
            image's size, "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh".
        height, width: sizes of the image, for relative formats.
        dtype: of the result.

    Returns:
        A tensor, or a new dict where one came.

    Raises:
        ValueError: for other formats and shapes, and missing sizes.

    Example:

    >>> convert_format(np.array([[10, 20, 30, 50]]), "xyxy", "xywh").tolist()
    [[10.0, 20.0, 20.0, 30.0]]
    """
    if isinstance(boxes, dict):
        found = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": found}
    boxes = ops.convert_to_tensor(boxes)
    if boxes.shape[-1] != 4:
        raise ValueError(
            "`boxes` must be a tensor with the last dimension of 4. "
            f"Received: boxes.shape={tuple(boxes.shape)}"
        )
    source, target = source.lower(), target.lower()
    if source not in FORMATS or target not in FORMATS:
        raise ValueError(
            f"Invalid source or target format. Supported formats: {FORMATS}. Received: "
            f"source={source!r}, target={target!r}"
        )
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (width is None or height is None):
        raise ValueError(
            "convert_format() must receive `height` and `width` transforming between relative and "
            f"absolute formats. convert_format() received source=`{source}`, target=`{target}`, "
            f"but height={height} and width={width}."
        )
    boxes = ops.cast(boxes, dtype)
    if source == target:
        return boxes
    parts = [boxes[..., i : i + 1] for i in range(4)]
    x1, y1, x2, y2 = _corners(parts, source.removeprefix("rel_"))
    if relative[0] != relative[1]:
        width, height = ops.cast(width, dtype), ops.cast(height, dtype)
        if relative[0]:
            x1, y1, x2, y2 = x1 * width, y1 * height, x2 * width, y2 * height
        else:
            x1, y1, x2, y2 = x1 / width, y1 / height, x2 / width, y2 / height
    made = _numbers((x1, y1, x2, y2), target.removeprefix("rel_"))
    return ops.concatenate(list(made), axis=-1)


def clip_to_image_size(
    bounding_boxes: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Any:
    """Boxes cut off at the image's edges; the labels of what vanishes become -1.

    Args:
        bounding_boxes: dict of "boxes" (..., n, 4) and, if any, "labels" (..., n).
        height, width: sizes of the image, for "xyxy".
        bounding_box_format: "xyxy" or "rel_xyxy".

    Returns:
        A new dict.

    Raises:
        NotImplementedError: for another format.
        ValueError: for missing sizes.

    Example:

    >>> found = {"boxes": np.array([[-2.0, 1.0, 3.0, 9.0]]), "labels": np.array([7])}
    >>> clip_to_image_size(found, 5, 5)["boxes"].tolist()
    [[0.0, 1.0, 3.0, 5.0]]
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(
            f"Boxes of format {bounding_box_format!r} are not clipped: convert them to 'xyxy'."
        )
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif height is None or width is None:
        raise ValueError("`height` and `width` must be set if `format='xyxy'`.")
    boxes = _cut(ops.convert_to_tensor(bounding_boxes["boxes"]), height, width)
    found = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        labels = ops.convert_to_tensor(bounding_boxes["labels"])
        found["labels"] = ops.where(area > 0, labels, ops.cast(-1, labels.dtype))
    return found


def _cut(boxes, height, width):
    height, width = (ops.cast(v, boxes.dtype) for v in (height, width))
    most = (width, height, width, height)
    sides = [ops.minimum(ops.maximum(boxes[..., i], 0), most[i]) for i in range(4)]
    return ops.stack(sides, axis=-1)


def _only_xyxy(bounding_box_format):
    if bounding_box_format != "xyxy":
        raise NotImplementedError(
            f"Only 'xyxy' is supported here. Received: {bounding_box_format!r}; convert first."
        )


def _shifted(boxes, x, y):
    boxes = ops.convert_to_tensor(boxes)
    return ops.stack([boxes[..., i] + (x, y, x, y)[i] for i in range(4)], axis=-1)


def crop(
    boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy"
) -> Any:
    """Boxes as a window of the image sees them.

    Args:
        boxes: tensor (..., 4).
        top, left: the window's corner.
        height, width: its size.
        bounding_box_format: "xyxy".

    Returns:
        A tensor of the boxes' shape, with corners from (0, 0) to (width, height).

    Raises:
        NotImplementedError: for another format.

    Example:

    >>> crop(np.array([[1.0, 2.0, 6.0, 4.0]]), top=1, left=2, height=3, width=3).tolist()
    [[0.0, 1.0, 3.0, 3.0]]
    """
    _only_xyxy(bounding_box_format)
    return _cut(_shifted(boxes, -left, -top), height, width)


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """Boxes of an image that got a border of `top` and `left` pixels before it.

    Args:
        boxes: tensor (..., 4).
        top, left: pixels before the rows and columns.
        height, width: of the result; boxes do not depend on them.
        bounding_box_format: "xyxy".

    Returns:
        A tensor of the boxes' shape.

    Raises:
        NotImplementedError: for another format.

    Example:

    >>> pad(np.array([[1.0, 2.0, 6.0, 4.0]]), top=10, left=20).tolist()
    [[21.0, 12.0, 26.0, 14.0]]
    """
    _only_xyxy(bounding_box_format)
    return _shifted(boxes, left, top)


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """The boxes around boxes under an affine map.

    Args:
        boxes: tensor (batch, n, 4).
        angle, shear_x, shear_y: degrees, (batch,).
        translate_x, translate_y: parts of the size, (batch,).
        scale: factor, (batch,).
        height, width: sizes of the image.
        center_x, center_y: the fixed point, in parts of the size; the middle by default.
        bounding_box_format: "xyxy".

    Returns:
        A float32 tensor (batch, n, 4).

    Raises:
        NotImplementedError: for another format.

    Example:

    >>> boxes, zero = np.array([[[0.0, 0.0, 2.0, 1.0]]]), np.zeros(1)
    >>> moved = affine_transform(boxes, zero, np.array([0.5]), zero, np.ones(1), zero, zero, 5, 5)
    >>> moved.tolist()  # right by half of 5 - 1 pixels
    [[[2.0, 0.0, 4.0, 1.0]]]
    """
    _only_xyxy(bounding_box_format)
    angle, translate_x, translate_y, scale, shear_x, shear_y = (
        ops.cast(ops.convert_to_tensor(v), "float32")
        for v in (angle, translate_x, translate_y, scale, shear_x, shear_y)
    )
    boxes = ops.cast(ops.convert_to_tensor(boxes), "float32")
    radians = math.pi / 180.0
    turn, lean_x, lean_y = -angle * radians, -shear_x * radians, -shear_y * radians
    cx = (0.5 if center_x is None else center_x) * (width - 1)
    cy = (0.5 if center_y is None else center_y) * (height - 1)
    moved_x, moved_y = cx - translate_x * (width - 1), cy - translate_y * (height - 1)
    a = ops.cos(turn - lean_y) / ops.cos(lean_y)
    c = -ops.sin(turn - lean_y) / ops.cos(lean_y)
    b = a * ops.tan(lean_x) + ops.sin(turn)
    d = ops.cos(turn) - c * ops.tan(lean_x)
    a0, a1, b0, b1 = d * scale, -b * scale, -c * scale, a * scale
    a2, b2 = cx - a0 * moved_x - a1 * moved_y, cy - b0 * moved_x - b1 * moved_y
    a0, a1, a2, b0, b1, b2 = (v[:, None, None] for v in (a0, a1, a2, b0, b1, b2))
    x = ops.stack([boxes[..., i] for i in (0, 2, 2, 0)], axis=-1)
    y = ops.stack([boxes[..., i] for i in (1, 1, 3, 3)], axis=-1)
    u, v = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
    return ops.stack([ops.min(u, -1), ops.min(v, -1), ops.max(u, -1), ops.max(v, -1)], axis=-1)


def densify(bounding_boxes):
    """A dict of boxes and labels as tensors; lists of several lengths are filled up with boxes of
    zeros and labels of -1.

    Raises:
        ValueError: for what is no such dict, and lengths and ranks that do not go together.
    """
    known = isinstance(bounding_boxes, dict) and {"boxes", "labels"} <= set(bounding_boxes)
    if not known:
        raise ValueError(
            "Expected `bounding_boxes` argument to be a dict with keys 'boxes' and 'labels'. "
            f"Received: bounding_boxes={bounding_boxes}"
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, list):
        if not isinstance(labels, list):
            raise ValueError(
                "If `bounding_boxes['boxes']` is a list, then `bounding_boxes['labels']` must also "
                f"be a list. Received: bounding_boxes['labels']={labels}"
            )
        if len(boxes) != len(labels):
            raise ValueError(
                "If `bounding_boxes['boxes']` and `bounding_boxes['labels']` are both lists, they "
                f"must have the same length. Received: {len(boxes)} and {len(labels)}"
            )
        if boxes and isinstance(labels[0], list):
            most = max(len(b) for b in boxes)
            boxes = [b + [[0.0] * 4] * (most - len(b)) for b in boxes]
            labels = [row + [-1] * (most - len(row)) for row in labels]
    boxes = ops.cast(ops.convert_to_tensor(boxes), "float32")
    labels = ops.convert_to_tensor(labels)
    ranks = {2: (1, 2), 3: (2, 3)}.get(len(boxes.shape))
    if ranks is None:
        raise ValueError(
            "Expected `bounding_boxes['boxes']` to have rank 2 or 3, with shape (num_boxes, 4) or "
            "(batch_size, num_boxes, 4). Received: bounding_boxes['boxes'].shape="
            f"{tuple(boxes.shape)}"
        )
    if len(labels.shape) not in ranks:
        raise ValueError(
            f"Found bounding_boxes['boxes'].shape={tuple(boxes.shape)} and expected "
            f"bounding_boxes['labels'] to have rank {ranks[0]} or {ranks[1]}, but received: "
            f"bounding_boxes['labels'].shape={tuple(labels.shape)}"
        )
    return {**bounding_boxes, "boxes": boxes, "labels": labels}
