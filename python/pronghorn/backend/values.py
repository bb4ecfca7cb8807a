"""Variables, their values, and what is known of a tensor."""

from __future__ import annotations

import math as _math
from typing import Any

import numpy as _np

from .. import ops as _ops
from ..engine import KerasTensor as _KerasTensor
from ..engine import Variable as _Variable
from ..engine.config import floatx as _floatx
from ..engine.config import standardize_dtype as _standardize_dtype


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    value = _ops.convert_to_tensor(value, dtype or _floatx())
    made = _Variable(_ops.copy(value), dtype=dtype or _floatx(), name=name)
    made.constraint = constraint
    return made


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    value = _ops.convert_to_tensor(value, dtype or _floatx())
    return value if shape is None else _ops.broadcast_to(value, shape)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    return variable(_ops.zeros(shape, dtype), dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    return variable(_ops.ones(shape, dtype), dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    return variable(_ops.eye(size, dtype=dtype), dtype, name)


def get_value(x: Any) -> Any:
    return x if isinstance(x, (_np.ndarray, _np.generic)) else _ops.convert_to_numpy(x)


eval = get_value


def set_value(x: Any, value: Any) -> None:
    x.assign(_np.asarray(value).reshape(x.shape))


def batch_get_value(tensors: Any) -> list[Any]:
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Any) -> None:
    for x, value in tuples:
        set_value(x, value)


def shape(x: Any) -> Any:
    return _ops.shape(x)


def int_shape(x: Any) -> Any:
    return tuple(x.shape) if hasattr(x, "shape") else None


def ndim(x: Any) -> int:
    return len(x.shape)


def dtype(x: Any) -> Any:
    return _standardize_dtype(x.dtype)


def count_params(x: Any) -> Any:
    return _math.prod(x.shape)


def is_keras_tensor(x: Any) -> bool:
    return isinstance(x, _KerasTensor)


def is_tensor(x: Any) -> Any:
    return isinstance(x, _KerasTensor) or _ops.is_tensor(x)


def is_sparse(tensor: Any) -> bool:
    return False


def to_dense(tensor: Any) -> Any:
    return tensor


def cast(x: Any, dtype: Any) -> Any:
    return _ops.cast(x, dtype)


def cast_to_floatx(x: Any) -> Any:
    if isinstance(x, (_KerasTensor, _Variable)) or _ops.is_tensor(x):
        return _ops.cast(x, _floatx())
    return _np.asarray(x, dtype=_floatx())
