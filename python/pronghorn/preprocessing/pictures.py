"""Pictures between files, Pillow and arrays: load_img, save_img, img_to_array, array_to_img."""

from __future__ import annotations

import io
import os
import warnings
from typing import Any

import numpy as np

from ..engine import config


def pillow(what):
    """Pillow's module Image.

    Raises:
        ImportError: where Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            f"`{what}` requires PIL: install Pillow (pip install pillow, or pronghorn[images])."
        ) from None
    return Image


def _filters(Image):
    kinds = getattr(Image, "Resampling", Image)
    names = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
    return {name: getattr(kinds, name.upper()) for name in names}


def standard_format(data_format):
    """data_format, the configured one where None. Raises ValueError for other words."""
    if data_format is None:
        return config.image_data_format()
    name = str(data_format).lower()
    if name not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    return name


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Any:
    """A Pillow image of one picture's array.

    Args:
        x: array (height, width, channels) with 1, 3 or 4 channels; channels first by
            `data_format`.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        scale: whether to stretch the values so that the least is 0 and the largest 255.
        dtype: float dtype to compute in; floatx by default.

    Returns:
        A PIL.Image of mode "L" ("I" for gray values above 255), "RGB" or "RGBA".

    Raises:
        ValueError: for another rank or number of channels.
        ImportError: without Pillow.

    Example:

    >>> img = array_to_img(np.zeros((2, 3, 3)))
    >>> img.mode, img.size
    ('RGB', (3, 2))
    """
    data_format = standard_format(data_format)
    Image = pillow("array_to_img")
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(
            f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}"
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"Unsupported channel number: {x.shape[2]}; expected 1, 3 or 4 in shape {x.shape}"
        )
    if scale:
        x = x - np.min(x)
        largest = np.max(x)
        if largest != 0:
            x /= largest
        x *= 255
    if x.shape[2] == 1:
        x = x[:, :, 0]
        # beyond 8 bits: Pillow's mode of 32-bit gray values
        return Image.fromarray(x.astype("int32" if np.max(x) > 255 else "uint8"))
    return Image.fromarray(x.astype("uint8"))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> Any:
    """The array of a Pillow image.

    Args:
        img: PIL.Image, or what NumPy makes an array of rank 2 or 3 of.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        dtype: of the array; floatx by default.

    Returns:
        Array (height, width, channels), or (channels, height, width).

    Raises:
        ValueError: for another rank.

    Example:

    >>> img_to_array(np.zeros((2, 3))).shape
    (2, 3, 1)
    """
    data_format = standard_format(data_format)
    x = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim == 2:
        x = x[:, :, None]
    elif x.ndim != 3:
        raise ValueError(f"Unsupported image shape: {x.shape}; expected 2 or 3 dimensions")
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes one picture's array to a file.

    Args:
        path: where to; or a file object, which needs `file_format`.
        x: array as in `array_to_img`.
        data_format: "channels_last" or "channels_first"; the configured one by default.
        file_format: "png", "jpeg" ...; by default what the name ends with.
        scale: whether to stretch the values to 0 .. 255.
        **kwargs: for Pillow's `save`.

    Raises:
        ValueError: for arrays that are no picture and formats that Pillow does not know.

    Example:

    >>> save_img("a.png", np.array([[[0.0], [255.0]]]))
    >>> img_to_array(load_img("a.png", color_mode="grayscale")).ravel().tolist()
    [0.0, 255.0]
    """
    from .._atomic import replacing_file

    named = isinstance(path, (str, os.PathLike))
    if file_format is None and named:
        file_format = os.path.splitext(os.fspath(path))[1][1:].lower() or None
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    img = array_to_img(x, data_format=data_format, scale=scale)
    if img.mode == "RGBA" and (file_format or "").lower() == "jpeg":
        warnings.warn(
            "The JPEG format does not support RGBA images, converting to RGB.", stacklevel=2
        )
        img = img.convert("RGB")
    if not named:
        img.save(path, format=file_format, **kwargs)
        return
    whole = io.BytesIO()
    try:
        img.save(whole, format=file_format, **kwargs)
    except KeyError:
        raise ValueError(f"Pillow writes no files of format {file_format!r}: {path}") from None
    with replacing_file(path) as file:
        file.write(whole.getbuffer())


