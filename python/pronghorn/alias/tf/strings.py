"""tf.strings: functions of text, element by element, on the host."""

import re as _re

import numpy as _np

from ... import ops as _ops
from . import texts as _texts


def _coded(encoding, change):
    """change of a str, or of the ASCII letters alone where TensorFlow has no encoding."""
    if encoding in ("utf-8", "UTF-8"):
        return lambda b: change(b.decode("utf-8", "replace")).encode()
    return change


def lower(input, encoding="", name=None):
    return _texts.each(_coded(encoding, lambda s: s.lower()), input)


def upper(input, encoding="", name=None):
    return _texts.each(_coded(encoding, lambda s: s.upper()), input)


def strip(input, name=None):
    return _texts.each(lambda b: b.strip(), input)


def _characters(unit):
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise ValueError(f'`unit` must be "BYTE" or "UTF8_CHAR". Received: {unit!r}')
    return unit == "UTF8_CHAR"


def length(input, unit="BYTE", name=None):
    count = (lambda b: len(b.decode("utf-8", "replace"))) if _characters(unit) else len
    return _texts.each(count, input, "int32")


def substr(input, pos, len, unit="BYTE", name=None):
    start, count, characters = int(pos), int(len), _characters(unit)

    def cut(b):
        s = b.decode("utf-8", "replace") if characters else b
        size = s.__len__()
        if not -size <= start <= size:
            raise ValueError(f"pos {start} is out of range for a text of {size}.")
        first = start + size if start < 0 else start
        piece = s[first : first + count]
        return piece.encode() if characters else piece

    return _texts.each(cut, input)


def _pattern(pattern):
    """A pattern of RE2 as Python's: both know the usual ones."""
    return _re.compile(_texts.decoded(pattern).encode())


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    pattern = _pattern(pattern)
    new = _texts.decoded(rewrite).encode().replace(rb"\0", rb"\g<0>")
    return _texts.each(lambda b: pattern.sub(new, b, count=0 if replace_global else 1), input)


def regex_full_match(input, pattern, name=None):
    pattern = _pattern(pattern)
    return _texts.each(lambda b: pattern.fullmatch(b) is not None, input, "bool")


class Ragged:
    """Rows of different lengths, such as the pieces of several texts, until they are a tensor.

    Args:
        rows: lists of bytes or of numbers.
        dtype: of the tensor.
    """

    def __init__(self, rows, dtype="string"):
        self._rows, self.dtype = rows, dtype

    shape = property(lambda self: (len(self._rows), None))

    def to_list(self):
        return [list(row) for row in self._rows]

    def numpy(self):
        return _np.array([_np.array(row, object) for row in self._rows] + [None], object)[:-1]

    def row_lengths(self):
        return _ops.convert_to_tensor(_np.array([len(row) for row in self._rows], "int64"))

    @property
    def flat_values(self):
        return self._tensor([piece for row in self._rows for piece in row])

    def _tensor(self, values):
        if self.dtype == "string":
            return _texts.StringTensor(values)
        return _ops.convert_to_tensor(values, str(self.dtype))

    values = flat_values

    def to_tensor(self, default_value=None, shape=None):
        """Rows of one length, that of the longest or `shape`'s, filled up with `default_value`."""
        text = self.dtype == "string"
        filler = (b"" if text else 0) if default_value is None else default_value
        filler = _texts.contents(filler) if text else filler
        width = max(map(len, self._rows), default=0)
        width = width if shape is None or shape[-1] is None else shape[-1]
        out = _np.full((len(self._rows), width), filler, dtype=object if text else str(self.dtype))
        for i, row in enumerate(self._rows):
            row = row[:width]
            out[i, : len(row)] = row
        return self._tensor(out)

    def __getitem__(self, index):
        if isinstance(index, int):
            return self._tensor(self._rows[index])
        return Ragged(self._rows[index], self.dtype)

    def __len__(self):
        return len(self._rows)

    def __iter__(self):
        return map(self._tensor, self._rows)


