"""Weights in several files of limited size, with a JSON file that says where each is.

`name.weights.json` maps the groups of a weights file to files `name_00000.weights.h5`, ... All are
written before any takes its place, the map last; a number in all of them tells a half-replaced set.
"""

import contextlib
import json
import os
import re
import secrets

from .._atomic import replacing
from .hdf5 import File, import_h5py
from .state import collect
from .weights_file import Store, write_value

_GIB = 1 << 30


def is_map(name):
    return name.endswith(".weights.json")


def save_weights(model, path, max_shard_size, skip=None):
    """Writes a model's weights into files of at most `max_shard_size` GiB each.

    Raises:
        ValueError: where one weight alone is larger.
    """
    h5py = import_h5py()
    folder, base = os.path.split(path)
    base = base.removesuffix(".weights.json")
    shards, total = _divided(collect(model, skip or ()), max_shard_size * _GIB)
    names = [f"{base}_{i:05}.weights.h5" for i in range(len(shards))]
    number = secrets.token_hex(8)
    where = {}
    for name, shard in zip(names, shards):
        for group, _, store in shard:
            if store:
                where.setdefault(f"/{group}/vars" if group else "/vars", []).append(name)
    metadata = {"total_size": total, "save": number}
    where = {key: files[0] if len(files) == 1 else files for key, files in where.items()}
    before = _files_of(path)
    with contextlib.ExitStack() as stack:
        listing = stack.enter_context(replacing(path))  # entered first, so replaced last
        for name, shard in zip(names, shards):
            temporary = stack.enter_context(replacing(os.path.join(folder, name)))
            with h5py.File(temporary, "w") as f:
                f.attrs["save"] = number
                for group, owner, store in shard:
                    place = f.create_group(f"{group}/vars" if group else "vars")
                    if isinstance(owner, str):
                        place.attrs["name"] = owner
                    for key, value in store.items():
                        write_value(place, key, value)
        with open(listing, "w") as f:
            json.dump({"metadata": metadata, "weight_map": where}, f, indent=4)
    for name in before - set(names):
        with contextlib.suppress(OSError):
            os.remove(os.path.join(folder, name))


def _divided(groups, limit):
    """([groups of each file], total size); a group can go over several files."""
    shards, size, total = [[]], 0, 0
    for path, owner, store in groups:
        part = {}
        shards[-1].append((path, owner, part))
        for key, value in store.items():
            count = _size(value)
            total += count
            if count > limit:
                raise ValueError(
                    f"The size of {path}/{key} is {count} bytes, which exceeds the maximum shard "
                    f"size of {limit} bytes. Increase `max_shard_size`."
                )
            if size + count > limit:
                shards.append([])
                part, size = {}, 0
                shards[-1].append((path, owner, part))
            part[key] = value
            size += count
    return shards, total


def _size(value):
    import numpy as np

    if hasattr(value, "nbytes"):
        return value.nbytes
    bits = int(re.sub(r"\D", "", str(value.dtype)) or 8)
    return int(np.prod(value.shape, dtype="int64")) * bits // 8


def _read_map(path):
    try:
        with open(path) as f:
            found = json.load(f)
        where = {
            key: [files] if isinstance(files, str) else list(files)
            for key, files in found["weight_map"].items()
        }
        return where, found["metadata"].get("save")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise ValueError(
            f"{path} is damaged: it is no map of weights ({type(e).__name__}: {e})."
        ) from None


def _files_of(path):
    """The names of the files of an earlier save; none where there is no map that can be read."""
    try:
        return {name for files in _read_map(path)[0].values() for name in files if _is_plain(name)}
    except (OSError, ValueError):
        return set()


def _is_plain(name):
    return isinstance(name, str) and name.endswith(".weights.h5") and os.path.basename(name) == name


class Shards:
    """The groups of such a set of files, as loading asks for them; to be used in a `with` block."""

    def __init__(self, path):
        self.name = path
        self._where, self._number = _read_map(path)
        self._open = {}
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._stack.close()

    def _file(self, name):
        if name not in self._open:
            if not _is_plain(name):
                raise ValueError(f"{self.name} names {name!r}, which is not followed.")
            path = os.path.join(os.path.dirname(self.name), name)
            file = self._stack.enter_context(File(path))
            if self._number is not None and file.root.attribute("save") != self._number:
                raise ValueError(
                    f"{name} is not of the same save as {self.name}: a save was interrupted "
                    "between its files, or one was replaced."
                )
            self._open[name] = file
        return self._open[name]

    def has(self, path):
        start = f"/{path}"
        return any(key == start or key.startswith(f"{start}/") for key in self._where)

    def groups(self):
        """The paths of all objects with weights."""
        return [key.removesuffix("/vars").removeprefix("/") for key in self._where]

    def store(self, path):
        key = f"/{path}/vars" if path else "/vars"
        files = self._where.get(key, ())
        parts = [self._file(name).root.group(key[1:]) for name in files]
        if None in parts:
            raise ValueError(f"{files[parts.index(None)]} has no group '{key[1:]}'.")
        return _Parts(parts, key[1:], self.has(path))


class _Parts(Store):
    """A group that is spread over several files."""

    def __init__(self, parts, path, has_parent):
        self.path = path
        self.has_parent = has_parent
        self._keys = {key: part for part in parts for key in part.keys()}

    def shape(self, key):
        return self._keys[key].shape(key)

    def is_sound(self, key):
        return self._keys[key].is_sound(key)

    def dtype(self, key):
        return self._keys[key].dtype(key)

    def read(self, key):
        return self._keys[key].read(key)

    def load(self, key):
        return self._keys[key].load(key)
