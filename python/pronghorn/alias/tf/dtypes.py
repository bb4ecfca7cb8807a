"""tf.dtypes, and the dtypes at the top of tensorflow: names that know a few things."""

import numpy as _np

from ... import ops as _ops

_FLOATS = ("float16", "bfloat16", "float32", "float64")


class DType(str):
    """A dtype's name, with TensorFlow's attributes; equal to the plain name."""

    __slots__ = ()

    @property
    def name(self):
        return str(self)

    @property
    def as_numpy_dtype(self):
        return _np.object_ if self == "string" else _np.dtype(str(self)).type

    @property
    def is_floating(self):
        return self in _FLOATS

    @property
    def is_integer(self):
        return "int" in self

    @property
    def is_bool(self):
        return self == "bool"

    @property
    def min(self):
        return (_np.finfo if self.is_floating else _np.iinfo)(str(self)).min

    @property
    def max(self):
        return (_np.finfo if self.is_floating else _np.iinfo)(str(self)).max

    def __repr__(self):
        return f"tf.{self}"


bfloat16, float16, float32, float64 = map(DType, ("bfloat16", "float16", "float32", "float64"))
half, double = float16, float64
int8, int16, int32, int64 = map(DType, ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(DType, ("uint8", "uint16", "uint32", "uint64"))
bool, string, complex64 = DType("bool"), DType("string"), DType("complex64")


def complex(real, imag, name=None):
    return _ops.view_as_complex(_ops.stack([real, imag], axis=-1))


def cast(x, dtype, name=None):
    return _ops.cast(x, dtype)


def as_dtype(type_value):
    from ...engine.config import standardize_dtype

    return DType(standardize_dtype(type_value))
