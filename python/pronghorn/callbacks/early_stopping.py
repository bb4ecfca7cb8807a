"""EarlyStopping: stops training when a monitored value no longer improves."""

from __future__ import annotations

from typing import Any

from ..engine.tracebacks import warn_user
from .monitor import MonitorCallback
from .progbar import print_message


class EarlyStopping(MonitorCallback):
    """Stops training after `patience` epochs without improvement.

    Args:
        monitor: Name in logs.
        min_delta: Least change that counts as improvement.
        patience: Epochs without improvement to wait for.
        verbose: Whether to say so when stopping.
        mode: `"min"`, `"max"` or `"auto"` (from the metric's direction).
        baseline: Value that must be beaten.
        restore_best_weights: Whether to go back to the weights of the best epoch.
        start_from_epoch: Epochs before monitoring starts.

    Raises:
        ValueError: If mode is "auto" and the direction of the metric is unknown.

    Example:

    >>> model = models.Sequential([layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer=optimizers.SGD(0.0))  # nothing will improve
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> stop = EarlyStopping(monitor="loss", patience=2)
    >>> model.fit(x, y, epochs=10, verbose=0, callbacks=[stop]).epoch
    [0, 1, 2]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._reset()

    def get_monitor_value(self, logs: dict[str, Any]) -> Any:
        """The value that is watched; warns where there is none.

        Args:
            logs: Dict of an epoch's results, or None.

        Returns:
            A float, or None where `monitor` is not in `logs`.
        """
        value = (logs or {}).get(self.monitor)
        if value is None:
            warn_user(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs or {})}"
            )
        return value

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._set_monitor_op()
        current = self.get_monitor_value(logs)  # type: ignore[arg-type]
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_message(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)
