"""Steps that keep elements: cache in memory or in a file, and prefetch."""

import json
import os
from contextlib import closing

import numpy as np

from .._atomic import replacing_file
from ..engine import nest
from . import elements, threads
from .nodes import Node
from .rows import Same


class Cache(Same):
    """Keeps the elements of the first whole pass in memory and gives them again."""

    def __init__(self, node):
        super().__init__(node)
        self._kept = None

    def rows(self):
        """Rows in one order need no keeping; a shuffle below is frozen by the first pass."""
        return self.inputs[0].rows() if self.inputs[0].fixed else None

    def items(self, make):
        if self._kept is not None:
            yield from self._kept
            return
        kept = []
        with closing(make()) as items:
            for item in items:
                kept.append(item)
                yield item
        self._kept = kept


class FileCache(Node):
    """Keeps the elements of the first whole pass in files that start with a name.

    `NAME.index` holds the structure of an element and their number, `NAME.data` the leaves, each
    as NumPy's .npy format has it; text as its bytes and their lengths.
    """

    def __init__(self, node, name):
        super().__init__(node)
        self._index, self._data = f"{name}.index", f"{name}.data"

    def iterate(self):
        return self._read() if os.path.exists(self._index) else self._write()

    def _write(self):
        whole = False
        count, structure = 0, None
        with closing(self.inputs[0].iterate()) as items, replacing_file(self._data) as file:
            for item in items:
                structure = item if structure is None else structure
                for leaf in nest.flatten(item):
                    _write_leaf(file, leaf)
                count += 1
                yield item
            whole = True
        if whole:
            index = {"count": count, "structure": _describe(structure), "version": 1}
            with replacing_file(self._index, "w") as file:
                json.dump(index, file)

    def _read(self):
        with open(self._index) as file:
            index = json.load(file)
        with open(self._data, "rb") as file:
            for _ in range(index["count"]):
                yield _rebuild(index["structure"], file)


def _describe(x):
    if isinstance(x, dict):
        return {"dict": [[key, _describe(value)] for key, value in x.items()]}
    if isinstance(x, tuple):
        return {"tuple": [_describe(item) for item in x]}
    if x is None:
        return None
    return "text" if elements.leaf_dtype(x) == "string" else "array"


def _rebuild(structure, file):
    if structure is None:
        return None
    if structure == "array":
        array = np.lib.format.read_array(file, allow_pickle=False)
        return array if array.ndim else array[()]
    if structure == "text":
        lengths = np.lib.format.read_array(file, allow_pickle=False)
        out = np.empty(lengths.size, dtype=object)
        for i, n in enumerate(lengths.ravel().tolist()):
            out[i] = file.read(n)
        return out.reshape(lengths.shape) if lengths.ndim else out[0]
    if "dict" in structure:
        # their leaves lie in the order in which `nest.flatten` gives them
        made = {key: _rebuild(value, file) for key, value in sorted(structure["dict"])}
        return {key: made[key] for key, _ in structure["dict"]}
    return tuple(_rebuild(item, file) for item in structure["tuple"])


def _write_leaf(file, leaf):
    if leaf is None:
        return
    if elements.leaf_dtype(leaf) == "string":
        texts = [leaf] if isinstance(leaf, bytes) else leaf.ravel().tolist()
        lengths = np.array([len(t) for t in texts], np.int64)
        shape = elements.leaf_shape(leaf)
        np.lib.format.write_array(file, lengths.reshape(shape), allow_pickle=False)
        file.write(b"".join(texts))
    else:
        np.lib.format.write_array(file, np.asarray(leaf), allow_pickle=False)


class Prefetch(Same):
    """A thread that makes elements ahead of their use. Rows of arrays need none."""

    def __init__(self, node, size):
        super().__init__(node)
        self._size = 2 if size == -1 else int(size)
        if self._size < 0:
            raise ValueError(f"prefetch() expects buffer_size >= 0. Received: {size}")

    def items(self, make):
        return threads.prefetched(make, self._size) if self._size else make()
