"""A Dataset of what is read from files, one after the other."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

from ..engine import TensorSpec
from . import elements
from .dataset import Dataset
from .nodes import UNKNOWN, Input


class FileDataset(Dataset):
    """A subclass says `_read(name, compression)`, which gives bytes.

    Args:
        filenames: name, list of names, or a Dataset of names.
        compression_type: "GZIP", "ZLIB" or none.
        buffer_size, num_parallel_reads, name: accepted for tf.data's sake.

    Raises:
        ValueError: for another compression.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: Any = None,
    ) -> None:
        check_compression(compression_type)
        if not isinstance(filenames, Dataset):
            names = elements.normalize(filenames)
            filenames = [names] if isinstance(names, bytes) else names.ravel().tolist()
        read = self._read

        def pieces():
            for name in filenames:
                yield from read(elements.normalize(name), compression_type)

        self._pipeline = Input(pieces, UNKNOWN, TensorSpec((), "string"))

    @classmethod
    def _of(cls, pipeline):
        return Dataset._of(pipeline)

    @staticmethod
    def _read(name: Any, compression: Any) -> Iterator[bytes]:
        raise NotImplementedError


def check_compression(kind):
    """Raises ValueError for a compression that there is not."""
    if kind not in (None, "", "GZIP", "ZLIB"):
        raise ValueError(f"Unknown compression_type {kind!r}; expected 'GZIP', 'ZLIB' or ''.")


def opened(name, compression):
    """A file of bytes; one of ZLIB as it stands."""
    return gzip.open(name, "rb") if compression == "GZIP" else open(name, "rb")
