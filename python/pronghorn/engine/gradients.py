"""Gradients as nodes of a graph: what K.gradients returns on symbolic tensors."""

from .. import _core
from . import nest
from .graph import sorted_nodes
from .keras_tensor import KerasTensor
from .met import value_of
from .symbolic import Node, Operation
from .tensor import Tensor, convert_to_tensor
from .trace import current_trace
from .variable import Variable


class Gradient(Operation):
    """The derivative of the sum of tensors with respect to others, when the graph runs.

    Its call needs the trace that the tensors were computed in.
    """

    def call(self, losses, sources):
        sources = [s.value if isinstance(s, Variable) else s for s in sources]
        if any(None in x.shape or -1 in x.shape for x in (*losses, *sources)):
            return [_core.unknown(s.shape, s.dtype, "a gradient") for s in sources]
        trace = current_trace()
        if trace is None:
            raise RuntimeError(
                "A gradient of symbolic tensors is computed by compiled code: use `K.function`, "
                "`predict` or `fit` of a model that holds it, not a call on values."
            )
        found = trace.gradient(losses, sources)
        return [_zeros_like(s) if g is None else g for g, s in zip(found, sources)]

    __call__ = call

    def source_keys(self, node):
        return [s._key for s in node.args[1] if isinstance(s, KerasTensor)]

    def get_config(self):
        return {"name": self.name}


def _zeros_like(x):
    return _core.Op("subtract")((x, x))


def symbolic_gradients(losses, sources):
    """The derivatives of the sum of all losses with respect to each source, as KerasTensors.

    Args:
        losses: List of KerasTensors.
        sources: List of KerasTensors and Variables.

    Returns:
        List of KerasTensors of the sources' shapes; None for a source that the losses do not
        depend on.
    """
    nodes, _ = sorted_nodes([], losses)
    keys, variables = {x._key for x in losses}, set()
    for node in nodes:
        keys.update(node.output_keys)
        keys.update(x._key for x in node.input_tensors)
        variables.update(map(id, getattr(node.operation, "variables", ())))
        leaves = nest.flatten((node.args, node.kwargs))
        variables.update(id(x) for x in leaves if isinstance(x, Variable))
    known = [
        id(s) in variables if isinstance(s, Variable) else getattr(s, "_key", None) in keys
        for s in sources
    ]
    reached = [s for s, k in zip(sources, known) if k]
    if not reached:
        return [None] * len(sources)
    outputs = [KerasTensor(s.shape, dtype=s.dtype) for s in reached]
    Node(Gradient(), (list(losses), reached), {}, outputs)
    found = iter(outputs)
    return [next(found) if k else None for k in known]


def traced_gradients(losses, sources):
    """The same of the tensors of a trace that is under way, as tensors of it.

    Symbolic tensors among them are those of the model whose step it is: a loss may ask for the
    gradient of an output by any tensor of the graph.
    """
    sources = [s.value if isinstance(s, Variable) else value_of(s) for s in sources]
    losses = [convert_to_tensor(value_of(x)) for x in losses]
    return current_trace().gradient(losses, sources)


def are_traced(tensors):
    return current_trace() is not None and any(
        isinstance(x, Tensor) and x.is_abstract for x in tensors
    )
