"""SymDim: a size that is known only when the graph runs, with the arithmetic of a Python number.

`ops.shape(x)[0]` of a symbolic tensor gives one; `SymDim * 2 + 1` and `1 / SymDim` give others, and
a recorded op may hold them in its arguments. `resolve` computes the number from the shapes of the
tensors that it was made of. Inside a shape-only pass there is no tensor to ask: the size is
unknown (None). Beside a tensor it becomes a scalar tensor (`symbolic.size_tensor`).
"""

import operator
import threading

import numpy as np

from . import tensor as tensor_module

FUNCTIONS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "neg": operator.neg,
    "abs": abs,
    "max": max,
    "int": int,
}


_asked = threading.local()


def note_asked():
    """Notes that a size was asked for, or passed on, as a number that it does not have yet."""
    _asked.count = times_asked() + 1


def times_asked():
    """How often that happened in this thread."""
    return getattr(_asked, "count", 0)


class SymDim:
    """A number that is a function of sizes of symbolic tensors.

    Args:
        tensor: The KerasTensor it is a size of, or None for a computed or an anonymous one.
        axis: The axis of `tensor`.
        function: For a computed one, a key of FUNCTIONS.
        operands: What that function gets: numbers and SymDims.
    """

    __slots__ = ("tensor", "axis", "function", "operands", "floating", "text")
    __hash__ = object.__hash__
    __array_ufunc__ = None  # arrays leave the arithmetic to this class

    def __init__(self, tensor=None, axis=0, function=None, operands=(), text=None):
        self.tensor = tensor
        self.axis = axis
        self.function = function
        self.operands = tuple(operands)
        # Whether it is a fraction, as a float is.
        self.floating = function == "truediv" or (
            function != "int"
            and any(x.floating if isinstance(x, SymDim) else isinstance(x, float) for x in operands)
        )
        if text is None:
            if function is not None:
                text = f"{function}({', '.join(map(_text, operands))})"
            else:
                text = f"shape({tensor.name})[{axis}]" if tensor is not None else "?"
        self.text = text

    def tensors(self):
        """The symbolic tensors this size depends on."""
        if self.function is None:
            return [] if self.tensor is None else [self.tensor]
        return [t for x in self.operands if isinstance(x, SymDim) for t in x.tensors()]

    def resolve(self, size_of):
        """The number; `size_of(tensor, axis)` gives the sizes, a SymDim for an unknown one."""
        if self.function is None:
            return self if self.tensor is None else size_of(self.tensor, self.axis)
        values = [x.resolve(size_of) if isinstance(x, SymDim) else x for x in self.operands]
        if any(isinstance(x, SymDim) for x in values):
            return SymDim(function=self.function, operands=values)
        return FUNCTIONS[self.function](*values)  # type: ignore[operator]

    def moved(self, new_tensor):
        """The same size of other tensors: `new_tensor(old)` gives them."""
        if self.function is None:
            return self if self.tensor is None else SymDim(new_tensor(self.tensor), self.axis)
        operands = [x.moved(new_tensor) if isinstance(x, SymDim) else x for x in self.operands]
        return SymDim(function=self.function, operands=operands)

    def get_config(self, saved):
        """Its config, with `saved(tensor)` in the place of tensors."""
        if self.function is None:
            config = {"tensor": saved(self.tensor), "axis": self.axis}
        else:
            operands = [x.get_config(saved) if isinstance(x, SymDim) else x for x in self.operands]
            config = {"function": self.function, "operands": operands}
        return {"class_name": "__size__", "config": config}

    def _unknown(self, wanted):
        note_asked()
        return TypeError(
            f"The size {self.text} is not known while the model is being built, so it cannot be "
            f"used as {wanted}. Use it in arithmetic and in shape arguments; it gets its value "
            "when the model runs."
        )

    def __int__(self):
        raise self._unknown("an int")

    def __index__(self):
        raise self._unknown("an int")

    def __float__(self):
        raise self._unknown("a float")

    def __bool__(self):
        raise self._unknown("a condition")

    def _compare(self, other):
        if _is_number(other) or isinstance(other, SymDim):
            raise self._unknown("a condition")
        return NotImplemented

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def __repr__(self):
        return f"<SymDim {self.text}>"

    def __neg__(self):
        return SymDim(function="neg", operands=(self,), text=f"-{self.text}")

    def __pos__(self):
        return self

    def __abs__(self):
        return SymDim(function="abs", operands=(self,))

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self


def _text(x):
    return x.text if isinstance(x, SymDim) else str(x)


def _is_number(x):
    return isinstance(x, (int, float, np.integer, np.floating))


def _install(name, symbol):
    function = FUNCTIONS[name]

    def apply(left, right, other):
        if isinstance(other, np.ndarray):
            left, right = (
                tensor_module.convert_to_tensor(x) if isinstance(x, SymDim) else x
                for x in (left, right)
            )
            return function(left, right)  # type: ignore[operator]
        if not (_is_number(other) or isinstance(other, SymDim)):
            return NotImplemented
        operands = [x.item() if isinstance(x, np.generic) else x for x in (left, right)]
        text = f"({_text(left)} {symbol} {_text(right)})"
        return SymDim(function=name, operands=operands, text=text)

    setattr(SymDim, f"__{name}__", lambda self, other: apply(self, other, other))
    setattr(SymDim, f"__r{name}__", lambda self, other: apply(other, self, other))


for _name, _symbol in (
    ("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"),
    ("pow", "**"),
):  # fmt: skip
    _install(_name, _symbol)
