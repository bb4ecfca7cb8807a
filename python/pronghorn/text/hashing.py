"""Hashes of text: FarmHash's Fingerprint64, SipHash-2-4, and crosses of them.

They are TensorFlow's, so that buckets are those of models trained there. All are computed for many
texts at once: texts of one length are the rows of an array, and words of 8 bytes its columns.

FarmHash: https://github.com/google/farmhash (farmhashna); SipHash: Aumasson and Bernstein, 2012.
"""

import numpy as np

_K0, _K1, _K2 = (np.uint64(k) for k in (0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F))
_CAT = np.uint64(0xC6A4A7935BD1E995)
# What a cross of features starts from.
_CROSS_KEY = 0xDECAFCAFFE


def _u(n):
    return np.uint64(n % (1 << 64))


def _rotate(x, n):
    """To the right."""
    return (x >> _u(n)) | (x << _u(64 - n))


def _mix(x):
    return x ^ (x >> _u(47))


def _pair(u, v, mul):
    """HashLen16."""
    a = _mix((u ^ v) * mul)
    return _mix((v ^ a) * mul) * mul


class _Texts:
    """Texts of one length as rows of bytes; `word(at)` is the little-endian word at a place."""

    def __init__(self, texts, size):
        self.bytes = np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), size)

    def word(self, at, width=8):
        part = np.ascontiguousarray(self.bytes[:, at : at + width])
        return part.view(f"<u{width}")[:, 0].astype(np.uint64)

    def byte(self, at):
        return self.bytes[:, at].astype(np.uint64)


def _up_to_16(t, n):
    if n >= 8:
        mul = _u(int(_K2) + 2 * n)
        a, b = t.word(0) + _K2, t.word(n - 8)
        return _pair(_rotate(b, 37) * mul + a, (_rotate(a, 25) + b) * mul, mul)
    if n >= 4:
        mul = _u(int(_K2) + 2 * n)
        return _pair(_u(n) + (t.word(0, 4) << _u(3)), t.word(n - 4, 4), mul)
    y = t.byte(0) + (t.byte(n >> 1) << _u(8))
    z = _u(n) + (t.byte(n - 1) << _u(2))
    return _mix(y * _K2 ^ z * _K0) * _K2


def _up_to_32(t, n):
    mul = _u(int(_K2) + 2 * n)
    a, b = t.word(0) * _K1, t.word(8)
    c, d = t.word(n - 8) * mul, t.word(n - 16) * _K2
    return _pair(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, mul)


