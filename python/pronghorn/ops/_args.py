"""How arguments become tensors: weak Python scalars, axes, sizes that only the run knows."""

from __future__ import annotations

import math
import operator
from typing import Any

from ..engine import config, dispatch, symbolic
from ..engine.dtypes import result_type  # noqa: F401
from ..engine.symdim import SymDim, note_asked
from ..engine.tensor import Tensor, convert_to_numpy, convert_to_tensor
from ..engine.variable import Variable

KerasTensor = symbolic.KerasTensor
op = dispatch.op

FLOATS = ("float16", "bfloat16", "float32", "float64")
_RANGES = {"bool": (0, 1)}
for _bits in (8, 16, 32, 64):
    _RANGES[f"uint{_bits}"] = (0, 2**_bits - 1)
    _RANGES[f"int{_bits}"] = (-(2 ** (_bits - 1)), 2 ** (_bits - 1) - 1)
_SCALARS = (bool, int, float)
_64_BITS = (-(2**63), 2**64 - 1)


def tensor(x: Any, dtype: Any = None) -> Tensor:
    """x as a Tensor (a KerasTensor stays what it is)."""
    if type(x) is Tensor and dtype is None:
        return x
    return convert_to_tensor(x, dtype)


def tensors(xs: Any) -> list[Any]:
    """All as tensors; Variables beside KerasTensors stay, to be read when the graph runs."""
    if any(type(x) is KerasTensor for x in xs):
        return [x if isinstance(x, Variable) else tensor(x) for x in xs]
    return [tensor(x) for x in xs]


def number(value, dtype, what):
    """A Python number as an attribute for a result of `dtype`; of an integer no bit is lost.

    Integers that an integer dtype cannot hold wrap, as in a cast; a number of another kind (a NumPy
    scalar, a tensor of one element) is read first.

    Raises:
        ValueError: an integer beyond 64 bits, or too large for a float.
    """
    if not isinstance(value, _SCALARS):
        value = value.item()
    if type(value) is not int:
        return float(value)
    if dtype in FLOATS:
        return _float(value, what)
    low, high = _64_BITS
    if not low <= value <= high:
        raise ValueError(
            f"{what} must fit in 64 bits, {low} to {high}. Received: {_short(value)}; use a "
            "floating number for a larger one."
        )
    return value - 2**64 if value >= 2**63 else value


def _float(value, what):
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{what} is too large for a float: {_short(value)}.") from None


def _short(value):
    text = str(value) if value.bit_length() < 1000 else f"an integer of {value.bit_length()} bits"
    return text


_scalars = {}  # (type, value or its text, dtype, floatx) -> tensor; tensors never change


def weak(value, dtype):
    """A Python scalar as a tensor that does not widen a tensor of `dtype`.

    int8 + 1 stays int8 and float16 * 2.0 float16; an integer tensor with a float gives floatx, bool
    with an integer int32. An integer that `dtype` cannot hold keeps its own type.
    """
    # -0.0 == 0.0, but they are different numbers
    key = (type(value), value or str(value), dtype, config.floatx())
    known = _scalars.get(key)
    if known is None:
        if len(_scalars) > 512:
            _scalars.clear()
        known = _scalars[key] = _weak(value, dtype)
    return known


def _weak(value, dtype):
    kind = type(value)
    if dtype in FLOATS:
        if kind is int and not _64_BITS[0] <= value <= _64_BITS[1]:
            value = _float(value, "a number")
        return convert_to_tensor(value, dtype)
    if dtype == "complex64":
        return convert_to_tensor(value, dtype)
    if kind is float:
        return convert_to_tensor(value, config.floatx())
    if kind is int and dtype != "bool":
        low, high = _RANGES[dtype]
        if low <= value <= high:
            return convert_to_tensor(value, dtype)
    return convert_to_tensor(value)


def beyond(value, dtype):
    """1 for a Python integer above all that an integer or bool dtype holds, -1 below, else 0."""
    low, high = _RANGES.get(dtype, (value, value))
    return (value > high) - (value < low)


