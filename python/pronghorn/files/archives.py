"""Unpacks tar and zip files that nobody vouches for.

An archive that would write outside its folder, make devices, or grow without bound is refused
whole: its members go to a folder of their own first and move to their places at the end.
"""

import bz2
import contextlib
import gzip
import lzma
import os
import shutil
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib

# Bytes that may come out of an archive: so many times its own size, and at least the floor.
MAX_RATIO = 200
FLOOR_BYTES = 1 << 30
MAX_MEMBERS = 2_000_000
# Most that the headers of one member may take, long names included.
MAX_HEADER_BYTES = 1 << 20
_XZ_MEMORY = 256 << 20
_CHUNK = 1 << 18


def extract_archive(file_path, path=".", archive_format="auto"):
    """Unpacks a tar (plain, gz, bz2, xz) or zip archive.

    Args:
        file_path: the archive.
        path: the folder to unpack into, made where it is missing.
        archive_format: "auto", "tar", "zip", a list of these, or None for none.

    Returns:
        Whether the file was an archive of such a format.

    Raises:
        ValueError: if a member's path or link leads outside the folder, or a member is a device,
            or the archive is damaged or unpacks to far more than it could honestly hold. Nothing
            has been unpacked then.
    """
    if archive_format is None:
        return False
    formats = ("tar", "zip") if archive_format == "auto" else archive_format
    formats = (formats,) if isinstance(formats, str) else tuple(formats)
    for name in formats:
        if name not in ("tar", "zip"):
            raise NotImplementedError(f"Unknown archive format {name!r}; expected 'tar' or 'zip'.")
    file_path, path = os.fspath(file_path), os.fspath(path)
    for name in formats:
        unpack = _is_archive(name, file_path)
        if unpack:
            try:
                _unpack_aside(unpack, file_path, path)
            except _NoArchive:
                continue
            return True
    return False


class _NoArchive(Exception):
    """What is compressed in the file is no archive."""


class _Damaged(Exception):
    """What no program that makes archives would write."""


def _is_archive(name, file_path):
    """The function that unpacks the file, None if it has another format."""
    if name == "zip":
        return _unpack_zip if zipfile.is_zipfile(file_path) else None
    with open(file_path, "rb") as file:
        head = file.read(512)
    if any(head.startswith(magic) for magic in _DECOMPRESSORS):
        return _unpack_tar
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return _unpack_tar


# What the decoders say of damaged data, and the system of two members in one place.
_DAMAGE = (
    _Damaged, tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError,
    EOFError, RuntimeError, NotImplementedError, UnicodeError, OverflowError, struct.error,
    FileExistsError, NotADirectoryError, IsADirectoryError,
)  # fmt: skip


