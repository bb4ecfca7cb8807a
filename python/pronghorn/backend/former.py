"""Names of Keras 2's backend with an underscore or of Python, which losses of that time import."""

from __future__ import annotations

import builtins
from typing import Any

from ..engine import config, convert_to_tensor

py_all, py_any, py_slice, py_sum = builtins.all, builtins.any, builtins.slice, builtins.sum


def _to_tensor(x: Any, dtype: Any) -> Any:
    """x as a tensor of this dtype."""
    return convert_to_tensor(x, dtype)


def __getattr__(name):
    if name == "_EPSILON":
        return config.epsilon()
    raise AttributeError(name)
