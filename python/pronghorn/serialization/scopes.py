"""What holds while something is read or written: safe mode, and which objects were met before."""

import threading


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


def enable_unsafe_deserialization():
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
