"""The part of a model that runs on the host, before its compiled program.

Text cannot enter a program, and lookup layers look at values. So a graph is cut in two: what needs
the host, and all it stands on, runs batch by batch where the data are made; the values at the cut
are what the program starts from.
"""

from ..engine import convert_to_numpy
from ..engine.containers import register
from ..engine.strings import StringTensor, encode_array
from .graph import Graph


@register
class Staged(list):
    """What a model's program starts from in the place of the model's inputs."""


def needs_host(graph):
    """Whether a graph has text for an input, or a layer that runs on the host."""
    return any(x.dtype == "string" for x in graph.inputs) or any(
        _is_on_host(step.node) for step in graph.steps
    )


def refuse_host(graph, name):
    """Raises ValueError for a model that needs the host and shall be a part of another."""
    if needs_host(graph):
        raise ValueError(
            f"Model '{name}' takes text or looks values up, which is done on the host before the "
            "compiled part of a model: it cannot be a part of another model. Call its layers one "
            "by one on the other model's inputs; they are shared, with what they have learned."
        )


def _is_on_host(node):
    if getattr(node.operation, "runs_on_host", False):
        return True
    return any(x.dtype == "string" for x in node.input_tensors)


class HostPart:
    """A graph cut in two.

    Raises:
        ValueError: where a layer that is trained would come before one that needs the host, or the
            model gives text.
    """

    def __init__(self, graph, name):
        on_host = {step.node for step in graph.steps if _is_on_host(step.node)}
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
        self._host = Graph(graph.inputs, made)
        self._made = [x._key for x in made]
        self._border = list(border.values())
        self.device = Graph(self._border, graph.outputs)

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


def as_input(value, expected):
    """Text in the rank of a model's input, where a last axis of 1 may be missing or extra."""
    array = encode_array(value)
    rank, wanted = array.ndim, len(expected.shape)
    if rank == wanted + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    elif rank == wanted - 1 and expected.shape[-1] == 1:
        array = array[..., None]
    elif rank != wanted:
        raise ValueError(
            f"Invalid input shape for input '{expected.name}': expected {expected.shape}, "
            f"received text of shape {array.shape}."
        )
    return StringTensor(array)


def _array(value, dtype):
    """A value for the program, in the dtype that the graph says."""
    if value is None:
        return None
    array = convert_to_numpy(value)
    return array if dtype == "bfloat16" else array.astype(dtype, copy=False)
