"""TextLineDataset: the lines of text files."""

from __future__ import annotations

import zlib

from .file_dataset import FileDataset, opened


class TextLineDataset(FileDataset):
    r"""The lines of files, without their ends, as text.

    Args:
        filenames: name, list of names, or a Dataset of names.
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

    @staticmethod
    def _read(name, compression):
        return _lines(name, compression)


def _lines(name, compression):
    if compression == "ZLIB":
        with open(name, "rb") as file:
            yield from _without_ends(zlib.decompress(file.read()).split(b"\n"), True)
        return
    with opened(name, compression) as file:
        yield from _without_ends(file, False)


def _without_ends(lines, split):
    if split and lines and not lines[-1]:
        lines = lines[:-1]
    for line in lines:
        line = line[:-1] if line.endswith(b"\n") else line
        yield line[:-1] if line.endswith(b"\r") else line
