"""Tracebacks and warnings that show what the user wrote, not the package's own frames."""

from __future__ import annotations

import functools
import os
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_state = {"filtering": True}


def enable_traceback_filtering() -> None:
    """Leaves the package's own frames out of tracebacks from now on; so it is by default."""
    _state["filtering"] = True


def disable_traceback_filtering() -> None:
    """Shows whole tracebacks from now on."""
    _state["filtering"] = False


def is_traceback_filtering_enabled() -> Any:
    """Whether tracebacks leave the package's own frames out."""
    return _state["filtering"]


def filtered(error):
    """The error with a traceback of the user's frames, to be raised in the error's place."""
    if not _state["filtering"]:
        return error
    frames, tb = [], error.__traceback__
    while tb is not None:
        frames.append(tb)
        tb = tb.tb_next
    kept = [tb for tb in frames if not tb.tb_frame.f_code.co_filename.startswith(_OWN)]
    chain = None
    for tb in reversed(kept):
        chain = types.TracebackType(chain, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
    return error.with_traceback(chain)


def warn_user(message):
    """A UserWarning at the line of the user's that led here."""
    frame, level = sys._getframe(1), 2
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)


def filter_traceback(function: F) -> F:
    """Decorator of a public function: errors that leave it have filtered tracebacks."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            if not _state["filtering"]:
                raise
            raise filtered(error) from error.__cause__

    return wrapper  # type: ignore[return-value]