def open_picture(path, data=None):
    """The decoded Pillow image of a file or of its bytes.

    Raises:
        ValueError: for what is no whole picture; the message names the file.
    """
    Image = pillow("load_img")
    if data is None:
        with open(path, "rb") as file:
            data = file.read()
    if not data:
        raise ValueError(f"Cannot read an image from {path}: the file is empty.")
    try:
        img = Image.open(io.BytesIO(data))
        img.load()
    except (OSError, SyntaxError, EOFError, IndexError, Image.DecompressionBombError) as error:
        reason = str(error).split(" <_io")[0]
        raise BrokenPicture(
            f"Cannot read an image from {path}: {reason}. The file is broken, cut off or no image."
        ) from error
    return img


class BrokenPicture(ValueError, OSError):
    """A file that is no whole picture; Pillow's own kind of error as well."""


def load_img(
    path: Any,
    color_mode: Any = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """The Pillow image of a file.

    Args:
        path: the file's name, or an io.BytesIO.
        color_mode: "rgb", "rgba" or "grayscale" (which leaves 16 and 32-bit gray as it is).
        target_size: (height, width) to resize to.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming".
        keep_aspect_ratio: whether to cut out the largest middle part of the target's proportions
            before.

    Returns:
        A PIL.Image.

    Raises:
        ValueError: for files that are broken, cut off or no images, and for unknown words.
        TypeError: for a path of another type.

    Example:

    >>> save_img("a.png", np.zeros((2, 3, 3)))
    >>> load_img("a.png", target_size=(8, 8)).size
    (8, 8)
    """
    if isinstance(path, io.BytesIO):
        img = open_picture("the given bytes", path.read())
    elif isinstance(path, (str, bytes, os.PathLike)):
        img = open_picture(path)
    else:
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    return fitted_picture(img, color_mode, target_size, interpolation, keep_aspect_ratio)


_MODES = {"grayscale": ("L", "I;16", "I"), "rgba": ("RGBA",), "rgb": ("RGB",)}


def fitted_picture(img, color_mode, target_size, interpolation, keep_aspect_ratio):
    """img in that colour mode and size."""
    if color_mode not in _MODES:
        raise ValueError(
            f'color_mode must be "grayscale", "rgb", or "rgba". Received: {color_mode!r}'
        )
    if img.mode not in _MODES[color_mode]:
        img = img.convert(_MODES[color_mode][0])
    if target_size is None or img.size == (target_size[1], target_size[0]):
        return img
    filters = _filters(pillow("load_img"))
    if interpolation not in filters:
        raise ValueError(
            f"Invalid interpolation method {interpolation} specified. Supported methods are "
            f"{', '.join(filters)}"
        )
    size, box = (target_size[1], target_size[0]), None
    if keep_aspect_ratio:
        width, height = img.size
        crop_width = min(width, height * size[0] // size[1])
        crop_height = min(height, width * size[1] // size[0])
        left, top = (width - crop_width) // 2, (height - crop_height) // 2
        box = (left, top, left + crop_width, top + crop_height)
    return img.resize(size, filters[interpolation], box=box)


def smart_resize(
    x: Any,
    size: Any,
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
    **kwargs: Any,
) -> Any:
    """Images of another size and undistorted: what does not fit the proportions is cut off.

    Args:
        x: array or tensor (height, width, channels), or a batch of them.
        size: (height, width).
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5" or "area".
        data_format: "channels_last" or "channels_first".
        **kwargs: `backend_module`, accepted for Keras's sake.

    Returns:
        An array where x is one, else a tensor.

    Raises:
        ValueError: for other ranks and sizes.
        TypeError: for unknown arguments.

    Example:

    >>> smart_resize(np.zeros((340, 500, 3), "float32"), (20, 20)).shape
    (20, 20, 3)
    """
    from ..ops import image as image_ops

    kwargs.pop("backend_module", None)
    if kwargs:
        raise TypeError(f"smart_resize() got unexpected keyword arguments: {list(kwargs)}")
    if len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers, but got: {size}.")
    shape = np.shape(x) if isinstance(x, (list, tuple)) else tuple(x.shape)
    if len(shape) not in (3, 4):
        raise ValueError(
            "Expected an image array with shape `(height, width, channels)`, or `(batch_size, "
            f"height, width, channels)`, but got input with incorrect rank, of shape {shape}."
        )
    resized = image_ops.resize(
        x, size, interpolation, crop_to_aspect_ratio=True, data_format=data_format
    )
    return np.array(resized) if isinstance(x, np.ndarray) else resized
