"""get_file and its kin: files from the network, kept where Keras keeps them.

The fetching itself is in download.py, the unpacking in archives.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import urllib.parse
import warnings
from typing import Any

from .archives import extract_archive
from .download import DownloadError, download

# Files with another hash than the published one that were used for want of a network.
_taken_as_they_are = set()


def keras_home() -> str:
    """The folder of Keras's settings, data sets and models: KERAS_HOME, else `~/.keras`."""
    return os.path.expanduser(os.environ.get("KERAS_HOME") or os.path.join("~", ".keras"))


def hash_file(fpath, algorithm="sha256", chunk_size=65535):
    """The hash of a file's bytes, as hexadecimal digits.

    Args:
        fpath: path of the file.
        algorithm: "sha256", "md5" or "auto" (md5), or a `hashlib` object to add to.
        chunk_size: bytes to read at a time.
    """
    if isinstance(algorithm, str):
        algorithm = _hasher(algorithm)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            algorithm.update(chunk)
    return algorithm.hexdigest()


def validate_file(fpath, file_hash, algorithm="auto", chunk_size=65535):
    """Whether a file has the given hash; "auto" tells sha256 from md5 by the length."""
    found = hash_file(fpath, _hasher(algorithm, file_hash), chunk_size)
    return found == str(file_hash).lower()


def _hasher(algorithm, file_hash=None):
    long = algorithm == "auto" and file_hash is not None and len(file_hash) == 64
    if algorithm == "sha256" or long:
        return hashlib.sha256()
    if algorithm in ("auto", "md5"):
        return hashlib.md5(usedforsecurity=False)
    raise ValueError(f"Unknown hash algorithm {algorithm!r}. Expected 'auto', 'md5' or 'sha256'.")


