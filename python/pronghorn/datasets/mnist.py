"""MNIST: 70,000 handwritten digits of 28x28 (LeCun, Cortes and Burges)."""

from __future__ import annotations

from typing import Any

from ._files import published_file
from ._npz import load_npz


def load_data(path: str = "mnist.npz") -> tuple[Any, ...]:
    """Loads MNIST.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 (60000, 28, 28) and
        (10000, 28, 28), 0 to 255; labels uint8 (60000,) and (10000,), 0 to 9.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
    """
    names = ("x_train", "y_train", "x_test", "y_test")
    x_train, y_train, x_test, y_test = load_npz(published_file("mnist.npz", path), names).values()
    return (x_train, y_train), (x_test, y_test)
