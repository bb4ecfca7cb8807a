"""Variables, their values, and what is known of a tensor."""

from __future__ import annotations

import math as _math
import operator as _operator
from typing import Any

import numpy as _np

from .. import ops as _ops
from ..engine import KerasTensor as _KerasTensor
from ..engine import Variable as _Variable
from ..engine.config import floatx as _floatx
from ..engine.config import standardize_dtype as _standardize_dtype
from ..engine.updates import collector as _collector


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """A variable that begins with given values.

    Args:
        value: Number, nested list, array or tensor.
        dtype: Its dtype; floatx where None.
        name: Name of the variable.
        constraint: Function that an optimizer applies to it after each step, or None.

    Returns:
        Variable.

    Example:
        >>> K.get_value(K.variable([[1, 2]])).tolist()
        [[1.0, 2.0]]
    """
    dtype = dtype or _floatx()

    def make():
        made = _Variable(_ops.copy(_ops.convert_to_tensor(value, dtype)), dtype=dtype, name=name)
        made.constraint = constraint
        return made

    collector = _collector()
    return make() if collector is None else collector.variable(make)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A tensor of given values.

    Args:
        value: Number, nested list or array.
        dtype: dtype of the result; floatx where None.
        shape: Shape to which the value is spread; its own where None.
        name: Not used.

    Returns:
        Tensor.

    Example:
        >>> K.constant(7, shape=(2, 2)).tolist()
        [[7.0, 7.0], [7.0, 7.0]]
    """
    value = _ops.convert_to_tensor(value, dtype or _floatx())
    return value if shape is None else _ops.broadcast_to(value, shape)


def _variable_of(value, dtype, name):
    """A variable, but of a shape that only the run knows a tensor of it, as in Keras 2."""
    return value if isinstance(value, _KerasTensor) else variable(value, dtype, name)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that begins with zeros.

    Args:
        shape: Sizes.
        dtype: Its dtype; floatx where None.
        name: Name of the variable.

    Returns:
        Variable of that shape.

    Example:
        >>> K.get_value(K.zeros((2,))).tolist()
        [0.0, 0.0]
    """
    return _variable_of(_ops.zeros(shape, dtype), dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that begins with ones.

    Args:
        shape: Sizes.
        dtype: Its dtype; floatx where None.
        name: Name of the variable.

    Returns:
        Variable of that shape.

    Example:
        >>> K.get_value(K.ones((2,))).tolist()
        [1.0, 1.0]
    """
    return _variable_of(_ops.ones(shape, dtype), dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that begins as the identity matrix.

    Args:
        size: Number of rows and of columns.
        dtype: Its dtype; floatx where None.
        name: Name of the variable.

    Returns:
        Variable (size, size).

    Example:
        >>> K.get_value(K.eye(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return variable(_ops.eye(size, dtype=dtype), dtype, name)


def get_value(x: Any) -> Any:
    """The value of a variable or tensor as a NumPy array."""
    return x if isinstance(x, (_np.ndarray, _np.generic)) else _ops.convert_to_numpy(x)


eval = get_value


def set_value(x: Any, value: Any) -> None:
    """Sets a variable.

    Args:
        x: Variable.
        value: Array of as many elements.

    Example:
        >>> x = K.variable([1.0, 2.0])
        >>> K.set_value(x, [3.0, 4.0])
        >>> K.get_value(x).tolist()
        [3.0, 4.0]
    """
    x.assign(_np.asarray(value).reshape(x.shape))


def batch_get_value(tensors: Any) -> list[Any]:
    """The values of several variables.

    Args:
        tensors: List of variables or tensors.

    Returns:
        List of NumPy arrays.

    Example:
        >>> K.batch_get_value([K.variable([1.0]), K.variable([2.0])])
        [array([1.], dtype=float32), array([2.], dtype=float32)]
    """
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Any) -> None:
    """Sets several variables.

    Args:
        tuples: List of (variable, value).

    Example:
        >>> x = K.variable(1.0)
        >>> K.batch_set_value([(x, 5.0)])
        >>> float(x)
        5.0
    """
    for x, value in tuples:
        set_value(x, value)


class _Sizes(tuple):
    """Sizes that can be reckoned with like the tensor that K.shape gave: `K.shape(x)[1:3] * 2`.

    Beside tensors they are one; `+` with a tuple or list puts them together, as of tuples.
    """

    def __getitem__(self, key: Any) -> Any:
        item = super().__getitem__(key)
        return _Sizes(item) if isinstance(item, tuple) else item

    def _with(self, function, other):
        if isinstance(other, (tuple, list)) and len(other) == len(self):
            return _Sizes(map(function, self, other))
        if isinstance(other, (int, float)) or not hasattr(other, "shape"):
            return _Sizes(function(size, other) for size in self)
        return function(_ops.cast(self, _standardize_dtype(other.dtype)), other)

    def __add__(self, other):
        if isinstance(other, (tuple, list)):
            return _Sizes((*self, *other))
        return self._with(_operator.add, other)

    def __mul__(self, other):
        return self._with(_operator.mul, other)

    def __sub__(self, other):
        return self._with(_operator.sub, other)

    def __truediv__(self, other):
        return self._with(_operator.truediv, other)

    def __floordiv__(self, other):
        return self._with(_operator.floordiv, other)

    def __mod__(self, other):
        return self._with(_operator.mod, other)

    __rmul__ = __mul__


def shape(x: Any) -> Any:
    """The shape of x: sizes that can be reckoned with, integer-like stand-ins for unknown ones.

    Args:
        x: Tensor.

    Returns:
        Tuple of sizes, on which arithmetic goes element by element as on a tensor.

    Example:
        >>> K.shape(np.ones((2, 3, 4)))[1:] * 2
        (6, 8)
    """
    return _Sizes(_ops.shape(x))


def int_shape(x: Any) -> Any:
    """The shape as a tuple with None for unknown sizes; None of what has no shape."""
    return tuple(x.shape) if hasattr(x, "shape") else None


def ndim(x: Any) -> int:
    """The number of x's axes."""
    return len(x.shape)


def dtype(x: Any) -> Any:
    """The name of x's dtype."""
    return _standardize_dtype(x.dtype)


def count_params(x: Any) -> Any:
    """The number of elements of a variable or tensor, whose shape is known."""
    return _math.prod(x.shape)


def is_keras_tensor(x: Any) -> bool:
    """Whether x is a symbolic tensor."""
    return isinstance(x, _KerasTensor)


def is_tensor(x: Any) -> Any:
    """Whether x is a tensor, with values or symbolic."""
    return isinstance(x, _KerasTensor) or _ops.is_tensor(x)


def is_sparse(tensor: Any) -> bool:
    """Whether a tensor is sparse; none is.

    Args:
        tensor: Tensor.

    Returns:
        False.

    Example:
        >>> K.is_sparse(K.constant([0.0]))
        False
    """
    return False


def to_dense(tensor: Any) -> Any:
    """The tensor itself, since none is sparse.

    Args:
        tensor: Tensor.

    Returns:
        The same tensor.

    Example:
        >>> K.to_dense(K.constant([1.0])).tolist()
        [1.0]
    """
    return tensor


def cast(x: Any, dtype: Any) -> Any:
    """The values of x in another dtype; a fraction loses its decimals where that holds integers."""
    return _ops.cast(x, dtype)


def cast_to_floatx(x: Any) -> Any:
    """The values of x in floatx: of a tensor a tensor, of all else a NumPy array."""
    if isinstance(x, (_KerasTensor, _Variable)) or _ops.is_tensor(x):
        return _ops.cast(x, _floatx())
    return _np.asarray(x, dtype=_floatx())