def pair(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Both operands as tensors, Python scalars weak."""
    if type(a) is Tensor:
        if type(b) is Tensor:
            return a, b
        if type(b) in _SCALARS:
            return a, weak(b, a.dtype)
    elif type(b) is Tensor and type(a) in _SCALARS:
        return weak(a, b.dtype), b
    if type(a) is SymDim or type(b) is SymDim:
        return _sizes_beside(a, b)
    scalar_a, scalar_b = type(a) in _SCALARS, type(b) in _SCALARS
    if type(a) is KerasTensor or type(b) is KerasTensor:
        a = a if scalar_a or isinstance(a, Variable) else tensor(a)
        b = b if scalar_b or isinstance(b, Variable) else tensor(b)
    else:
        a = a if scalar_a else tensor(a)
        b = b if scalar_b else tensor(b)
    if scalar_a and scalar_b:
        if type(a) is float or type(b) is float:
            return convert_to_tensor(float(a)), convert_to_tensor(float(b))
        return convert_to_tensor(a), convert_to_tensor(b)
    if scalar_a:
        a = weak(a, b.dtype)
    elif scalar_b:
        b = weak(b, a.dtype)
    return a, b


def _sizes_beside(a, b):
    """Both operands as tensors, where one is a size: weak, as the Python number it will be."""
    if type(a) is SymDim and type(b) is not SymDim:
        b = tensor(b)
        return _weak_size(a, b.dtype), b
    a = tensor(a)
    return a, _weak_size(b, a.dtype)


def _weak_size(size, dtype):
    if dtype in FLOATS:
        return symbolic.size_tensor(size, dtype)
    if type(size) is SymDim and size.floating:
        return symbolic.size_tensor(size)
    narrow = dtype in ("bool", "int8", "int16", "uint8", "uint16")  # it may not hold the size
    return symbolic.size_tensor(size, "int32" if narrow else dtype)


def floating(x: Any) -> Tensor:
    """x as a tensor; integers and bool become floatx."""
    x = tensor(x)
    if config.floatx() != "float32" and x.dtype not in FLOATS:
        return cast(x, config.floatx())
    return x


def floats(x: Any) -> Tensor:
    """x as a tensor of real floats, for formulas of several ops: integers and bool in floatx, which
    `floating` leaves to the kernel of one op."""
    x = tensor(x)
    if x.dtype == "complex64":
        raise TypeError("complex64 is not supported here; compute with ops.real(x), ops.imag(x)")
    return x if x.dtype in FLOATS else cast(x, config.floatx())


def wide(x: Any) -> Tensor:
    """x as a tensor in which sums and squares do not overflow: halves become float32, integers and
    bool float32, or float64 where that is floatx. `narrowed` takes what is computed so back."""
    x = tensor(x)
    if x.dtype in ("float32", "float64"):
        return x
    if x.dtype == "complex64":
        raise TypeError("complex64 is not supported here; compute with ops.real(x), ops.imag(x)")
    return cast(x, "float32" if x.dtype in FLOATS or config.floatx() != "float64" else "float64")


def narrowed(x: Any, dtype: Any) -> Tensor:
    """x in `dtype`, in floatx where that is no float."""
    return cast(x, dtype if dtype in FLOATS else config.floatx())


_cast = op("cast")


def cast(x: Any, dtype: Any) -> Tensor:
    """x in the dtype of that name; x itself where it has it already."""
    return x if x.dtype == dtype else _cast((x,), (dtype,))


def exactly(x: Any, dtype: Any) -> Tensor:
    """x in the dtype of that name; Python numbers and lists of them do not pass through floatx."""
    return cast(tensor(x, dtype if dtype in FLOATS else None), dtype)


_where, _isnan = op("where"), op("isnan")


def index(x):
    """x as integers: floats lose their fraction, nan becomes -1, which is no index or class."""
    x = tensor(x)
    if x.dtype in FLOATS:
        return cast(_where((_isnan((x,)), weak(-1, x.dtype), x)), "int64")
    return cast(x, "int32") if x.dtype == "bool" else x


def axes(axis: Any) -> Any:
    """An axis argument (None, an int, or ints: a tuple, list, range, array) as an attribute."""
    if axis is None:
        return None
    if isinstance(axis, (list, tuple)):
        return tuple(operator.index(a) for a in axis)
    try:
        return (operator.index(axis),)
    except TypeError:
        if isinstance(axis, range) or getattr(axis, "ndim", 0) == 1:
            return tuple(operator.index(a) for a in axis)
        raise


def normalize_axis(axis: Any, rank: Any, name: str) -> int:
    """axis in [0, rank). Raises ValueError out of range."""
    axis = operator.index(axis)
    if not -rank <= axis < rank:
        raise ValueError(
            f"{name}: axis {axis} is out of bounds for a tensor of {rank} dimensions; expected "
            f"{-rank} <= axis < {rank}."
        )
    return axis % rank if rank else 0


def shape_of(x):
    """x's shape; a size that only the run knows is a SymDim."""
    shape = x.shape
    return symbolic.shape_of(x) if None in shape else shape


def size(value, what="shape"):
    """One size of a shape argument: an int, -1 for None or unknown, or a SymDim of the graph."""
    if type(value) is int:
        return value
    if value is None:
        return -1
    if isinstance(value, SymDim):
        if value.floating:
            raise TypeError(f"Argument `{what}` must hold integers. Received: {value.text}")
        if any(isinstance(t, KerasTensor) for t in value.tensors()):
            return value
        note_asked()
        return -1
    if type(value) is KerasTensor and (count := counted(value)) is not None:
        return size(count, what)
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"Argument `{what}` must hold integers. Received: {value!r}") from None


