"""Python's operators and indexing on Tensor, Variable and KerasTensor; methods are in methods.py.

Importing this puts them in the place of engine's placeholders.
"""

import operator

import numpy as np

from ..engine import operators
from ..engine.sized import sized_by_data
from ..engine.symdim import SymDim
from ..engine.tensor import Tensor, symbolic_types
from ..engine.variable import Variable
from . import arrange, array, math, matrix, methods, special
from ._args import call

_NUMBERS = (
    bool, int, float, complex, SymDim, Tensor, Variable, np.ndarray, np.generic, list, tuple
)  # fmt: skip


def _usable(x):
    return isinstance(x, _NUMBERS) or isinstance(x, symbolic_types)


def _forward(function):
    def method(self, other):
        return function(self, other) if _usable(other) else NotImplemented

    return method


def _reversed(function):
    def method(self, other):
        return function(other, self) if _usable(other) else NotImplemented

    return method


def _quotient_and_rest(a, b):
    return math.floor_divide(a, b), math.mod(a, b)


_BITS = {"and": special.bitwise_and, "or": special.bitwise_or, "xor": special.bitwise_xor}


def _is_whole(x):
    """Whether bits can be looked at: integers that have values, as in NumPy. Of Variables and
    KerasTensors these operators are logical."""
    arrays = (Tensor, np.ndarray, np.generic)
    return type(x) is int or (isinstance(x, arrays) and "int" in str(x.dtype))


def _logical_or_bits(name, logical):
    def function(x1, x2):
        whole = (_is_whole(x1) or type(x1) is bool) and (_is_whole(x2) or type(x2) is bool)
        return (_BITS[name] if whole else logical)(x1, x2)

    return function


def _invert(x):
    return special.bitwise_not(x) if _is_whole(x) else math.logical_not(x)


_BINARY = {
    "add": math.add,
    "sub": math.subtract,
    "mul": math.multiply,
    "truediv": math.divide,
    "floordiv": math.floor_divide,
    "mod": math.mod,
    "divmod": _quotient_and_rest,
    "pow": math.power,
    "matmul": matrix.matmul,
    "and": _logical_or_bits("and", math.logical_and),
    "or": _logical_or_bits("or", math.logical_or),
    "xor": _logical_or_bits("xor", math.logical_xor),
}
_COMPARE = {
    "lt": math.less,
    "le": math.less_equal,
    "gt": math.greater,
    "ge": math.greater_equal,
    "eq": math.equal,
    "ne": math.not_equal,
}
_UNARY = {"neg": math.negative, "abs": math.abs, "invert": _invert, "pos": array.copy}


class BadIndexError(IndexError, ValueError):
    """An index that a tensor does not have: NumPy's error, and the one that Keras raises."""


def _position(index, x, axis, given):
    """One integer index, checked where the size is known."""
    length = x.shape[axis]
    if length is not None and not -length <= index < length:
        raise BadIndexError(
            f"index {index} is out of range for axis {axis} of a tensor of shape {tuple(x.shape)} "
            f"(in [{given!r}])"
        )
    return index


def _edge(value, otherwise):
    if value is None:
        return otherwise
    if isinstance(value, SymDim):
        return value if value.tensors() else operator.index(value)
    return max(array.OPEN_START, min(operator.index(value), array.OPEN_END))


def _expand(key, rank):
    """The key with its Ellipsis (or the missing axes) written out as full slices."""
    key = list(key) if isinstance(key, tuple) else [key]
    dots = [i for i, k in enumerate(key) if k is Ellipsis]
    if len(dots) > 1:
        raise BadIndexError("an index can only have a single Ellipsis (...)")
    used = 0
    for k in key:
        if k is not None and k is not Ellipsis:
            used += k.ndim if _is_mask(k) else 1
    if used > rank:
        raise BadIndexError(f"too many indices: {used} for a tensor of {rank} dimensions")
    full = [slice(None)] * (rank - used)
    at = dots[0] if dots else len(key)
    return key[:at] + full + key[at + 1 :]


def _is_lookup(k):
    """Whether an index is looked up in a table rather than sliced."""
    if isinstance(k, symbolic_types) or (isinstance(k, Tensor) and k.is_abstract):
        return True
    return isinstance(k, (list, np.ndarray, Tensor, Variable)) and np.ndim(k) > 0


def _is_mask(k):
    kinds = (np.ndarray, Tensor, *symbolic_types)
    return isinstance(k, kinds) and k.dtype == "bool" and len(k.shape) > 0


