"""EarlyStopping: stops training when a monitored value no longer improves."""

import operator

from ..engine.tracebacks import warn_user
from .callback import Callback
from .logs import other_spelling
from .progbar import print_message


def improvement_operator(callback, monitor, mode):
    """`operator.lt` or `operator.gt`: from the mode, or from the metric of that name."""
    if mode in ("min", "max"):
        return operator.lt if mode == "min" else operator.gt
    name = monitor.removeprefix("val_")
    for metric in _all_metrics(callback.model):
        if metric.name in (name, other_spelling(name)) and metric._direction:
            return operator.gt if metric._direction == "up" else operator.lt
    if name == "loss":
        return operator.lt
    raise ValueError(
        f"{type(callback).__name__} callback received monitor={monitor}, but it is not known "
        "whether that metric should be maximized or minimized. Pass `mode='max'` in order to "
        "monitor based on the highest metric value, or pass `mode='min'` in order to use the "
        "lowest value."
    )


def _all_metrics(model):
    for metric in model.metrics:
        yield from getattr(metric, "metrics", ()) or (metric,)


class EarlyStopping(Callback):
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
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warn_user(f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.")
            mode = "auto"
        self.monitor = monitor
        self.min_delta = abs(min_delta)
        self.patience = patience
        self.verbose = verbose
        self.mode = mode
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.monitor_op = None
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def get_monitor_value(self, logs):
        value = (logs or {}).get(self.monitor)
        if value is None:
            warn_user(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs or {})}"
            )
        return value

    def _is_improvement(self, value, reference):
        if reference is None:
            return True
        delta = self.min_delta if self.monitor_op is operator.gt else -self.min_delta
        return self.monitor_op(value - delta, reference)

    def on_epoch_end(self, epoch, logs=None):
        if self.monitor_op is None:
            self.monitor_op = improvement_operator(self, self.monitor, self.mode)
        current = self.get_monitor_value(logs)
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

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_message(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)
