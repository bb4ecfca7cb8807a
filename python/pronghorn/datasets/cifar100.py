"""CIFAR-100: 60,000 colour pictures of 32x32, in 100 classes of 20 groups (Krizhevsky, 2009)."""

from __future__ import annotations

import os
from typing import Any

from ._cifar import arrange, batch_folder, load_batch


def load_data(label_mode: str = "fine") -> tuple[Any, ...]:
    """Loads CIFAR-100.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (50000, 32, 32, 3) and
        (10000, 32, 32, 3), or with the channels first where the settings say so; labels int64
        (50000, 1) and (10000, 1).

    Raises:
        FileNotFoundError: if the files are not in the cache and cannot be fetched.
        ValueError: for another `label_mode`, or if a file is damaged.

    Example:
        >>> (x_train, y_train), _ = cifar100.load_data("coarse")  # doctest: +SKIP
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: label_mode={label_mode}.'
        )
    folder = batch_folder("cifar-100-python-target", "cifar-100-python")
    train, test = (
        load_batch(os.path.join(folder, part), f"{label_mode}_labels") for part in ("train", "test")
    )
    return arrange(*train, "int64"), arrange(*test, "int64")  # type: ignore[call-arg]
