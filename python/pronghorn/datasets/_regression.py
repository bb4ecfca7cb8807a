"""The shuffle and split of the two housing data sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._texts import shuffled


def split_shuffled(load: Any, test_split: Any, seed: int) -> tuple[Any, ...]:
    """Training and test part of the (x, y) that `load` returns, in the order of `seed`."""
    if not 0 <= test_split < 1:
        raise ValueError(
            "Invalid `test_split` argument: it must be at least 0 and below 1. Received: "
            f"test_split={test_split}"
        )
    x, y = load()
    x, y = shuffled(np.random.RandomState(seed), x, y)
    split = int(len(x) * (1 - test_split))
    return (x[:split].copy(), y[:split].copy()), (x[split:].copy(), y[split:].copy())