def _unpack_aside(unpack, file_path, path):
    """Unpacks into a new folder beside `path`, then moves everything to its place."""
    parent = os.path.dirname(os.path.abspath(path)) or "."
    os.makedirs(parent, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f".{os.path.basename(os.path.abspath(path))}.", dir=parent)
    try:
        try:
            unpack(file_path, folder)
        except _DAMAGE as error:
            raise ValueError(f"The archive {file_path!r} is damaged: {error}") from error
        os.chmod(folder, 0o755)
        if not os.path.lexists(path):
            os.rename(folder, path)
        else:
            _merge(folder, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _merge(source, target):
    """Moves every file of `source` into `target`, over what is there."""
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
        place = os.path.join(target, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if os.path.lexists(place) and not os.path.isdir(place):
                os.remove(place)
            os.makedirs(place, exist_ok=True)
            _merge(entry.path, place)
        else:
            if os.path.isdir(place) and not os.path.islink(place):
                shutil.rmtree(place)
            os.replace(entry.path, place)


class _Budget:
    """Counts what comes out of an archive and stops it in time."""

    def __init__(self, file_path, folder):
        self.file_path = file_path
        size = os.path.getsize(file_path)
        self.limit = max(FLOOR_BYTES, MAX_RATIO * size)
        self.free = shutil.disk_usage(folder).free
        self.members = 0
        self.bytes = 0

    def take(self, name, size):
        self.members += 1
        self.bytes += size
        if size < 0 or self.bytes > self.limit or self.members > MAX_MEMBERS:
            raise ValueError(
                f"The archive {self.file_path!r} is refused: at member {name[:100]!r} it holds "
                f"{self.members:,} members and {self.bytes:,} bytes; expected at most "
                f"{MAX_MEMBERS:,} and {self.limit:,}."
            )
        if self.bytes > self.free:
            raise ValueError(
                f"The archive {self.file_path!r} unpacks to {self.bytes:,} bytes or more; "
                f"{self.free:,} are free on the disk."
            )


def _parts(name, file_path):
    """The components of a member's path. Raises ValueError if it leads outside."""
    plain = name.replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    drive = os.name == "nt" and any(":" in part for part in parts)
    if plain.startswith("/") or ".." in parts or "\0" in plain or drive:
        raise ValueError(
            f"The archive {file_path!r} is refused: the path of its member {name[:200]!r} leads "
            "outside the folder that it is unpacked into. Nothing has been unpacked."
        )
    return parts


# ---- zip -------------------------------------------------------------------------------------


def _unpack_zip(file_path, folder):
    with zipfile.ZipFile(file_path) as archive:
        members = archive.infolist()
        budget = _Budget(file_path, folder)
        places = []
        for info in members:
            budget.take(info.filename, info.file_size)
            places.append(_parts(info.filename, file_path))
        for info, parts in zip(members, places):
            place = os.path.join(folder, *parts)
            if info.is_dir() or not parts:
                os.makedirs(place, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with _open_member(archive, info) as source, open(place, "wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)


def _open_member(archive, info):
    try:
        return archive.open(info)
    except (OSError, ValueError) as error:  # an offset outside the file
        raise _Damaged(f"member {info.filename[:100]!r} is not where it should be") from error


# ---- tar -------------------------------------------------------------------------------------


class _Xz:
    """A readable stream of an xz file, whose decoder gets a limited memory."""

    def __init__(self, file):
        self._file = file
        self._decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size):
        parts, left = [], size
        while left and not self._decoder.eof:
            data = self._file.read(_CHUNK) if self._decoder.needs_input else b""
            if not data and self._decoder.needs_input:
                raise EOFError("the compressed data end too early")
            parts.append(self._decoder.decompress(data, left))
            left -= len(parts[-1])
        return b"".join(parts)

    def close(self):
        self._file.close()


_DECOMPRESSORS = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": None}


class _Forward:
    """What tarfile reads from: forward only, and never much at once.

    tarfile reads the long names and extended headers of a member into memory, however long
    they say to be.
    """

    def __init__(self, file):
        self._file = file
        self._position = 0

    def tell(self):
        return self._position

    def seek(self, position, whence=0):
        if whence or position < self._position:
            raise _Damaged("a member lies before the one in front of it")
        while self._position < position:
            if not self._read(min(_CHUNK, position - self._position)):
                break
        return self._position

    def read(self, size=-1):
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise _Damaged(f"a header of {size:,} bytes")
        return self._read(size)

    def _read(self, size):
        data = self._file.read(size)
        self._position += len(data)
        return data

    def close(self):
        self._file.close()


def _open_stream(file_path):
    file = open(file_path, "rb")
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"\xfd7zXZ\0"):
        return _Xz(file)
    for magic, kind in _DECOMPRESSORS.items():
        if head.startswith(magic):
            file.close()
            return kind(file_path)
    return file


def _unpack_tar(file_path, folder):
    budget = _Budget(file_path, folder)
    links = set()  # paths that are symbolic links: nothing may be written through one
    with contextlib.closing(_Forward(_open_stream(file_path))) as stream:
        try:
            archive = tarfile.open(fileobj=stream, mode="r:")  # type: ignore[call-overload]
        except tarfile.ReadError as error:
            raise _NoArchive from error
        with archive:
            last = -1
            while (member := archive.next()) is not None:
                archive.members.clear()  # tarfile would keep all of them
                if member.offset <= last:
                    raise _Damaged("its members go round in a circle")
                last = member.offset
                budget.take(member.name, member.size)
                _unpack_member(archive, member, folder, links, file_path)
        while data := stream.read(_CHUNK):  # to the check sum at the end
            budget.take("padding", len(data))


def _unpack_member(archive, member, folder, links, file_path):
    parts = _parts(member.name, file_path)
    prefixes = {tuple(parts[:n]) for n in range(1, len(parts) + (not member.issym()))}
    if prefixes & links:
        raise ValueError(
            f"The archive {file_path!r} is refused: its member {member.name[:200]!r} would be "
            "written through a link. Nothing has been unpacked."
        )
    place = os.path.join(folder, *parts)
    if member.isdir():
        os.makedirs(place, exist_ok=True)
        return
    if not parts or not (member.isreg() or member.issym() or member.islnk()):
        raise ValueError(
            f"The archive {file_path!r} is refused: its member {member.name[:200]!r} is no file, "
            "folder or link. Nothing has been unpacked."
        )
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.islink(place) or os.path.isfile(place):
        os.remove(place)
    if member.issym():
        _check_link(member, len(parts) - 1, file_path)
        os.symlink(member.linkname, place)
        links.add(tuple(parts))
    elif member.islnk():
        target = _parts(member.linkname, file_path)
        source = os.path.join(folder, *target)
        through = {tuple(target[:n]) for n in range(1, len(target) + 1)} & links
        if through or not os.path.isfile(source):
            raise ValueError(
                f"The archive {file_path!r} is refused: the link {member.name[:200]!r} does not "
                "lead to a file before it. Nothing has been unpacked."
            )
        os.link(source, place)
    else:
        with open(place, "xb") as target:
            source = archive.extractfile(member)
            shutil.copyfileobj(source, target, _CHUNK)
            if target.tell() != member.size:
                raise _Damaged("the data end too early")
        mode = 0o755 if member.mode & stat.S_IXUSR else 0o644
        os.chmod(place, mode)


def _check_link(member, depth, file_path):
    """A symbolic link may go up at its start alone, and not above the folder."""
    parts = [part for part in member.linkname.split("/") if part not in ("", ".")]
    up = 0
    while up < len(parts) and parts[up] == "..":
        up += 1
    absolute = os.path.isabs(member.linkname) or "\\" in member.linkname
    if absolute or up > depth or ".." in parts[up:]:
        raise ValueError(
            f"The archive {file_path!r} is refused: its link {member.name[:200]!r} leads to "
            f"{member.linkname[:200]!r}, outside the folder that it is unpacked into. Nothing has "
            "been unpacked."
        )
