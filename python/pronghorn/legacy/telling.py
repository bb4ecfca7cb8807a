"""One DeprecationWarning for each old spelling and process, at the line of the program's own."""

import contextlib
import sys
import threading
import warnings

_PACKAGE = __name__.partition(".")[0]
_told = set()
_quiet = threading.local()


@contextlib.contextmanager
def quietly():
    """Inside, nothing is told: old spellings in a file are not the reader's."""
    before = getattr(_quiet, "on", False)
    _quiet.on = True
    try:
        yield
    finally:
        _quiet.on = before


def tell(old, text):
    """Warns that `old` is an old spelling, the first time.

    Args:
        old: The spelling; one warning each.
        text: The message.
    """
    if old in _told or getattr(_quiet, "on", False):
        return
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
        level += 1
    if _is_star(frame):
        return  # nobody wrote this name
    _told.add(old)
    warnings.warn(text, DeprecationWarning, stacklevel=level)


def forget():
    """Tells everything once more (for tests)."""
    _told.clear()


def _is_ours(module):
    return module.partition(".")[0] == _PACKAGE or module == "contextlib"


def _is_star(frame):
    """Whether a frame is at `from ... import *`."""
    import opcode

    code, at = frame.f_code.co_code, max(frame.f_lasti, 0)
    name = opcode.opname[code[at]]
    return name == "IMPORT_STAR" or (name == "CALL_INTRINSIC_1" and code[at + 1] == 2)
