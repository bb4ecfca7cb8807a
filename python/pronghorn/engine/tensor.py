"""Tensor conversion: what becomes a Tensor, with which dtype, and back to NumPy."""

import numpy as np

from .. import _core
from . import config
from .refusal import ragged, refusal

Tensor = _core.Tensor

# KerasTensor's class, set by symbolic.py: it passes through conversions untouched.
symbolic_types: tuple = ()
# Variable's class, set by variable.py.
variable_types: tuple = ()
# SymDim's class and what makes a tensor of sizes, set by symbolic.py.
size_types: tuple = ()
size_tensor = None


def _again(array, dtype, mask):
    """A pickled tensor."""
    tensor = convert_to_tensor(array, dtype)
    if mask is not None:
        tensor._keras_mask = mask
    return tensor


Tensor.__reduce__ = lambda self: (
    _again, (self.numpy(), self.dtype, getattr(self, "_keras_mask", None))
)  # fmt: skip
# a tensor never changes
Tensor.__copy__ = lambda self: self
Tensor.__deepcopy__ = lambda self, memo: self


def is_tensor(x) -> bool:
    """Whether x is a (real or abstract) Tensor."""
    return isinstance(x, Tensor)


def convert_to_tensor(x, dtype=None):
    """A Tensor of x: a tensor, variable, array, scalar or nested list of numbers.

    Python floats get floatx, ints int32, bools bool; NumPy arrays keep their dtype; lists of
    floats get floatx. Arrays are copied unless nobody can change them (those of bytes objects and
    of tensors). Symbolic tensors pass through.

    Raises:
        TypeError: for strings, objects and ragged lists.
    """
    if isinstance(x, Tensor):
        tensor = x
    elif isinstance(x, variable_types):
        tensor = x.value
    elif isinstance(x, symbolic_types):
        return x
    elif isinstance(x, size_types) or (isinstance(x, (list, tuple)) and _holds_sizes(x)):
        return size_tensor(x, dtype)
    else:
        tensor = _from_foreign(x, dtype)
    if dtype is not None:
        dtype = config.standardize_dtype(dtype)
        if tensor.dtype != dtype:
            return cast_tensor(tensor, dtype)
    return tensor


def filled_by(shape, dtype, fill):
    """A Tensor that a function fills in place, so that no second copy of its numbers is made.

    Args:
        shape: Tuple of known sizes.
        dtype: Name of an integer or floating dtype that NumPy has.
        fill: Takes a NumPy array of that shape and dtype, writes to all of it, and keeps no
            reference to it.
    """

    def fill_array(view):
        fill(np.frombuffer(view, dtype).reshape(shape))

    return _core.filled_by(shape, dtype, fill_array)


_cast = None


def cast_tensor(tensor, dtype):
    """One native cast of a Tensor."""
    global _cast
    if _cast is None:
        _cast = _core.Op("cast")
    return _cast((tensor,), (dtype,))


# what an array may hold to be taken as it is
_NATIVE = frozenset(map(np.dtype, "? u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8".split()))


def _from_foreign(x, dtype):
    kind = type(x)
    if kind is np.ndarray and x.dtype in _NATIVE:
        return _core.from_numpy(x, True)
    if kind is float:
        return _core.scalar(x, config.standardize_dtype(dtype))
    if kind is bool:
        return _core.scalar(float(x), "bool" if dtype is None else config.standardize_dtype(dtype))
    if kind is int:
        if dtype is None:
            dtype = "int32" if -(2**31) <= x < 2**31 else "int64"
        if abs(x) < 2**53:
            return _core.scalar(float(x), config.standardize_dtype(dtype))
        x = np.asarray(x)
    if isinstance(x, np.ndarray):
        array = x
    elif hasattr(x, "__dlpack__") and not isinstance(x, np.generic):
        array = np.from_dlpack(x)
    else:
        if isinstance(x, (list, tuple)) and _holds_tensors(x):
            return _packed(x)
        try:
            array = np.asarray(x)
            if array.dtype == np.float64 and dtype in ("int64", "uint64"):
                array = np.asarray(x, dtype)  # integers on both sides of 2^63: by way of no float
        except ValueError as error:
            if isinstance(error, TypeError):  # a KerasTensor inside says what it is
                raise
            raise ragged(x, error) from None
        if dtype is None and not isinstance(x, np.generic) and not hasattr(x, "dtype"):
            if array.dtype == np.float64:
                array = array.astype(
                    config.floatx() if config.floatx() != "bfloat16" else "float32"
                )
            elif array.dtype == np.int64 and (
                array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
            ):
                array = array.astype("int32")
    kind = array.dtype.kind
    if kind not in "fiub" or array.dtype.itemsize > 8:
        if kind == "O" and array.size and all(type(i) in (int, float) for i in array.flat):
            array = _wide_integers(array, dtype)
            kind = array.dtype.kind
        if kind == "V" and array.dtype.name == "bfloat16":  # of ml_dtypes
            return cast_tensor(_core.from_numpy(array.astype("float32"), True), "bfloat16")
        if kind == "c":
            array = array.astype("complex64", copy=False)
        if kind in "OSUVMm":
            raise refusal(x, array)
        if kind == "f" and array.dtype.itemsize > 8:  # long double
            array = array.astype("float64")
    return _core.from_numpy(array, True)


