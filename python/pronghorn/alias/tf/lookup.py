"""tf.lookup: tables from text or whole numbers to either, on the host."""

import numpy as _np

from ... import ops as _ops
from . import texts as _texts
from .dtypes import as_dtype as _as_dtype


class KeyValueTensorInitializer:
    """The keys and values of a table.

    Raises:
        ValueError: where there are not as many keys as values.
    """

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self._keys, self.key_dtype = _listed(keys, key_dtype)
        self._values, self.value_dtype = _listed(values, value_dtype)
        if len(self._keys) != len(self._values):
            raise ValueError(
                f"A table needs a value for each key. Received {len(self._keys)} keys and "
                f"{len(self._values)} values."
            )

    def _pairs(self):
        return self._keys, self._values


class TextFileIndex:
    """What of a line is a key or a value, beside the number of a column."""

    WHOLE_LINE, LINE_NUMBER = -2, -1


class TextFileInitializer:
    """The keys and values of a table that are columns of a text file, or lines and their numbers.

    Raises:
        ValueError: for a column that a line does not have, or that is no number where one is due.
    """

    def __init__(
        self,
        filename,
        key_dtype,
        key_index,
        value_dtype,
        value_index,
        vocab_size=None,
        delimiter="\t",
        name=None,
        value_index_offset=0,
    ):
        self._path, self._indices = _texts.decoded(filename), (key_index, value_index)
        self._size, self._delimiter, self._offset = vocab_size, delimiter, value_index_offset
        self.key_dtype, self.value_dtype = _as_dtype(key_dtype), _as_dtype(value_dtype)

    def _pairs(self):
        with open(self._path, "rb") as file:
            lines = file.read().split(b"\n")
        lines = lines[:-1] if lines and not lines[-1] else lines
        if self._size is not None:
            if len(lines) < self._size:
                raise ValueError(
                    f"{self._path} has {len(lines)} lines, fewer than vocab_size={self._size}."
                )
            lines = lines[: self._size]
        key, value = self._indices
        keys = [self._part(line, i, key, self.key_dtype, 0) for i, line in enumerate(lines)]
        offset = self._offset
        values = [
            self._part(line, i, value, self.value_dtype, offset) for i, line in enumerate(lines)
        ]
        return keys, values

    def _part(self, line, number, index, dtype, offset):
        if index == TextFileIndex.LINE_NUMBER:
            return number + offset
        part = line.removesuffix(b"\r")
        if index != TextFileIndex.WHOLE_LINE:
            parts = part.split(self._delimiter.encode())
            if index >= len(parts):
                raise ValueError(f"{self._path}, line {number + 1}: there is no column {index}.")
            part = parts[index]
        if dtype == "string":
            return part
        try:
            return float(part) if dtype.is_floating else int(part)
        except ValueError:
            raise ValueError(f"{self._path}, line {number + 1}: {part!r} is no {dtype}.") from None


class _Table:
    """Keys to values."""

    def __init__(self, key_dtype, value_dtype, name):
        self.key_dtype, self.value_dtype = _as_dtype(key_dtype), _as_dtype(value_dtype)
        self.name = name or "table"
        self._table = {}

    def size(self, name=None):
        return _ops.convert_to_tensor(_np.int64(len(self._table)))

    def lookup(self, keys, name=None):
        """The values of keys, of their shape; the default where there is none."""
        array, _ = _keys(keys, self.key_dtype, self.name)
        found = [self._table.get(key, self._default) for key in array.ravel().tolist()]
        return _tensor(found, array.shape, self.value_dtype)

    __getitem__ = lookup

    def _put(self, keys, values):
        for key, value in zip(keys, values):
            before = self._table.setdefault(key, value)
            if before != value:
                raise ValueError(
                    f"The key {key!r} has two values in a table: {before!r} and {value!r}."
                )


class StaticHashTable(_Table):
    """A table that does not change.

    Raises:
        ValueError: where a key has two values.
    """

    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        super().__init__(initializer.key_dtype, initializer.value_dtype, name)
        self._default = _scalar(default_value, self.value_dtype)
        self._put(*initializer._pairs())

    @property
    def default_value(self):
        return _tensor([self._default], (), self.value_dtype)


