"""Inputs that a model can be tried on: of the shapes and dtypes that it says it takes."""

from ..engine import nest

UNKNOWN = 16  # for a size that may be any


def probes(model, rows):
    """Arrays for all inputs of a functional model, in their structure; the same each time.

    Args:
        model: A model with `inputs`.
        rows: Size of the batch, where the model does not fix one.
    """
    import numpy as np

    rng = np.random.default_rng(0)
    limits = _limits(model)
    flat = [_array(rng, tensor, rows, limits.get(tensor.name)) for tensor in model.inputs]
    structure = getattr(model, "_inputs_struct", None)
    if structure is None or (len(flat) == 1 and not nest.is_nested(structure)):
        return flat[0] if len(flat) == 1 else flat
    return nest.pack_sequence_as(structure, flat)


def _array(rng, tensor, rows, limit):
    first, *rest = tensor.shape
    shape = (first or rows, *(UNKNOWN if n is None else n for n in rest))
    dtype = str(tensor.dtype)
    if dtype == "string":
        words = rng.choice(["the", "quick", "brown", "fox", "1", ""], shape)
        return words.astype(object)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if limit is not None or "int" in dtype:
        return rng.integers(0, limit or 2, shape).astype(dtype)
    return (rng.random(shape) * 2 - 1).astype("float32" if dtype == "bfloat16" else dtype)


_COUNTED = {"Embedding": "input_dim", "CategoryEncoding": "num_tokens"}


def _limits(model):
    """Name of an input -> the least size of the tables of layers that read it."""
    found = {}
    for layer in model._flatten_layers(include_self=False, recursive=False):
        sizes = [
            getattr(inner, _COUNTED[type(inner).__name__])
            for inner in layer._flatten_layers()
            if type(inner).__name__ in _COUNTED
        ]
        for node in layer._inbound_nodes if sizes else ():
            for tensor in node.input_tensors:
                found[tensor.name] = min([*sizes, found.get(tensor.name, sizes[0])])
    return found
