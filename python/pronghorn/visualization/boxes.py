"""draw_bounding_boxes and plot_bounding_box_gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import convert_to_numpy
from ..layers.preprocessing.boxes import convert_format
from .batches import as_bytes, batch_of, font, standard_format, to_picture
from .gallery import plot_image_gallery

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def draw_bounding_boxes(
    images: TensorLike,
    bounding_boxes: Any,
    bounding_box_format: str,
    class_mapping: Any = None,
    color: Any = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> Any:
    """Images with boxes drawn on them, and the names of their classes. Pillow draws.

    Args:
        images: array or tensor (batch, height, width, channels), of 1, 3 or 4 channels: 0 to 255,
            or floats up to 1.
        bounding_boxes: dict of "boxes" (batch, n, 4), "labels" (batch, n), where -1 stands for no
            box, and, if any, "confidences" (batch, n).
        bounding_box_format: as in `utils.bounding_boxes.convert_format`.
        class_mapping: dict of label -> name; boxes without a name get no text.
        color: red, green and blue of 0 to 255.
        line_thickness: pixels.
        text_thickness: 1, or more for bolder text; None for that of the lines.
        font_scale: 1 for letters of about 22 pixels.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A uint8 NumPy array of the images' shape.

    Raises:
        ValueError: for images that are no batch, and boxes without labels.
        TypeError: for boxes that are no dict.
        ImportError: where Pillow is not installed.

    Example:

    >>> boxes = {"boxes": np.array([[[1, 1, 5, 6]]]), "labels": np.array([[0]])}
    >>> drawn = draw_bounding_boxes(np.zeros((1, 8, 8, 3)), boxes, "xyxy", color=(255, 0, 0))
    >>> drawn.shape, int(drawn.max())
    ((1, 8, 8, 3), 255)
    """
    first = standard_format(data_format) == "channels_first"
    canvas = as_bytes(batch_of(images, data_format))
    if not isinstance(bounding_boxes, dict):
        raise TypeError(
            f"`bounding_boxes` should be a dict. Received: {bounding_boxes} of type "
            f"{type(bounding_boxes)}"
        )
    if not {"boxes", "labels"} <= set(bounding_boxes):
        raise ValueError(
            "`bounding_boxes` should be a dict containing 'boxes' and 'labels' keys. Received: "
            f"keys={list(bounding_boxes)}"
        )
    height, width = canvas.shape[1:3]
    found = convert_format(bounding_boxes["boxes"], bounding_box_format, "xyxy", height, width)
    boxes = np.asarray(found).astype("int32")
    labels = np.asarray(convert_to_numpy(bounding_boxes["labels"])).astype("int32")
    trust = bounding_boxes.get("confidences")
    trust = None if trust is None else np.asarray(convert_to_numpy(trust))
    letters = font(max(round(22 * font_scale), 6))
    bold = (text_thickness or line_thickness) - 1
    for i, image in enumerate(canvas):
        picture = to_picture(image, "draw_bounding_boxes")
        for j, (box, label) in enumerate(zip(boxes[i], labels[i])):
            if label == -1:
                continue
            text = (class_mapping or {}).get(int(label))
            if text is not None and trust is not None:
                text = f"{text} | {trust[i][j]:.2f}"
            _draw(picture, box.tolist(), text, tuple(color), line_thickness, letters, bold)
        canvas[i] = np.asarray(picture).reshape(image.shape)
    return np.ascontiguousarray(canvas.transpose(0, 3, 1, 2)) if first else canvas


def _draw(picture, box, text, color, thickness, letters, bold):
    from PIL import ImageDraw

    if picture.mode == "L":
        color = round(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2])
    draw, out = ImageDraw.Draw(picture), thickness // 2
    (x1, x2), (y1, y2) = sorted(box[::2]), sorted(box[1::2])
    edge = (x1 - out, y1 - out, x2 + (thickness - 1) // 2, y2 + (thickness - 1) // 2)
    draw.rectangle(edge, outline=color, width=thickness)
    if text is None:
        return
    _, top, _, bottom = draw.textbbox((0, 0), text, font=letters, stroke_width=bold)
    above = y1 - out - 2 - bottom
    at = (x1, above) if above + top >= 0 else (x1 + thickness + 2, y1 + thickness + 2 - top)
    draw.text(at, text, fill=color, font=letters, stroke_width=bold)


def plot_bounding_box_gallery(
    images: TensorLike,
    bounding_box_format: str,
    y_true: TensorLike | None = None,
    y_pred: TensorLike | None = None,
    value_range: Any = (0, 255),
    true_color: Any = (0, 188, 212),
    pred_color: Any = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: Any = None,
    class_mapping: Any = None,
    ground_truth_mapping: Any = None,
    prediction_mapping: Any = None,
    legend: bool = False,
    legend_handles: Any = None,
    rows: Any = None,
    cols: Any = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """A gallery of images with true and predicted boxes.

    Args:
        images: array or tensor (batch, height, width, channels).
        bounding_box_format: as in `utils.bounding_boxes.convert_format`.
        y_true, y_pred: dicts of boxes as `draw_bounding_boxes` takes them, or None.
        value_range: the least and largest value of pixels.
        true_color, pred_color: red, green and blue of either.
        line_thickness, font_scale, text_thickness: as in `draw_bounding_boxes`.
        class_mapping: dict of label -> name for both.
        ground_truth_mapping, prediction_mapping: the same for one of them.
        legend: whether the picture says which colour is which.
        legend_handles: Matplotlib's patches, or pairs of a name and a colour, for a legend of
            your own.
        rows, cols, data_format: as in `plot_image_gallery`.
        kwargs: handed on to `plot_image_gallery`.

    Returns:
        None.

    Raises:
        ValueError: for images that are no batch, and both `legend` and `legend_handles`.
        ImportError: where Pillow is not installed.

    Example:

    >>> import os
    >>> boxes = {"boxes": np.array([[[1, 1, 5, 6]]] * 2), "labels": np.array([[0]] * 2)}
    >>> plot_bounding_box_gallery(np.zeros((2, 8, 8, 3)), "xyxy", y_true=boxes, path="boxes.png")
    >>> os.path.getsize("boxes.png") > 0
    True
    """
    canvas = as_bytes(batch_of(images, data_format), value_range)
    for given, color, names in (
        (y_true, true_color, ground_truth_mapping or class_mapping),
        (y_pred, pred_color, prediction_mapping or class_mapping),
    ):
        if given is not None:
            canvas = draw_bounding_boxes(
                canvas, given, bounding_box_format, names, color, line_thickness, text_thickness,
                font_scale, "channels_last",
            )  # fmt: skip
    if legend:
        if legend_handles:
            raise ValueError(
                "Only pass `legend` OR `legend_handles` to plot_bounding_box_gallery()."
            )
        legend_handles = [("Ground Truth", true_color), ("Prediction", pred_color)]
    return plot_image_gallery(
        canvas, rows=rows, cols=cols, legend_handles=legend_handles, data_format="channels_last",
        **kwargs,
    )  # fmt: skip
