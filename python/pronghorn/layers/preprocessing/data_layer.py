"""DataLayer: a layer that prepares data, and so takes lists of numbers beside tensors."""

from __future__ import annotations

from typing import Any

from ..base import Layer
from ..plain_lists import with_tensors


class DataLayer(Layer):
    """A base of preprocessing layers: lists of numbers are tensors to `call`, in dicts too."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], (list, tuple, dict)):
            args = (with_tensors(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)
