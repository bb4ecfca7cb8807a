"""image_dataset_from_directory: a Dataset of the pictures in a folder's files."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import AUTOTUNE
from ..legacy.accept import old_arguments
from ..ops.image import weights
from .directory import check_labels, check_split, index_directory, split, with_labels
from .pictures import open_picture, standard_format

_FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
_METHODS = (
    "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic",
)  # fmt: skip


@old_arguments
def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: Any = "int",
    class_names: Any = None,
    color_mode: Any = "rgb",
    batch_size: Any = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: Any = None,
    subset: Any = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: Any = True,
) -> Any:
    """The pictures of a folder's files, with labels from the names of its subfolders.

    Args:
        directory: the folder: `directory/cats/1.jpg` and so on.
        labels: "inferred" (from the subfolders), a list with one integer a file in the order of
            their sorted paths, or None for pictures alone.
        label_mode: "int" for int32 labels (batch,), "binary" for float32 (batch, 1), "categorical"
            for float32 (batch, classes), None for none.
        class_names: the classes, in the order of their numbers; sorted by default.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: pictures a batch; None for pictures one by one.
        image_size: (height, width), or one number for both.
        shuffle: whether in random order, else sorted by path.
        seed: of the order.
        validation_split: part of the files to keep for validation.
        subset: "training", "validation" or "both", with `validation_split`.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian"
            or "mitchellcubic".
        follow_links: whether to go into linked folders.
        crop_to_aspect_ratio: whether to cut out the largest middle part of the target's
            proportions first.
        pad_to_aspect_ratio: whether to keep the proportions and fill up with black.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        format: "tf" or "grain"; both give a Dataset.
        verbose: whether to say how many files were found.

    Returns:
        A Dataset of float32 pictures (batch, height, width, channels), 0 to 255, or (pictures,
        labels), with `class_names` and `file_paths`; a list of two with `subset="both"`. Files
        are read and decoded by threads while others train.

    Raises:
        ValueError: for arguments that do not go together, folders without pictures, and, when
            read, files that are broken; the message names the file.

    Example:

    >>> import os
    >>> for name in ("cat", "dog"):
    ...     os.makedirs(f"pets/{name}")
    ...     ph.utils.save_img(f"pets/{name}/1.png", np.ones((4, 4, 3)))
    >>> data = image_dataset_from_directory("pets", image_size=(8, 8))
    Found 2 files belonging to 2 classes.
    >>> pictures, labels = next(iter(data))
    >>> pictures.shape, sorted(labels.tolist()), data.class_names
    ((2, 8, 8, 3), [0, 1], ['cat', 'dog'])
    """
    check_labels(labels, label_mode, class_names, "image")
    if label_mode not in ("int", "categorical", "binary", None):
        raise ValueError(
            '`label_mode` argument must be one of "int", "categorical", "binary", or None. '
            f"Received: label_mode={label_mode}"
        )
    if labels is None or label_mode is None:
        labels = label_mode = None
    if color_mode not in _CHANNELS:
        raise ValueError(
            '`color_mode` must be one of {"rgb", "rgba", "grayscale"}. '
            f"Received: color_mode={color_mode}"
        )
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if not isinstance(image_size, (list, tuple)) or len(image_size) != 2:
        raise ValueError(
            "Invalid `image_size` value. Expected a tuple of 2 integers. "
            f"Received: image_size={image_size}"
        )
    interpolation = interpolation.lower()
    if interpolation not in _METHODS:
        raise ValueError(
            f"Argument `interpolation` should be one of {_METHODS}. "
            f"Received: interpolation={interpolation}"
        )
    if format not in ("tf", "grain"):
        raise ValueError(f'`format` should be either "tf" or "grain". Received: format={format}')
    if pad_to_aspect_ratio and crop_to_aspect_ratio:
        raise ValueError(
            "Only one of `pad_to_aspect_ratio`, `crop_to_aspect_ratio` can be set to `True`."
        )
    check_split(validation_split, subset, shuffle, seed)
    seed = int(np.random.randint(1e6)) if seed is None else seed  # type: ignore[call-overload]
    paths, labels, class_names = index_directory(
        directory, labels, _FORMATS, class_names, shuffle, seed, follow_links, verbose
    )
    if label_mode == "binary" and len(class_names) != 2:
        raise ValueError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
            f"class_names={class_names}"
        )
    keep = "crop" if crop_to_aspect_ratio else "pad" if pad_to_aspect_ratio else None
    first = standard_format(data_format) == "channels_first"
    read = _Reader(tuple(image_size), color_mode, interpolation, keep, first)
    made = []
    for part in ("training", "validation") if subset == "both" else (subset,):
        chosen, chosen_labels = split(paths, labels, validation_split, part)
        if not chosen:
            kind = f"{part} " if subset == "both" else ""
            raise ValueError(
                f"No {kind}images found in directory {directory}. Allowed formats: {_FORMATS}"
            )
        dataset = with_labels(chosen, chosen_labels, label_mode, len(class_names or ()))
        if shuffle and not (subset == "both" and part == "validation"):
            dataset = dataset.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
        dataset = dataset.map(read, num_parallel_calls=AUTOTUNE)
        if batch_size is not None:
            dataset = dataset.batch(batch_size)
        dataset = dataset.prefetch(AUTOTUNE)
        dataset.class_names = class_names
        dataset.file_paths = chosen
        made.append(dataset)
    return made if subset == "both" else made[0]


class _Reader:
    """The picture of a file in the place of its path."""

    def __init__(self, size, color_mode, method, keep, first):
        self._size, self._mode, self._method = size, color_mode, method
        self._keep, self._first = keep, first

    def __call__(self, path, *label):
        name = path.numpy()
        x = decoded(name.decode() if isinstance(name, bytes) else name, self._mode)
        x = fitted(x, self._size, self._method, self._keep)
        if self._first:
            x = np.ascontiguousarray(x.transpose(2, 0, 1))
        return (x, *label) if label else x


def decoded(path, color_mode):
    """The pixels of a file: uint8 (height, width, channels). Of 16 bits the upper 8 are kept."""
    img = open_picture(path)
    if img.mode.startswith("I"):
        deep = np.asarray(img)
        eight = deep >> 8 if img.mode.startswith("I;16") or deep.max(initial=0) > 255 else deep
        x = eight.astype("uint8")[:, :, None].repeat(3, 2)
        if color_mode == "rgba":
            return np.concatenate([x, np.full_like(x[..., :1], 255)], axis=2)
        return x[..., : _CHANNELS[color_mode]]
    mode = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}[color_mode]
    x = np.asarray(img if img.mode == mode else img.convert(mode))
    return x[:, :, None] if x.ndim == 2 else x


def fitted(x, size, method, keep):
    """Pixels of that size, as TensorFlow resizes; float32, but uint8 for "nearest"."""
    height, width = x.shape[:2]
    if keep == "crop":
        rows = max(min(height, int(float(width * size[0]) / size[1])), 1)
        columns = max(min(width, int(float(height * size[1]) / size[0])), 1)
        top, left = (height - rows) // 2, (width - columns) // 2
        x = x[top : top + rows, left : left + columns]
    elif keep == "pad":
        ratio = max(np.float32(width) / size[1], np.float32(height) / size[0])
        inner = np.float32(height) / ratio, np.float32(width) / ratio
        made = _resized(x, tuple(max(int(s), 1) for s in inner), method)
        top, left = (max(int((s - i) / 2), 0) for s, i in zip(size, inner))
        canvas = np.zeros((*size, x.shape[2]), made.dtype)
        canvas[top : top + made.shape[0], left : left + made.shape[1]] = made
        return canvas
    return _resized(x, size, method)


def _resized(x, size, method):
    height, width, channels = x.shape
    if method == "nearest":
        rows, columns = (weights.nearest_indices(n, o) for n, o in zip(size, (height, width)))
        return x[rows][:, columns]
    x = np.asarray(x, dtype="float32")
    if height != size[0] or method not in ("bilinear", "area"):
        rows = weights.matrix(size[0], height, method, False)
        x = (rows @ x.reshape(height, -1)).reshape(size[0], width, channels)
    if width != size[1] or method not in ("bilinear", "area"):
        x = np.matmul(weights.matrix(size[1], width, method, False), x)
    return x
