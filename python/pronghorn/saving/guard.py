"""Looks at an HDF5 file that this process did not write, before it opens it.

libhdf5 is C code that trusts what it reads: some damaged or crafted files make it crash, go on for
ever or ask for all memory, which no handler of this process could stop. So another process walks
such a file first (a third of a second for a usual one), and the file is opened where that one came
to an end.
"""

import contextlib
import os
import sys

from .._atomic import is_own
from ..serialization.scopes import is_file_check_enabled
from . import walker

_walked = {}  # real path -> (start, what the file was) of files that came to no harm
_KEEP = 1000


@contextlib.contextmanager
def checked(source):
    """Walks a file beside the block, in which what the reading needs may be imported.

    Args:
        source: Path, or a file object, which is left at its start.

    Yields:
        A function that waits for the walk and gives "", or what became of it.
    """
    with contextlib.ExitStack() as stack:
        walk = None
        if is_file_check_enabled() and _can_walk():
            place = _place(source, stack)
            if place is not None and not _is_known(*place):
                walk = _Walk(*place)
                stack.callback(walk.end)
        yield walk.verdict if walk else str


def _can_walk():
    """Whether sys.executable is a Python, not a program that contains one."""
    name = os.path.basename(sys.executable or "").lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


def _place(source, stack):
    """(path, start or -1, size) under which another process finds a file."""
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        return (path, -1, os.path.getsize(path)) if os.path.isfile(path) else None
    start, size, file = 0, None, source
    if isinstance(source, walker.Part):
        start, size, file = source.start, source.size, source.file
    with contextlib.suppress(OSError, AttributeError, ValueError):
        path = file.name
        # nothing else, under that name by now
        if isinstance(path, str) and os.path.samestat(os.stat(path), os.fstat(file.fileno())):
            return path, start, os.path.getsize(path) if size is None else size
    import shutil
    import tempfile

    copy = stack.enter_context(tempfile.NamedTemporaryFile())
    source.seek(0)
    shutil.copyfileobj(source, copy, 1 << 20)
    source.seek(0)
    copy.flush()
    return copy.name, -1, copy.tell()


def _identity(path):
    info = os.stat(path)
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns


def _is_known(path, start, size):
    if is_own(path):
        return True
    known = _walked.get((os.path.realpath(path), start))
    return known is not None and known == _identity(path)


def _cpu_time(pid):
    """Ticks of the CPU that a process has had; None where nobody says."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            return sum(map(int, f.read().rpartition(b")")[2].split()[11:13]))
    except (OSError, ValueError):
        return None


class _Walk:
    def __init__(self, path, start, size):
        import subprocess

        self._place, self._size = (os.path.realpath(path), start), size
        self._before = _identity(path)
        libraries = [p for p in sys.path if p and os.path.isdir(p)]
        command = [sys.executable, "-I", "-S", walker.__file__, os.path.abspath(path)]
        self._process = subprocess.Popen(
            [*command, str(start), str(size), *libraries],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),  # which would take address space
        )

    def verdict(self):
        limit = walker.seconds(self._size)
        said = self._wait(60 + 10 * limit)
        if said is None:
            return "did not come to an end"
        code = self._process.returncode
        if not said.startswith(walker.READY):
            return ""  # it could not even begin, for want of a library: nothing is known
        if code == walker.TOO_LARGE:
            return "asked for more memory than a file of its size can need"
        if code == 0:
            while len(_walked) >= _KEEP:
                _walked.pop(next(iter(_walked)))
            _walked[self._place] = self._before
            return ""
        import signal

        if code in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)):
            return f"did not come to an end in {limit} s"
        return f"crashed (status {code})"

    def _wait(self, period):
        """What the process said; None where it stands still for a whole period. On a busy machine
        it may wait long for its turn, and its own limits end it where it runs for ever."""
        import subprocess

        before = None
        while True:
            try:
                return self._process.communicate(timeout=period)[0]
            except subprocess.TimeoutExpired:
                used = _cpu_time(self._process.pid)
                if used is None or used == before:
                    return None
                before = used

    def end(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
