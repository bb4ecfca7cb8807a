"""SymDim: a size that is known only when the graph runs, with integer arithmetic.

`ops.shape(x)[0]` of a symbolic tensor gives one; `SymDim * 2 + 1` gives another, and a recorded op
may hold them in its arguments. `resolve` computes the integer from the shapes of the tensors that
it was made of. Inside a shape-only pass there is no tensor to ask: the size is unknown (None).
"""

import operator


class SymDim:
    """An integer that is a function of sizes of symbolic tensors.

    Args:
        tensor: The KerasTensor it is a size of, or None for a computed or an anonymous one.
        axis: The axis of `tensor`.
    """

    __slots__ = ("tensor", "axis", "function", "operands", "text")
    __hash__ = object.__hash__

    def __init__(self, tensor=None, axis=0, function=None, operands=(), text=None):
        self.tensor = tensor
        self.axis = axis
        self.function = function
        self.operands = operands
        self.text = text or (f"shape({tensor.name})[{axis}]" if tensor is not None else "?")

    def tensors(self):
        """The symbolic tensors this size depends on."""
        if self.function is None:
            return [] if self.tensor is None else [self.tensor]
        return [t for x in self.operands if isinstance(x, SymDim) for t in x.tensors()]

    def resolve(self, size_of):
        """The integer; `size_of(tensor, axis)` gives the sizes."""
        if self.function is None:
            if self.tensor is None:
                raise self._unknown("an int")
            return size_of(self.tensor, self.axis)
        values = [x.resolve(size_of) if isinstance(x, SymDim) else x for x in self.operands]
        return self.function(*values)

    def moved(self, new_tensor):
        """The same size of other tensors: `new_tensor(old)` gives them."""
        if self.function is None:
            return self if self.tensor is None else SymDim(new_tensor(self.tensor), self.axis)
        operands = tuple(x.moved(new_tensor) if isinstance(x, SymDim) else x for x in self.operands)
        return SymDim(function=self.function, operands=operands, text=self.text)

    def _unknown(self, wanted):
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

    def __repr__(self):
        return f"<SymDim {self.text}>"

    def __neg__(self):
        return SymDim(function=operator.neg, operands=(self,), text=f"-{self.text}")


def _install(name, symbol):
    function = getattr(operator, name)

    def text(x):
        return x.text if isinstance(x, SymDim) else str(x)

    def make(left, right):
        return SymDim(
            function=function, operands=(left, right), text=f"({text(left)} {symbol} {text(right)})"
        )

    def forward(self, other):
        return make(self, other) if isinstance(other, (int, SymDim)) else NotImplemented

    def reverse(self, other):
        return make(other, self) if isinstance(other, (int, SymDim)) else NotImplemented

    setattr(SymDim, f"__{name}__", forward)
    setattr(SymDim, f"__r{name}__", reverse)


for _name, _symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("floordiv", "//"), ("mod", "%")):
    _install(_name, _symbol)
