"""Variable: a named tensor that training changes. Reads and writes go through the current trace."""

from __future__ import annotations

import math
import operator
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from . import config
from . import tensor as tensor_module
from .memory import make_room
from .naming import auto_name, check_name, current_path
from .tensor import Tensor, convert_to_tensor

if TYPE_CHECKING:
    from .operator_types import TensorOperators
else:
    TensorOperators = object  # ops puts the operators on the class itself


class _Autocast(threading.local):
    dtype = None  # what reads give inside an autocasting layer of a mixed-precision policy


_autocast = _Autocast()


_by_cell = weakref.WeakValueDictionary()  # Variables by their handle's id


class autocast_scope:
    """Inside, float variables made with autocast=True read as this dtype (None: their own)."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __enter__(self):
        self._before = _autocast.dtype
        _autocast.dtype = self.dtype
        return self

    def __exit__(self, *exc):
        _autocast.dtype = self._before


class _Room(threading.local):
    left = None  # bytes that new variables may still have; None: any number


_room = _Room()


class limited_sizes:
    """Inside, new variables have at most so many bytes together, or ValueError."""

    def __init__(self, nbytes):
        self.nbytes = nbytes

    def __enter__(self):
        self._before, _room.left = _room.left, self.nbytes
        return self

    def __exit__(self, *exc):
        _room.left = self._before


def _take_room(shape, dtype, name):
    bits = "".join(filter(str.isdigit, dtype.partition("_")[0])) or "8"
    size = math.prod(shape) * int(bits) // 8
    if size > _room.left:
        raise ValueError(
            f"Variable '{name}' of shape {shape} would have {size} bytes, where {_room.left} are "
            "left for what is read: the configuration does not go with the weights of its file."
        )
    _room.left -= size


def _zeros(shape, dtype=None):
    return np.zeros(shape, dtype if dtype != "bfloat16" else "float32")


# Finds an initializer by its name; the initializers, which stand above, put theirs here.
find_initializer = None


def named_initializer(name):
    if name == "zeros":
        return _zeros
    if find_initializer is None:
        raise ValueError(f"Initializers are not loaded, so {name!r} is unknown here.")
    return find_initializer(name)


class Variable(TensorOperators):
    """A mutable tensor with a fixed shape and dtype.

    Args:
        initializer: a callable ``(shape, dtype=...)``, a name of one, or an initial value (array,
            scalar, tensor).
        shape: tuple of sizes; required with a callable.
        dtype: dtype name; default: floatx for callables and floats, else the value's.
        trainable: whether tapes watch it and optimizers update it.
        autocast: whether a mixed-precision layer reads it in its compute dtype.
        aggregation, synchronization: how replicas would combine: kept, since there is one.
        name: a name without "/"; made up when missing.
        layout: kept.

    Raises:
        ValueError: without a shape for a callable, or for an unknown size.

    Example:
        >>> v = keras.Variable([1.0, 2.0], name="v")
        >>> v.assign_add([1.0, 1.0]).tolist()
        [2.0, 3.0]
        >>> v
        <Variable path=v, shape=(2,), dtype=float32, value=[2. 3.]>
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise TypeError(f"Variable received unknown arguments: {', '.join(sorted(kwargs))}.")
        self.name = name if name is not None else auto_name("variable")
        check_name(self.name)
        prefix = current_path()
        self.path = f"{prefix}/{self.name}" if prefix else self.name
        self._trainable = bool(trainable)
        self.autocast = bool(autocast)
        if aggregation not in (None, "none", "mean", "sum", "only_first_replica"):
            raise ValueError(
                "`aggregation` must be None, 'none', 'mean', 'sum' or 'only_first_replica'. "
                f"Received: aggregation={aggregation!r}"
            )
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.layout = layout
        self.regularizer = None
        self.constraint = None
        self.overwrite_with_gradient = False
        if isinstance(initializer, str):
            initializer = named_initializer(initializer)
        self._initializer = initializer if callable(initializer) else None
        with _core.Suspend():
            if callable(initializer):
                if shape is None:
                    raise ValueError(
                        "When creating a Variable from an initializer, the `shape` must be given "
                        f"too. Received: shape=None for variable '{self.name}'"
                    )
                shape = _known_shape(shape, self.name)
                dtype = config.standardize_dtype(dtype)
                if _room.left is not None:
                    _take_room(shape, dtype, self.name)
                make_room(4 * math.prod(shape))
                value = initializer(shape, dtype=dtype)
                if value is None:
                    raise TypeError(
                        f"The initializer of variable '{self.name}' returned None; expected a "
                        f"value of shape {shape}. Does its function end without `return`?"
                    )
                value = convert_to_tensor(value, dtype)
                if value.shape != shape:
                    raise ValueError(
                        f"The initializer of variable '{self.name}' returned shape {value.shape}; "
                        f"expected {shape}."
                    )
            else:
                value = convert_to_tensor(initializer, dtype)
                if shape is not None and value.shape != _known_shape(shape, self.name):
                    raise ValueError(
                        f"Variable '{self.name}' was given shape={tuple(shape)} and an initial "
                        f"value of shape {value.shape}."
                    )
            self.handle = _core.Cell(value, self.path, self._trainable)
        _by_cell[self.handle.id] = self
        self.shape = self.handle.shape
        self.dtype = self.handle.dtype

    @property
    def value(self) -> Tensor:
        """The current value; inside a trace the abstract one."""
        value = self.handle.read()
        dtype = _autocast.dtype
        if dtype is not None and self.autocast and value.dtype in _FLOATS and value.dtype != dtype:
            return tensor_module.cast_tensor(value, dtype)
        return value

    def assign(self, value: Any) -> Any:
        """Sets the value, converted to the variable's dtype.

        Args:
            value: Tensor, array or number of the variable's shape.

        Returns:
            The new value, a tensor.

        Raises:
            ValueError: Where the shape is another.
            TypeError: Where it is None.
        """
        if value is None:
            raise TypeError(
                f"Variable '{self.path}' cannot be assigned None. Does the function that computes "
                "its value (a constraint, say) end without `return`?"
            )
        kind = type(value)
        if self.shape == () and (kind is float or (kind is int and abs(value) < 2**53)):
            value = _core.scalar(float(value), self.dtype)
        else:
            value = self._fitting(convert_to_tensor(value, self.dtype))
        self.handle.assign(value)
        return value

    def assign_add(self, value: Any) -> Any:
        """value += this, whole also where other threads change it meanwhile.

        Args:
            value: Tensor, array or number that is added, of the variable's shape or one that
                broadcasts.

        Returns:
            The new value, a tensor.
        """
        return self._update(operator.add, value)

    def assign_sub(self, value: Any) -> Any:
        """value -= this, whole also where other threads change it meanwhile.

        Args:
            value: Tensor, array or number that is subtracted, of the variable's shape or one that
                broadcasts.

        Returns:
            The new value, a tensor.
        """
        return self._update(operator.sub, value)

    def _update(self, function, value):
        value = convert_to_tensor(value, self.dtype)
        while True:
            old = self.handle.read()
            new = self._fitting(convert_to_tensor(function(old, value), self.dtype))
            if self.handle.replace(old, new):
                return new

    def _fitting(self, value):
        if value.shape != self.shape and not _fits(value, self.shape):
            raise ValueError(
                f"Variable '{self.path}' has shape {self.shape}; cannot assign a value of shape "
                f"{value.shape}."
            )
        return value

    def numpy(self) -> Any:
        """The value as a NumPy array of the caller's own; of a scalar as a NumPy number."""
        return self.handle.read().numpy()

    def __reduce__(self):
        """Pickles and copies have their own value; an initializer has done its work."""
        state = {**self.__dict__, "handle": self.handle.peek(), "_initializer": None}
        return _again, (type(self), state)

    # Steps of Keras's own Variable, for code that takes them.

    @property
    def _value(self):
        return self.handle.read()

    def _initialize(self, value):
        self.assign(value)

    def _convert_to_tensor(self, value, dtype=None):
        return convert_to_tensor(value, dtype)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        n = 1
        for d in self.shape:
            n *= d
        return n

    @property
    def trainable(self) -> bool:
        """Whether tapes watch it and optimizers update it; may be set."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        self._trainable = bool(value)
        self.handle.trainable = self._trainable

    @property
    def regularizer(self) -> Any:
        """What gives the penalty on the value; None for none."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        self._regularizer = _callable_or_none(value, "regularizer")

    @property
    def constraint(self) -> Any:
        """What projects the value after an update; None for nothing."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = _callable_or_none(value, "constraint")

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether optimizers put the gradient in the place of the value."""
        return self._overwrite_with_gradient

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"`overwrite_with_gradient` must be a boolean. Received: {value!r}")
        self._overwrite_with_gradient = value

    def __array__(self, dtype=None, copy=None):
        return self.handle.read().__array__(dtype, copy)

    def __dlpack__(self, **kwargs):
        return self.handle.read().__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return (1, 0)

    def _only_element(self):
        if self.size != 1:
            raise TypeError(
                "Only scalar arrays can be converted to Python scalars. Variable "
                f"'{self.path}' has shape {self.shape}: take an element, or reduce it."
            )
        return self.handle.read()

    def __float__(self):
        return float(self._only_element())

    def __int__(self):
        return int(self._only_element())

    def __index__(self):
        return self._only_element().__index__()

    def __bool__(self):
        if self.size != 1:
            raise TypeError(
                "A Keras Variable cannot be used as a boolean. Variable "
                f"'{self.path}' has shape {self.shape}: reduce it with `ops.any` or `ops.all`, or "
                "compare it with None by `is`."
            )
        return bool(self.handle.read())

    def __repr__(self):
        value = self.handle.peek().numpy()
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, value={value}>"


