"""The learning phase: whether a graph runs as in training or as in prediction."""

from __future__ import annotations

import contextlib as _contextlib
from typing import TYPE_CHECKING, Any

from ..engine import KerasTensor as _KerasTensor
from ..engine import any_symbolic as _any_symbolic
from ..engine import convert_to_tensor as _convert_to_tensor
from ..engine import is_tracing as _is_tracing
from ..engine import symbolic as _symbolic
from ..engine.call_context import call_context as _call_context

if TYPE_CHECKING:
    from collections.abc import Iterator


_state = {"phase": None, "tensor": None}


class _LearningPhase(_symbolic.Operation):
    """Whether the graph runs as in training; a source, since nothing else says so."""

    is_source = True

    def call(self, training=None):
        return _convert_to_tensor(bool(training), "bool")

    __call__ = call


def _current():
    """The phase as a bool where it is known: in a layer's call, or where it was set."""
    training = _call_context.training
    if training is not None and (_is_tracing() or _call_context.entry is not None):
        return bool(training)
    return _state["phase"]


def learning_phase() -> Any:
    """0 or 1 inside a layer's call or where it was set, else a symbolic bool for K.function."""
    phase = _current()
    if phase is not None or _is_tracing():
        return int(bool(phase))
    if _state["tensor"] is None:
        tensor = _KerasTensor((), dtype="bool", name="keras_learning_phase")
        operation = _LearningPhase("keras_learning_phase")
        _symbolic.Node(operation, (), {"training": None}, tensor)
        _state["tensor"] = tensor
    return _state["tensor"]


symbolic_learning_phase = learning_phase


def set_learning_phase(value: Any) -> None:
    """0 for prediction, 1 for training: what graphs run as where nobody says.

    Args:
        value: 0 for prediction, 1 for training.

    Raises:
        ValueError: for another value.

    Example:
        >>> K.set_learning_phase(0)
    """
    if value not in (0, 1):
        raise ValueError(f"Expected learning phase to be 0 or 1. Received: {value}")
    _state["phase"] = bool(value)


@_contextlib.contextmanager
def learning_phase_scope(value: Any) -> Iterator[Any]:
    """`set_learning_phase` within a `with` block.

    Args:
        value: 0 for prediction, 1 for training.

    Returns:
        A context manager; behind it the phase is as it was before.

    Example:
        >>> with K.learning_phase_scope(1):
        ...     K.in_train_phase("training", "prediction")
        'training'
    """
    before = _state["phase"]
    set_learning_phase(value)
    try:
        yield
    finally:
        _state["phase"] = before


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """x in training, else alt; either may be a function of nothing that gives the tensor.

    Args:
        x: Tensor, or function of nothing that gives it.
        alt: The same, for prediction.
        training: Which it is: a bool, an int, or None for the learning phase.

    Returns:
        The chosen tensor.

    Example:
        >>> K.in_train_phase(1.0, 2.0, training=False)
        2.0
    """
    if isinstance(training, _KerasTensor):
        if training is not _state["tensor"]:
            from .arrays import switch

            return switch(training, x, alt)
        training = None
    if training is None:
        training = _current()
    if training in (0, 1):  # also True, False
        return _made(x) if training else _made(alt)
    x, alt = _made(x), _made(alt)
    if _any_symbolic((x, alt)):
        return _symbolic.record_function(_chosen, (x, alt), {"training": None})
    return alt


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """alt in training, else x.

    Args:
        x: Tensor, or function of nothing that gives it.
        alt: The same, for training.
        training: Which it is: a bool, an int, or None for the learning phase.

    Returns:
        The chosen tensor.

    Example:
        >>> K.in_test_phase(1.0, 2.0, training=False)
        1.0
    """
    return in_train_phase(alt, x, training=training)


def _made(x):
    return x() if callable(x) and not hasattr(x, "shape") else x


def _chosen(x, alt, training=None):
    """One of two values by the phase."""
    return _convert_to_tensor(x if training else alt)
