"""GraphRecord: a graph as plain values, for pickles and copies; it can be any depth."""

from ..engine import KerasTensor, nest
from ..engine.symbolic import Node
from ..engine.symdim import SymDim
from .graph import Graph


class _Place:
    """Stands for an output of a node: the node's number and the output's."""

    name = "a recorded tensor"

    def __init__(self, node, output):
        self.node = node
        self.output = output


class GraphRecord:
    """The nodes between inputs and outputs, with places in the stead of tensors.

    Args:
        graph: The Graph.
        inputs, outputs: The nests of the KerasTensors that it goes between.
    """

    def __init__(self, graph, inputs, outputs):
        places = {}
        for number, node in enumerate(graph.nodes):
            for i, key in enumerate(node.output_keys):
                places[key] = _Place(number, i)

        def recorded(leaf):
            if isinstance(leaf, KerasTensor):
                return places[leaf._key]
            if isinstance(leaf, SymDim):
                return leaf.moved(lambda tensor: places[tensor._key])
            return leaf

        self.nodes = [
            (
                node.operation,
                nest.map_structure(recorded, node.args),
                nest.map_structure(recorded, node.kwargs),
                [(x.shape, x.dtype, x.name) for x in node.outputs],
                node.keeps_training,
            )
            for node in graph.nodes
        ]
        self.inputs = nest.map_structure(recorded, inputs)
        self.outputs = nest.map_structure(recorded, outputs)

    def again(self):
        """(Graph, inputs, outputs) over the operations of this record, which gain its nodes."""
        made = []

        def tensor_at(place):
            return made[place.node][place.output]

        def filled(leaf):
            if isinstance(leaf, _Place):
                return tensor_at(leaf)
            return leaf.moved(tensor_at) if isinstance(leaf, SymDim) else leaf

        for operation, args, kwargs, specs, keeps_training in self.nodes:
            if not args and not kwargs and operation._inbound_nodes:  # an input has its tensor
                made.append(operation._inbound_nodes[0].outputs)
                continue
            outputs = [KerasTensor(shape, dtype=dtype, name=name) for shape, dtype, name in specs]
            args, kwargs = nest.map_structure(filled, (args, kwargs))
            Node(operation, args, kwargs, outputs).keeps_training = keeps_training
            made.append(outputs)
        inputs = nest.map_structure(filled, self.inputs)
        outputs = nest.map_structure(filled, self.outputs)
        return Graph(nest.flatten(inputs), nest.flatten(outputs)), inputs, outputs
