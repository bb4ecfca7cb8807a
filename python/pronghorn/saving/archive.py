"""Zip files read with care: members are checked before and while they are read, and nothing is
unpacked to a place of the archive's own choosing.
"""

import contextlib
import io
import os
import struct
import zipfile
import zlib

from .walker import Part

# A compressed member may be this much larger than what is stored (deflate reaches 1032) ...
MAX_EXPANSION = 100
# ... where it is larger than this at all.
BOMB_FLOOR = 16 << 20


class Archive:
    """A zip file opened for reading, to be used in a `with` block.

    Args:
        source: Path, or a file object that can seek.
        name: What messages call it.

    Raises:
        ValueError: where it is no zip file, or damaged.
    """

    def __init__(self, source, name=None):
        self.name = str(source) if name is None else name
        self._opened = open(source, "rb") if isinstance(source, (str, os.PathLike)) else None
        self._file = self._opened or source
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._size = self._file.seek(0, io.SEEK_END)
        except Exception as e:
            self.__exit__()
            raise ValueError(f"{self.name} is not a readable zip file ({e}).") from None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self._opened is not None:
            self._opened.close()

    def names(self):
        return self._zip.namelist()

    def size(self, member):
        """How many bytes a member has, unpacked."""
        return self._info(member).file_size

    def _info(self, member):
        try:
            info = self._zip.getinfo(member)
        except KeyError:
            raise ValueError(f"{self.name} has no {member}; it holds {self.names()[:9]}.") from None
        if info.file_size > BOMB_FLOOR and info.file_size > MAX_EXPANSION * info.compress_size:
            raise ValueError(
                f"{self.name}: {member} claims {info.file_size} bytes, of which "
                f"{info.compress_size} are stored; this looks like a decompression bomb, so it is "
                "not read."
            )
        return info

    def _damaged(self, member, error):
        return ValueError(f"{self.name} is damaged: {member} cannot be read ({error}).")

    def read(self, member):
        """A member's content, checked."""
        info = self._info(member)
        try:
            with self._zip.open(info) as f:
                content = f.read(info.file_size + 1)
        except Exception as e:
            raise self._damaged(member, e) from None
        if len(content) != info.file_size:
            raise self._damaged(member, f"{len(content)} bytes in place of {info.file_size}")
        return content

    @contextlib.contextmanager
    def opened(self, member):
        """A member as a file object that can seek. What is stored as it is is read in place, after
        its checksum was compared; the rest goes to a temporary file."""
        info = self._info(member)
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            yield self._in_place(info)
            return
        import tempfile

        with tempfile.TemporaryFile() as copy:
            try:
                with self._zip.open(info) as f:
                    _copy(f, copy, info.file_size)
            except Exception as e:
                raise self._damaged(member, e) from None
            copy.seek(0)
            yield copy

    def _in_place(self, info):
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        if len(header) != 30 or header[:4] != b"PK\x03\x04":
            raise self._damaged(info.filename, "its header is missing")
        name, extra = struct.unpack("<HH", header[26:30])
        start = info.header_offset + 30 + name + extra
        if start + info.file_size > self._size or info.compress_size != info.file_size:
            raise self._damaged(info.filename, "it is cut off")
        part = Part(self._file, start, info.file_size)
        checksum = 0
        while piece := part.read(1 << 20):
            checksum = zlib.crc32(piece, checksum)
        if checksum != info.CRC:
            raise self._damaged(info.filename, "its checksum is wrong")
        part.seek(0)
        return part

    def extract(self, prefix, folder):
        """Unpacks the members below a prefix into a folder, which they cannot leave."""
        root = os.path.realpath(folder)
        for info in self._zip.infolist():
            name = info.filename.replace("\\", "/")
            if not name.startswith(prefix) or name.endswith("/"):
                continue
            target = os.path.realpath(os.path.join(root, name))
            inside = target.startswith(root + os.sep)
            if not inside or ".." in name.split("/") or os.path.isabs(name):
                raise ValueError(f"{self.name}: Invalid asset path: {name!r} leads elsewhere.")
            os.makedirs(os.path.dirname(target), exist_ok=True)
            self._info(info.filename)
            try:
                with self._zip.open(info) as f, open(target, "wb") as out:
                    _copy(f, out, info.file_size)
            except Exception as e:
                raise self._damaged(name, e) from None


def _copy(source, target, size):
    copied = 0
    while piece := source.read(1 << 20):
        copied += len(piece)
        if copied > size:
            raise ValueError(f"more than the {size} bytes it claims")
        target.write(piece)
    if copied != size:
        raise ValueError(f"{copied} bytes in place of {size}")
