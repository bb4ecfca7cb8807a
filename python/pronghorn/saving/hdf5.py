"""HDF5 read with care: what is damaged, too large or leads elsewhere is one ValueError that names
the file and the place in it. h5py is imported here only, when a file is opened.
"""

import contextlib
import os

from .guard import checked

# A data set may be this much larger than what the file stores of it (it may be compressed) ...
MAX_EXPANSION = 1000
# ... where it is larger than this at all.
BOMB_FLOOR = 64 << 20
# From this size on numbers are read straight into tensors.
IN_PLACE = 1 << 20
_IN_PLACE_KINDS = ("float16", "float32", "float64", "int32", "int64")


def import_h5py():
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Files of weights and models need h5py, which is not installed. Install it with: "
            "pip install h5py"
        ) from None
    return h5py


def room_for(stored):
    """How many bytes the weights of a model may have whose file stores so many; they may be
    compressed, or of smaller dtypes there."""
    return 16 * stored + (256 << 20)


class UnreadableFile(ValueError):
    """What this module raises; a ValueError for everybody else."""


class File:
    """An HDF5 file opened for reading, to be used in a `with` block.

    Args:
        source: Path, or a file object with read, seek and tell.
        name: What messages call it.

    Raises:
        ValueError: where it is no HDF5 file, or damaged.
    """

    def __init__(self, source, name=None):
        self.name = str(source) if name is None else name
        if isinstance(source, (str, os.PathLike)) and not os.path.exists(source):
            raise FileNotFoundError(f"There is no file {source}.")
        with checked(source) as verdict:
            self._h5py = import_h5py()
            harm = verdict()
        if harm:
            raise UnreadableFile(
                f"{self.name} is damaged or made to do harm: the HDF5 library {harm} when another "
                "process walked the file, so it is not opened. (`config.disable_file_check()` "
                "opens files as they are.)"
            )
        try:
            self._file = self._h5py.File(source, "r")
        except Exception as e:
            raise UnreadableFile(
                f"{self.name} is not a readable HDF5 file: it is of another kind, cut off or "
                f"damaged ({e})."
            ) from None
        self.root = Group(self, self._file, "")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        with contextlib.suppress(Exception):  # of a damaged file even that can fail
            self._file.close()

    @contextlib.contextmanager
    def reading(self, place):
        """Turns whatever h5py raises inside into one kind of error."""
        try:
            yield
        except UnreadableFile:
            raise
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as e:
            raise self.damaged(place, f"{type(e).__name__}: {e}") from None

    def damaged(self, place, reason):
        return UnreadableFile(
            f"The file {self.name} is damaged or not what it should be at '{place or '/'}': "
            f"{reason}."
        )


