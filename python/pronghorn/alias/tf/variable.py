"""tf.Variable: makes a Pronghorn Variable from TensorFlow's arguments, and gives every Variable
what TensorFlow's have: arguments of `assign`, parts that can be assigned to, and scatters.
"""

import functools as _functools
from typing import Any as _Any

from ... import ops as _ops
from ...engine import Variable as _Variable
from ...engine import convert_to_tensor as _convert_to_tensor
from .slices import IndexedSlices as _IndexedSlices


class _Kind(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, _Variable)


class Variable(metaclass=_Kind):
    """`tf.Variable(...)` gives a Pronghorn Variable; `isinstance` knows every one."""

    def __new__(
        cls,
        initial_value=None,
        trainable=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
        shape=None,
        **kwargs,
    ):
        value = initial_value() if callable(initial_value) else initial_value
        if value is None:
            raise ValueError("tf.Variable needs an `initial_value`.")
        value = _convert_to_tensor(value, dtype)
        if trainable is None:
            trainable = True
        name = None if name is None else str(name).replace("/", "_")
        variable = _Variable(_ops.copy(value), dtype=dtype, trainable=trainable, name=name)
        variable.constraint = constraint
        return variable


def _with_arguments(plain):
    """A method that assigns, with TensorFlow's arguments, which change nothing."""

    @_functools.wraps(plain)
    def method(self, value, use_locking=False, name=None, read_value=True):
        return plain(self, value)

    return method


_part = _Variable.__getitem__


def _getitem(self, key):
    """A part of the value, whose `assign` writes to the variable."""
    part = _part(self, key)
    part.assign = _functools.partial(_assign_part, self, key)
    return part


def _assign_part(variable, key, value, name=None):
    places = _ops.reshape(_ops.arange(variable.size), variable.shape)[key]
    value = _convert_to_tensor(value, variable.dtype)
    shape, wanted = tuple(value.shape), tuple(places.shape)
    while len(shape) > len(wanted) and shape[0] == 1:
        shape = shape[1:]
    pairs = zip(shape[::-1], wanted[::-1])
    if len(shape) > len(wanted) or any(a not in (1, b) for a, b in pairs):
        raise ValueError(
            f"Variable '{variable.path}': cannot assign a value of shape {tuple(value.shape)} to a "
            f"part of shape {wanted}."
        )
    value = _ops.broadcast_to(_ops.reshape(value, shape), wanted)
    places, value = _ops.reshape(places, (-1, 1)), _ops.reshape(value, (-1,))

    def put(old, value):
        flat = _ops.scatter_update(_ops.reshape(old, (-1,)), places, value)
        return _ops.reshape(flat, variable.shape)

    variable._update(put, value)
    return variable


def _scatter(reduction, change=None):
    """A method that writes rows of an IndexedSlices, as `scatter_add`."""

    def scatter(self, sparse_delta, use_locking=False, name=None):
        if not isinstance(sparse_delta, _IndexedSlices):
            raise TypeError(
                f"`sparse_delta` must be a tf.IndexedSlices. Received: {sparse_delta!r} (of type "
                f"{type(sparse_delta).__name__})"
            )
        return _scattered(self, sparse_delta.indices, sparse_delta.values, reduction, change, 0)

    return scatter


def _scatter_nd(reduction, change=None):
    """A method that writes at index tuples, as `scatter_nd_add`."""

    def scatter_nd(self, indices, updates, name=None):
        return _scattered(self, indices, updates, reduction, change, None)

    return scatter_nd


def _scattered(variable, indices, updates, reduction, change, axis):
    indices = _ops.convert_to_tensor(indices)
    if axis is not None:
        indices = _ops.expand_dims(indices, -1)
    updates = _convert_to_tensor(updates, variable.dtype)
    wanted = (*indices.shape[:-1], *variable.shape[indices.shape[-1] :])
    if tuple(updates.shape) != wanted:
        raise ValueError(
            f"Variable '{variable.path}' of shape {variable.shape}: updates at indices of shape "
            f"{tuple(indices.shape)} must have shape {wanted}. Received: {tuple(updates.shape)}"
        )
    updates = change(updates) if change else updates
    variable._update(
        lambda old, new: _ops.scatter_update(old, indices, new, reduction=reduction), updates
    )
    return variable


def _inverse(x):
    if "int" in x.dtype:
        raise TypeError(f"scatter_div: variables of floats are served. Received: dtype={x.dtype}")
    return 1 / x


def _gather_nd(self: _Any, indices: _Any, name: _Any = None) -> _Any:
    """The parts at indices.

    Args:
        indices: Integers (..., k), each the first k indices of a part.
        name: Goes unused.

    Returns:
        A tensor (..., rest of the shape).

    Example:
        >>> pronghorn.Variable([[1.0, 2.0], [3.0, 4.0]]).gather_nd([[0, 1]]).tolist()
        [2.0]
    """
    from .former import gather_nd

    return gather_nd(self, indices)


def _read_value(self: _Any) -> _Any:
    """The value now, which later assignments leave as it is.

    Returns:
        A tensor of the Variable's shape and dtype.
    """
    return _ops.copy(self)


def _is_initialized(self: _Any, name: _Any = None) -> _Any:
    """True: Variables have their first value as soon as they are made.

    Args:
        name: Goes unused.

    Returns:
        A boolean scalar tensor.
    """
    return _ops.convert_to_tensor(True)


def _device(self: _Any) -> str:
    """Where the value lies, as TensorFlow writes it."""
    kind, _, number = self.handle.peek().device.partition(":")
    return f"/job:localhost/replica:0/task:0/device:{kind.upper()}:{number or 0}"


def _install():
    for name in ("assign", "assign_add", "assign_sub"):
        setattr(_Variable, name, _with_arguments(getattr(_Variable, name)))
    kinds = {"update": None, "add": "add", "max": "max", "min": "min"}
    for name, reduction in kinds.items():
        setattr(_Variable, f"scatter_{name}", _scatter(reduction))
        setattr(_Variable, f"scatter_nd_{name}", _scatter_nd(reduction))
    _Variable.scatter_mul = _scatter("mul")
    _Variable.scatter_div = _scatter("mul", _inverse)
    _Variable.scatter_sub = _scatter("add", lambda x: -x)
    _Variable.scatter_nd_sub = _scatter_nd("add", lambda x: -x)
    _Variable.gather_nd, _Variable.read_value = _gather_nd, _read_value
    _Variable.initialized_value, _Variable.is_initialized = _read_value, _is_initialized
    _Variable.device = property(_device)
    _Variable.__getitem__ = _getitem


_install()
