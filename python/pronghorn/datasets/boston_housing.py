"""Boston housing: 506 districts, 13 numbers each, and the median price (Harrison and
Rubinfeld, 1978). One column is built on race: for teaching regression only."""

import numpy as np

from pronghorn.datasets._files import load_arrays


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Loads the Boston housing prices from `KERAS_HOME/datasets`, shuffled and split as in Keras.

    Args:
        path: the file's name in that folder, or an absolute path.
        test_split: the fraction that becomes the test set, at least 0 and below 1.
        seed: of the shuffle.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float64 (samples, 13) and (samples,), prices
        in 1,000 dollars.

    Raises:
        FileNotFoundError: if the file is absent (nothing is downloaded).
        ValueError: if `test_split` is out of range.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"test_split must be at least 0 and below 1. Received: {test_split}")
    x, y = load_arrays(path, ("x", "y"))
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    split = int(len(x) * (1 - test_split))
    return (x[:split], y[:split]), (x[split:], y[split:])
