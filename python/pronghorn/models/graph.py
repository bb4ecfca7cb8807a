"""A part of a graph of layers as a graph of its own. What a graph is says engine/graph.py."""

from ..engine import KerasTensor, nest
from ..engine.graph import Graph, is_input, sorted_nodes
from ..engine.symbolic import Node
from ..engine.symdim import SymDim

__all__ = ["Graph", "from_intermediate", "is_input", "renewed"]


def from_intermediate(inputs, outputs):
    """(inputs, outputs) of the same graph with fresh Inputs in place of intermediate tensors.

    The nodes between are recorded again on the same operations, so weights are shared.
    """
    from ..layers.input_layer import Input

    new = {}
    for x in nest.flatten(inputs):
        new[x._key] = (
            x if is_input(x) else Input(batch_shape=x.shape, dtype=x.dtype, name=f"{x.name}CLONE")
        )
    flat_outputs = nest.flatten(outputs)

    def again(leaf):
        return renewed(leaf, new)

    for node in sorted_nodes(nest.flatten(inputs), flat_outputs)[0]:
        if node.is_input:
            for x in node.outputs:
                new.setdefault(x._key, x)
            continue
        args, kwargs = nest.map_structure(again, (node.args, node.kwargs))
        copies = [KerasTensor(x.shape, x.dtype, name=f"{x.name}_clone") for x in node.outputs]
        for x, copy in zip(node.outputs, copies):
            new[x._key] = copy
        Node(node.operation, args, kwargs, copies).keeps_training = node.keeps_training
    return nest.map_structure(again, inputs), nest.map_structure(again, outputs)


def renewed(leaf, new):
    """A leaf of a node's arguments, with the tensors that `new` has by key in their place."""
    if isinstance(leaf, KerasTensor):
        return new.get(leaf._key, leaf)
    return leaf.moved(lambda tensor: renewed(tensor, new)) if isinstance(leaf, SymDim) else leaf
