"""Callbacks that change the learning rate: by a schedule, or when a value stands still."""

from __future__ import annotations

import numbers
from typing import Any

from ..engine.tracebacks import warn_user
from .callback import Callback
from .monitor import MonitorCallback
from .progbar import print_message


def _optimizers(model):
    """The optimizer, or the parts of one made of several; each with what its name adds to a key."""
    parts = getattr(model.optimizer, "optimizers", None)
    if parts is None:
        return [(model.optimizer, "")]
    return [(part, part.name) for part in parts]


def _note_rates(model, logs):
    for optimizer, name in _optimizers(model):
        logs[f"learning_rate_{name}" if name else "learning_rate"] = float(optimizer.learning_rate)


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch.

    Args:
        schedule: `function(epoch, rate) -> float`, or `function(epoch) -> float`; the first epoch
            is 0.
        verbose: Whether to print the new rate.

    Raises:
        ValueError: In training, if the schedule gives no float.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer=optimizers.SGD(1.0))
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> model.fit(x, y, epochs=3, verbose=0, callbacks=[halve]).history["learning_rate"]
    [0.5, 0.25, 0.125]
    """

    def __init__(self, schedule: Any, verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for optimizer, name in _optimizers(self.model):
            if not hasattr(optimizer, "learning_rate"):
                raise ValueError('Optimizer must have a "learning_rate" attribute.')
            rate = self._rate(epoch, float(optimizer.learning_rate))
            optimizer.learning_rate = rate
            if self.verbose > 0:
                what = f"{name} learning rate" if name else "learning rate"
                print_message(
                    f"\nEpoch {epoch + 1}: LearningRateScheduler setting {what} to {rate}."
                )

    def _rate(self, epoch, rate):
        try:
            result = self.schedule(epoch, rate)
        except TypeError:  # a schedule of the epoch alone
            result = self.schedule(epoch)
        if isinstance(result, (bool, int)) or not isinstance(result, numbers.Real):
            raise ValueError(
                f"The output of the `schedule` function should be a float. Got: {result}"
            )
        return float(result)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        _note_rates(self.model, {} if logs is None else logs)


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` when a value no longer improves.

    Args:
        monitor: Name in logs.
        factor: Below 1.
        patience: Epochs without improvement to wait for.
        verbose: Whether to print the new rate.
        mode: `"min"`, `"max"` or `"auto"` (from the metric's direction).
        min_delta: Least change that counts as improvement.
        cooldown: Epochs after a reduction in which none are counted.
        min_lr: The rate goes no lower.

    Raises:
        TypeError: For unknown arguments.
        ValueError: For a factor of 1 or more.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss=lambda y, p: 0 * p, optimizer=optimizers.SGD(1.0))  # always 0
    >>> slower = ReduceLROnPlateau("loss", factor=0.5, patience=1)
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> model.fit(x, y, epochs=3, verbose=0, callbacks=[slower]).history["learning_rate"]
    [1.0, 1.0, 0.5]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau: unexpected arguments {sorted(kwargs)}.")
        if factor >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau does not support a factor >= 1.0. Received factor={factor}"
            )
        self.factor = factor
        self.min_lr = min_lr
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self._reset()

    def _reset(self):
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._reset()

    def in_cooldown(self) -> bool:
        """Whether epochs without improvement are not counted now."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._set_monitor_op()
        logs = {} if logs is None else logs
        _note_rates(self.model, logs)
        current = logs.get(self.monitor)
        if current is None:
            warn_user(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not "
                f"available. Available metrics are: {','.join(logs)}."
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch):
        """Lowers the rates that are above the least one; whether there was any."""
        reduced = False
        for optimizer, name in _optimizers(self.model):
            rate = float(optimizer.learning_rate)
            # the rate is kept in float32
            if rate <= self.min_lr * (1 + 1e-7):
                continue
            rate = max(rate * self.factor, self.min_lr)
            optimizer.learning_rate = rate
            reduced = True
            if self.verbose > 0:
                of = f" {name}" if name else ""
                print_message(
                    f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing{of} learning rate to {rate}."
                )
        return reduced
