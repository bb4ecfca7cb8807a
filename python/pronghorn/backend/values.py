"""Variables, their values, and what is known of a tensor."""

import math as _math

import numpy as _np

from .. import ops as _ops
from ..engine import KerasTensor as _KerasTensor
from ..engine import Variable as _Variable
from ..engine.config import floatx as _floatx
from ..engine.config import standardize_dtype as _standardize_dtype


def variable(value, dtype=None, name=None, constraint=None):
    value = _ops.convert_to_tensor(value, dtype or _floatx())
    made = _Variable(_ops.copy(value), dtype=dtype or _floatx(), name=name)
    made.constraint = constraint
    return made


def constant(value, dtype=None, shape=None, name=None):
    value = _ops.convert_to_tensor(value, dtype or _floatx())
    return value if shape is None else _ops.broadcast_to(value, shape)


def zeros(shape, dtype=None, name=None):
    return variable(_ops.zeros(shape, dtype), dtype, name)


def ones(shape, dtype=None, name=None):
    return variable(_ops.ones(shape, dtype), dtype, name)


def eye(size, dtype=None, name=None):
    return variable(_ops.eye(size, dtype=dtype), dtype, name)


def get_value(x):
    return x if isinstance(x, (_np.ndarray, _np.generic)) else _ops.convert_to_numpy(x)


eval = get_value


def set_value(x, value):
    x.assign(_np.asarray(value).reshape(x.shape))


def batch_get_value(tensors):
    return [get_value(x) for x in tensors]


def batch_set_value(tuples):
    for x, value in tuples:
        set_value(x, value)


def shape(x):
    return _ops.shape(x)


def int_shape(x):
    return tuple(x.shape) if hasattr(x, "shape") else None


def ndim(x):
    return len(x.shape)


def dtype(x):
    return _standardize_dtype(x.dtype)


def count_params(x):
    return _math.prod(x.shape)


def is_keras_tensor(x):
    return isinstance(x, _KerasTensor)


def is_tensor(x):
    return _ops.is_tensor(x)


def is_sparse(tensor):
    return False


def to_dense(tensor):
    return tensor


def cast(x, dtype):
    return _ops.cast(x, dtype)


def cast_to_floatx(x):
    if isinstance(x, (_KerasTensor, _Variable)) or _ops.is_tensor(x):
        return _ops.cast(x, _floatx())
    return _np.asarray(x, dtype=_floatx())
