"""Tensors of text: host arrays of bytes, which only preprocessing looks into.

The core has no text. What holds it is this class, so that data sets and lookup layers can hand on
strings under a tensor's name: shape, dtype "string", numpy().
"""

import numpy as np


def is_text(x) -> bool:
    """Whether x is a string, bytes, or an array or tensor of them."""
    if isinstance(x, (str, bytes, StringTensor)):
        return True
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "US" or (x.dtype == object and _first_is_text(x))
    if isinstance(x, (list, tuple)):
        while isinstance(x, (list, tuple)) and len(x):
            x = x[0]
        return isinstance(x, (str, bytes)) or (isinstance(x, (np.ndarray, np.str_)) and is_text(x))
    return False


def _first_is_text(array):
    if not array.size:
        return True
    first = array.flat[0]
    return isinstance(first, (str, bytes))


def _encode(text):
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    if isinstance(text, bytes):
        return bytes(text)
    raise TypeError(f"Expected text. Received: {text!r} (of type {type(text).__name__})")


def encode_array(x) -> np.ndarray:
    """An object array of bytes in UTF-8, of x's shape.

    Args:
        x: text, or nested lists, an array or a tensor of it.

    Raises:
        TypeError: if something in x is no text.
        ValueError: for lists of different lengths.
    """
    if isinstance(x, StringTensor):
        return x.numpy() if x.shape else np.array(x.numpy(), dtype=object)
    if isinstance(x, (str, bytes)):
        out = np.empty((), dtype=object)
        out[()] = _encode(x)
        return out
    array = x if isinstance(x, np.ndarray) else _array_of_lists(x)
    if array.dtype.kind == "S":
        return array.astype(object)
    if array.dtype.kind != "U" and array.dtype != object:
        raise TypeError(f"Expected text. Received numbers of dtype {array.dtype}.")
    if array.dtype == object and all(type(t) is bytes for t in array.flat):
        return array
    out = np.empty(array.size, dtype=object)
    out[:] = [_encode(t) for t in array.ravel().tolist()]
    return out.reshape(array.shape)


def _array_of_lists(x):
    """An object array of nested lists, whose leaves may be text of any length."""
    if hasattr(x, "__array__") and not isinstance(x, (list, tuple)):
        return np.asarray(x)
    shape, level = [], x
    while isinstance(level, (list, tuple)):
        shape.append(len(level))
        level = level[0] if level else None
    flat = x
    for size in shape[1:]:
        if any(not isinstance(row, (list, tuple)) or len(row) != size for row in flat):
            raise ValueError(
                "Lists of text of different lengths have no shape; pad them to one length first."
            )
        flat = [item for row in flat for item in row]
    if any(isinstance(item, (list, tuple)) for item in flat):
        raise ValueError("Lists of text of different depths have no shape.")
    out = np.empty(len(flat), dtype=object)
    out[:] = flat
    return out.reshape(shape)


class StringTensor:
    """A tensor of text on the host.

    Args:
        value: text, or nested lists or an array of it; `str` is kept as UTF-8.

    Example:

    >>> StringTensor([["a", "b"]]).shape
    (1, 2)
    """

    dtype = "string"
    __array_priority__ = 200
    __slots__ = ("_array", "__weakref__")

    def __init__(self, value):
        self._array = encode_array(value)

    @property
    def shape(self):
        return self._array.shape

    @property
    def ndim(self):
        return self._array.ndim

    @property
    def size(self):
        return self._array.size

    def numpy(self):
        """An object array of bytes; bytes for a scalar."""
        return self._array if self._array.ndim else self._array.item()

    def __array__(self, dtype=None, copy=None):
        return self._array if dtype is None else self._array.astype(dtype)

    def item(self):
        """The only element, as bytes."""
        return self._array.item()

    def __len__(self):
        if not self.ndim:
            raise TypeError("A scalar has no len().")
        return len(self._array)

    def __iter__(self):
        if not self.ndim:
            raise TypeError("A scalar cannot be iterated over.")
        return (StringTensor(row) for row in self._array)

    def __getitem__(self, key):
        return StringTensor(self._array[key])

    def __eq__(self, other):
        return self._compared(other, True)

    def __ne__(self, other):
        return self._compared(other, False)

    __hash__ = object.__hash__

    def _compared(self, other, equal):
        from .tensor import convert_to_tensor

        if not is_text(other):
            return NotImplemented
        same = self._array == encode_array(other)
        return convert_to_tensor(np.asarray(same if equal else ~np.asarray(same), dtype=bool))

    def __add__(self, other):
        return StringTensor(self._array + encode_array(other))

    def __radd__(self, other):
        return StringTensor(encode_array(other) + self._array)

    def __bool__(self):
        return bool(self._array.item())

    def __repr__(self):
        return f"<Tensor shape={self.shape} dtype=string value=\n{self.numpy()!r}>"
