"""`call` on symbolic text: there is no abstract text, so the layers inside are called one by one.

What it makes of text is computed batch by batch, by Python.
"""

from ..engine import KerasTensor, Tensor, nest
from ..engine.call_context import call_context
from ..engine.strings import StringTensor


def any_text(*structures):
    """Whether a leaf is a symbolic or an actual tensor of text."""
    return any(
        isinstance(x, (KerasTensor, StringTensor)) and x.dtype == "string"
        for x in nest.flatten(structures)
    )


def call_on_text(layer, args, kwargs):
    """What `call` gives for these arguments, as KerasTensors; builds the layers inside.

    Raises:
        ValueError: where `call` does not run on symbolic tensors.
    """
    args, kwargs = nest.map_structure(_symbolic, (args, kwargs))
    counts = [(one, len(one._inbound_nodes)) for one in layer._flatten_layers()]
    call_context.symbolic += 1
    try:
        return layer._run(args, kwargs)
    except Exception as error:
        raise ValueError(
            f"'{layer.name}' (of type {type(layer).__name__}) was called on symbolic text, and its "
            f"`call` does not run on that: {error} Put the layers that take text into a functional "
            "model, `Model(text, outputs)`, and call the others on its outputs."
        ) from error
    finally:
        call_context.symbolic -= 1
        for one, count in counts:  # the calls are no part of a graph
            del one._inbound_nodes[count:]


def _symbolic(x):
    if not isinstance(x, (KerasTensor, StringTensor, Tensor)):
        return x
    shape = tuple(x.shape)
    if not isinstance(x, KerasTensor) and shape:
        shape = (None, *shape[1:])
    return KerasTensor(shape, dtype=x.dtype)
