"""Reads `.npz` files that nobody vouches for: plain arrays, and lists of integers."""

from __future__ import annotations

import math
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from ._pickles import UnsafeDataError, load_pickle

if TYPE_CHECKING:
    from collections.abc import Sequence


# Most that one array of a data set may take unpacked.
MAX_MEMBER_BYTES = 4 << 30


def load_npz(path: str, names: Sequence[Any] | None = None) -> dict[Any, Any]:
    """The arrays of an `.npz` file; nothing in it can run code.

    Args:
        path: the file.
        names: which arrays; all by default.

    Returns:
        dict of NumPy arrays. An array of lists (dtype object) holds lists of Python integers.

    Raises:
        ValueError: if the file is damaged, lacks an array, or holds other objects.

    Example:

    >>> np.savez("a.npz", x=np.arange(3), y=np.ones(2))
    >>> load_npz("a.npz", ["x"])["x"].tolist()
    [0, 1, 2]
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {
                info.filename[: -len(".npy")]: info
                for info in archive.infolist()
                if info.filename.endswith(".npy")
            }
            missing = [name for name in names or () if name not in members]
            if missing:
                raise ValueError(
                    f"The data set file {str(path)!r} holds the arrays {sorted(members)}; "
                    f"expected also {missing}."
                )
            return {name: _member(archive, members[name]) for name in names or members}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(
            f"{str(path)!r} is not a complete .npz file ({error}); delete it, or copy it there "
            "again."
        ) from None


def _member(archive, info):
    if info.file_size > MAX_MEMBER_BYTES:
        raise ValueError(
            f"The array {info.filename!r} would take {info.file_size:,} bytes; expected at most "
            f"{MAX_MEMBER_BYTES:,}."
        )
    with archive.open(info) as file:
        return read_npy(file, info.file_size)


def read_npy(file, size):
    """One `.npy` stream of `size` bytes, read without NumPy's own unpickling."""
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            header = np.lib.format.read_array_header_1_0(file)
        else:  # 3.0 differs from 2.0 by the encoding of field names, which plain arrays lack
            header = np.lib.format.read_array_header_2_0(file)
    except UnsafeDataError:
        raise
    except Exception as error:  # the header is text that Python parses
        raise ValueError(f"The array has a damaged header: {error}") from None
    shape, fortran, dtype = header
    if not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"The array has the shape {shape}.")
    if dtype.hasobject:
        value = load_pickle(file.read())
        if not isinstance(value, np.ndarray):
            raise UnsafeDataError(f"Expected an array; the pickle is a {type(value).__name__}.")
        return value
    if dtype.kind not in "biufcSU":
        raise ValueError(f"The array has the dtype {dtype}; expected numbers or text.")
    expected = math.prod(shape) * dtype.itemsize
    if expected > size:
        raise ValueError(
            f"The array of shape {shape} and dtype {dtype} needs {expected:,} bytes; the file "
            f"holds {size:,}."
        )
    data = bytearray(file.read(expected))
    if len(data) != expected:
        raise ValueError("The array is cut short.")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
