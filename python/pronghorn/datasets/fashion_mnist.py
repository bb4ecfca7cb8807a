"""Fashion-MNIST: 70,000 pictures of clothes of 28x28, in 10 classes (Xiao et al., 2017)."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np

from ._files import published_file


def load_data() -> tuple[Any, ...]:
    """Loads Fashion-MNIST from `KERAS_HOME/datasets/fashion-mnist`.

    The classes are T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag and
    ankle boot.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (60000, 28, 28) and
        (10000, 28, 28), 0 to 255; labels uint8 (60000,) and (10000,), 0 to 9.

    Raises:
        FileNotFoundError: if a file is not in the cache and cannot be fetched.
        ValueError: if a file is damaged.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    """
    return _part("train", 60000), _part("t10k", 10000)


def _part(name, count):
    images = _idx(f"fashion-mnist/{name}-images-idx3-ubyte.gz", (count, 28, 28))
    return images, _idx(f"fashion-mnist/{name}-labels-idx1-ubyte.gz", (count,))


def _idx(name, shape):
    """An array of bytes in LeCun's idx format: 0, 0, type 8, axes, then sizes as big-endian."""
    path = published_file(name)
    size = int(np.prod(shape))
    head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
    try:
        with gzip.open(path, "rb") as file:
            data = bytearray(file.read(len(head) + size + 1))
    except (OSError, EOFError, gzip.zlib.error) as error:
        raise ValueError(f"{path!r} is damaged ({error}); delete it to fetch it again.") from error
    if not data.startswith(head) or len(data) != len(head) + size:
        raise ValueError(
            f"{path!r} does not hold bytes of shape {shape} in the idx format; delete it to fetch "
            "it again."
        )
    return np.frombuffer(data, np.uint8, offset=len(head)).reshape(shape)
