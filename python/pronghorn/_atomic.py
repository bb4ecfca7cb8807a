"""Files that are written whole or not at all: everything that writes a file goes through here.

The content goes to a temporary name of its own in the same folder, is synced, and takes the place
of the file in one step. A symbolic link stays a link, a file keeps its mode, and what killed
processes left behind is removed at the next write.
"""

import contextlib
import functools
import os
import secrets
import stat

_SUFFIX = ".tmp"
_written = {}  # path -> what the file was when this process had written it
_KEEP = 1000


@contextlib.contextmanager
def replacing(path):
    """A temporary name to write to; at the end of the block what is there becomes the file.

    Where the block raises, or the process dies in it, the file stays as it was.

    Args:
        path: The file, which may exist. What is no regular file (a pipe, a device) is given as it
            is, since nothing can take its place.

    Raises:
        FileNotFoundError: where there is no such folder.
        PermissionError: where the file or its folder cannot be written.
        IsADirectoryError: where the path is a folder.
    """
    target = os.path.realpath(os.fspath(path))
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(f"Cannot write a file at {path}: there is a folder.")
        yield target
        return
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(f"Cannot write {path}: the file is read-only.")
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"Cannot write {path}: there is no folder {folder}.")
    _remove_leftovers(folder, name)
    temporary = os.path.join(folder, f".{name}.{_writer()}.{secrets.token_hex(4)}{_SUFFIX}")
    # made here, so that nobody else can have it, and with the permissions it will keep
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        if mode is not None:
            os.chmod(temporary, stat.S_IMODE(mode))
        yield temporary
        _sync(temporary)
        identity = _identity(temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise
    _remember(target, identity)
    _sync(folder)


@contextlib.contextmanager
def replacing_file(path, mode="wb", **kwargs):
    """As `replacing`, with the temporary file opened; `kwargs` go to open()."""
    with replacing(path) as temporary, open(temporary, mode, **kwargs) as file:
        yield file


@contextlib.contextmanager
def scratch(path):
    """The name of a file beside another, for what is needed while that one is written."""
    folder, name = os.path.split(os.path.realpath(os.fspath(path)))
    temporary = os.path.join(folder, f".{name}.{_writer()}.{secrets.token_hex(4)}{_SUFFIX}")
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            os.remove(temporary)


def is_own(path):
    """Whether this process wrote the file that is there now."""
    known = _written.get(os.path.realpath(path))
    with contextlib.suppress(OSError):
        return known is not None and known == _identity(path)
    return False


def _identity(path):
    info = os.stat(path)
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _remember(target, identity):
    while len(_written) >= _KEEP:
        with contextlib.suppress(KeyError, RuntimeError):  # another thread's
            _written.pop(next(iter(_written)))
    _written[target] = identity


def _sync(path):
    """Asks the disk to keep a file or folder; a file system that cannot is not an error."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # a folder, on Windows
        return
    try:
        os.fsync(descriptor)
    except OSError:
        if not os.path.isdir(path):
            raise
    finally:
        os.close(descriptor)


def _writer():
    """Names this process among those that may write to a folder: place, number, time of start."""
    return f"{_place()}-{os.getpid()}-{_started(os.getpid())}"


@functools.cache
def _place():
    """Where process numbers mean the same: this machine, and this container on it."""
    import hashlib
    import socket

    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()} {space}".encode()).hexdigest()[:8]


def _started(pid):
    """When a process started, "0" where nobody says; None where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "0"


def _remove_leftovers(folder, name):
    """Removes temporary files of this name whose writers, on this machine, are no more."""
    start, place = f".{name}.", _place()
    try:
        found = [entry for entry in os.listdir(folder) if entry.startswith(start)]
    except OSError:
        return
    for entry in found:
        writer, _, rest = entry[len(start) :].partition(".")
        parts = writer.split("-")
        if len(parts) != 3 or parts[0] != place or not rest.endswith(_SUFFIX):
            continue
        if not parts[1].isdigit() or _started(int(parts[1])) == parts[2]:
            continue
        with contextlib.suppress(OSError):
            os.remove(os.path.join(folder, entry))
