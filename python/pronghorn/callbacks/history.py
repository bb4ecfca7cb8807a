"""History: what `fit` returns."""

from __future__ import annotations

import weakref
from typing import Any

from .callback import Callback
from .logs import Logs


class History(Callback):
    """Keeps the logs of every epoch.

    `history.history` maps each name to a list with one value an epoch; `history.epoch` lists the
    epochs' numbers. Every `fit` adds one by itself and returns it.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=3, verbose=0)
    >>> history.epoch, sorted(history.history), len(history.history["loss"])
    ([0, 1, 2], ['loss'], 3)
    """

    # A history holds its model, and the model only what is in the history's __dict__ (KeptHistory):
    # so the two make no circle, and either is enough to reach the other.
    __slots__ = ("_of",)

    def __init__(self) -> None:
        super().__init__()
        self._of = None
        self.history = Logs()
        self.epoch = []

    def set_model(self, model: Any) -> None:
        """Takes the model whose training it keeps.

        Args:
            model: The model.
        """
        self._of = model

    @property
    def model(self) -> Any:
        """The model that was trained; None before."""
        return self._of

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


class KeptHistory:
    """A history without its model, for the model to keep."""

    def __init__(self, history):
        self._class, self._state = type(history), history.__dict__
        self._live = weakref.ref(history)

    def __reduce__(self):
        return _kept_again, (self._class, self._state)

    def of(self, model):
        """The history, or a new one of the same state where nobody else held it."""
        history = self._live()
        if history is None:
            history = object.__new__(self._class)
            history.__dict__ = self._state
            history._of = model
            self._live = weakref.ref(history)
        return history


def _kept_again(cls, state):
    """A pickled or copied KeptHistory."""
    history = object.__new__(cls)
    history.__dict__ = state
    return KeptHistory(history)
