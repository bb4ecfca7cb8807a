"""California housing: 20,640 districts of the census of 1990 and the median price (Pace and
Barry, 1997)."""

from __future__ import annotations

from typing import Any

from ._files import published_file
from ._npz import load_npz
from ._regression import split_shuffled


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Any:
    """Loads the California housing prices, shuffled and split as in Keras.

    The columns are longitude, latitude, median age of the houses, rooms, bedrooms, people and
    households of the district, and the median income.

    Args:
        version: "large" for all 20,640 districts, "small" for the first 600.
        path: the file's name in `KERAS_HOME/datasets`, or an absolute path.
        test_split: the fraction that becomes the test set, at least 0 and below 1.
        seed: of the shuffle.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float32 (samples, 8) and (samples,), prices in
        dollars.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched.
        ValueError: if `version` or `test_split` is none of these.

    Example:
        >>> (x_train, y_train), _ = california_housing.load_data("small")  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (480, 8)
    """
    if version not in ("small", "large"):
        raise ValueError(
            f"Argument `version` must be one of 'small', 'large'. Received: version={version}"
        )

    def load():
        x, y = load_npz(published_file("california_housing.npz", path), ("x", "y")).values()
        return (x[:600], y[:600]) if version == "small" else (x, y)

    return split_shuffled(load, test_split, seed)
