"""The part of a model that runs on the host, before its compiled program.

Text cannot enter a program, and lookup layers look at values. So a graph is cut in two: what needs
the host, and all it stands on, runs batch by batch where the data are made; the values at the cut
are what the program starts from. Models that are called in it are cut in two with it (nested.py).
"""

from ..engine import convert_to_numpy
from ..engine.containers import register
from .graph import Graph
from .nested import flat, is_on_host


@register
class Staged(list):
    """What a model's program starts from in the place of the model's inputs."""


class HostPart:
    """A graph cut in two.

    Raises:
        ValueError: where a layer that is trained would come before one that needs the host, or the
            model gives text.
    """

    def __init__(self, graph, name):
        graph = flat(graph)
        on_host = {step.node for step in graph.steps if is_on_host(step.node)}
        made_by = {key: step.node for step in graph.steps for key in step.targets}
        for step in reversed(graph.steps):  # what the host needs is done by the host
            if step.node in on_host:
                on_host.update(
                    made_by[x._key] for x in step.node.input_tensors if x._key in made_by
                )
        for node in on_host:
            if getattr(node.operation, "trainable_weights", None):
                raise ValueError(
                    f"Model '{name}': the layer '{node.operation.name}' has weights to train, but "
                    "comes before (or holds) a layer that runs on the host, such as a lookup of "
                    "text. Those come first, directly behind an Input."
                )
        given = {x._key for x in graph.inputs}
        border = {}
        consumers = [s.node.input_tensors for s in graph.steps if s.node not in on_host]
        for x in [x for tensors in (*consumers, graph.outputs) for x in tensors]:
            if x._key in given or made_by.get(x._key) in on_host:
                border[x._key] = x
        if any(x.dtype == "string" for x in border.values()):
            raise ValueError(
                f"Model '{name}' gives text, which a program cannot. Call the model, or look up "
                "what `predict` returns afterwards."
            )
        self._inputs = graph.inputs
        made = [x for key, x in border.items() if key not in given]
        self._host = Graph(graph.inputs, made, unique=False)
        self._made = [x._key for x in made]
        self._border = list(border.values())
        self.device = Graph(self._border, graph.outputs, unique=False)

    def run(self, values):
        """The values at the border.

        Args:
            values: one tensor an input of the model, text as StringTensor.

        Returns:
            Staged, of NumPy arrays.
        """
        known = {x._key: v for x, v in zip(self._inputs, values)}
        known.update(zip(self._made, self._host.run(values)))
        return Staged(_array(known[x._key], x.dtype) for x in self._border)


def _array(value, dtype):
    """A value for the program, in the dtype that the graph says."""
    if value is None:
        return None
    array = convert_to_numpy(value)
    return array if dtype == "bfloat16" else array.astype(dtype, copy=False)
