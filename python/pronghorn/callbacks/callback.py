"""Callback: the base class, and which of its hooks look at batches."""

from __future__ import annotations

from typing import Any

from ..legacy.accept import old_constructor


class Callback:
    """Code that runs at fixed places of `fit`, `evaluate` and `predict`.

    Override the hooks that are needed. `self.model` is the model, `self.params` a dict with
    `verbose`, `epochs` and `steps`. `logs` holds results so far as Python floats.

    A callback that overrides a batch hook makes the loop return to Python after every batch;
    one that does not leaves whole stretches of an epoch to native code.

    Example:

    >>> class Stop(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["loss"] < 1e9
    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> history = model.fit(x, y, epochs=5, verbose=0, callbacks=[Stop()])
    >>> history.epoch
    [0]
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        old_constructor(cls)

    def __init__(self) -> None:
        self.params = None
        self._model = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Tells the callback how it is run, before any hook is called.

        Args:
            params: Dict with `verbose`, `epochs` and `steps` (None where unknown).
        """
        self.params = params

    def set_model(self, model: Any) -> None:
        """Tells the callback its model, before any hook is called.

        Args:
            model: The model.
        """
        self._model = model

    @property
    def model(self) -> Any:
        """The model that the callback is used with; None before."""
        return self._model

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """The older name of `on_train_batch_begin`.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Dict, empty here.
        """

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """The older name of `on_train_batch_end`.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Dict from a result's name to its mean since the epoch began, floats.
        """

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Called at the start of an epoch of `fit`.

        Args:
            epoch: Number of the epoch, from 0.
            logs: Dict, empty here.
        """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Called at the end of an epoch of `fit`, after validation; logs has both results.

        Args:
            epoch: Number of the epoch, from 0.
            logs: Dict from a result's name to a float; those of validation begin with "val_".
        """

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a training batch.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Dict, empty here.
        """
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a training batch; logs has the means since the epoch began.

        Args:
            batch: Number of the batch in its epoch, from 0.
            logs: Dict from a result's name to its mean since the epoch began, floats.
        """
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of `evaluate` or of validation.

        Args:
            batch: Number of the batch in this evaluation, from 0.
            logs: Dict, empty here.
        """

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of `evaluate` or of validation.

        Args:
            batch: Number of the batch in this evaluation, from 0.
            logs: Dict from a result's name to its mean over the batches so far, floats.
        """

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called before a batch of `predict`.

        Args:
            batch: Number of the batch in this prediction, from 0.
            logs: Dict, empty here.
        """

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Called after a batch of `predict`; logs["outputs"] are its predictions.

        Args:
            batch: Number of the batch in this prediction, from 0.
            logs: Dict with the entry "outputs".
        """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the start of `fit`.

        Args:
            logs: Dict, empty here.
        """

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the end of `fit`; logs are those of the last epoch.

        Args:
            logs: Dict from a result's name to a float.
        """

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the start of `evaluate` or of validation.

        Args:
            logs: Dict, empty here.
        """

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the end of `evaluate` or of validation.

        Args:
            logs: Dict from a result's name to a float.
        """

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the start of `predict`.

        Args:
            logs: Dict, empty here.
        """

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Called at the end of `predict`.

        Args:
            logs: Dict, empty here.
        """


BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


def looks_at_batches(callback, mode):
    """Whether the callback's class or the object itself overrides a batch hook of this mode."""
    cls = type(callback)
    own = callback.__dict__
    return any(
        hook in own or getattr(cls, hook, None) is not getattr(Callback, hook)
        for hook in BATCH_HOOKS[mode]
    )
