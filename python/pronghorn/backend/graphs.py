"""Graphs as functions: placeholders, gradients and functions of symbolic tensors, and updates."""

from __future__ import annotations

from typing import Any

import numpy as _np

from .. import ops as _ops
from ..engine import Function as _Program
from ..engine import KerasTensor as _KerasTensor
from ..engine import Tensor as _Tensor
from ..engine import Variable as _Variable
from ..engine import any_symbolic as _any_symbolic
from ..engine import convert_to_tensor as _convert_to_tensor
from ..engine import gradients as _gradients
from ..engine import nest as _nest
from ..engine.call_context import call_context as _call_context
from ..engine.config import floatx as _floatx
from ..engine.graph import Graph as _Graph
from ..engine.keras_tensor import KerasHistory as _KerasHistory
from ..engine.tensor import own_array as _own_array
from ..engine.updates import collector as _collector
from . import phase as _phase


def placeholder(
    shape: Any = None,
    ndim: Any = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
    ragged: bool = False,
) -> Any:
    """A symbolic tensor that a function is given.

    Args:
        shape: Its shape; None for unknown sizes.
        ndim: The number of axes, in place of `shape`.
        dtype: By default floatx.
        sparse, ragged: Kept; what computes knows dense tensors alone.
        name: Name.

    Returns:
        Symbolic tensor.

    Example:
        >>> x = K.placeholder((None, 3))
        >>> x.shape, x.dtype
        ((None, 3), 'float32')
    """
    if shape is None:
        shape = (None,) * (ndim or 0)
    x = _KerasTensor(shape, dtype=dtype or _floatx(), sparse=sparse, ragged=ragged, name=name)
    x._keras_history = _KerasHistory(None, 0, 0)
    return x


def is_placeholder(x: Any) -> Any:
    """Whether x is a symbolic tensor that a function must be given."""
    if not isinstance(x, _KerasTensor):
        return False
    operation, index, _ = getattr(x, "_keras_history", (None, 0, 0))
    return operation is None or operation._inbound_nodes[index].is_input


def gradients(loss: Any, variables: Any) -> Any:
    """The derivative of a loss with respect to tensors of its graph, or to variables.

    Args:
        loss: Symbolic tensor, or a list of them, whose sum is meant.
        variables: Symbolic tensor (an input, or any layer's output) or Variable, or a list.

    Returns:
        List of symbolic tensors, one a variable; None where the loss does not depend on it.

    Raises:
        ValueError: where the loss has values already: then `GradientTape` is what records.

    Example:
        >>> x = K.placeholder((None, 3))
        >>> (g,) = K.gradients(K.sum(K.square(x)), x)
        >>> K.function([x], [g])([np.ones((1, 3))])[0].tolist()
        [[2.0, 2.0, 2.0]]
    """
    losses, sources = _nest.flatten(loss), _nest.flatten(variables)
    if _gradients.are_traced(losses):
        return _gradients.traced_gradients(losses, sources)
    symbolic = [x for x in losses if isinstance(x, _KerasTensor)]
    if not symbolic:
        raise ValueError(
            "K.gradients needs a symbolic loss, one that is computed from a placeholder or from a "
            f"model's tensors. Received: {loss!r}; of tensors with values, "
            "`GradientTape` takes gradients."
        )
    return _gradients.symbolic_gradients(symbolic, sources)


class _Update(tuple):
    """(variable, its new value), for K.function; K.update and its kin return it."""


