"""KerasTensor: what a value of a model is while the model is being built."""

from __future__ import annotations

import itertools
from collections import namedtuple
from typing import TYPE_CHECKING, Any

from . import tensor
from .config import standardize_dtype
from .naming import auto_name
from .symdim import SymDim

if TYPE_CHECKING:
    from .operator_types import TensorOperators
    from .types import Identifier
else:
    TensorOperators = object  # ops puts the operators on the class itself


KerasHistory = namedtuple("KerasHistory", ["operation", "node_index", "tensor_index"])

_keys = itertools.count()

shown: dict[str, Any] = {}  # what stands for a dtype's name (engine/dtypes.py); empty: the name


class NoValueError(TypeError, ValueError, NotImplementedError):
    """A symbolic tensor where a value is needed: each of the errors that Keras raises there."""


class KerasTensor(TensorOperators):
    """A placeholder with a shape and a dtype but no values; unknown sizes are None.

    Args:
        shape: Tuple of int or None.
        dtype: Dtype in any spelling; None is floatx.
        sparse, ragged: Kept; what computes knows dense tensors alone.
        record_history: Kept.
        name: Name; made up where missing.

    Raises:
        ValueError: for `sparse` and `ragged` at once, and for what is no dtype.

    Example:
        >>> x = keras.KerasTensor((None, 3))
        >>> ops.sum(x, axis=1).shape
        (None,)
    """

    __slots__ = ("_source", "__dict__", "__weakref__")
    is_abstract = True

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if sparse and ragged:
            raise ValueError("A KerasTensor cannot have `sparse=True` and `ragged=True` at once.")
        if not hasattr(shape, "__iter__"):
            raise ValueError(
                f"Cannot convert '{shape}' to a shape: a tuple of sizes, or None each."
            )
        self._shape = tuple(_size(s) for s in shape)
        self._dtype = standardize_dtype(dtype)
        self._layout = bool(sparse), bool(ragged)
        self.record_history = record_history
        self.name = name or auto_name("keras_tensor")
        self._key = next(_keys)  # what values are filed under when a graph runs

    @classmethod
    def _again(cls, state, source):
        """The tensor of a kept state, which both share from then on."""
        tensor = object.__new__(cls)
        tensor.__dict__ = state
        tensor._source = source
        return tensor

    def __reduce__(self):
        """A copy or pickle is a placeholder alone: it comes from nowhere."""
        return _placeholder, (type(self), self._shape, self._dtype, *self._layout, self.name)

    @property
    def _keras_history(self):
        """(operation, node_index, tensor_index) that it comes from."""
        return self._source  # an AttributeError where it comes from nowhere

    @_keras_history.setter
    def _keras_history(self, value):
        self._source = value

    def _immutable(self, name):
        return AttributeError(f"The `{name}` attribute of KerasTensor is immutable.")

    @property
    def shape(self) -> Any:
        """The shape as a tuple, None for unknown sizes."""
        return self._shape

    @shape.setter
    def shape(self, value: Any) -> None:
        raise self._immutable("shape")

    @property
    def dtype(self) -> Any:
        """The name of the dtype that values will have."""
        return shown.get(self._dtype, self._dtype) if shown else self._dtype

    @dtype.setter
    def dtype(self, value: Any) -> None:
        raise self._immutable("dtype")

    @property
    def sparse(self) -> Any:
        """Whether it was declared sparse."""
        return self._layout[0]

    @sparse.setter
    def sparse(self, value: Any) -> None:
        raise self._immutable("sparse")

    @property
    def ragged(self) -> Any:
        """Whether it was declared ragged."""
        return self._layout[1]

    @ragged.setter
    def ragged(self, value: Any) -> None:
        raise self._immutable("ragged")

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._shape)

    def __repr__(self):
        return (
            f"<KerasTensor shape={self._shape}, dtype={self._dtype}, sparse={self.sparse}, "
            f"ragged={self.ragged}, name={self.name}>"
        )

    def logits(self, activation: Identifier, axis: Any = -1) -> None:
        """None: what a tensor is the softmax or sigmoid of is known when the graph runs.

        Args:
            activation: `"softmax"` or `"sigmoid"`.
            axis: The axis of a softmax.
        """
        return None

    def _no_value(self, wanted):
        return NoValueError(
            f"A KerasTensor doesn't have any actual numerical value and cannot be {wanted}. "
            f"Received: {self}. It stands for a value of a model that is being built; call layers "
            "and `pronghorn.ops` on it, or put other computation into a Layer's `call`."
        )

    def __array__(self, *args, **kwargs):
        raise self._no_value("converted to a NumPy array")

    def __bool__(self):
        raise self._no_value("used as a boolean")

    def __int__(self):
        raise self._no_value("converted to an int")

    def __float__(self):
        raise self._no_value("converted to a float")

    def __index__(self):
        raise self._no_value("converted to an int")

    def __iter__(self):
        raise self._no_value("iterated over")


def _placeholder(cls, shape, dtype, sparse, ragged, name):
    return cls(shape, dtype=dtype, sparse=sparse, ragged=ragged, name=name)


def _size(size):
    if size is None or isinstance(size, SymDim):
        return None
    size = int(size)
    return None if size < 0 else size


tensor.symbolic_types = (KerasTensor,)
