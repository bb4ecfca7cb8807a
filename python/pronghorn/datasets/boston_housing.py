"""Boston housing: 506 districts, 13 numbers each, and the median price (Harrison and
Rubinfeld, 1978). One column is built on race: for teaching regression only."""

from __future__ import annotations

from typing import Any

from ._files import published_file
from ._npz import load_npz
from ._regression import split_shuffled


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Any:
    """Loads the Boston housing prices, shuffled and split as in Keras.

    Args:
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.
        test_split: the fraction that becomes the test set, at least 0 and below 1.
        seed: of the shuffle.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float64 (samples, 13) and (samples,), prices
        in 1,000 dollars.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.
        ValueError: if `test_split` is out of range.

    Example:
        >>> (x_train, y_train), _ = boston_housing.load_data()  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (404, 13)
    """

    def load():
        return load_npz(published_file("boston_housing.npz", path), ("x", "y")).values()

    return split_shuffled(load, test_split, seed)
