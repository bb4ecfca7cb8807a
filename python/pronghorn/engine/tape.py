"""GradientTape, gradients of functions, and gradients written in Python."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from .. import _core
from . import nest, symbolic
from .tensor import Tensor, convert_to_tensor
from .variable import Variable, variable_of

stop_recording = _core.PauseTapes


class GradientTape(_core.Tape):
    """Records what happens to watched tensors and trainable variables, for their gradients.

    Works eagerly and inside traced steps, and nests: a tape around another tape's gradient() gives
    second derivatives.

    Args:
        persistent: allow several calls of gradient().
        watch_accessed_variables: watch every trainable variable that is read.

    Raises:
        ValueError: when a tape that is recording is entered again.

    Example:
        >>> w = keras.Variable(3.0)
        >>> with keras.GradientTape() as tape:
        ...     loss = w * w
        ...
        >>> float(tape.gradient(loss, w))
        6.0
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        super().__init__(bool(persistent), bool(watch_accessed_variables))

    def watch(self, x: Any) -> None:
        """Starts recording what happens to x (a tensor, a variable or a nest of them).

        Raises:
            TypeError: Where something is neither tensor nor variable.
        """
        for leaf in nest.flatten(x):
            if isinstance(leaf, Variable) and isinstance(leaf.handle, _core.Cell):
                self.watch_cell(leaf.handle)
            elif isinstance(leaf, Variable):  # in a StatelessScope
                self.watch_tensor(leaf.handle.read())
            elif isinstance(leaf, Tensor):
                self.watch_tensor(leaf)
            else:
                raise TypeError(f"watch() needs tensors or variables. Received: {leaf!r}")

    def stop_recording(self) -> Any:
        """A context in which this tape sees nothing; other tapes go on."""
        return _core.PauseTape(self)

    def reset(self) -> Any:
        """Forgets everything recorded."""
        self.forget()

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: str = "none",
    ) -> Any:
        """The derivative of sum(target) with respect to each source.

        Args:
            target: a tensor or a nest of tensors.
            sources: a tensor or variable, or a nest of them.
            output_gradients: weights of the targets' elements, a nest like target.
            unconnected_gradients: "none" gives None, "zero" zeros, where no path exists.

        Returns:
            Tensors in the form of `sources`; None (or zeros) for a source that the target does not
            depend on.

        Raises:
            RuntimeError: for a second call on a tape that is not persistent.
        """
        self._begin()
        grads = self._swept(target, sources, output_gradients, unconnected_gradients)
        self._end()
        return grads

    def _begin(self):
        """Marks the tape as used. Raises RuntimeError where it was and may be only once."""
        if self.used and not self.persistent:
            raise RuntimeError(
                "gradient() of a non-persistent GradientTape can be called once. "
                "Create the tape with persistent=True to call it again."
            )
        self.used = True
        if self.recording and not self.persistent:
            self.leave()

    def _end(self):
        if not self.persistent:
            self.forget()

    def _swept(self, target, sources, output_gradients, unconnected_gradients):
        unconnected = str(getattr(unconnected_gradients, "value", unconnected_gradients)).lower()
        if unconnected not in ("none", "zero"):
            raise ValueError(
                f"unconnected_gradients is 'none' or 'zero'. Received: {unconnected_gradients!r}"
            )
        targets = [convert_to_tensor(t) for t in nest.flatten(target)]
        seeds = (
            []
            if output_gradients is None
            else [
                None if s is None else convert_to_tensor(s) for s in nest.flatten(output_gradients)
            ]
        )
        flat = nest.flatten(sources)
        handles = []
        for s in flat:
            if isinstance(s, Variable):
                cell = s.handle
                handles.append(cell if isinstance(cell, _core.Cell) else cell.read())
            elif isinstance(s, Tensor):
                handles.append(s)  # type: ignore[arg-type]
            else:
                raise TypeError(f"Gradients need tensors or variables as sources. Received: {s!r}")
        grads = self.sweep(targets, handles, seeds)
        if unconnected == "zero":
            grads = [_zeros_like(s) if g is None else g for g, s in zip(grads, flat)]
        return nest.pack_as(sources, grads) if nest.is_nested(sources) else grads[0]