def _callable_or_none(value, attribute):
    if value is not None and not callable(value):
        raise ValueError(
            f"Invalid value for attribute `{attribute}`: expected a function of the value, or "
            f"None. Received: {value!r} (of type {type(value).__name__})"
        )
    return value


def _again(cls, state):
    """A pickled or copied Variable."""
    variable = cls.__new__(cls)
    variable.__dict__.update(state)
    variable.handle = _core.Cell(state["handle"], variable.path, variable._trainable)
    variable.dtype = variable.handle.dtype
    _by_cell[variable.handle.id] = variable
    return variable


def variable_of(cell):
    """The Variable whose handle this is."""
    return _by_cell[cell.id]


def live_variables() -> list:
    """All Variables that there are."""
    return list(_by_cell.values())


def values_of(variables) -> list:
    """The values of many Variables at one moment: no training step of another thread ends between
    the first and the last. Inside a trace, its values."""
    if _core.is_tracing():
        return [v.value for v in variables]
    return _core.values_of([v.handle for v in variables])


_FLOATS = ("float16", "bfloat16", "float32", "float64")


def _fits(value, shape) -> bool:
    return value.ndim == len(shape) and all(a is None or a == b for a, b in zip(value.shape, shape))


def _known_shape(shape, name):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(d is None or int(d) < 0 for d in shape):
        raise ValueError(
            f"Variable '{name}' needs a shape of known sizes. Received: shape={shape}. "
            "Give the layer an input of known size, for example with an Input."
        )
    shape = tuple(int(d) for d in shape)
    if any(d >= 2**63 for d in shape):
        raise ValueError(
            f"Variable '{name}' has a size that does not fit in 64 bits: "
            f"{', '.join(f'about 2**{d.bit_length() - 1}' for d in shape if d >= 2**63)}."
        )
    return shape


tensor_module.variable_types = (Variable,)