def getitem(x, key):
    """x[key] for ints, slices, None, Ellipsis, one integer tensor, or one bool mask (eager only).

    Raises:
        IndexError: a position out of range, or too many of them.
        TypeError: an index of another kind.
    """
    x = x.value if isinstance(x, Variable) else x
    key = _expand(key, len(x.shape))
    begin, end, step = [], [], []
    lookup = None  # (axis in x, index tensor, how many axes it takes)
    places = []  # the result before lookup: "old" axis kept, "drop", "new"
    axis = 0
    for k in key:
        if k is None:
            places.append("new")
            continue
        if isinstance(k, slice):
            stride = 1 if k.step is None else _edge(k.step, 1)
            if stride == 0:
                raise ValueError("a slice's step cannot be 0")
            begin.append(_edge(k.start, 0 if stride > 0 else array.OPEN_END))
            end.append(_edge(k.stop, array.OPEN_END if stride > 0 else array.OPEN_START))
            step.append(stride)
            places.append("old")
        elif _is_lookup(k):
            if lookup is not None:
                raise BadIndexError(
                    "at most one index may be a tensor or a list; use take for others"
                )
            if isinstance(k, list):
                k = np.asarray(k)
            count = len(k.shape) if _is_mask(k) else 1
            lookup = (len([p for p in places if p != "drop"]), k, count)
            for _ in range(count):
                begin.append(0)
                end.append(array.OPEN_END)
                step.append(1)
                places.append("old")
            axis += count
            continue
        elif isinstance(k, SymDim) and k.tensors():
            begin.append(k)
            end.append(k + 1)  # type: ignore[operator]
            step.append(1)
            places.append("drop")
        else:
            try:
                index = operator.index(k)
            except TypeError:
                if isinstance(k, SymDim):
                    raise
                raise TypeError(
                    "a tensor is indexed by integers, slices, None, Ellipsis or an integer tensor. "
                    f"Received: {k!r}"
                ) from None
            index = _position(index, x, axis, k)
            begin.append(index)
            end.append(index + 1 if index != -1 else array.OPEN_END)
            step.append(1)
            places.append("drop")
        axis += 1
    whole = all(b == 0 and e == array.OPEN_END and s == 1 for b, e, s in zip(begin, end, step))
    y = x if whole else call(array._slice, (x,), (tuple(begin), tuple(end), tuple(step)))
    if "drop" in places or "new" in places:
        sizes = iter(array.shape_of(y))
        target = []
        for place in places:
            s = 1 if place == "new" else next(sizes)
            if place != "drop":
                target.append(s)
        y = array.reshape(y, tuple(target))
    if lookup is None:
        return y
    result = _look_up(y, *lookup)
    # as in NumPy: beside integers that a slice separates from it, a tensor's axes go first
    fancy = [i for i, k in enumerate(key) if k is not None and not isinstance(k, slice)]
    if fancy and fancy[-1] - fancy[0] >= len(fancy) and lookup[0]:
        axes = len(result.shape) - len(y.shape) + lookup[2]
        order = range(lookup[0], lookup[0] + axes)
        result = array.moveaxis(result, tuple(order), tuple(range(axes)))
    return result


@sized_by_data(
    lambda x, mask, axis: (
        (*x.shape[:axis], None, *x.shape[axis + len(mask.shape) :]),
        x.dtype,
    )
)
def boolean_mask(x, mask, axis):
    """The elements where a mask holds."""
    return _look_up(x, axis, mask, len(mask.shape))


def _look_up(x, axis, index, count):
    if _is_mask(index) and getattr(index, "is_abstract", False):
        return boolean_mask(x, index, axis)
    if _is_mask(index):
        mask = np.asarray(index)
        if mask.shape != tuple(x.shape[axis : axis + count]):
            raise BadIndexError(
                f"a mask of shape {mask.shape} does not match axes {axis} to {axis + count - 1} "
                f"of a tensor of shape {tuple(x.shape)}"
            )
        dims = array.shape_of(x)
        x = array.reshape(x, (*dims[:axis], -1, *dims[axis + count :]))
        index = np.flatnonzero(mask)
    return array.take(x, index, axis)


def _length(self):
    shape = self.shape
    if not shape:
        raise TypeError("len() of a tensor without axes")
    if shape[0] is None:
        raise TypeError("len() of a tensor whose first size is unknown; use ops.shape(x)[0]")
    return shape[0]


def _iterate(self):
    if not self.shape:
        raise TypeError("iteration over a tensor without axes")
    return (getitem(self, i) for i in range(_length(self)))


def _round(self, ndigits=None):
    return math.round(self, ndigits or 0)


def _equal_variable(self, other):
    """Elementwise, but for another Variable: a variable is itself, looked up in lists and dicts."""
    if isinstance(other, Variable):
        return self is other
    return math.equal(self, other) if _usable(other) else NotImplemented


def _differs_from_variable(self, other):
    if isinstance(other, Variable):
        return self is not other
    return math.not_equal(self, other) if _usable(other) else NotImplemented


def _functions(of):
    """{name of a method of tensors: function}; `of` gives what stands for a function of ops."""
    found = {f"__{name}__": _forward(of(function)) for name, function in _BINARY.items()}
    found.update((f"__r{name}__", _reversed(of(function))) for name, function in _BINARY.items())
    found.update((f"__{name}__", _forward(of(function))) for name, function in _COMPARE.items())
    for name, function in _UNARY.items():
        found[f"__{name}__"] = methods.plain(of(function))
    found.update(__round__=_round, __getitem__=getitem, __len__=_length, __iter__=_iterate)
    found.update(methods.methods(of))
    return found


def _put(cls, functions):
    for name in operators.names():
        if operators.offers(cls, name):
            setattr(cls, name, functions[name])


def install_symbolic(nodes):
    """Gives KerasTensors the operators and methods that are one node each.

    Args:
        nodes: Functions of ops -> the same that is one node.
    """
    functions = _functions(lambda function: nodes.get(function, function))
    functions["__truediv__"] = _forward(math.true_divide)
    functions["__rtruediv__"] = _reversed(math.true_divide)
    part = arrange.get_item

    def getitem_symbolic(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        ends = [(k.start, k.stop, k.step) for k in keys if isinstance(k, slice)]
        if any(isinstance(end, SymDim) for group in ends for end in group):
            return getitem(self, key)  # its sizes are the node's own
        keys = tuple(np.asarray(k) if isinstance(k, list) else k for k in keys)
        return part(self, keys if isinstance(key, tuple) else keys[0])

    functions["__getitem__"] = getitem_symbolic
    _put(operators.KerasTensor, functions)
    operators.KerasTensor.T = property(nodes[array.transpose], doc=methods.T.__doc__)


def _install():
    functions = _functions(lambda function: function)
    for cls in operators.CLASSES:
        _put(cls, functions)
        cls.T = methods.T
    Variable.__eq__, Variable.__ne__ = _equal_variable, _differs_from_variable
    for cls in operators.CLASSES:
        cls.__hash__ = object.__hash__


_install()
