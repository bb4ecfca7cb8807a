"""A callback that Keras 2 had."""

from __future__ import annotations

from typing import Any

from .callback import Callback


class BaseLogger(Callback):
    """Changes nothing: the logs of an epoch are its means already.

    Args:
        stateful_metrics: Names whose values are no means; kept.
    """

    def __init__(self, stateful_metrics: Any = None) -> None:
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())