def _up_to_64(t, n):
    mul = _u(int(_K2) + 2 * n)
    a, b = t.word(0) * _K2, t.word(8)
    c, d = t.word(n - 8) * mul, t.word(n - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _pair(y, a + _rotate(b + _K2, 18) + c, mul)
    e, f = t.word(16) * mul, t.word(24)
    g, h = (y + t.word(n - 32)) * mul, (z + t.word(n - 24)) * mul
    return _pair(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, mul)


def _weak(t, at, a, b):
    """WeakHashLen32WithSeeds of 32 bytes."""
    w, x, y, z = (t.word(at + 8 * i) for i in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotate(a, 44) + c


def _longer(t, n):
    zero = np.zeros(len(t.bytes), np.uint64)
    x = zero + _u(81)
    y = x * _K1 + _u(113)
    z = _mix(y * _K2 + _u(113)) * _K2
    v, w = (zero, zero), (zero, zero)
    x = x * _K2 + t.word(0)

    def round_of(s, x, y, z, v, w, mul, nine):
        x = _rotate(x + y + v[0] + t.word(s + 8), 37) * mul
        y = _rotate(y + v[1] + t.word(s + 48), 42) * mul
        x = x ^ w[1] * nine
        y = y + v[0] * nine + t.word(s + 40)
        z = _rotate(z + w[0], 33) * mul
        v = _weak(t, s, v[1] * mul, x + w[0])
        w = _weak(t, s + 32, z + w[1], y + t.word(s + 16))
        return z, y, x, v, w

    end = (n - 1) // 64 * 64
    for s in range(0, end, 64):
        x, y, z, v, w = round_of(s, x, y, z, v, w, _K1, _u(1))
    mul = _K1 + ((z & _u(255)) << _u(1))
    rest = (n - 1) & 63
    w = (w[0] + _u(rest), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x, y, z, v, w = round_of(end + rest - 63, x, y, z, v, w, mul, _u(9))
    return _pair(_pair(v[0], w[0], mul) + _mix(y) * _K0 + z, _pair(v[1], w[1], mul) + x, mul)


def fingerprint64(texts):
    """FarmHash's Fingerprint64 of each text.

    Args:
        texts: sequence of bytes.

    Returns:
        uint64 (len(texts),).

    Example:

    >>> [hex(h) for h in fingerprint64([b"", b"a"])]
    ['0x9ae16a3b2f90404f', '0xb3454265b6df75e3']
    """
    return _by_length(texts, _fingerprint)


def _fingerprint(texts, n):
    if n == 0:
        return np.full(len(texts), _K2)
    t = _Texts(texts, n)
    kind = _up_to_16 if n <= 16 else _up_to_32 if n <= 32 else _up_to_64 if n <= 64 else _longer
    return kind(t, n)


def _by_length(texts, function):
    """function(texts of one length, length), put back into the order of the texts."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    out = np.empty(len(texts), np.uint64)
    with np.errstate(over="ignore"):
        for n in np.unique(lengths).tolist():
            places = np.flatnonzero(lengths == n)
            out[places] = function([texts[i] for i in places.tolist()], n)
    return out


def siphash(texts, key):
    """SipHash-2-4 of each text.

    Args:
        texts: sequence of bytes.
        key: two integers.

    Returns:
        uint64 (len(texts),).
    """
    k0, k1 = (_u(int(k)) for k in key)

    def of_one_length(group, n):
        blocks = (n // 8 + 1) * 8
        padded = [t + bytes(blocks - n - 1) + bytes([n % 256]) for t in group]
        t = _Texts(padded, blocks)
        zero = np.zeros(len(group), np.uint64)
        v = [
            zero + (k ^ _u(c))
            for k, c in zip(
                (k0, k1, k0, k1),
                (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573),
            )
        ]
        for at in range(0, blocks, 8):
            m = t.word(at)
            v[3] = v[3] ^ m
            v = _sip_round(_sip_round(v))
            v[0] = v[0] ^ m
        v[2] = v[2] ^ _u(0xFF)
        for _ in range(4):
            v = _sip_round(v)
        return v[0] ^ v[1] ^ v[2] ^ v[3]

    return _by_length(texts, of_one_length)


def _sip_round(v):
    a, b, c, d = v
    a, c = a + b, c + d
    b, d = _rotate(b, 64 - 13) ^ a, _rotate(d, 64 - 16) ^ c
    a = _rotate(a, 32)
    a, c = a + d, c + b
    d, b = _rotate(d, 64 - 21) ^ a, _rotate(b, 64 - 17) ^ c
    return [a, b, _rotate(c, 32), d]


def buckets(texts, count, salt=None):
    """The bucket of each text, from 0 to `count` - 1.

    Args:
        texts: sequence of bytes.
        count: number of buckets.
        salt: two integers for SipHash; None for FarmHash.

    Returns:
        int64 (len(texts),).
    """
    hashes = fingerprint64(texts) if salt is None else siphash(texts, salt)
    return (hashes % _u(count)).astype(np.int64)


def cross_buckets(columns, count):
    """The bucket of each row of features crossed, as TensorFlow's `sparse.cross_hashed` has it.

    Args:
        columns: list of int64 arrays and lists of bytes, of one length.
        count: number of buckets.

    Returns:
        int64 array of that length.
    """
    hashed = np.full(len(columns[0]), _u(_CROSS_KEY))
    with np.errstate(over="ignore"):
        for column in columns:
            integers = isinstance(column, np.ndarray)
            code = column.astype(np.int64).view(np.uint64) if integers else fingerprint64(column)
            mixed = (hashed ^ _CAT ^ _mix(code * _CAT) * _CAT) * _CAT
            hashed = _mix(_mix(mixed) * _CAT)
    return (hashed % _u(count)).astype(np.int64)
