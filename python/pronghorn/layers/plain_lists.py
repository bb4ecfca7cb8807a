"""Lists of Python numbers as the tensors that some layers take them for."""

from typing import Any

import numpy as np

from ..engine import convert_to_tensor, nest

NUMBERS = (bool, int, float, np.number, np.bool_)


def with_tensors(data: Any) -> Any:
    """The data with tensors in the place of lists of numbers, in dicts too."""
    if isinstance(data, dict):
        return {key: with_tensors(value) for key, value in data.items()}
    if not isinstance(data, (list, tuple)):
        return data
    leaves = nest.flatten(data)
    if leaves and all(isinstance(leaf, NUMBERS) for leaf in leaves):
        return convert_to_tensor(data)
    return data
