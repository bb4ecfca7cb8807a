"""TFRecord files: records of bytes, each with its length and two checksums.

A record is: length (uint64), masked CRC-32C of the length (uint32), the bytes, masked CRC-32C of
the bytes (uint32), all little-endian. TensorFlow, lib/io/record_writer.h.
"""

from __future__ import annotations

import struct
import zlib

from ..engine.checksum import crc32c
from .file_dataset import FileDataset, opened

_CHUNK = 1 << 20


class TFRecordDataset(FileDataset):
    """The records of TFRecord files, as text that holds their bytes.

    Args:
        filenames: name or list of names, or a Dataset of names.
        compression_type: "GZIP", "ZLIB" or none.
        buffer_size, num_parallel_reads, name: accepted for tf.data's sake.

    Raises:
        ValueError: for another compression; while it is read, for what is no whole TFRecord file.

    Example:

    >>> from pronghorn.data.records import frame
    >>> with open("two.tfrecord", "wb") as file:
    ...     _ = file.write(frame(b"one") + frame(b"two"))
    >>> list(TFRecordDataset("two.tfrecord").as_numpy_iterator())
    [b'one', b'two']
    """

    @staticmethod
    def _read(name, compression):
        return _records(name, compression)


def frame(record: bytes) -> bytes:
    """A record as it stands in a file."""
    length = struct.pack("<Q", len(record))
    return b"".join((length, _masked(length), record, _masked(record)))


def _masked(data):
    crc = crc32c(data)
    rotated = (crc >> 15 | crc << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + 0xA282EAD8) & 0xFFFFFFFF)


def _records(name, compression):
    with opened(name, compression) as file:
        read = _Inflated(file).read if compression == "ZLIB" else file.read
        at = count = 0
        while True:
            try:
                head = read(12)
                if not head:
                    return
                record = _record(head, read)
            except (ValueError, EOFError, OSError, zlib.error) as error:
                raise ValueError(
                    f"{_shown(name)} is no whole TFRecord file: record {count}, at byte {at}: "
                    f"{error}{_hint(compression, count)}"
                ) from None
            yield record
            at, count = at + 16 + len(record), count + 1


def _record(head, read):
    if len(head) < 12:
        raise ValueError(
            f"it ends within the length of a record, of which it has {len(head)} bytes"
        )
    if _masked(head[:8]) != head[8:]:
        raise ValueError("the checksum of the length is wrong")
    size = struct.unpack("<Q", head[:8])[0]
    pieces, left = [], size + 4  # in pieces: no memory for bytes that may not be there
    while left:
        piece = read(min(left, _CHUNK))
        if not piece:
            raise ValueError(f"it ends {left} bytes before the end of a record of {size} bytes")
        pieces.append(piece)
        left -= len(piece)
    data = b"".join(pieces)
    record = data[:size]
    if _masked(record) != data[size:]:
        raise ValueError(f"the checksum of the {size} bytes is wrong")
    return record


class _Inflated:
    """A file of zlib's format, read as it is inflated."""

    def __init__(self, file):
        self._file, self._inflate = file, zlib.decompressobj()
        self._held, self._at = b"", 0

    def read(self, size):
        """Up to so many bytes; fewer at the end alone."""
        while len(self._held) - self._at < size and not self._inflate.eof:
            data = self._inflate.unconsumed_tail or self._file.read(_CHUNK)
            if not data:
                if self._file.tell():
                    raise ValueError("the compressed data ends too early")
                break
            self._held = self._held[self._at :] + self._inflate.decompress(data, _CHUNK)
            self._at = 0
        start = self._at
        self._at = min(start + size, len(self._held))
        return self._held[start : self._at]


def _shown(name):
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name


def _hint(compression, count):
    return ". Is it compressed, with `compression_type=`?" if not compression and not count else ""
