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


def _get_shape(self):
    return Shape(self.shape)


def _set_shape(self, shape):
    """Checks the shape, which is found without being told."""
    fits = len(shape) == len(self.shape) and all(
        a is None or b is None or a == b for a, b in zip(shape, self.shape)
    )
    if not fits:
        raise ValueError(f"A tensor of shape {tuple(self.shape)} cannot be of {tuple(shape)}.")


def _eval(self, feed_dict=None, session=None):
    if isinstance(self, KerasTensor):
        raise ValueError(
            f"{self!r} has no value yet. Compute it with `K.function(inputs, [x])` or a model."
        )
    return self.numpy()


def _dimshuffle(self, *pattern):
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


for _cls in CLASSES:
    _cls.get_shape = _get_shape
    _cls.set_shape = _set_shape
    _cls.eval = _eval
    _cls.dimshuffle = _dimshuffle
    _cls._keras_shape = property(lambda self: tuple(self.shape))
    _cls._uses_learning_phase = False


def _get_value(self, borrow=False):
    return self.numpy()


def _set_value(self, new_value, borrow=False):
    self.assign(new_value)


Variable.get_value, Variable.set_value = _get_value, _set_value
