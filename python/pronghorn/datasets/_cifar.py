"""What CIFAR-10 and CIFAR-100 share: the folder of pickled batches and their layout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import config
from ..files.get_file import keras_home
from ._files import published_file
from ._pickles import load_pickle

if TYPE_CHECKING:
    from ..engine.types import TensorLike


def batch_folder(name: Any, inner: Any) -> Any:
    """The folder of the batches: where Keras 2 unpacked them, or where Keras 3 does.

    Args:
        name: key of `published_file`.
        inner: the folder's name within the archive.

    Returns:
        The path.

    Example:

    >>> batch_folder("cifar-10-batches-py-target", "cifar-10-batches-py")  # doctest: +SKIP
    '/home/me/.keras/datasets/cifar-10-batches-py-target/cifar-10-batches-py'
    """
    older = os.path.join(keras_home(), "datasets", inner)
    newer = os.path.join(keras_home(), "datasets", name, inner)
    if os.path.isdir(older) and not os.path.isdir(newer):
        return older
    return os.path.join(published_file(name, extract=True), inner)


def load_batch(path: str, label_key: str = "labels") -> tuple[Any, ...]:
    """Images uint8 (n, 3, 32, 32) and labels, a list of n integers.

    Args:
        path: the file, a pickle as CIFAR's authors published it; only data are read from it.
        label_key: "labels", or "fine_labels" or "coarse_labels" of CIFAR-100.

    Returns:
        (images, labels).

    Raises:
        ValueError: if the file is no batch of CIFAR, or holds anything but data.

    Example:

    >>> import pickle
    >>> with open("batch", "wb") as file:
    ...     pickle.dump({"data": np.zeros((2, 3072), "uint8"), "labels": [3, 8]}, file)
    >>> images, labels = load_batch("batch")
    >>> images.shape, labels
    ((2, 3, 32, 32), [3, 8])
    """
    with open(path, "rb") as file:
        batch = load_pickle(file.read())
    images = batch.get("data") if isinstance(batch, dict) else None
    labels = batch.get(label_key) if isinstance(batch, dict) else None
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 2:
        raise ValueError(f"{path!r} is no batch of CIFAR: it lacks an array 'data' of bytes.")
    if not isinstance(labels, list) or len(labels) != len(images) or images.shape[1] != 3072:
        raise ValueError(
            f"{path!r} is no batch of CIFAR: 'data' has the shape {images.shape}; expected 3072 "
            f"columns and as many {label_key!r}."
        )
    return images.reshape(-1, 3, 32, 32), labels


def arrange(images: TensorLike, labels: Any, dtype: Any = "uint8") -> tuple[Any, ...]:
    """Images in the layout of the settings, labels (n, 1).

    Args:
        images: uint8 array (n, 3, 32, 32).
        labels: list of n integers.
        dtype: of the labels.

    Returns:
        (images, labels): uint8 (n, 32, 32, 3), or (n, 3, 32, 32) for channels first, and (n, 1).

    Example:

    >>> images, labels = arrange(np.zeros((2, 3, 32, 32), "uint8"), [3, 8])
    >>> images.shape, labels.tolist()
    ((2, 32, 32, 3), [[3], [8]])
    """
    if config.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)  # type: ignore[arg-type, call-arg]
    return images, np.array(labels, dtype=dtype).reshape(-1, 1)
