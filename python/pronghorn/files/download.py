"""Fetches one URL into a file: resumed where the line drops, checked, renamed when complete.

A server may drop the line, stall, lie about the length or ignore what it is asked: each ends in a
whole file or in an error, after a limited time.
"""

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request

# Seconds that the server may take to answer, or to send anything.
TIMEOUT = 20.0
# A line slower than this many bytes in a window of so many seconds counts as dropped.
SLOWEST = 1024
WINDOW = 60.0
# Attempts in a row that bring fewer than ENOUGH bytes, and the pause before the second; it doubles.
ATTEMPTS = 4
ENOUGH = 1 << 16
PAUSE = 0.25
# Most that is taken from a server that does not say how much there is.
LARGEST_UNKNOWN = 4 << 30
CHUNK = 1 << 18


class DownloadError(OSError):
    """The file could not be fetched. Its message says from where, and why."""


class _Dropped(Exception):
    """The line broke; what has arrived stays."""


class _OtherRange(Exception):
    """The server sent another part of the file than it was asked for."""


class _Answer:
    """An open response, and what its headers promise."""

    def __init__(self, url, start=0, validator=None):
        headers = {"User-Agent": "pronghorn", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            headers["If-Range"] = validator
        request = urllib.request.Request(url, headers=headers)
        self.file = urllib.request.urlopen(request, timeout=TIMEOUT)
        fields = self.file.headers
        self.start = start if self._continues(start) else 0
        if getattr(self.file, "status", None) == 206 and not self.start:
            self.file.close()
            raise _OtherRange
        length = fields.get("Content-Length", "")
        self.size = self.start + int(length) if length.isdecimal() else None
        etag = fields.get("ETag", "")
        # Only a strong tag, or a date, promises the same bytes again.
        self.validator = etag if etag.startswith('"') else fields.get("Last-Modified")
        accepts = fields.get("Accept-Ranges", "").lower() == "bytes" or self.start > 0
        self.resumable = bool(self.validator and accepts and self.size)

    def _continues(self, start):
        if not start or getattr(self.file, "status", None) != 206:
            return False
        wanted = f"bytes {start}-"
        return self.file.headers.get("Content-Range", "").startswith(wanted)

    def close(self):
        self.file.close()


def download(url, path, check=None, progress=None):
    """Fetches `url` into `path`, which is complete or untouched.

    A part that an earlier call left is continued where the server vouches that the file is still
    the same (a strong ETag or a date).

    Args:
        url: http, https, ftp or file URL.
        path: where to put the file; its folder exists.
        check: function of a path that raises ValueError for wrong bytes.
        progress: function of (bytes so far, bytes in all or None).

    Raises:
        DownloadError: if the server cannot be reached, refuses, or keeps dropping the line.
        ValueError: from `check`.
    """
    answer = _first_answer(url)
    part, file = _open_part(path, url, answer)
    try:
        with file:
            pieced = _fetch(url, answer, file, progress)
            os.fsync(file.fileno())
        if check is not None:
            try:
                check(part)
            except ValueError:
                os.remove(part)
                if not pieced:
                    raise
                # One of the pieces may have been of another file.
                return download(url, path, check, progress)
        os.replace(part, path)
    except BaseException as error:
        resumes = isinstance(error, (DownloadError, KeyboardInterrupt)) and answer.resumable
        if not resumes and os.path.exists(part):
            os.remove(part)
        raise


def _first_answer(url):
    """The answer to the first request. A server that stumbles is asked again, no network not."""
    for attempt in range(ATTEMPTS):
        try:
            return _Answer(url)
        except (OSError, http.client.HTTPException, ValueError) as error:
            stumbled = getattr(error, "code", 0) >= 500 or isinstance(error, ConnectionResetError)
            if not stumbled or attempt + 1 == ATTEMPTS:
                raise _failure(url, error) from error
            _release(error)
            time.sleep(PAUSE * 2**attempt)


def _open_part(path, url, answer):
    """The file to write to, at its end, and its name; alone in its use of it."""
    folder, name = os.path.split(path)
    if answer.resumable:
        key = f"{url}\n{answer.validator}\n{answer.size}".encode()
        part = os.path.join(folder, f".{name}.{hashlib.sha256(key).hexdigest()[:12]}.part")
        file = open(part, "ab")
        if _lock(file) and file.tell() < answer.size:
            return part, file
        file.close()
    part = os.path.join(folder, f".{name}.{os.getpid()}-{time.time_ns():x}.part")
    return part, open(part, "xb")


def _lock(file):
    """Whether this process may write; False also where files cannot be locked."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _fetch(url, answer, file, progress):
    """Writes the whole body, over as many answers as it takes.

    Returns:
        Whether it was put together from pieces.
    """
    known = answer
    pieced = False
    failures, reached = 0, file.tell()
    while True:
        before = file.tell()
        try:
            if answer is None or answer.start != before:
                if answer is not None:
                    answer.close()
                    answer = None
                answer = _Answer(url, before if known.resumable else 0, known.validator)
                pieced = answer.start > 0
                if answer.start != before or answer.size != known.size:
                    file.truncate(0)
                    file.seek(0)
                    known = answer
                if answer.start != file.tell():
                    answer.close()
                    answer = known = _Answer(url)
            _copy(answer, file, progress)
            answer.close()
            return pieced
        except _OtherRange:
            answer, known.resumable = None, False
        except (OSError, http.client.HTTPException, _Dropped) as error:
            if answer is not None:
                answer.close()
            answer = None
            failures = 0 if file.tell() > reached + ENOUGH else failures + 1
            reached = max(reached, file.tell())
            refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if refused or failures >= ATTEMPTS:
                raise _failure(url, error) from error
            _release(error)
            time.sleep(PAUSE * 2**failures)


def _copy(answer, file, progress):
    """The rest of one answer into the file. Raises _Dropped if it ends early or crawls."""
    read = getattr(answer.file, "read1", answer.file.read)
    window_end, window_bytes = time.monotonic() + WINDOW, 0
    while True:
        left = CHUNK if answer.size is None else answer.size - file.tell()
        data = read(min(CHUNK, left)) if left else b""
        if not data:
            break
        file.write(data)
        window_bytes += len(data)
        if progress is not None:
            progress(file.tell(), answer.size)
        if answer.size is None and file.tell() > LARGEST_UNKNOWN:
            raise _Dropped(f"the server has sent over {LARGEST_UNKNOWN:,} bytes and goes on")
        now = time.monotonic()
        if now > window_end:
            if window_bytes < SLOWEST:
                raise _Dropped(f"the server sent {window_bytes} bytes in {WINDOW:.0f} s")
            window_end, window_bytes = now + WINDOW, 0
    file.flush()
    if answer.size is not None and file.tell() != answer.size:
        raise _Dropped(f"the server sent {file.tell():,} of {answer.size:,} bytes")


def _release(error):
    """Closes the connection that an HTTPError holds."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()


def _failure(url, error):
    _release(error)
    if isinstance(error, urllib.error.HTTPError):
        why = f"{error.code} -- {error.reason}"
    elif isinstance(error, urllib.error.URLError):
        why = f"None -- {error.reason}"
    else:
        why = f"None -- {error or type(error).__name__}"
    return DownloadError(f"URL fetch failure on {url}: {why}")
