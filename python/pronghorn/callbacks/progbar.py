"""Progbar: the text of the progress line.

Layout of a line, verbose 1:  `current/target ━━━━ time 3ms/step - name: value - ...`
The line is rewritten in place on a terminal; elsewhere every update is a line of its own.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time
from typing import Any

from ..engine import config

BAR = "━"
BOLD, GREEN, WHITE, RESET = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def print_message(message, line_break=True):
    """Writes to standard output at once; the bar becomes "=" where the encoding lacks it.

    Without interactive logging the message goes to the log.
    """
    if not config.is_interactive_logging_enabled():
        log = sys.modules.get("absl.logging") or logging.getLogger("pronghorn")
        log.info(str(message))
        return
    message = f"{message}\n" if line_break else message
    try:
        sys.stdout.write(message)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "utf-8"
        plain = message.replace(BAR, "=").encode(encoding, errors="ignore")
        sys.stdout.write(plain.decode(encoding))
    sys.stdout.flush()


class Progbar:
    """A progress line for a loop of known or unknown length.

    The last update, that of step `target`, shows its own values, not means.

    Args:
        target: Number of steps; None if unknown.
        width: Length of the bar in characters.
        verbose: 0 silent, 1 bar, 2 one line at the end.
        interval: Least seconds between two updates on screen.
        stateful_metrics: Names shown as they are; others are averaged over the updates.
        stateless_metrics: Names that are averaged; others are shown as they are. Only one of
            the two may be given.
        unit_name: What a step is called.

    Raises:
        ValueError: Where both `stateful_metrics` and `stateless_metrics` are given.

    Example:

    >>> bar = Progbar(target=2, verbose=2)
    >>> bar.update(1, [("loss", 4.0)])
    >>> bar.update(2, [("loss", 2.0)])
    2/2 - ... - loss: 2.0000
    """

    def __init__(
        self,
        target: Any,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Any = None,
        stateless_metrics: Any = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` or `stateless_metrics` can be provided. Received: "
                f"stateful_metrics={stateful_metrics}, stateless_metrics={stateless_metrics}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._averaged = None if stateless_metrics is None else set(stateless_metrics)
        self._as_is = set(stateful_metrics or ())
        self._in_place = (
            (hasattr(sys.stdout, "isatty") and sys.stdout.isatty())
            or "ipykernel" in sys.modules
            or "posix" in sys.modules
            or "PYCHARM_HOSTED" in os.environ
        )
        self._seen = 0
        self._values = {}
        self._start = time.time()
        self._first_step_end = None
        self._last_update = 0
        self._previous_width = 0

    def add(self, n: Any, values: Any = None) -> Any:
        """Advances by n steps.

        Args:
            n: How many steps were done since the last call, an int.
            values: List of (name, value) pairs of these steps, or None.

        Returns:
            None.
        """
        self.update(self._seen + n, values)

    def update(self, current: Any, values: Any = None, finalize: Any = None) -> None:
        """Shows that `current` steps are done.

        Args:
            current: Number of steps done.
            values: List of (name, value of the last steps).
            finalize: Whether this is the last update; by default whether the target is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._take_values(current, values or [], finalize)
        self._seen = current
        now = time.time()
        duration = self._step_duration(current, now)
        if self.verbose == 1:
            if now - self._last_update < self.interval and not finalize:
                return
            self._print_bar(current, now, duration, finalize)
        elif self.verbose == 2 and finalize and self.target:
            count = f"{current:{_digits(self.target)}d}/{self.target}"
            rate = self._format_time(duration, self.unit_name)
            line = f"{count} - {now - self._start:.0f}s -{rate}"
            print_message(line + self._format_values(absolute=False))
        self._last_update = now

    def _take_values(self, current, values, finalize):
        for name, value in values:
            averaged = name not in self._as_is
            if self._averaged is not None:
                averaged = name in self._averaged
            if not averaged or finalize:
                self._values[name] = [value, 1]
                continue
            steps = max(current - self._seen, 1)
            total = self._values.setdefault(name, [0.0, 0])
            total[0] += value * steps
            total[1] += steps

    def _step_duration(self, current, now):
        """Seconds a step. The first step, which compiles, is left out once there are others."""
        if not current:
            return 0
        if self._first_step_end is not None and current > 1:
            duration = (now - self._first_step_end) / (current - 1)
        else:
            duration = (now - self._start) / current
        if current == 1:
            self._first_step_end = now
        return duration

    def _print_bar(self, current, now, duration, finalize):
        known = self.target is not None and self.target > 0
        message = "\b" * self._previous_width + "\r" if self._in_place else "\n"
        if known:
            done = int(self.width * (float(current) / self.target))
            bar = f"{BOLD}{current:{_digits(self.target)}d}/{self.target}{RESET} "
            invisible = len(BOLD) + len(RESET)
            if done > 0:
                bar += f"{GREEN}{BAR * done}{RESET}"
                invisible += len(GREEN) + len(RESET)
            bar += f"{WHITE}{BAR * (self.width - done)}{RESET}"
            invisible += len(WHITE) + len(RESET)
        else:
            bar, invisible = f"{current:7d}/Unknown", 0
        if known and not finalize:
            clock = _format_eta(duration * (self.target - current))
        else:
            clock = f"{now - self._start:.0f}s"
        info = f" {BOLD}{clock}{RESET}" + self._format_time(duration, self.unit_name)
        invisible += len(BOLD) + len(RESET)
        info += self._format_values(absolute=True)
        width = len(bar) + len(info) - invisible
        message += bar + info + " " * max(0, self._previous_width - width)
        print_message(message, line_break=finalize)
        self._previous_width = width

    def _format_values(self, absolute):
        """` - name: 0.1234` for each; small values get an exponent."""
        text = ""
        for name, (total, count) in self._values.items():
            if not isinstance(total, float):
                import numpy as np

                total = np.mean(total)
            mean = total / max(1, count)
            size = abs(mean) if absolute else mean
            text += f" - {name}: {mean:.4f}" if size > 1e-3 else f" - {name}: {mean:.4e}"
        return text

    def _format_time(self, seconds, unit_name):
        if seconds >= 1 or seconds == 0:
            return f" {seconds:.0f}s/{unit_name}"
        if seconds >= 1e-3:
            return f" {seconds * 1e3:.0f}ms/{unit_name}"
        return f" {seconds * 1e6:.0f}us/{unit_name}"


def _digits(target):
    return int(math.log10(target)) + 1


def _format_eta(seconds):
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if seconds > 3600:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    if seconds > 60:
        return f"{minutes}:{rest:02d}"
    return f"{whole}s"
