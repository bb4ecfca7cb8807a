"""Where the published data sets are, and how their files are found: cache, then network."""

from __future__ import annotations

import os
from typing import Any

from ..files.get_file import get_file

_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_CIFAR = "https://www.cs.toronto.edu/~kriz/"

# Name in the cache: (address, hash), as Keras publishes them.
PUBLISHED = {
    "mnist.npz": (
        _BASE + "mnist.npz",
        "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    ),
    "imdb.npz": (
        _BASE + "imdb.npz",
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    ),
    "imdb_word_index.json": (_BASE + "imdb_word_index.json", "bfafd718b763782e994055a2d397834f"),
    "reuters.npz": (
        _BASE + "reuters.npz",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    ),
    "reuters_word_index.json": (
        _BASE + "reuters_word_index.json",
        "4d44cc38712099c9e383dc6e5f11a921",
    ),
    "boston_housing.npz": (
        _BASE + "boston_housing.npz",
        "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    ),
    "california_housing.npz": (
        _BASE + "california_housing.npz",
        "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    ),
    "cifar-10-batches-py-target": (
        _CIFAR + "cifar-10-python.tar.gz",
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    ),
    "cifar-100-python-target": (
        _CIFAR + "cifar-100-python.tar.gz",
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ),
    "fashion-mnist/train-labels-idx1-ubyte.gz": (_BASE + "train-labels-idx1-ubyte.gz", None),
    "fashion-mnist/train-images-idx3-ubyte.gz": (_BASE + "train-images-idx3-ubyte.gz", None),
    "fashion-mnist/t10k-labels-idx1-ubyte.gz": (_BASE + "t10k-labels-idx1-ubyte.gz", None),
    "fashion-mnist/t10k-images-idx3-ubyte.gz": (_BASE + "t10k-images-idx3-ubyte.gz", None),
}


def published_file(name: Any, path: str | None = None, extract: bool = False) -> Any:
    """The path of a published file, fetched where the cache lacks it.

    Args:
        name: a key of PUBLISHED.
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path; `name` by default.
        extract: whether to unpack it; the folder's path is returned then.

    Returns:
        The path of the file, or of the folder.

    Raises:
        FileNotFoundError: if it is neither in the cache nor to be had; it says what to put where.

    Example:

    >>> published_file("mnist.npz")  # doctest: +SKIP
    '/home/me/.keras/datasets/mnist.npz'
    """
    origin, file_hash = PUBLISHED[name]
    folder, file = os.path.split(os.path.expanduser(os.fspath(path or name)))
    return get_file(
        file,
        origin=origin,
        file_hash=file_hash,
        extract=extract,
        cache_subdir=os.path.join("datasets", folder) if folder else "datasets",
    )
