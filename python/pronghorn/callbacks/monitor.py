"""MonitorCallback: what the callbacks share that watch whether a value in the logs improves."""

import operator

from ..engine.tracebacks import warn_user
from .callback import Callback
from .logs import other_spelling


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


class MonitorCallback(Callback):
    """Base of the callbacks that compare a value with the best one so far.

    Args:
        monitor: Name in logs.
        mode: `"min"`, `"max"` or `"auto"` (from the metric's direction).
        baseline: The first best value, or None.
        min_delta: Least change that counts as improvement.

    Raises:
        ValueError: When first compared, if mode is "auto" and the direction is unknown.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warn_user(f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.")
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op = None

    def _set_monitor_op(self):
        if self.monitor_op is None:
            self.monitor_op = improvement_operator(self, self.monitor, self.mode)

    def _is_improvement(self, value, reference):
        if reference is None:
            return True
        delta = self.min_delta if self.monitor_op is operator.gt else -self.min_delta
        return self.monitor_op(value - delta, reference)
