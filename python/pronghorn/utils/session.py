"""Small questions about symbolic tensors."""

from __future__ import annotations

from typing import Any

from ..engine import KerasTensor


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a symbolic tensor."""
    return isinstance(x, KerasTensor)
