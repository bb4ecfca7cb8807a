"""StatelessScope: code whose assignments reach no variable; and scopes that are accepted alone."""

from __future__ import annotations

import threading
from typing import Any

from .tensor import Tensor, cast_tensor, convert_to_tensor
from .variable import Variable, live_variables


class _Held:
    """Stands for a variable's cell inside a scope: reads give, and assignments change, its own."""

    __slots__ = ("cell", "value", "given")

    def __init__(self, cell):
        self.cell = cell
        self.value = None
        self.given = False

    def read(self):
        return self.cell.read() if self.value is None else self.value

    def peek(self):
        return self.cell.peek() if self.value is None else self.value

    def assign(self, value):
        self.value = value

    def replace(self, expected, value):
        self.value = value
        return True

    @property
    def trainable(self):
        return self.cell.trainable

    @trainable.setter
    def trainable(self, value):
        self.cell.trainable = value

    def __getattr__(self, name):
        return getattr(self.cell, name)


_lock = threading.RLock()


class StatelessScope:
    """A `with` block in which variables have other values and assignments are kept apart.

    Args:
        state_mapping: List of (Variable, value).
        collect_losses: Kept; `losses` of layers are those of the call inside.
        initialize_variables: Kept.

    Raises:
        ValueError: for keys that are no Variables, and values of other shapes.

    Example:

    >>> v = Variable(1.0)
    >>> with StatelessScope([(v, 5.0)]) as scope:
    ...     _ = v.assign(v * 2)
    >>> float(v), float(scope.get_current_value(v))
    (1.0, 10.0)
    """

    def __init__(
        self,
        state_mapping: Any = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses = []
        self.state_mapping = {}
        self._given = []
        for variable, value in state_mapping or ():
            if not isinstance(variable, Variable):
                raise ValueError(
                    "Invalid reference variable in StatelessScope: all keys in argument `mapping` "
                    f"must be Variable instances. Received instead: {variable}"
                )
            value = value.value if isinstance(value, Variable) else value
            if isinstance(value, Tensor):
                same = value.dtype == variable.dtype
                value = value if same else cast_tensor(value, variable.dtype)
            else:
                value = convert_to_tensor(value, variable.dtype)
            if tuple(variable.shape) != tuple(value.shape):
                raise ValueError(
                    "Invalid variable value in StatelessScope: all values in argument `mapping` "
                    "must be tensors with a shape that matches the corresponding variable shape. "
                    f"For variable {variable}, received invalid value of shape {value.shape}."
                )
            self.state_mapping[id(variable)] = value
            self._given.append((variable, value))

    def __enter__(self):
        _lock.acquire()
        self._held = [(v, _Held(v.handle)) for v in live_variables()]
        for variable, held in self._held:
            variable.handle = held
        for variable, value in self._given:
            variable.handle.assign(value)
        active.depth += 1
        return self

    def __exit__(self, *exc):
        active.depth -= 1
        for variable, held in self._held:
            if held.value is not None:
                self.state_mapping[id(variable)] = held.value
            variable.handle = held.cell
        self._held = []
        _lock.release()

    def get_current_value(self, variable: Any) -> Any:
        """The variable's value in the scope; None where it is the variable's own.

        Args:
            variable: Variable.

        Returns:
            Tensor or None.
        """
        held = variable.handle
        if isinstance(held, _Held) and held.value is not None:
            return held.value
        return self.state_mapping.get(id(variable))

    def add_loss(self, loss: Any) -> Any:
        """Keeps a loss in `losses`.

        Args:
            loss: Scalar tensor.

        Returns:
            None.
        """
        self.losses.append(loss)

    def add_update(self, update: Any) -> None:
        """Sets a variable in the scope: (variable, value).

        Args:
            update: Pair (variable, value).
        """
        variable, value = update
        self.state_mapping[id(variable)] = value
        if isinstance(variable.handle, _Held):
            variable.handle.assign(value)


class _Active:
    depth = 0


active = _Active()


class SymbolicScope:
    """A `with` block of Keras's for code that computes shapes alone; nothing here asks for it.

    Example:
        >>> with keras.SymbolicScope():
        ...     shape = ops.sum(keras.KerasTensor((None, 3)), axis=1).shape
        ...
        >>> shape
        (None,)
    """

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        pass


class _Modes(threading.local):
    stack = ()


_modes = _Modes()


class RematScope:
    """Layers made inside may be computed again in the backward pass, to save memory. Accepted: a
    training step keeps what its backward pass reads.

    Args:
        mode: "full", "activations", "larger_than", "list_of_layers" or None.
        output_size_threshold: For "larger_than".
        layer_names: For "list_of_layers".

    Raises:
        ValueError: for another mode.

    Example:
        >>> with keras.RematScope(mode="full"):
        ...     layer = layers.Dense(4)
    """

    def __init__(
        self, mode: str = "full", output_size_threshold: int = 1024, layer_names: Any = None
    ) -> None:
        known = ("full", "activations", "larger_than", "list_of_layers", None)
        if mode not in known:
            raise ValueError(f"Invalid mode '{mode}'. Supported modes are: {known}")
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self):
        _modes.stack = (*_modes.stack, self)
        return self

    def __exit__(self, *exc):
        _modes.stack = _modes.stack[:-1]


def get_current_remat_mode():
    """The innermost RematScope, or None."""
    return _modes.stack[-1] if _modes.stack else None


def remat(f: Any) -> Any:
    """f, which may be computed again in the backward pass; accepted, as RematScope is.

    Args:
        f: A function of tensors.

    Returns:
        A function of the same arguments and results.

    Example:
        >>> float(keras.remat(ops.square)(3.0))
        9.0
    """

    def wrapped(*args, **kwargs):
        return f(*args, **kwargs)

    return wrapped