class Group:
    """A group of a File. Links to other files, or to elsewhere in this one, are refused."""

    def __init__(self, file, group, path):
        self.file = file
        self.path = path
        self._group = group
        self._datasets = {}
        self._groups = {}

    def _at(self, key):
        return f"{self.path}/{key}" if self.path else str(key)

    def keys(self):
        with self.file.reading(self.path):
            return list(self._group.keys())

    def __len__(self):
        return len(self.keys())

    def __contains__(self, key):
        with self.file.reading(self.path):
            return key in self._group

    def _member(self, key):
        h5py = self.file._h5py
        link = self._group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise self.file.damaged(
                self._at(key), f"a {type(link).__name__} to elsewhere, which is not followed"
            )
        return self._group[key]

    def is_group(self, key):
        with self.file.reading(self._at(key)):
            return isinstance(self._member(key), self.file._h5py.Group)

    def group(self, path):
        """The group of that path below this one, or None where there is none."""
        found = self
        for part in path.split("/"):
            if part in found._groups:  # kept open: loading asks for each several times
                found = found._groups[part]
                continue
            with self.file.reading(found._at(part)):
                if part not in found._group:
                    return None
                inner = found._member(part)
                if not isinstance(inner, self.file._h5py.Group):
                    raise self.file.damaged(found._at(part), "numbers in the place of a group")
                outer = found
                found = outer._groups[part] = Group(self.file, inner, outer._at(part))
        return found

    def _dataset(self, key):
        """The data set, kept open: it is asked for its shape before its numbers."""
        if key not in self._datasets:
            self._datasets[key] = self._find_dataset(key)
        return self._datasets[key]

    def _find_dataset(self, key):
        found, (*parents, last) = self, key.split("/")
        if parents:
            found = self.group("/".join(parents))
            if found is None:
                raise self.file.damaged(self._at(key), "it is missing")
        if last not in found._group:
            raise self.file.damaged(self._at(key), "it is missing")
        dataset = found._member(last)
        if not isinstance(dataset, self.file._h5py.Dataset):
            raise self.file.damaged(self._at(key), "a group in the place of numbers")
        if dataset.external or dataset.is_virtual:
            raise self.file.damaged(
                self._at(key), "its numbers are in another file (an external or virtual dataset)"
            )
        return dataset

    def shape(self, key):
        """The shape of a data set."""
        with self.file.reading(self._at(key)):
            shape = self._dataset(key).shape
            if shape is None:
                raise self.file.damaged(self._at(key), "it holds nothing")
            return tuple(shape)

    def dtype(self, key):
        """The name of a data set's dtype."""
        with self.file.reading(self._at(key)):
            dataset = self._dataset(key)
            mark = dataset.attrs.get("dtype")
            mark = mark.decode() if isinstance(mark, bytes) else mark
            return mark if mark == "bfloat16" else dataset.dtype.name

    def read(self, key):
        """A data set as a NumPy array; bfloat16 as float32.

        Raises:
            ValueError: where it cannot be read, is no numbers, or claims to be far larger than what
                the file holds of it.
        """
        import numpy as np

        with self.file.reading(self._at(key)):
            dataset = self._dataset(key)
            if dataset.shape is None:
                raise self.file.damaged(self._at(key), "it holds nothing")
            self._refuse_bomb(dataset, key)
            value = np.array(dataset)
            mark = dataset.attrs.get("dtype")
            mark = mark.decode() if isinstance(mark, bytes) else mark
            if mark == "bfloat16" and value.dtype.itemsize == 2 and value.dtype.kind in "Vui":
                bits = value.view("uint16").astype("uint32") << 16
                return bits.view("float32").reshape(dataset.shape)
            if value.dtype.kind not in "biuf":
                raise self.file.damaged(self._at(key), f"no numbers, but {value.dtype}")
            return value

    def load(self, key):
        """As `read`; large arrays as Tensors that the file was read into, without another copy."""
        with self.file.reading(self._at(key)):
            dataset = self._dataset(key)
            size = 0 if dataset.shape is None else dataset.size * dataset.dtype.itemsize
            kind = dataset.dtype.name
            if size < IN_PLACE or kind not in _IN_PLACE_KINDS or "dtype" in dataset.attrs:
                return self.read(key)
            self._refuse_bomb(dataset, key)
            from ..engine import filled_by

            return filled_by(dataset.shape, kind, dataset.read_direct)

    def _refuse_bomb(self, dataset, key):
        declared = dataset.size * dataset.dtype.itemsize
        stored = dataset.id.get_storage_size()
        if declared > BOMB_FLOOR and declared > MAX_EXPANSION * max(stored, 1):
            raise self.file.damaged(
                self._at(key),
                f"it claims {declared} bytes, of which the file stores {stored} (a shape bomb or "
                "decompression bomb)",
            )

    def is_sound(self, key):
        """Whether reading a data set cannot fail but for the disk: it is stored in one piece, as
        it is, inside the file."""
        with self.file.reading(self._at(key)):
            dataset = self._dataset(key)
            offset = dataset.id.get_offset()
            if dataset.chunks is not None or offset is None or dataset.dtype.kind not in "biuf":
                return False
            end = offset + dataset.size * dataset.dtype.itemsize
            return end <= self.file._file.id.get_filesize()

    def attribute(self, name, default=None):
        """An attribute: bytes decoded, arrays of text as lists of str."""
        import numpy as np

        with self.file.reading(f"{self.path}@{name}"):
            if name not in self._group.attrs:
                return default
            value = self._group.attrs[name]
            if isinstance(value, bytes):
                return value.decode("utf-8")
            if isinstance(value, np.ndarray):
                return [x.decode("utf-8") if isinstance(x, bytes) else x for x in value.tolist()]
            return value

    def attributes(self):
        """The names of the attributes."""
        with self.file.reading(self.path):
            return list(self._group.attrs.keys())

    def names(self, name):
        """A list of names kept in an attribute, in parts `name0`, `name1`, ... where it is long."""
        found = self.attribute(name)
        if found is None:
            found, part = [], 0
            while (more := self.attribute(f"{name}{part}")) is not None:
                found.extend(more)
                part += 1
        if not isinstance(found, list) or not all(isinstance(x, str) for x in found):
            raise self.file.damaged(f"{self.path}@{name}", "no list of names")
        return found
