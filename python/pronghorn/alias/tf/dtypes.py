"""tf.dtypes, and the dtypes at the top of tensorflow: names that know a few things."""

import numpy as _np

from ... import ops as _ops
from ...engine.dtypes import show_dtypes as _show_dtypes

_FLOATS = ("float16", "bfloat16", "float32", "float64")


class DType(str):
    """A dtype's name, with TensorFlow's attributes; equal to the plain name."""

    __slots__ = ()

    @property
    def name(self):
        return str(self)

    @property
    def base_dtype(self):
        return self

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
    def is_unsigned(self):
        return self.startswith("uint")

    @property
    def is_complex(self):
        return self.startswith("complex")

    @property
    def is_bool(self):
        return self == "bool"

    @property
    def size(self):
        return 1 if self == "string" else int(self.strip("_abcdefghijklmnopqrstuvwxyz") or 8) // 8

    def is_compatible_with(self, other):
        return as_dtype(other) == self

    @property
    def min(self):
        return (_np.finfo if self.is_floating else _np.iinfo)(str(self)).min

    @property
    def max(self):
        return (_np.finfo if self.is_floating else _np.iinfo)(str(self)).max

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return str, (str(self),)

    def __repr__(self):
        return f"tf.{self}"


class _Shown(DType):
    """What tensors give: shown as the plain name in messages."""

    __slots__ = ()
    __repr__ = str.__repr__


_show_dtypes(_Shown)

bfloat16, float16, float32, float64 = map(DType, ("bfloat16", "float16", "float32", "float64"))
half, double = float16, float64
int8, int16, int32, int64 = map(DType, ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = map(DType, ("uint8", "uint16", "uint32", "uint64"))
bool, string, complex64, complex128 = map(DType, ("bool", "string", "complex64", "complex128"))


def complex(real, imag, name=None):
    return _ops.view_as_complex(_ops.stack([real, imag], axis=-1))


def cast(x, dtype, name=None):
    return _ops.cast(x, dtype)


def as_dtype(type_value):
    from ...engine.config import standardize_dtype

    return DType(standardize_dtype(type_value))
