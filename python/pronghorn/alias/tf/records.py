"""What tf.io has for TFRecord files and for tensors as bytes."""

import gzip as _gzip
import zlib as _zlib

import numpy as _np

from ... import ops as _ops
from ...data.file_dataset import check_compression as _check_compression
from ...data.records import frame as _frame
from . import protocol as _p
from . import texts as _texts

# numbers of dtypes in TensorFlow's types.proto
_NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "string": 7,
    "complex64": 8, "int64": 9, "bool": 10, "bfloat16": 14, "uint16": 17, "float16": 19,
    "uint32": 22, "uint64": 23,
}  # fmt: skip
# TensorProto's fields of numbers by dtype: what other writers use in place of `tensor_content`
_FLOATS, _DOUBLES, _INTS, _TEXTS, _INT64S, _BOOLS = 5, 6, 7, 8, 10, 11


class TFRecordOptions:
    """How a TFRecord file is compressed: "GZIP", "ZLIB" or not at all."""

    def __init__(self, compression_type=None, **kwargs):
        _check_compression(compression_type)
        self.compression_type = compression_type


class TFRecordWriter:
    """Writes records to a TFRecord file as they come; a `with` block closes it.

    The file is at its place from the start. What was written is in it after `flush` or `close`.
    """

    def __init__(self, path, options=None):
        kind = getattr(options, "compression_type", options)
        _check_compression(kind)
        path = _texts.decoded(path) if _texts.is_text(path) else path
        self._file = _gzip.open(path, "wb") if kind == "GZIP" else open(path, "wb")
        self._deflate = _zlib.compressobj() if kind == "ZLIB" else None

    def write(self, record):
        """Appends bytes as one record."""
        if self._file.closed:
            raise ValueError("This TFRecordWriter is closed.")
        data = record if isinstance(record, (bytes, bytearray)) else _texts.contents(record)
        data = _frame(bytes(data))
        self._file.write(self._deflate.compress(data) if self._deflate else data)

    def flush(self):
        """Has what was written reach the file."""
        if self._deflate:
            self._file.write(self._deflate.flush(_zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self):
        """Ends the file."""
        if not self._file.closed:
            if self._deflate:
                self._file.write(self._deflate.flush())
            self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def serialize_tensor(tensor, name=None):
    """A tensor as the bytes of a TensorProto, which `parse_tensor` reads."""
    if _texts.is_text(tensor):
        array = _texts.encode_array(tensor)
        body = b"".join(_p.field(_TEXTS, text) for text in array.ravel())
        return _texts.StringTensor(_head("string", array.shape) + body)
    tensor = _ops.convert_to_tensor(tensor)
    if str(tensor.dtype) == "bfloat16":
        raise ValueError("tf.io.serialize_tensor: bfloat16 is not served; cast it to float32.")
    array = _np.ascontiguousarray(_ops.convert_to_numpy(tensor))
    data = array.astype(array.dtype.newbyteorder("<")).tobytes()
    return _texts.StringTensor(_head(str(tensor.dtype), tensor.shape) + _p.field(4, data))


def _head(dtype, shape):
    sizes = b"".join(_p.field(2, _p.number(1, n) if n else b"") for n in shape)
    return _p.number(1, _NUMBERS[dtype]) + _p.field(2, sizes)


def parse_tensor(serialized, out_type, name=None):
    """The tensor that `serialize_tensor` wrote.

    Raises:
        ValueError: for bytes that are none, or one of another dtype.
    """
    data, out_type = _texts.contents(serialized), str(out_type)
    try:
        number, shape, content, parts = _read(data)
        dtype = {n: d for d, n in _NUMBERS.items()}.get(number)
        if dtype == out_type:
            return _made(dtype, shape, content, parts)
    except ValueError as error:
        raise ValueError(f"These {len(data)} bytes are no serialized tensor: {error}.") from None
    raise ValueError(
        f"tf.io.parse_tensor: the tensor is of dtype {dtype or f'number {number}'}; expected "
        f"out_type={out_type}."
    )


def _read(data):
    number, shape, content, parts = 0, [], None, []
    for place, kind, value in _p.fields(data):
        if place == 1:
            number = value
        elif place == 2:
            for _, _, dim in (f for f in _p.fields(value) if f[0] == 2):
                shape.append(next((_p.signed(v) for n, _, v in _p.fields(dim) if n == 1), 0))
        elif place == 4:
            content = value
        elif place == _TEXTS:
            parts.append(value)
        elif place in (_FLOATS, _DOUBLES):
            parts.extend(_np.frombuffer(value, "<f4" if place == _FLOATS else "<f8"))
        elif place in (_INTS, _INT64S, _BOOLS):
            parts.extend(_p.whole_numbers(kind, value))
    return number, shape, content, parts


def _made(dtype, shape, content, parts):
    count = int(_np.prod(shape, dtype=int))
    if dtype == "string":
        if len(parts) != count:
            raise ValueError(f"{len(parts)} texts for the shape {tuple(shape)}")
        array = _np.empty(count, object)
        array[:] = parts
        return _texts.StringTensor(array.reshape(shape))
    if dtype == "bfloat16" or (dtype == "float16" and content is None):
        raise ValueError(f"{dtype} in this form is not served")
    if content is not None:
        array = _np.frombuffer(content, _np.dtype(dtype).newbyteorder("<"))
    else:  # the last number stands for all that follow
        array = _np.array(parts + parts[-1:] * (count - len(parts)), dtype)
    return _ops.convert_to_tensor(array.astype(dtype).reshape(shape))