def update(x: Any, new_x: Any) -> Any:
    """Sets a variable; of a symbolic value it is what `K.function` takes as an update.

    Args:
        x: Variable.
        new_x: Tensor of its shape.

    Returns:
        The variable; of a symbolic value, what `K.function` takes as an update.

    Example:
        >>> x = K.variable(1.0)
        >>> _ = K.update(x, 5.0)
        >>> float(x)
        5.0
    """
    return _updated(x, lambda: new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Adds to a variable; otherwise as `update`.

    Args:
        x: Variable.
        increment: Tensor that is added.

    Returns:
        The variable; of a symbolic value, what `K.function` takes as an update.

    Example:
        >>> x = K.variable(1.0)
        >>> _ = K.update_add(x, 5.0)
        >>> float(x)
        6.0
    """
    return _updated(x, lambda: x + increment, increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtracts from a variable; otherwise as `update`.

    Args:
        x: Variable.
        decrement: Tensor that is subtracted.

    Returns:
        The variable; of a symbolic value, what `K.function` takes as an update.

    Example:
        >>> x = K.variable(1.0)
        >>> _ = K.update_sub(x, 5.0)
        >>> float(x)
        -4.0
    """
    return _updated(x, lambda: x - decrement, decrement)


def moving_average_update(x: Any, value: Any, momentum: Any) -> Any:
    """Moves a variable towards a value, by 1 - momentum of the way; otherwise as `update`.

    Args:
        x: Variable.
        value: Tensor of its shape: where it moves to.
        momentum: The share of the old value that stays.

    Returns:
        The variable; of a symbolic value, what `K.function` takes as an update.

    Example:
        >>> average = K.variable(10.0)
        >>> _ = K.moving_average_update(average, 20.0, momentum=0.75)
        >>> float(average)
        12.5
    """
    return _updated(x, lambda: x - (x - _ops.cast(value, x.dtype)) * (1 - momentum), value)


def _updated(x, new, *given):
    if _any_symbolic((*given, value := new())):
        return _Update((x, value))
    collector = _collector()
    if collector is not None:
        collector.add(x, value)
        return x
    before = x.handle.read()
    x.assign(value)
    # K.function that is handed x takes this back, to do it at each call
    x._last_update = before, x.handle.read().identity, new
    return x


def _deferred(entry):
    """(variable, function that gives its new value or KerasTensor) of an entry of `updates`."""
    if isinstance(entry, _Variable):
        before, after, new = entry.__dict__.pop("_last_update", (None, None, None))
        if new is None or entry.handle.read().identity != after:
            raise ValueError(
                "`updates` are pairs (variable, new value), or what K.update, K.update_add, "
                f"K.update_sub and K.moving_average_update returned. Received: {entry!r}"
            )
        entry.assign(before)
        return entry, new
    variable, value = entry
    return variable, value if isinstance(value, _KerasTensor) else lambda: value


def function(
    inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any
) -> Any:
    """A function of arrays that computes symbolic tensors; planned once for each shape.

    Args:
        inputs: Symbolic tensors: placeholders, or any tensors of a graph, which then starts there;
            `K.learning_phase()` among them chooses between training and prediction.
        outputs: Symbolic tensors and Variables, in any nest.
        updates: List of (variable, new value), and of what `K.update` and its kin return; done
            after the outputs are computed.
        name: Name, for messages.
        **kwargs: What sessions of TensorFlow took; not used.

    Returns:
        A callable of a list of arrays; its results are new NumPy arrays, in `outputs`' nest.

    Raises:
        ValueError: where outputs depend on symbolic tensors that are no inputs.

    Example:
        >>> x = K.placeholder((None, 3))
        >>> f = K.function([x], [K.sum(x, axis=-1), K.max(x)])
        >>> sums, largest = f([np.ones((2, 3))])
        >>> sums.tolist(), float(largest)
        ([3.0, 3.0], 1.0)
    """
    return GraphFunction(inputs, outputs, updates, name)


class GraphFunction:
    """What `function` returns.

    Args:
        inputs: Symbolic tensors that a call gives values to.
        outputs: Symbolic tensors and Variables, in any nest.
        updates: Changes of variables done after the outputs, as `function` takes them.
        name: Name, for messages.

    Raises:
        TypeError: Where an input is no symbolic tensor.

    Example:
        >>> x = K.placeholder((None, 2))
        >>> double = K.function([x], [2.0 * x])
        >>> double([np.ones((1, 2))])[0].tolist()
        [[2.0, 2.0]]
    """

    def __init__(
        self, inputs: Any, outputs: Any, updates: Any = None, name: str | None = None
    ) -> None:
        self.name = name or "K.function"
        self.inputs = _nest.flatten(inputs)
        self.outputs = outputs
        phase = _phase._state["tensor"]
        self._fed = [x for x in self.inputs if x is not phase and isinstance(x, _KerasTensor)]
        self._takes_phase = [x is phase for x in self.inputs]
        for x in self.inputs:
            if not isinstance(x, (_KerasTensor, int, bool)):  # a phase that was set is a number
                raise TypeError(
                    "Inputs of K.function are placeholders or other symbolic tensors. "
                    f"Received: {x!r}"
                )
        for x in self._fed:
            if not hasattr(x, "_keras_history"):
                x._keras_history = _KerasHistory(None, 0, 0)
        self._updates = [_deferred(entry) for entry in _nest_of_updates(updates)]
        self._flat = _nest.flatten(outputs)
        wanted = [x for x in (*self._flat, *(u for _, u in self._updates)) if _is_symbolic(x)]
        self._graph = _Graph(self._fed, wanted, unique=False)
        self._wanted = wanted
        self._program = _Program(self._run, name=self.name)

    def _run(self, values, training):
        context = _call_context
        outer, context.training = context.training, training
        kept = _statistics(self._graph)
        before = [v.value for v in kept]
        try:
            found = self._graph.run(values, training=training)
        finally:
            context.training = outer
        for variable, value in zip(kept, before):  # they change by updates alone
            if variable.value is not value:
                variable.assign(value)
        known = {x._key: value for x, value in zip(self._wanted, found)}
        results = [_value(x, known) for x in self._flat]
        news = [
            (v, known[new._key] if _is_symbolic(new) else _value(new(), known))
            for v, new in self._updates
        ]
        for variable, new in news:
            variable.assign(_ops.reshape(new, variable.shape) if variable.shape == () else new)
        return results

    def __call__(self, inputs: Any = (), *more: Any) -> Any:
        if isinstance(inputs, dict):
            inputs = _nest.flatten(inputs)
        values = [*(inputs if isinstance(inputs, (list, tuple)) else [inputs]), *more]
        if len(values) == len(self.inputs) - 1 and self._takes_phase[-1:] == [True]:
            values.append(None)
        if len(values) != len(self.inputs):
            raise ValueError(
                f"{self.name} takes {len(self.inputs)} inputs. Received: {len(values)}"
            )
        training, fed = _phase._state["phase"], []
        for x, value, is_phase in zip(self.inputs, values, self._takes_phase):
            if is_phase:
                training = training if value is None else bool(_np.asarray(value))
            elif isinstance(x, _KerasTensor):
                fed.append(_fitting(x, value))
        results = self._program(fed, bool(training))
        return (
            _nest.pack_as(self.outputs, [_own_array(x) for x in results])
            if _nest.is_nested(self.outputs)
            else _own_array(results[0])
        )


def _nest_of_updates(updates):
    """The entries, whose pairs are no nests; None and empty lists add nothing."""
    if updates is None:
        return []
    if isinstance(updates, (_Update, _Variable)):
        return [updates]
    if isinstance(updates, tuple) and len(updates) == 2 and isinstance(updates[0], _Variable):
        return [updates]
    return [entry for part in updates for entry in _nest_of_updates(part)]


def _is_symbolic(x):
    return isinstance(x, _KerasTensor)


def _value(x, known):
    if isinstance(x, _KerasTensor):
        return known[x._key]
    return x.value if isinstance(x, _Variable) else _convert_to_tensor(x)


def _statistics(graph):
    """Weights that layers change by themselves when they run, such as moving averages."""
    found = {}
    for operation in graph.operations:
        for v in getattr(operation, "non_trainable_weights", ()):
            found[id(v)] = v
    return list(found.values())


def _fitting(x, value):
    """A value for a placeholder, in its dtype."""
    if isinstance(value, _Variable):
        value = value.value
    elif not isinstance(value, _Tensor):
        value = _np.asarray(value)
    shape = tuple(value.shape)
    if len(shape) != len(x.shape) or any(a not in (None, b) for a, b in zip(x.shape, shape)):
        raise ValueError(
            f"Cannot feed a value of shape {shape} for tensor '{x.name}', which has shape {x.shape}"
        )
    return _convert_to_tensor(value, x.dtype)


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """x; prints it, with a message, each time that it is computed eagerly.

    Args:
        x: Tensor or variable.
        message: What is printed before it.
        summarize: Not used; all elements are printed as NumPy prints them.

    Returns:
        x itself.

    Example:
        >>> _ = K.print_tensor(np.array([1, 2]), "x:")
        >>> _ = K.print_tensor(ops.convert_to_tensor([1, 2]), "x:")
        x: [1 2]
    """
    if isinstance(x, (_Tensor, _Variable)) and not getattr(x, "is_abstract", False):
        print(message, _own_array(x))
    return x


def manual_variable_initialization(value: Any) -> None:
    """Accepted: variables have their values when they are made.

    Args:
        value: Not used.

    Example:
        >>> K.manual_variable_initialization(True)
    """