def _wide_integers(array, dtype):
    """Numbers of which one is an integer beyond 64 bits: they fit in floats alone."""
    if dtype is None and any(type(i) is float for i in array.flat):
        dtype = config.floatx()
    if dtype is not None and config.is_float_dtype(config.standardize_dtype(dtype)):
        try:
            return array.astype("float64")
        except OverflowError:
            pass
    largest = max((i for i in array.flat if type(i) is int), key=abs)
    text = str(largest) if largest.bit_length() <= 128 else f"one of {largest.bit_length()} bits"
    raise ValueError(
        f"An integer does not fit in 64 bits: {text}. Use a floating number, or a floating dtype "
        "that holds it."
    )


def _holds_sizes(items) -> bool:
    return len(items) < 64 and any(isinstance(i, size_types) for i in items)


def _holds_tensors(items) -> bool:
    kinds = (Tensor, *variable_types)
    return any(
        isinstance(i, kinds) or (isinstance(i, (list, tuple)) and _holds_tensors(i)) for i in items
    )


def _leaves(x):
    for i in x:
        if isinstance(i, (list, tuple)):
            yield from _leaves(i)
        else:
            yield i


def _met(number):
    """The dtype that a Python number counts as beside tensors."""
    if type(number) is int:
        return int if -(2**31) <= number < 2**31 else "int64"
    if type(number) in (bool, float):
        return "bool" if type(number) is bool else float
    return convert_to_tensor(
        np.asarray(number) if isinstance(number, symbolic_types) else number
    ).dtype


def _packed(x):
    """One tensor of a nested list that holds tensors, stacked so that gradients flow."""
    from .dtypes import result_type

    kinds = (Tensor, *variable_types, np.ndarray, np.generic)
    leaves = list(_leaves(x))
    dtype = result_type(*(i.dtype if isinstance(i, kinds) else _met(i) for i in leaves))
    return _stacked(x, dtype, _core.Op("concat"), _core.Op("reshape"))


def _stacked(part, dtype, concat, reshape):
    if not isinstance(part, (list, tuple)):
        return convert_to_tensor(part, dtype)
    rows = [_stacked(i, dtype, concat, reshape) for i in part]
    shapes = {tuple(row.shape) for row in rows}
    if len(shapes) > 1:
        raise ValueError(
            f"A list of tensors of the shapes {sorted(shapes, key=str)} makes no tensor; "
            "pad or reshape them to one shape."
        )
    if not rows:
        return convert_to_tensor([], dtype)
    return concat(tuple(reshape((row,), ((1, *row.shape),)) for row in rows), (0,))


def _numpy_nest(x):
    if isinstance(x, (list, tuple)):
        return [_numpy_nest(i) for i in x]
    return convert_to_numpy(x)


def convert_to_numpy(x):
    """A NumPy array of x. Of a Tensor: a read-only view; later updates never change it."""
    if isinstance(x, Tensor):
        return x.host_view()
    if isinstance(x, variable_types):
        return np.asarray(x.numpy())
    if isinstance(x, (list, tuple)) and _holds_tensors(x):
        x = _numpy_nest(x)
    return np.asarray(x)


def own_array(x):
    """A NumPy array of x that is the caller's own to write to."""
    return np.array(convert_to_numpy(x))