def _zeros_like(x):
    x = convert_to_tensor(x)
    return _core.Op("subtract")((x, x))


def value_and_grad(fn, argnums=0):
    """A function that returns ``(fn(*args), gradients with respect to args[argnums])``.

    fn returns a scalar tensor; argnums is an index or a tuple of indices.
    """

    def wrapped(*args):
        single = isinstance(argnums, int)
        indices = (argnums,) if single else tuple(argnums)
        args = list(args)
        for i in indices:
            args[i] = nest.map_structure(  # type: ignore[index]
                lambda a: a if isinstance(a, Variable) else convert_to_tensor(a), args[i]
            )
        sources = tuple(args[i] for i in indices)
        tape = GradientTape()
        with tape:
            tape.watch(sources)
            value = fn(*args)
        grads = tape.gradient(value, sources)
        return value, grads[0] if single else grads

    return wrapped


def grad(fn, argnums=0):
    """A function that returns the gradient of fn(*args) with respect to args[argnums]."""
    both = value_and_grad(fn, argnums)
    return lambda *args: both(*args)[1]


def custom_gradient(f: Any) -> Any:
    """Decorates a function that brings its own gradient.

    Args:
        f: ``f(*tensors) -> (output, gradient_function)``. The gradient function gets one
            upstream gradient per output and returns one gradient (or None) per input. Where f
            reads trainable variables, it takes ``variables=`` as well, a list of them, and
            returns ``(gradients of inputs, gradients of variables)``.

    Returns:
        A function of the same arguments that returns the output. Tapes, compiled functions and
        models that KerasTensors make honour its gradient.

    Example:

    >>> @custom_gradient
    ... def clipped(x):
    ...     return x * 1.0, lambda upstream: upstream / 10
    """

    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        if symbolic.any_symbolic((args, kwargs)):
            return symbolic.record_function(custom_gradient(f), args, kwargs)
        return _run_with_gradient(f, args, kwargs)

    return wrapped


def _run_with_gradient(fn, args, kwargs):
    inputs = [convert_to_tensor(a) for a in args]
    reads = GradientTape()
    with _core.PauseTapes(), reads:
        outputs, gradient = fn(*inputs, **kwargs)
        identity = _core.Op("stop_gradient")
        # new identities: the tape must see these outputs as made by this node alone
        flat = [identity((convert_to_tensor(o),)) for o in nest.flatten(outputs)]
    variables = [variable_of(cell) for cell in reads.read_cells]

    def vjp(grads):
        grads = [_zeros_like(o) if g is None else g for g, o in zip(grads, flat)]
        if variables:
            result, rest = _with_variables(gradient, grads, variables, fn)
        else:
            result, rest = gradient(*grads), []
        result = list(result) if isinstance(result, (list, tuple)) else [result]
        return [None if g is None else convert_to_tensor(g) for g in (*result, *rest)]

    _core.record_custom(inputs + [v.handle.read() for v in variables], flat, vjp)
    return nest.pack_as(outputs, flat) if nest.is_nested(outputs) else flat[0]


def _with_variables(gradient, grads, variables, fn):
    """(gradients of inputs, gradients of variables) of a function that reads variables."""
    parameters = inspect.signature(gradient).parameters.values()
    if not any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters):
        raise TypeError(
            f"{fn.__name__}() has a custom gradient and reads the variables "
            f"{[v.path for v in variables]}, so its gradient function must take `variables=` and "
            "return (gradients of inputs, gradients of variables)."
        )
    result, rest = gradient(*grads, variables=variables)
    if len(rest) != len(variables):
        raise ValueError(
            f"The custom gradient of {fn.__name__}() returned {len(rest)} gradients for "
            f"{len(variables)} variables."
        )
    return result, rest
