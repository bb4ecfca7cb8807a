"""The checksum of TFRecord files."""

from .. import _core


def crc32c(data) -> int:
    """The CRC-32C (Castagnoli) of bytes.

    Example:

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    return _core.crc32c(data)
