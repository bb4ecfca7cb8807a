"""What holds while something is read or written: safe mode, and which objects were met before."""

from __future__ import annotations

import os
import threading
from typing import Any


class _State(threading.local):
    safe_mode = None  # None: as the caller of deserialize_keras_object says
    read = None  # {id in the file: object} inside an ObjectSharingScope
    written = None  # {id(object): (object, config)}


_state = _State()
_unsafe = [False]  # for all threads, set by enable_unsafe_deserialization


class SafeModeScope:
    """Whether code from configs may run inside a `with` block, whatever inner calls say.

    Args:
        safe_mode: True forbids it.
    """

    def __init__(self, safe_mode=True):
        self.safe_mode = safe_mode

    def __enter__(self):
        self._outer = _state.safe_mode
        _state.safe_mode = self.safe_mode
        return self

    def __exit__(self, *exc):
        _state.safe_mode = self._outer


def in_safe_mode():
    """What the open SafeModeScope says; without one False after
    `enable_unsafe_deserialization`, else None."""
    if _state.safe_mode is None and _unsafe[0]:
        return False
    return _state.safe_mode


def enable_unsafe_deserialization() -> None:
    """Lets configs bring Python code (lambdas) from now on, in all threads.

    Only for files whose source is trusted: their code can do whatever the process can.
    """
    _unsafe[0] = True


class ObjectSharingScope:
    """Inside, an object that occurs twice is written with a number, and read once."""

    def __enter__(self):
        self._outer = _state.read, _state.written
        _state.read, _state.written = {}, {}
        return self

    def __exit__(self, *exc):
        _state.read, _state.written = self._outer


def note_written(obj, config):
    """Gives an object's configs a common number from the second time on."""
    if _state.written is None:
        return
    known = _state.written.get(id(obj))
    if known is None:
        _state.written[id(obj)] = (obj, config)  # the object lives on, so its id stays its own
    else:
        config["shared_object_id"] = known[1]["shared_object_id"] = id(obj)


def shared_object(number):
    """The object read under that number before, or None."""
    return _state.read.get(number) if _state.read is not None else None


def note_read(obj, number):
    if _state.read is not None:
        _state.read[number] = obj


_file_check = [None]  # None: as the environment says


def enable_file_check() -> None:
    """Has HDF5 files of others walked in a process of their own before they are opened, as at the
    start.
    """
    _file_check[0] = True  # type: ignore[call-overload]


def disable_file_check() -> None:
    """Opens HDF5 files at once, as they are: about 0.3 s less for each file that this process did
    not write.

    For files you trust: libhdf5 can crash or hang on damaged ones. `PRONGHORN_FILE_CHECK=0` in the
    environment does the same.
    """
    _file_check[0] = False  # type: ignore[call-overload]


def is_file_check_enabled() -> Any:
    """Whether HDF5 files of others are walked in a process of their own before they are opened.

    Returns:
        bool.
    """
    if _file_check[0] is None:
        return os.environ.get("PRONGHORN_FILE_CHECK", "1") != "0"
    return _file_check[0]
