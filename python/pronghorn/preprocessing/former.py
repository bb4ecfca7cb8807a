"""Functions that `preprocessing.image` of Keras 1 and 2 had."""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np

from .augmentation import flip_axis

__all__ = [
    "apply_transform",
    "base_filter",
    "flip_axis",
    "list_pictures",
    "transform_matrix_offset_center",
]


def list_pictures(directory: str, ext: str = "jpg|jpeg|bmp|png|ppm") -> list[str]:
    """The paths of all pictures in a folder and those below it.

    Args:
        directory: The folder.
        ext: Endings of names, with | between them.
    """
    ending = re.compile(rf"[^\0]\.({ext})$")
    return [
        os.path.join(folder, name)
        for folder, _, names in os.walk(directory)
        for name in sorted(names)
        if ending.search(name)
    ]


def transform_matrix_offset_center(matrix: Any, x: int, y: int) -> Any:
    """A 3 x 3 transform of (row, column, 1) about the middle of x rows and y columns."""
    to_corner, to_middle = np.eye(3), np.eye(3)
    to_middle[:2, 2] = x / 2 + 0.5, y / 2 + 0.5
    to_corner[:2, 2] = -to_middle[:2, 2]
    return to_middle @ np.asarray(matrix) @ to_corner


def apply_transform(
    x: Any,
    transform_matrix: Any,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
) -> Any:
    """A picture moved by a matrix, the nearest pixels taken.

    Args:
        x: Array of 3 axes.
        transform_matrix: 3 x 3, from places of the result to those of x.
        channel_axis: Where the channels are.
        fill_mode, cval: What lies outside, as of `ImageDataGenerator`.
    """
    from scipy import ndimage

    matrix = np.asarray(transform_matrix)
    channels = np.moveaxis(np.asarray(x), channel_axis, 0)
    moved = [
        ndimage.affine_transform(
            channel, matrix[:2, :2], matrix[:2, 2], order=0, mode=fill_mode, cval=cval
        )
        for channel in channels
    ]
    return np.moveaxis(np.stack(moved), 0, channel_axis)


def base_filter() -> str:
    """The characters that `Tokenizer` leaves out, as Keras 1 gave them."""
    return '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
