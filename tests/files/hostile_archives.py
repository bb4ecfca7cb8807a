"""Archives made to harm: each function writes one to a path."""

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib


def _tar(path, *members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, kind, value in members:
            info = tarfile.TarInfo(name)
            data = b"x" * 10
            if kind == "file":
                data = value or data
                info.size = len(data)
                info.mode = 0o4777
                archive.addfile(info, io.BytesIO(data))
                continue
            info.type = kind
            info.linkname = value or ""
            info.devmajor, info.devminor = 1, 3
            archive.addfile(info)


def _tar_case(*members, mode="w"):
    return lambda path: _tar(path, *members, mode=mode)


def _zip_case(*names):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("good.txt", "good")
            for name in names:
                info = zipfile.ZipInfo("placeholder")
                info.filename = name
                archive.writestr(info, "evil")

    return write


def zip_of_zeros(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(3):
            with archive.open(f"{i}", "w", force_zip64=True) as file:
                for _ in range(40):
                    file.write(bytes(1 << 20))


def zip_of_overlaps(path):
    """One megabyte of zeros that 5,000 directory entries share (Fifield, 2019)."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(1 << 20))
    data = inner.getvalue()
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    entry = data[start:end]
    entries = entry * 5000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5000, 5000, len(entries), start, 0)
    path.write_bytes(data[:start] + entries + tail)


def zip_that_lies_about_size(path):
    """Says 10 bytes, holds a megabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(1 << 20))
    data = path.read_bytes().replace(struct.pack("<L", 1 << 20), struct.pack("<L", 10))
    path.write_bytes(data)


def zip_encrypted(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "text")
    data = bytearray(path.read_bytes())
    data[6] |= 1
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))


def zip_cut_short(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", bytes(10000))
    data = path.read_bytes()
    path.write_bytes(data[:2000] + data[-100:])


def tar_of_zeros(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        info = tarfile.TarInfo("zeros")
        info.size = 3 << 30
        file.write(info.tobuf())
        for _ in range(20):
            file.write(bytes(1 << 20))


def tar_with_a_long_name(path):
    """A name of 3 GB, which tarfile would read into memory."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        info = tarfile.TarInfo("././@LongLink")
        info.type = tarfile.GNUTYPE_LONGNAME
        info.size = 3 << 30
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(100):
            file.write(bytes(1 << 20))


def tar_with_a_negative_size(path):
    """Sizes below 0 made tarfile go round in circles (CVE-2025-8194)."""
    first = tarfile.TarInfo("a")
    evil = bytearray(tarfile.TarInfo("b").tobuf())
    evil[124:136] = b"\xff" * 8 + struct.pack(">i", -1024)
    evil[148:156] = b" " * 8
    evil[148:156] = b"%06o\0 " % sum(evil[:512])
    path.write_bytes(first.tobuf() + bytes(evil) + bytes(2048))


def tar_cut_short(path):
    info = tarfile.TarInfo("a")
    info.size = 100_000
    path.write_bytes(info.tobuf() + bytes(5000))


def tar_of_many(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        header = tarfile.TarInfo("a").tobuf()
        for _ in range(2):
            file.write(header * 1000)


def gzip_cut_short(path):
    _tar(path, ("a", "file", bytes(100_000)), ("b", "file", bytes(range(256)) * 4000), mode="w:gz")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def gzip_damaged(path):
    _tar(path, ("b", "file", bytes(range(256)) * 4000), mode="w:gz")
    data = bytearray(path.read_bytes())
    data[-6] ^= 0xFF
    path.write_bytes(bytes(data))


def xz_with_a_huge_window(path):
    """A header that asks the decoder for 4 GiB of memory."""
    data = bytearray(lzma.compress(tarfile.TarInfo("a").tobuf() + bytes(1024)))
    assert data[14:16] == b"\x21\x01"  # filter LZMA2, one byte of properties: the window
    data[16] = 40
    end = 12 + data[12] * 4
    data[end : end + 4] = struct.pack("<L", zlib.crc32(data[12:end]))
    path.write_bytes(bytes(data))


LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE
HOSTILE = {
    "tar, up": _tar_case(("good", "file", None), ("../evil", "file", None)),
    "tar, up inside": _tar_case(("a/../../evil", "file", None)),
    "tar, absolute": _tar_case(("/tmp/pronghorn-evil", "file", None)),
    "tar, backslashes": _tar_case(("..\\evil", "file", None)),
    "tar.gz, up": _tar_case(("../evil", "file", None), mode="w:gz"),
    "tar.bz2, up": _tar_case(("../evil", "file", None), mode="w:bz2"),
    "tar.xz, up": _tar_case(("../evil", "file", None), mode="w:xz"),
    "tar, folder up": _tar_case(("../evil", tarfile.DIRTYPE, None)),
    "tar, link out": _tar_case(("a", LINK, "../evil"), ("a", "file", None)),
    "tar, link absolute": _tar_case(("a", LINK, "/etc/passwd")),
    "tar, link deep": _tar_case(("d/a", LINK, "../../evil")),
    "tar, link and through": _tar_case(("a", LINK, "b"), ("a/evil", "file", None)),
    "tar, link to here, through": _tar_case(("a", LINK, "."), ("a/evil", "file", None)),
    "tar, chain of links": _tar_case(("d/a", LINK, ".."), ("b", LINK, "d/a/../../evil")),
    "tar, file over link": _tar_case(("a", LINK, "b"), ("a", "file", None)),
    "tar, hard link out": _tar_case(("a", HARD, "../evil")),
    "tar, hard link absolute": _tar_case(("a", HARD, "/etc/passwd")),
    "tar, hard link to a link": _tar_case(("l", LINK, "x"), ("a", HARD, "l")),
    "tar, hard link to nothing": _tar_case(("a", HARD, "nothing")),
    "tar, hard link to a folder": _tar_case(("d", tarfile.DIRTYPE, None), ("a", HARD, "d")),
    "tar, fifo": _tar_case(("a", tarfile.FIFOTYPE, None)),
    "tar, character device": _tar_case(("a", tarfile.CHRTYPE, None)),
    "tar, block device": _tar_case(("a", tarfile.BLKTYPE, None)),
    "tar, unknown type": _tar_case(("a", b"V", None)),
    "tar, file as folder": _tar_case(("a", "file", None), ("a/b", "file", None)),
    "tar, folder as file": _tar_case(("a/b", "file", None), ("a", "file", None)),
    "tar, zeros": tar_of_zeros,
    "tar, long name": tar_with_a_long_name,
    "tar, negative size": tar_with_a_negative_size,
    "tar, cut short": tar_cut_short,
    "tar, many members": tar_of_many,
    "tar.gz, cut short": gzip_cut_short,
    "tar.gz, damaged": gzip_damaged,
    "tar.xz, huge window": xz_with_a_huge_window,
    "zip, up": _zip_case("../evil"),
    "zip, up inside": _zip_case("a/../../evil"),
    "zip, absolute": _zip_case("/tmp/pronghorn-evil"),
    "zip, backslashes": _zip_case("..\\..\\evil"),
    "zip, null byte": _zip_case("..\0/evil/.."),
    "zip, zeros": zip_of_zeros,
    "zip, overlaps": zip_of_overlaps,
    "zip, lies about size": zip_that_lies_about_size,
    "zip, encrypted": zip_encrypted,
    "zip, cut short": zip_cut_short,
    "zip, file as folder": _zip_case("a", "a/b"),
}
