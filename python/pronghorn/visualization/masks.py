"""draw_segmentation_masks and plot_segmentation_mask_gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import convert_to_numpy
from .batches import as_bytes, batch_of, standard_format
from .gallery import plot_image_gallery

if TYPE_CHECKING:
    from ..engine.types import TensorLike


_PALETTE = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])


def _classes(masks, data_format):
    """Masks (batch, height, width) of whole numbers."""
    array = np.asarray(convert_to_numpy(masks))
    if array.dtype.kind not in "iu":
        raise TypeError(
            "`segmentation_masks` must be in integer dtype. Received: "
            f"segmentation_masks.dtype={array.dtype}"
        )
    if array.ndim == 4:
        array = array[:, 0] if standard_format(data_format) == "channels_first" else array[..., 0]
    if array.ndim != 3:
        raise ValueError(
            "`segmentation_masks` must have the shape (batch, height, width) or (batch, height, "
            f"width, 1). Received: segmentation_masks.shape={array.shape}"
        )
    return array


def draw_segmentation_masks(
    images: TensorLike,
    segmentation_masks: TensorLike,
    num_classes: int | None = None,
    color_mapping: Any = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> Any:
    """Images under the colours of their classes.

    Args:
        images: array or tensor (batch, height, width, 3) of 0 to 255.
        segmentation_masks: whole numbers (batch, height, width) or (batch, height, width, 1), the
            class of each pixel. Class 0 is black.
        num_classes: classes from there on have no colour; by default the largest has one.
        color_mapping: dict of class -> red, green, blue; colours of a palette by default.
        alpha: how much of the colour is seen, 0 to 1.
        blend: whether the image shines through.
        ignore_index: the class of pixels that stay as they are.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A uint8 NumPy array (batch, height, width, 3).

    Raises:
        ValueError: for images that are no batch, or masks of another size.
        TypeError: for masks that are no whole numbers.

    Example:

    >>> masks = np.array([[[0, 1], [1, -1]]])
    >>> colors = {0: (0, 0, 0), 1: (200, 0, 0)}
    >>> images = np.full((1, 2, 2, 3), 100)
    >>> drawn = draw_segmentation_masks(images, masks, color_mapping=colors, alpha=0.5)
    >>> drawn[0, :, :, 0].tolist()
    [[50, 150], [150, 100]]
    """
    canvas = batch_of(images, data_format).astype("float32")
    masks = _classes(segmentation_masks, data_format)
    if masks.shape != canvas.shape[:3]:
        raise ValueError(
            "`segmentation_masks` must be as large as the images. Received: "
            f"images.shape={canvas.shape}, segmentation_masks.shape={masks.shape}"
        )
    if num_classes is None:
        num_classes = int(masks.max(initial=0)) + 1
    colored = canvas.copy()
    for i in range(num_classes):
        color = (i * _PALETTE) % 255 if color_mapping is None else color_mapping.get(i)
        if color is not None:
            colored[masks == i] = color
    if blend:
        colored = canvas * (1.0 - alpha) + colored * alpha
    colored = np.where((masks != ignore_index)[..., None], colored, canvas)
    return np.clip(colored, 0, 255).astype("uint8")


def plot_segmentation_mask_gallery(
    images: TensorLike,
    num_classes: int,
    value_range: Any = (0, 255),
    y_true: TensorLike | None = None,
    y_pred: TensorLike | None = None,
    color_mapping: Any = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> Any:
    """A gallery with a row for each image: itself, under its true masks, under predicted ones.

    Args:
        images: array or tensor (batch, height, width, 3).
        num_classes: classes, 0 for the background included.
        value_range: the least and largest value of pixels.
        y_true, y_pred: masks as `draw_segmentation_masks` takes them, or None.
        color_mapping, blend, alpha, ignore_index: as in `draw_segmentation_masks`.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        kwargs: handed on to `plot_image_gallery`.

    Returns:
        None.

    Raises:
        ValueError: for images that are no batch.
        ImportError: where Pillow is not installed.

    Example:

    >>> import os
    >>> images, masks = np.zeros((1, 8, 8, 3)), np.ones((1, 8, 8), int)
    >>> plot_segmentation_mask_gallery(images, 2, y_true=masks, path="masks.png")
    >>> os.path.getsize("masks.png") > 0
    True
    """
    canvas = as_bytes(batch_of(images, data_format), value_range)
    columns = [canvas]
    for given in (y_true, y_pred):
        if given is not None:
            masks = _classes(np.asarray(convert_to_numpy(given)).astype("int32"), data_format)
            columns.append(draw_segmentation_masks(
                canvas, masks, num_classes, color_mapping, alpha, blend, ignore_index,
                "channels_last",
            ))  # fmt: skip
    pictures = np.stack(columns, axis=1).reshape(-1, *canvas.shape[1:])
    return plot_image_gallery(
        pictures, rows=len(canvas), cols=len(columns), data_format="channels_last", **kwargs
    )
