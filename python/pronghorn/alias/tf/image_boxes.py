"""tf.image: parts of pictures, and boxes around what is in them."""

import numpy as _np

from ... import ops as _ops


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    image = _ops.convert_to_tensor(image)
    top, left = int(offset_height), int(offset_width)
    bottom, right = top + int(target_height), left + int(target_width)
    height, width = image.shape[-3], image.shape[-2]
    if top < 0 or left < 0 or not top < bottom <= height or not left < right <= width:
        raise ValueError(
            f"Rows {top} to {bottom} and columns {left} to {right} do not lie in a picture of "
            f"{height} by {width}."
        )
    return image[..., top:bottom, left:right, :]


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    image = _ops.convert_to_tensor(image)
    top, left = int(offset_height), int(offset_width)
    below = int(target_height) - top - image.shape[-3]
    right = int(target_width) - left - image.shape[-2]
    if min(top, left, below, right) < 0:
        raise ValueError(
            f"A picture of {image.shape[-3]} by {image.shape[-2]} at ({top}, {left}) does not fit "
            f"into one of {target_height} by {target_width}."
        )
    edges = [(0, 0)] * (len(image.shape) - 3) + [(top, below), (left, right), (0, 0)]
    return _ops.pad(image, edges)


def central_crop(image, central_fraction):
    if not 0 < central_fraction <= 1:
        raise ValueError(f"`central_fraction` must be in (0, 1]. Received: {central_fraction}")
    image = _ops.convert_to_tensor(image)
    height, width = image.shape[-3], image.shape[-2]
    top, left = (int((n - n * central_fraction) / 2) for n in (height, width))
    return image[..., top : height - top, left : width - left, :]


def resize_with_crop_or_pad(image, target_height, target_width):
    image = _ops.convert_to_tensor(image)
    height, width = image.shape[-3], image.shape[-2]
    rows, columns = min(height, target_height), min(width, target_width)
    image = crop_to_bounding_box(image, (height - rows) // 2, (width - columns) // 2, rows, columns)
    return pad_to_bounding_box(
        image,
        (target_height - rows) // 2,
        (target_width - columns) // 2,
        target_height,
        target_width,
    )


resize_image_with_crop_or_pad = resize_with_crop_or_pad


def crop_and_resize(
    image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0, name=None
):
    """Parts of pictures, each at one size; boxes are (top, left, bottom, right) in [0, 1]."""
    image = _ops.cast(image, "float32")
    height, width = image.shape[1:3]
    order = {"bilinear": 1, "nearest": 0}[method]
    parts = []
    for box, index in zip(_ops.convert_to_numpy(boxes), _ops.convert_to_numpy(box_indices)):
        y = _steps(box[0], box[2], int(crop_size[0]), height)
        x = _steps(box[1], box[3], int(crop_size[1]), width)
        grid = _np.stack(_np.meshgrid(y, x, indexing="ij")).astype("float32")
        inside = (grid[0] >= 0) & (grid[0] <= height - 1) & (grid[1] >= 0) & (grid[1] <= width - 1)
        channels = [
            _ops.image.map_coordinates(image[int(index), ..., c], grid, order, "nearest")
            for c in range(image.shape[-1])
        ]
        part = _ops.stack(channels, axis=-1)
        parts.append(_ops.where(inside[..., None], part, float(extrapolation_value)))
    return _ops.stack(parts)


def _steps(first, last, count, size):
    if count == 1:
        return _np.array([0.5 * (first + last) * (size - 1)])
    return first * (size - 1) + _np.arange(count) * (last - first) * (size - 1) / (count - 1)


def non_max_suppression(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=-_np.inf, name=None
):
    """Indices of the boxes of highest scores that do not overlap one another by more."""
    boxes, scores = _ops.convert_to_numpy(boxes), _ops.convert_to_numpy(scores)
    kept = []
    for i in _np.argsort(-scores, kind="stable"):
        if len(kept) >= int(max_output_size) or scores[i] <= score_threshold:
            break
        if all(_overlap(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(i)
    return _ops.convert_to_tensor(_np.array(kept, "int32"))


def _overlap(a, b):
    """Intersection over union of two boxes given by any two opposite corners."""
    a, b = (_np.concatenate([_np.minimum(c[:2], c[2:]), _np.maximum(c[:2], c[2:])]) for c in (a, b))
    common = _np.prod(_np.maximum(_np.minimum(a[2:], b[2:]) - _np.maximum(a[:2], b[:2]), 0))
    both = _np.prod(a[2:] - a[:2]) + _np.prod(b[2:] - b[:2]) - common
    return common / both if both > 0 else 0.0


def combined_non_max_suppression(
    boxes,
    scores,
    max_output_size_per_class,
    max_total_size,
    iou_threshold=0.5,
    score_threshold=-_np.inf,
    pad_per_class=False,
    clip_boxes=True,
    name=None,
):
    """Suppression within each class; (boxes, scores, classes, counts), filled up with zeros."""
    boxes, scores = _ops.convert_to_numpy(boxes), _ops.convert_to_numpy(scores)
    total = int(max_total_size)
    if pad_per_class:
        total = min(total, int(max_output_size_per_class) * scores.shape[-1])
    made = [_np.zeros((len(boxes), total, 4), "float32")]
    made += [_np.zeros((len(boxes), total), "float32") for _ in range(2)]
    counts = _np.zeros(len(boxes), "int32")
    for n, (of_sample, chances) in enumerate(zip(boxes, scores)):
        found = []
        for c in range(chances.shape[-1]):
            own = of_sample[:, c if of_sample.shape[1] > 1 else 0]
            kept = non_max_suppression(
                own, chances[:, c], max_output_size_per_class, iou_threshold, score_threshold
            )
            found += [(chances[i, c], c, own[i]) for i in _ops.convert_to_numpy(kept)]
        found = sorted(found, key=lambda f: -f[0])[:total]
        counts[n] = len(found)
        for i, (score, c, box) in enumerate(found):
            made[0][n, i] = _np.clip(box, 0, 1) if clip_boxes else box
            made[1][n, i], made[2][n, i] = score, c
    return (*map(_ops.convert_to_tensor, made), _ops.convert_to_tensor(counts))
