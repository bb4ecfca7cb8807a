"""TextLineDataset: the lines of text files."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

from ..engine import TensorSpec
from . import elements
from .dataset import Dataset
from .nodes import UNKNOWN, Input


class TextLineDataset(Dataset):
    r"""The lines of files, without their ends, as text.

    Args:
        filenames: name or list of names.
        compression_type: "GZIP", "ZLIB" or none.
        buffer_size, num_parallel_reads, name: accepted for tf.data's sake.

    Raises:
        ValueError: for another compression.

    Example:

    >>> with open("poem.txt", "w") as file:
    ...     print("so much depends", "upon", sep="\n", file=file)
    >>> [line.decode() for line in TextLineDataset("poem.txt").as_numpy_iterator()]
    ['so much depends', 'upon']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: Any = None,
    ) -> None:
        names = elements.normalize(filenames)
        names = [names] if isinstance(names, bytes) else names.tolist()
        if compression_type not in (None, "", "GZIP", "ZLIB"):
            raise ValueError(
                f"Unknown compression_type {compression_type!r}; expected 'GZIP', 'ZLIB' or ''."
            )

        def lines():
            for name in names:
                yield from _lines(name, compression_type)

        self._pipeline = Input(lines, UNKNOWN, TensorSpec((), "string"))

    @classmethod
    def _of(cls, pipeline):
        return Dataset._of(pipeline)


def _lines(name, compression):
    if compression == "ZLIB":
        with open(name, "rb") as file:
            yield from _without_ends(zlib.decompress(file.read()).split(b"\n"), True)
        return
    opened = gzip.open(name, "rb") if compression == "GZIP" else open(name, "rb")
    with opened as file:
        yield from _without_ends(file, False)


def _without_ends(lines, split):
    if split and lines and not lines[-1]:
        lines = lines[:-1]
    for line in lines:
        line = line[:-1] if line.endswith(b"\n") else line
        yield line[:-1] if line.endswith(b"\r") else line
