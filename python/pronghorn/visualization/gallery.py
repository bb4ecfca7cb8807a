"""plot_image_gallery: a batch of images as one picture. Pillow draws it and writes the file."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .._atomic import replacing
from ..engine import convert_to_numpy
from ..preprocessing.pictures import pillow
from .batches import as_bytes, batch_of, font, to_picture

if TYPE_CHECKING:
    from ..engine.types import PathLike, TensorLike


_TITLE = 14  # pixels of the line above an image
_GAP = 4


def plot_image_gallery(
    images: TensorLike,
    y_true: TensorLike | None = None,
    y_pred: TensorLike | None = None,
    label_map: Any = None,
    rows: Any = None,
    cols: Any = None,
    value_range: Any = (0, 255),
    scale: int = 2,
    path: PathLike | None = None,
    show: Any = None,
    transparent: bool = True,
    dpi: int = 60,
    legend_handles: Any = None,
    data_format: str | None = None,
) -> None:
    """A batch of images as one picture, with their labels and predictions.

    Args:
        images: array or tensor (batch, height, width, channels), of 1, 3 or 4 channels.
        y_true, y_pred: labels (batch,), true and predicted.
        label_map: dict of label -> name, for both.
        rows, cols: of the gallery, as square as can be by default; further images are left out.
        value_range: the least and largest value of pixels.
        scale: size of an image, in inches.
        path: of the file that is written, whose ending says its format.
        show: whether the picture is shown; by default where there is no `path`.
        transparent: whether the background of the file is.
        dpi: pixels an inch.
        legend_handles: Matplotlib's patches, or pairs of a name and a colour, below the images.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Raises:
        ValueError: for images that are no batch, labels without `label_map`, and both `path` and
            `show`.
        ImportError: where Pillow is not installed.

    Example:

    >>> plot_image_gallery(np.zeros((4, 8, 8, 3)), rows=1, scale=1, dpi=20, path="gallery.png")
    >>> ph.utils.load_img("gallery.png").size
    (96, 24)
    """
    pillow("plot_image_gallery")
    if path is not None and show:
        raise ValueError(
            "plot_image_gallery() expects either `path` to be set, or `show` to be true."
        )
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ValueError(
            "If `y_true` or `y_pred` are provided, a `label_map` must also be provided."
        )
    canvas = as_bytes(batch_of(images, data_format), value_range)
    count = len(canvas)
    if rows is None:
        rows = math.ceil(math.sqrt(count)) if cols is None else math.ceil(count / cols)
    cols = cols or math.ceil(count / max(rows, 1))
    titles = _titles(count, y_true, y_pred, label_map)
    side = max(round(scale * dpi), 1)
    clear = transparent and path is not None
    picture = _composed(canvas[: rows * cols], titles, max(cols, 1), side, clear, legend_handles)
    if path is not None:
        _write(picture, path)
    elif show or show is None:
        _display(picture)


def _titles(count, y_true, y_pred, label_map):
    """The line above each image; None where there are no labels."""
    parts = [[] for _ in range(count)]
    for word, given in (("Label", y_true), ("Pred", y_pred)):
        if given is not None:
            labels = np.asarray(convert_to_numpy(given)).reshape(-1).tolist()
            for part, label in zip(parts, labels):
                part.append(f"{word}: {label_map.get(label, 'Unknown')}")
    return ["  ".join(part) for part in parts] if any(parts) else None


def _composed(images, titles, cols, side, clear, legend_handles):
    """The gallery: cells of that side, wider than high where images are."""
    from PIL import Image, ImageDraw

    height, width = images.shape[1:3]
    factor = side / max(height, width, 1)
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    line = _TITLE if titles else 0
    across, down = size[0] + _GAP, size[1] + _GAP + line
    rows, legend = -(-len(images) // cols), _legend(legend_handles)
    shape = (max(cols * across, 1), max(rows * down, 1) + (_TITLE + _GAP) * bool(legend))
    picture = Image.new("RGBA", shape, (255, 255, 255, 0 if clear else 255))
    draw, letters = ImageDraw.Draw(picture), font(11)
    for i, image in enumerate(images):
        x, y = i % cols * across + _GAP // 2, i // cols * down + _GAP // 2
        if titles:
            room = draw.textlength(titles[i], font=letters)
            at = (x + max(size[0] - room, 0) // 2, y)
            draw.text(at, titles[i], fill=(0, 0, 0, 255), font=letters)
        nearest = getattr(Image, "Resampling", Image).NEAREST
        smooth = getattr(Image, "Resampling", Image).BILINEAR
        one = to_picture(image, "plot_image_gallery")
        one = one.resize(size, nearest if factor > 1 else smooth).convert("RGBA")
        picture.paste(one, (x, y + line))
    x, y = _GAP, rows * down + _GAP // 2
    for name, color in legend:
        draw.rectangle((x, y, x + 10, y + 10), fill=(*color, 255))
        draw.text((x + 14, y - 1), name, fill=(0, 0, 0, 255), font=letters)
        x += 26 + int(draw.textlength(name, font=letters))
    return picture


def _legend(handles):
    """[(name, (red, green, blue))] of pairs, or of Matplotlib's patches."""
    found = []
    for handle in handles or ():
        if isinstance(handle, (tuple, list)):
            name, color = handle
        else:
            name, color = handle.get_label(), [round(255 * c) for c in handle.get_facecolor()[:3]]
        found.append((str(name), tuple(int(c) for c in color)))
    return found


def _write(picture, path):
    from PIL import Image

    ending = os.path.splitext(os.fspath(path))[1].lower() or ".png"
    kind = Image.registered_extensions().get(ending)
    if kind is None:
        raise ValueError(
            f"plot_image_gallery cannot write {str(path)!r}: the ending is no kind of picture that "
            "Pillow writes, such as .png."
        )
    if kind not in ("PNG", "WEBP", "GIF", "TIFF"):
        flat = Image.new("RGB", picture.size, (255, 255, 255))
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    with replacing(path) as temporary:
        picture.save(temporary, format=kind)


def _display(picture):
    """In a notebook below the cell, in a Matplotlib window where that is installed, else by
    Pillow's viewer."""
    try:
        from IPython import get_ipython
    except ImportError:
        get_ipython = lambda: None
    shell = get_ipython()
    if shell is not None and "IPKernelApp" in shell.config:
        from IPython.display import display

        display(picture)
        return
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        picture.show()
        return
    figure = plt.figure(figsize=(picture.width / 100, picture.height / 100), frameon=False)
    plt.imshow(np.asarray(picture))
    plt.axis("off")
    plt.show()
    plt.close(figure)
