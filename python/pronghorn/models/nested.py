"""A graph with those of the models that it calls in their place, where they need the host.

What is cut in two is this flat graph. Its nodes belong to stand-ins, so that the layers know
nothing of it: their own nodes, and what is read from them, stay as they are.
"""

from ..engine import KerasTensor, nest
from ..engine.call_context import call_context
from ..engine.strings import StringTensor, encode_array, is_text
from ..engine.symbolic import Node, Operation
from ..layers.masking import set_keras_mask
from .graph import Graph, renewed


def needs_host(graph):
    """Whether a graph has text for an input, or something that runs on the host at any depth."""
    return any(x.dtype == "string" for x in graph.inputs) or any(
        is_on_host(step.node) or inner_model(step.node.operation) for step in graph.steps
    )


def is_on_host(node):
    if getattr(node.operation, "runs_on_host", False):
        return True
    return any(x.dtype == "string" for x in node.input_tensors)


def trains_on_text(graph):
    """Whether a layer with weights, or a model with a `call` of its own, is given text itself."""
    return any(_trains_on_text(step.node) for step in graph.steps)


def _trains_on_text(node):
    operation = node.operation
    if getattr(operation, "runs_on_host", False):
        return False
    if not any(x.dtype == "string" for x in node.input_tensors):
        return False
    of_model = getattr(operation, "_runs_text_eagerly", None)
    return bool(getattr(operation, "trainable_weights", ())) if of_model is None else of_model()


def inner_model(operation):
    """The functional model that a call of a model runs, where that needs the host; else None."""
    called = getattr(operation, "_called_model", None)
    model = None if called is None else called()
    return model if model is not None and model._needs_host() else None


def flat(graph):
    """The graph without calls of models that need the host; itself where there are none."""
    if not any(inner_model(step.node.operation) for step in graph.steps):
        return graph
    known = {x._key: x for x in graph.inputs}
    _unfold(graph, known, None)
    return Graph(graph.inputs, [known[x._key] for x in graph.outputs], unique=False)


def _unfold(graph, known, training):
    """Adds a stand-in's outputs for those of each node to `known`, a dict of tensors by key."""
    for node in graph.nodes:
        if node.is_input:
            for x in node.outputs:
                known.setdefault(x._key, x)
            continue
        args, kwargs = nest.map_structure(lambda x: renewed(x, known), (node.args, node.kwargs))
        model = inner_model(node.operation)
        if model is None:
            outputs = _stand_in(node, args, kwargs, training)
        else:
            outputs = _inside(model, node, args, kwargs, training)
        known.update(zip(node.output_keys, outputs))


def _stand_in(node, args, kwargs, training):
    outputs = [KerasTensor(x.shape, x.dtype, name=x.name) for x in node.outputs]
    keeps = node.keeps_training
    if training is not None and "training" in kwargs and not keeps:
        kwargs, keeps = {**kwargs, "training": training}, True
    stand_in = StandIn(node.operation, None if keeps else training)
    Node(stand_in, args, kwargs, outputs).keeps_training = keeps
    return outputs


def _inside(model, node, args, kwargs, training):
    """The outputs of the model's graph, which is unfolded on what its call is given."""
    given = {**dict(zip(("inputs", "training", "mask"), args)), **kwargs}
    if node.keeps_training:
        training = given["training"]
    flat_inputs, masks = model._flat(given["inputs"]), nest.flatten(given.get("mask"))
    masks += [None] * (len(flat_inputs) - len(masks))
    known = {
        expected._key: _entered(model, x, expected, mask)
        for x, expected, mask in zip(flat_inputs, model.inputs, masks)
    }
    _unfold(model._graph, known, training)
    return [known[x._key] for x in model.outputs]


def _entered(model, x, expected, mask):
    """What the model makes of one of its inputs."""
    same = len(x.shape) == len(expected.shape) and x.dtype == expected.dtype if _has(x) else True
    if same and mask is None:
        return x
    entered = input_spec(model, x, expected)
    Node(Entry(model, expected), (x, mask), {}, entered)
    return entered


def _has(x):
    return isinstance(x, KerasTensor)


class StandIn(Operation):
    """A layer or op in a flat graph; its call is theirs.

    Args:
        operation: The layer or op.
        training: What a call of a model around it said; None where none did.
    """

    def __init__(self, operation, training):
        super().__init__(operation.name)
        self.operation = operation
        self.training = training
        self.is_source = operation.is_source
        self.runs_on_host = getattr(operation, "runs_on_host", False)

    @property
    def trainable_weights(self):
        return getattr(self.operation, "trainable_weights", ())

    def source_keys(self, node):
        return self.operation.source_keys(node)

    def __call__(self, *args, **kwargs):
        if self.training is None:
            return self.operation(*args, **kwargs)
        outer = call_context.training
        try:
            call_context.training = self.training
            return self.operation(*args, **kwargs)
        finally:
            call_context.training = outer


class Entry(Operation):
    """Brings a value to the dtype and rank of an input of a model that is called."""

    def __init__(self, model, expected):
        super().__init__(f"{model.name}_{expected.name}")
        self._model = model
        self._expected = expected

    def __call__(self, x, mask=None):
        x = self._model._standardize_input(x, self._expected)
        if mask is not None:
            set_keras_mask(x, mask)
        return x


def input_spec(model, x, expected):
    """The KerasTensor that a model makes of a symbolic input.

    Raises:
        ValueError: for text in the place of numbers, the other way round, and another rank.
    """
    if (x.dtype == "string") != (expected.dtype == "string"):
        raise ValueError(
            f"Model '{model.name}' takes tensors of {expected.dtype} for its input "
            f"'{expected.name}'. Received: {x.dtype}."
        )
    if x.dtype == "string":
        shape = text_shape(x.shape, expected)
    else:
        shape = model._adjust_rank(x, expected).shape
    return KerasTensor(shape, dtype=expected.dtype)


def output_spec(model, inputs):
    """The symbolic outputs of a model that needs the host, for symbolic inputs; a flat list."""
    values = [
        input_spec(model, x, expected) if _has(x) else x
        for x, expected in zip(model._flat(inputs), model.inputs)
    ]
    call_context.symbolic += 1
    try:
        return model._graph.run(values, call=lambda operation: operation.compute_output_spec)
    finally:
        call_context.symbolic -= 1


def text_shape(shape, expected):
    """A shape of text in the rank of a model's input: a last axis of 1 may be missing or extra.

    Raises:
        ValueError: for another rank.
    """
    shape = tuple(shape)
    rank, wanted = len(shape), len(expected.shape)
    if rank == wanted:
        return shape
    if rank == wanted + 1 and shape[-1] == 1:
        return shape[:-1]
    if rank == wanted - 1 and expected.shape[-1] == 1:
        return (*shape, 1)
    raise ValueError(
        f"Invalid input shape for input '{expected.name}': expected {expected.shape}, "
        f"received text of shape {shape}."
    )


def as_input(value, expected):
    """Text in the rank of a model's input."""
    array = encode_array(value)
    return StringTensor(array.reshape(text_shape(array.shape, expected)))


def lists_of_text(given, expected):
    """What inputs are given, with lists of `str` as tensors; None where there are none."""
    if not isinstance(given, (list, tuple)) or len(given) != len(expected):
        return None
    lists = [
        x.dtype == "string" and isinstance(value, (list, tuple)) and is_text(value)
        for x, value in zip(expected, given)
    ]
    if not any(lists):
        return None
    return [StringTensor(value) if text else value for text, value in zip(lists, given)]
