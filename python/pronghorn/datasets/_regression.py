"""The shuffle and split of the two housing data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._texts import shuffled


def split_shuffled(load: Any, test_split: Any, seed: int) -> tuple[Any, ...]:
    """Training and test part of the (x, y) that `load` returns, in the order of `seed`.

    Args:
        load: function without arguments.
        test_split: part of the samples that is for testing, in [0, 1).
        seed: of the order, which is NumPy's RandomState's.

    Returns:
        `(x_train, y_train), (x_test, y_test)`, copies.

    Raises:
        ValueError: for another test_split.

    Example:

    >>> (x, y), (x_test, _) = split_shuffled(lambda: (np.arange(10), np.arange(10)), 0.2, seed=0)
    >>> x.shape, x_test.shape, bool((x == y).all())
    ((8,), (2,), True)
    """
    if not 0 <= test_split < 1:
        raise ValueError(
            "Invalid `test_split` argument: it must be at least 0 and below 1. Received: "
            f"test_split={test_split}"
        )
    x, y = load()
    x, y = shuffled(np.random.RandomState(seed), x, y)
    split = int(len(x) * (1 - test_split))
    return (x[:split].copy(), y[:split].copy()), (x[split:].copy(), y[split:].copy())