def counted(x):
    """The number that a KerasTensor of `ops.size` stands for; None for any other."""
    made = getattr(x, "_keras_history", None)
    row = made and getattr(made.operation, "row", None)
    if not row or row.key != ("numpy", "Size"):
        return None
    (whole,) = made.operation._inbound_nodes[made.node_index].input_tensors
    return math.prod(shape_of(whole))


def sizes(shape: Any, what: str = "shape") -> tuple[Any, ...]:
    """A shape argument (an int, or a sequence of sizes) as a tuple of `size`s."""
    if not isinstance(shape, (list, tuple, int)) and getattr(shape, "shape", None):
        shape = convert_to_numpy(shape).tolist()  # an array or a tensor of sizes
    if isinstance(shape, (list, tuple)):
        return tuple([size(s, what) for s in shape])
    return (size(shape, what),)


def plain(counts: Any) -> Any:
    """Counts as ints and tuples of them: arrays and tensors that have values are taken apart."""
    if isinstance(counts, (list, tuple)):
        return tuple([plain(count) for count in counts])
    if hasattr(counts, "tolist") and not getattr(counts, "is_abstract", False):
        return plain(counts.tolist())
    return counts


def judge_sizes(target):
    """What reshape says of sizes that no tensor could take."""
    numbers = [n for n in target if isinstance(n, int)]
    if any(n < -1 for n in numbers):
        raise ValueError(
            "reshape: each size must be a non-negative integer, or -1 for what remains. Received: "
            f"newshape={target}"
        ) from None
    if numbers.count(-1) > 1:
        raise ValueError(
            f"reshape: there may be at most one unknown dimension (-1). Received: newshape={target}"
        ) from None


def call(native_op: Any, inputs: Any, attrs: Any) -> Any:
    """native_op(inputs, attrs), recorded where only the attributes are symbolic."""
    if symbolic.any_symbolic(attrs) and not any(isinstance(x, KerasTensor) for x in inputs):
        return symbolic.record_op(native_op.name, inputs, attrs)
    return native_op(inputs, attrs)


__all__ = ["KerasTensor", "Tensor", "Variable"]