class StaticVocabularyTable(_Table):
    """A table from words to their numbers; other words go to buckets by their fingerprint."""

    def __init__(
        self,
        initializer,
        num_oov_buckets,
        lookup_key_dtype=None,
        name=None,
        experimental_is_anonymous=False,
    ):
        if num_oov_buckets <= 0:
            raise ValueError(f"`num_oov_buckets` must be > 0. Received: {num_oov_buckets}")
        key_dtype = lookup_key_dtype or getattr(initializer, "key_dtype", "string")
        super().__init__(key_dtype, "int64", name)
        if initializer is not None:
            if initializer.value_dtype != "int64":
                raise TypeError(
                    "A vocabulary's values are int64. Received: "
                    f"value_dtype={initializer.value_dtype}"
                )
            self._put(*initializer._pairs())
        self._buckets = num_oov_buckets

    def size(self, name=None):
        return _ops.convert_to_tensor(_np.int64(len(self._table) + self._buckets))

    def lookup(self, keys, name=None):
        """The numbers of words, of their shape."""
        array, flat = _keys(keys, self.key_dtype, self.name)
        words = flat.tolist()
        found = [self._table.get(word) for word in words]
        others = [i for i, number in enumerate(found) if number is None]
        for i, bucket in zip(others, self._bucket([words[i] for i in others])):
            found[i] = bucket
        return _tensor(found, array.shape, "int64")

    __getitem__ = lookup

    def _bucket(self, words):
        from ...text.hashing import fingerprint64

        if not words:
            return []
        texts = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        numbers = fingerprint64(_texts.encode_array(texts))
        return [len(self._table) + int(n) % self._buckets for n in numbers]


class MutableHashTable(_Table):
    """A table that `insert` and `remove` change."""

    def __init__(self, key_dtype, value_dtype, default_value, name=None, **kwargs):
        super().__init__(key_dtype, value_dtype, name)
        if _np.ndim(default_value):
            raise ValueError(
                "Tables of one value a key are served. Received a `default_value` of "
                f"shape {_np.shape(default_value)}."
            )
        self._default = _scalar(default_value, self.value_dtype)

    def insert(self, keys, values, name=None):
        """Sets the values of keys."""
        keys, values = _listed(keys, self.key_dtype)[0], _listed(values, self.value_dtype)[0]
        if len(keys) != len(values):
            raise ValueError(f"Received {len(keys)} keys and {len(values)} values.")
        self._table.update(zip(keys, values))

    def remove(self, keys, name=None):
        """Takes keys out; what is not there stays so."""
        for key in _listed(keys, self.key_dtype)[0]:
            self._table.pop(key, None)

    erase = remove

    def export(self, name=None):
        """(keys, values), two tensors."""
        keys, values, shape = list(self._table), list(self._table.values()), (len(self._table),)
        return _tensor(keys, shape, self.key_dtype), _tensor(values, shape, self.value_dtype)


class DenseHashTable(MutableHashTable):
    """As MutableHashTable; the keys that mark empty and deleted places are not needed."""

    def __init__(
        self, key_dtype, value_dtype, default_value, empty_key=None, deleted_key=None, **kwargs
    ):
        super().__init__(key_dtype, value_dtype, default_value, kwargs.get("name"))


def _listed(x, dtype):
    """(flat list of Python values, dtype)."""
    if _texts.is_text(x):
        found, array = "string", _texts.encode_array(x)
    else:
        tensor = _ops.convert_to_tensor(x)
        found, array = str(tensor.dtype), _ops.convert_to_numpy(tensor)
    if dtype is None:
        dtype = found
    elif (str(dtype) == "string") != (found == "string"):
        raise TypeError(f"A table of {dtype} was given {found}.")
    if found != "string":
        array = array.astype(str(dtype))
    return array.ravel().tolist(), _as_dtype(dtype)


def _keys(keys, dtype, name):
    """(array of keys, the same flat)."""
    if _texts.is_text(keys) != (dtype == "string"):
        raise TypeError(f"The keys of {name!r} are {dtype}. Received: {keys!r}")
    if getattr(keys, "is_abstract", False):
        raise ValueError(
            f"{name!r} is looked up on the host, which needs the values of its keys: look them up "
            "in a tf.data.Dataset's map, or run eagerly."
        )
    if dtype == "string":
        array = _texts.encode_array(keys)
    else:
        array = _ops.convert_to_numpy(keys)
        if array.dtype.kind not in "iu":
            raise TypeError(f"The keys of {name!r} are {dtype}. Received: {array.dtype}")
    return array, array.ravel()


def _scalar(value, dtype):
    return _listed(value, dtype)[0][0]


def _tensor(values, shape, dtype):
    if dtype == "string":
        array = _np.empty(len(values), object)
        array[:] = values
        return _texts.StringTensor(array.reshape(shape))
    return _ops.convert_to_tensor(_np.array(values, str(dtype)).reshape(shape))
