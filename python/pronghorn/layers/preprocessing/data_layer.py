"""DataLayer: a layer that prepares data, and so takes lists of numbers beside tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...engine import convert_to_tensor, nest
from ..base import Layer

_NUMBERS = (bool, int, float, np.number, np.bool_)


class DataLayer(Layer):
    """A base of preprocessing layers: lists of numbers are tensors to `call`, in dicts too."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], (list, tuple, dict)):
            args = (_with_tensors(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)


def _with_tensors(data):
    if isinstance(data, dict):
        return {key: _with_tensors(value) for key, value in data.items()}
    if not isinstance(data, (list, tuple)):
        return data
    leaves = nest.flatten(data)
    if leaves and all(isinstance(leaf, _NUMBERS) for leaf in leaves):
        return convert_to_tensor(data)
    return data
