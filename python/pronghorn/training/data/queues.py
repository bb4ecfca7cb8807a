"""Workers and queues as arguments of `fit`, `evaluate` and `predict`, where Keras 1 and 2 had them.

Today they belong to the dataset; a call that gives them sets them there until it returns.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from .dataset import PyDataset

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

_NAMES = {
    "workers": "workers",
    "nb_worker": "workers",
    "use_multiprocessing": "use_multiprocessing",
    "pickle_safe": "use_multiprocessing",
    "max_queue_size": "max_queue_size",
    "max_q_size": "max_queue_size",
}


def takes_workers(method: F) -> F:
    """Wraps a method of a model whose first argument is `x`.

    Data that are no PyDataset have one maker of batches, whatever is asked for.
    """

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        if kwargs.keys().isdisjoint(_NAMES):
            return method(self, *args, **kwargs)
        asked = {_NAMES[name]: kwargs.pop(name) for name in _NAMES if name in kwargs}
        given = (args[0] if args else kwargs.get("x"), kwargs.get("validation_data"))
        found = [vars(data) for data in given if isinstance(data, PyDataset)]
        own = [{name: kept[name] for name in asked if name in kept} for kept in found]
        for kept in found:
            kept.update(asked)
        try:
            return method(self, *args, **kwargs)
        finally:
            for kept, before in zip(found, own):
                for name in asked:
                    kept.pop(name, None)
                kept.update(before)

    return call  # type: ignore[return-value]
