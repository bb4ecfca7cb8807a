"""What tensors had in Keras 1 and 2, TensorFlow 1 and Theano: `x._keras_shape`,
`x.get_shape().as_list()`, `lr.set_value(0.1)`, `x.dimshuffle(0, "x")`.
"""

from __future__ import annotations

import sys
from typing import Any

from .operators import CLASSES
from .symbolic import KerasTensor
from .variable import Variable


class Size(int):
    """A known size, with TensorFlow 1's `value`."""

    value = property(int)


class Shape(tuple):
    """A shape with TensorFlow's `as_list`; its known sizes have a `value`."""

    def __getitem__(self, key: Any) -> Any:
        item = super().__getitem__(key)
        if isinstance(item, tuple):
            return Shape(item)
        return Size(item) if isinstance(item, int) else item

    def as_list(self) -> list[Any]:
        """The sizes, None for unknown ones."""
        return list(self)

    def is_fully_defined(self) -> bool:
        """Whether all sizes are known."""
        return None not in self

    ndims = property(len)
    rank = ndims


def get_shape(self: Any) -> Shape:
    """The shape, with TensorFlow 1's `as_list()`."""
    return Shape(self.shape)


def set_shape(self: Any, shape: Any) -> None:
    """Checks that the tensor can be of that shape; its own is found without being told.

    Args:
        shape: Sizes, None for any.

    Returns:
        None.

    Raises:
        ValueError: where it is of another shape.

    Example:
        >>> ph.ops.zeros((2, 3)).set_shape((None, 3))
    """
    fits = len(shape) == len(self.shape) and all(
        a is None or b is None or a == b for a, b in zip(shape, self.shape)
    )
    if not fits:
        raise ValueError(f"A tensor of shape {tuple(self.shape)} cannot be of {tuple(shape)}.")


def eval(self: Any, feed_dict: Any = None, session: Any = None) -> Any:
    """A NumPy array of the values.

    Args:
        feed_dict: Ignored.
        session: Ignored.

    Returns:
        Array of the tensor's shape and dtype.

    Example:
        >>> float(ph.ops.sum([1.0, 2.0]).eval())
        3.0

    Raises:
        ValueError: for a symbolic tensor, which has none.
    """
    if isinstance(self, KerasTensor):
        raise ValueError(
            f"{self!r} has no value yet. Compute it with `K.function(inputs, [x])` or a model."
        )
    return self.numpy()


def dimshuffle(self: Any, *pattern: Any) -> Any:
    """The axes in this order, with axes of size 1 for "x"; axes left out must have size 1."""
    ops = sys.modules[__name__.partition(".")[0]].ops
    if len(pattern) == 1 and isinstance(pattern[0], (list, tuple)):
        pattern = pattern[0]
    kept = [axis for axis in pattern if axis != "x"]
    dropped = [axis for axis in range(len(self.shape)) if axis not in kept]
    y = ops.transpose(self, (*kept, *dropped))
    if dropped:
        y = ops.squeeze(y, axis=tuple(range(len(kept), len(kept) + len(dropped))))
    for place, axis in enumerate(pattern):
        if axis == "x":
            y = ops.expand_dims(y, place)
    return y


METHODS = {"get_shape", "set_shape", "eval", "dimshuffle"}  # of tensors, real and symbolic

for _cls in CLASSES:
    _cls.get_shape = get_shape
    _cls.set_shape = set_shape
    _cls.eval = eval
    _cls.dimshuffle = dimshuffle
    _cls._keras_shape = property(lambda self: tuple(self.shape))
    _cls._uses_learning_phase = False


def get_value(self: Variable, borrow: bool = False) -> Any:
    """A NumPy array of the value, as Theano's shared variables gave it.

    Args:
        borrow: Ignored.

    Returns:
        Array of the variable's shape and dtype.

    Example:
        >>> float(ph.Variable(2.0).get_value())
        2.0
    """
    return self.numpy()


def set_value(self: Variable, new_value: Any, borrow: bool = False) -> None:
    """Assigns a value, as to Theano's shared variables.

    Args:
        new_value: Array or number of the variable's shape.
        borrow: Ignored.

    Example:
        >>> rate = ph.Variable(2.0)
        >>> rate.set_value(0.5)
        >>> float(rate.value)
        0.5
    """
    self.assign(new_value)


Variable.get_value, Variable.set_value = get_value, set_value
