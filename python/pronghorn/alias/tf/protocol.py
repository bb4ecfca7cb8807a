"""Protocol buffers' wire format: fields of a number and a kind, as bytes.

https://protobuf.dev/programming-guides/encoding/
"""

import struct as _struct

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(n):
    """A number of 64 bits, seven bits a byte; a negative one as its two's complement."""
    n &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, data):
    """A field that holds bytes: text, packed numbers or a message."""
    return varint(number << 3 | BYTES) + varint(len(data)) + data


def number(place, n):
    """A field that holds a whole number."""
    return varint(place << 3 | VARINT) + varint(n)


def read_varint(data, at):
    """(number without sign, the place after it)."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a number ends too early")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7


def signed(n):
    """The number of 64 bits whose two's complement this is."""
    return n - (1 << 64) if n >> 63 else n


def fields(data):
    """(number, kind, value) of each field: bytes, or a number without sign.

    Raises:
        ValueError: for what is no message.
    """
    at, end = 0, len(data)
    while at < end:
        key, at = read_varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = read_varint(data, at)
        elif kind == BYTES:
            size, at = read_varint(data, at)
            value = data[at : at + size]
            at += size
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
            value = data[at : at + size]
            at += size
        else:
            raise ValueError(f"a field of unknown kind {kind}")
        if at > end or not key >> 3:
            raise ValueError("a field ends too early" if at > end else "a field of number 0")
        yield key >> 3, kind, value


def whole_numbers(kind, value):
    """The integers of a repeated field, packed or one."""
    if kind == VARINT:
        return [signed(value)]
    found, at = [], 0
    while at < len(value):
        n, at = read_varint(value, at)
        found.append(signed(n))
    return found


def floats(kind, value):
    """The floats of a repeated field, packed or one."""
    if len(value) % 4:
        raise ValueError("floats end too early")
    return _struct.unpack(f"<{len(value) // 4}f", value)
