"""The UCI handwritten digits: 1,797 images of 8x8, in the package (origin in digits.txt)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def load_data() -> tuple[Any, ...]:
    """Loads the embedded digits. Every fifth image is for testing: the file goes from writer
    to writer, so both parts see each of them.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (1438, 8, 8) and (359, 8, 8), 0
        (paper) to 16 (ink); labels uint8 (1438,) and (359,), 0 to 9.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape
        (1438, 8, 8)
    """
    with np.load(os.path.join(os.path.dirname(__file__), "digits.npz")) as file:
        images, labels = file["images"], file["labels"]
    test = np.arange(len(images)) % 5 == 4
    return (images[~test], labels[~test]), (images[test], labels[test])
