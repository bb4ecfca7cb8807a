"""MonitorCallback: what the callbacks share that watch whether a value in the logs improves."""

from __future__ import annotations

from ..engine.tracebacks import warn_user
from ..ops import greater, less
from .callback import Callback
from .logs import other_spelling


def improvement_operator(callback, monitor, mode):
    """`ops.less` or `ops.greater`: from the mode, or from the metric of that name."""
    if mode in ("min", "max"):
        return less if mode == "min" else greater
    name = monitor.removeprefix("val_")
    for metric in _all_metrics(callback.model):
        if metric.name in (name, other_spelling(name)) and metric._direction:
            return greater if metric._direction == "up" else less
    if name == "loss":
        return less
    raise ValueError(
        f"{type(callback).__name__} callback received monitor={monitor}, but it is not known "
        "whether that metric should be maximized or minimized. Pass `mode='max'` in order to "
        "monitor based on the highest metric value, or pass `mode='min'` in order to use the "
        "lowest value."
    )


def _all_metrics(model):
    for metric in getattr(model, "metrics", ()):
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

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
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
        delta = self.min_delta if self.monitor_op is greater else -self.min_delta
        return bool(self.monitor_op(value - delta, reference))
