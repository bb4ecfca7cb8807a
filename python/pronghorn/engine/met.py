"""Symbolic tensors met where values are computed: in a loss or metric written over a model's graph.

Keras 1 and 2 computed graphs throughout, so that a loss could use any tensor of the model beside
its own arguments. Here a step remembers what its model computed on the way, and what a loss or
metric returns is evaluated from that.
"""

import contextlib
import threading

from .graph import Graph
from .keras_tensor import KerasTensor


class _Step(threading.local):
    model = None  # whose step it is
    values = None  # by tensor of its graph
    training = None


_step = _Step()


@contextlib.contextmanager
def remembering(model, training):
    """Inside, what `model` computes from its inputs is kept for `value_of`."""
    outer = _step.model, _step.values, _step.training
    graph = model.__dict__.get("_functional") or model  # a stack computes by a graph of its own
    _step.model, _step.values, _step.training = graph, {}, training
    try:
        yield
    finally:
        _step.model, _step.values, _step.training = outer


def remembered(model):
    """Where a model's run puts its values: the first of a step; None for any other."""
    return _step.values if model is _step.model and not _step.values else None


def value_of(x):
    """The value of a symbolic tensor in this step; anything else as it is.

    Raises:
        ValueError: where the tensor does not come from the model's inputs.
    """
    if not isinstance(x, KerasTensor) or not _step.values:
        return x
    inputs = _step.model._graph.inputs
    graph = Graph(inputs, [x], unique=False)
    values = [_step.values[i._key] for i in inputs]
    return graph.run(values, training=_step.training, known=_step.values)[0]
