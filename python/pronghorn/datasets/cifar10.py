"""CIFAR-10: 60,000 colour pictures of 32x32, in 10 classes (Krizhevsky, 2009)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ._cifar import arrange, batch_folder, load_batch


def load_data() -> tuple[Any, ...]:
    """Loads CIFAR-10.

    The classes are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (50000, 32, 32, 3) and
        (10000, 32, 32, 3), or with the channels first where the settings say so; labels uint8
        (50000, 1) and (10000, 1), 0 to 9.

    Raises:
        FileNotFoundError: if the files are not in the cache and cannot be fetched.
        ValueError: if a file is damaged or holds anything but data.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
    """
    folder = batch_folder("cifar-10-batches-py-target", "cifar-10-batches-py")
    batches = [load_batch(os.path.join(folder, f"data_batch_{i}")) for i in range(1, 6)]
    images = np.concatenate([batch for batch, _ in batches])
    labels = [label for _, part in batches for label in part]
    return arrange(images, labels), arrange(*load_batch(os.path.join(folder, "test_batch")))
