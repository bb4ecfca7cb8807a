"""CallbackList: several callbacks called as one, and what the loop must do for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import nest
from .callback import Callback, looks_at_batches
from .history import History
from .logs import plain_logs
from .progbar_logger import ProgbarLogger

if TYPE_CHECKING:
    from collections.abc import Sequence


class CallbackList(Callback):
    """Calls a list of callbacks in order.

    Args:
        callbacks: Callback, or nest of callbacks, or None.
        add_history: Whether to add a `History` if there is none.
        add_progbar: Whether to add a `ProgbarLogger` if there is none.
        model: The model they are used with.
        **params: Given to each callback's `set_params`.

    Raises:
        TypeError: Where an entry is no callback, a class among them.

    Example:

    >>> found = []
    >>> note = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: found.append(epoch))
    >>> CallbackList([note]).on_epoch_end(3, {"loss": 0.5})
    >>> found
    [3]
    """

    def __init__(
        self,
        callbacks: Sequence[Any] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks = nest.flatten(callbacks) if callbacks else []
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "set_model"):
                hint = f"; make one: {callback.__name__}(...)" if isinstance(callback, type) else ""
                raise TypeError(
                    "`callbacks` must be Callback objects. Received: "
                    f"{callback!r} (of type {type(callback).__name__}){hint}"
                )
        self._history = self._first(History)
        self._progbar = self._first(ProgbarLogger)
        if self._history is None and add_history:
            self._history = History()
            self.callbacks.append(self._history)
        if self._progbar is None and add_progbar:
            self._progbar = ProgbarLogger()
            self.callbacks.append(self._progbar)
        self.set_model(model)
        self.set_params(params)

    def _first(self, cls):
        return next((c for c in self.callbacks if isinstance(c, cls)), None)

    def append(self, callback: Any) -> Any:
        """Adds a callback behind the others; it is not told the model.

        Args:
            callback: The callback.

        Returns:
            None.
        """
        self.callbacks.append(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Tells every callback how it is run.

        Args:
            params: Dict with `verbose`, `epochs` and `steps`; an empty one is not handed on.
        """
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tells every callback the model, and the model its history.

        Args:
            model: The model; None changes nothing.
        """
        if model is None:
            return
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    # ---- what the loop asks ----------------------------------------------------------------

    def looks(self, mode: str) -> bool:
        """Whether any callback needs Python after every batch of "train", "test", "predict".

        The built-in progress bar does not: `progress` advances it whenever the loop is back.

        Args:
            mode: "train", "test" or "predict".

        Returns:
            A bool.
        """
        return any(
            looks_at_batches(c, mode) for c in self.callbacks if type(c) is not ProgbarLogger
        )

    def shows_progress(self, mode: str) -> Any:
        """Whether `progress` would print something.

        Args:
            mode: "train", "test" or "predict".

        Returns:
            A bool; False too where the bar is of a class of the user's.
        """
        bar = self._progbar
        return bar is not None and type(bar) is ProgbarLogger and bar.wants_batches(mode)

    def progress(self, mode: str, step: Any, logs: dict[str, Any]) -> None:
        """Tells the progress bar that the batch numbered `step` is done.

        Args:
            mode: "train", "test" or "predict".
            step: Number of the batch, from 0.
            logs: Dict of results so far, numbers or scalar tensors.
        """
        bar = self._progbar
        if mode == "train":
            bar.on_train_batch_end(step, plain_logs(logs))
        elif mode == "test":
            bar.on_test_batch_end(step, plain_logs(logs))
        else:
            bar.on_predict_batch_end(step)


def _forwarded(hook, style):
    """A method of CallbackList that calls `hook` of every callback with plain logs.

    Logs go by position to epoch hooks and by name to batch hooks, as callbacks in the wild expect.
    """

    def on_batch(self, batch, logs=None):
        logs = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(batch, logs=logs)

    def on_epoch(self, epoch, logs=None):
        logs = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(epoch, logs)

    def on_whole(self, logs=None):
        logs = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(logs)

    method = {"batch": on_batch, "epoch": on_epoch, "whole": on_whole}[style]
    method.__name__ = hook
    method.__doc__ = getattr(Callback, hook).__doc__
    return method


for _end in ("begin", "end"):
    for _what, _style in (
        ("batch", "batch"),
        ("train_batch", "batch"),
        ("test_batch", "batch"),
        ("predict_batch", "batch"),
        ("epoch", "epoch"),
        ("train", "whole"),
        ("test", "whole"),
        ("predict", "whole"),
    ):
        setattr(CallbackList, f"on_{_what}_{_end}", _forwarded(f"on_{_what}_{_end}", _style))