def get_file(
    fname: Any = None,
    origin: Any = None,
    untar: bool = False,
    md5_hash: Any = None,
    file_hash: Any = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> Any:
    """The path of a file that is fetched from the network unless it is in the cache.

    A download is shown as it goes, continued where the line drops, checked against `file_hash`,
    and renamed to its place when complete. A file in the cache with another hash is fetched
    again; if that cannot be done, it is used as it is, with one warning.

    Args:
        fname: name of the file in the cache; the URL's by default. With `extract`, a name
            without a dot is that of the folder.
        origin: URL of the file.
        untar: as `extract`, for tar files (Keras 1).
        md5_hash: MD5 of the file (Keras 1); `file_hash` is preferred.
        file_hash: SHA-256 or MD5 of the file, as hexadecimal digits.
        cache_subdir: folder below the cache, or an absolute path.
        hash_algorithm: "sha256", "md5", or "auto" to tell by the length.
        extract: whether to unpack the file as an archive.
        archive_format: "auto", "tar", "zip", a list of these, or None.
        cache_dir: the cache; KERAS_HOME or `~/.keras` by default.
        force_download: whether to fetch the file even if it is in the cache.

    Returns:
        The file's path; with `extract`, the path of the folder that it was unpacked into.

    Raises:
        FileNotFoundError: if the file is not in the cache and cannot be fetched; the message
            says which file to put where.
        ValueError: for arguments that cannot be, bytes with the wrong hash, and archives that
            reach outside their folder.

    Example:

    >>> with open("words.txt", "w") as file:
    ...     _ = file.write("hello")
    >>> origin = "file://" + os.path.abspath("words.txt")
    >>> path = get_file("copy.txt", origin=origin, cache_dir="cache")
    Downloading data from file:///...words.txt
    ...
    >>> with open(path) as file:
    ...     file.read()
    'hello'
    """
    if origin is None:
        raise ValueError('Please specify the "origin" argument: the URL of the file.')
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    _hasher(hash_algorithm, file_hash)
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name or name in (".", ".."):
        raise ValueError(
            f"Can't parse the file name from the origin provided: {origin!r}. Please specify the "
            "`fname` argument."
        )
    if os.sep in name or "/" in name:
        raise ValueError(
            "Paths are no longer accepted as the `fname` argument. To specify the file's parent "
            f"directory, use the `cache_dir` argument. Received: fname={name}"
        )
    extract = extract or untar
    file_name, folder_name = _names(name, bool(fname), extract)
    home = os.path.expanduser(os.fspath(cache_dir)) if cache_dir is not None else keras_home()
    folder = os.path.join(home, cache_subdir)
    check = (file_hash, hash_algorithm)
    try:
        path = _find(os.path.join(folder, file_name), origin, check, force_download)
    except FileNotFoundError:
        unpacked = os.path.join(folder, folder_name or "")
        if not extract or force_download or not os.path.isdir(unpacked):
            raise
        return unpacked  # whose archive was deleted since
    return _unpacked(path, folder_name, "tar" if untar else archive_format) if extract else path


def _names(name, given, extract):
    """The names of the file and of the folder that it is unpacked into, as Keras 3 chooses."""
    if not extract:
        return name, None
    if given and "." in name:
        return name, name[: name.find(".")] + "_extracted"
    return f"{name}_archive", name


def _find(path, origin, check, force):
    """The path of the file: `path`, or one in the temporary folder where that is read-only."""
    file_hash, algorithm = check
    cached = os.path.isfile(path)
    valid = cached and (file_hash is None or validate_file(path, file_hash, algorithm))
    if valid and not force:
        return path
    if cached and not force and _identity(path) in _taken_as_they_are:
        return path
    target = _writable(path)
    if target != path and not force and os.path.isfile(target):
        if file_hash is None or validate_file(target, file_hash, algorithm):
            return target
    try:
        _fetch(origin, target, file_hash, algorithm)
        return target
    except DownloadError as error:
        if not cached or force:
            raise FileNotFoundError(
                f"{error}. Without a network, put the file at {path!r} yourself: fetch {origin} "
                "elsewhere and copy it there, or set KERAS_HOME to the folder whose `datasets` "
                "folder holds it."
            ) from error
        warnings.warn(
            f"The file {path!r} does not have the published hash {file_hash}, and {origin} cannot "
            f"be fetched ({error}). It is used as it is.",
            stacklevel=4,
        )
        _taken_as_they_are.add(_identity(path))
        return path


def _identity(path):
    status = os.stat(path)
    return os.path.abspath(path), status.st_mtime_ns, status.st_size


def _writable(path):
    """`path`, its folder made; where that is read-only, the same place in a temporary cache."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.access(folder, os.W_OK):
            return path
    except OSError:
        pass
    user = os.getuid() if hasattr(os, "getuid") else "user"
    spare = os.path.join(tempfile.gettempdir(), f".keras-{user}", os.path.basename(folder))
    os.makedirs(spare, mode=0o700, exist_ok=True)
    return os.path.join(spare, os.path.basename(path))


def _fetch(origin, path, file_hash, algorithm):
    from ..callbacks.progbar import Progbar, print_message

    def check(part):
        if file_hash is not None and not validate_file(part, file_hash, algorithm):
            raise ValueError(
                f"Incomplete or corrupted file detected. {origin} sent bytes with the hash "
                f"{hash_file(part, _hasher(algorithm, file_hash))}; the {algorithm} file hash does "
                f"not match the provided value of {file_hash}. Nothing was kept."
            )

    bar = None

    def progress(done, total):
        nonlocal bar
        if bar is None:
            bar = Progbar(total)
        bar.update(done, finalize=done == total)

    print_message(f"Downloading data from {origin}")
    download(origin, path, check, progress)


def _unpacked(path, folder_name, archive_format):
    """The folder with the archive's content: unpacked once, and again if the file is newer."""
    folder = os.path.join(os.path.dirname(path), folder_name)
    if os.path.isdir(folder) and os.path.getmtime(folder) >= os.path.getmtime(path):
        return folder
    if not os.access(os.path.dirname(path), os.W_OK):
        folder = _writable(folder)
    if extract_archive(path, folder, archive_format):
        _show_beside(folder)
        os.utime(folder)
    else:
        warnings.warn(f"Could not extract archive {path!r}: unknown format.", stacklevel=3)
    return folder


def _show_beside(folder):
    """Links to what was unpacked, beside its folder, which is where Keras 2 unpacked.

    Its programs look there: `os.path.join(os.path.dirname(get_file(...)), "cats_and_dogs")`.
    Nothing that is there is touched, and a system without links goes without.
    """
    parent, name = os.path.split(folder)
    for member in os.listdir(folder):
        place = os.path.join(parent, member)
        if not os.path.lexists(place):
            with contextlib.suppress(OSError):
                os.symlink(os.path.join(name, member), place)