def _pieces(input, cut):
    """The pieces of one text as a vector; of several, as ragged rows."""
    array = _texts.encode_array(input)
    if not array.ndim:
        return _texts.StringTensor(cut(array.item()))
    if array.ndim > 1:
        raise ValueError(f"Expected one text, or a vector of them. Received shape {array.shape}.")
    return Ragged([cut(b) for b in array])


def split(input, sep=None, maxsplit=-1, name=None):
    sep = None if sep is None else _texts.decoded(sep).encode() or None
    return _pieces(input, lambda b: b.split(sep, maxsplit))


def bytes_split(input, name=None):
    return _pieces(input, lambda b: [b[i : i + 1] for i in range(len(b))])


def unicode_split(input, input_encoding="UTF-8", errors="replace", name=None):
    letters = lambda b: [c.encode() for c in b.decode(input_encoding, errors)]
    return _pieces(input, letters)


def unicode_decode(input, input_encoding="UTF-8", errors="replace", name=None):
    text = _texts.contents(input).decode(input_encoding, errors)
    return _ops.convert_to_tensor(_np.array([ord(c) for c in text], "int32"))


def unicode_encode(input, output_encoding="UTF-8", name=None):
    points = _ops.convert_to_numpy(input)
    return _texts.StringTensor("".join(map(chr, points)).encode(output_encoding))


def join(inputs, separator="", name=None):
    arrays = _np.broadcast_arrays(*[_texts.encode_array(x) for x in inputs])
    out = _np.empty(arrays[0].shape, dtype=object)
    between = _texts.decoded(separator).encode()
    for place in _np.ndindex(out.shape):
        out[place] = between.join([array[place] for array in arrays])
    return _texts.StringTensor(out)


def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    array = _texts.encode_array(inputs)
    axes = (
        range(array.ndim) if axis is None else axis if isinstance(axis, (list, tuple)) else [axis]
    )
    axes = [a % array.ndim for a in axes]
    between = _texts.decoded(separator).encode()
    kept = [a for a in range(array.ndim) if a not in axes]
    rows = array.transpose(*kept, *axes).reshape(*[array.shape[a] for a in kept], -1)
    out = _np.empty(rows.shape[:-1], dtype=object)
    for place in _np.ndindex(out.shape):
        out[place] = between.join(rows[place])
    if keepdims:
        out = out.reshape([1 if a in axes else n for a, n in enumerate(array.shape)])
    return _texts.StringTensor(out)


def to_number(input, out_type="float32", name=None):
    kind = float if "float" in str(out_type) else int
    if isinstance(input, Ragged):
        return Ragged([[kind(b.decode()) for b in row] for row in input.to_list()], out_type)
    wide = "float64" if kind is float else "int64"
    return _ops.cast(_texts.each(lambda b: kind(b.decode()), input, wide), str(out_type))


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers as text: floats with 6 decimals, or with `precision` of them."""
    array = _ops.convert_to_numpy(input)
    kind = "e" if scientific else "g" if shortest else "f"
    places = f".{precision}" if precision >= 0 else ""

    def text(x):
        if array.dtype.kind == "b":
            return "true" if x else "false"
        made = f"{x:{places}{kind}}" if array.dtype.kind == "f" else str(x)
        return made.rjust(width, fill or " ") if width > 0 else made

    flat = [text(x) for x in array.ravel().tolist()]
    out = _np.empty(len(flat), dtype=object)
    out[:] = flat
    return _texts.StringTensor(out.reshape(array.shape))


def format(template, inputs, placeholder="{}", summarize=3, name=None):
    inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    for x in inputs:
        shown = _texts.decoded(x) if _texts.is_text(x) else str(_ops.convert_to_numpy(x))
        template = template.replace(placeholder, shown, 1)
    return _texts.StringTensor(template)
