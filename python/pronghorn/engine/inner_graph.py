"""A Python function of symbolic tensors, recorded once: what runs at each turn of a loop.

The function may read tensors of the graph around it. They become arguments of the loop's node, so
that the graph knows of them: `captures`.
"""

from . import nest
from .call_context import call_context
from .graph import Graph, sorted_nodes
from .keras_tensor import KerasTensor


class InnerGraph:
    """function(*arguments) over fresh KerasTensors.

    Args:
        function: Takes nests of tensors and returns one.
        *like: For each argument a nest of KerasTensors, whose shapes and dtypes it has.
    """

    def __init__(self, function, *like):
        given = nest.map_structure(lambda x: KerasTensor(x.shape, dtype=x.dtype), like)
        self._function = function
        self.results = function(*given)
        flat, wanted = nest.flatten(given), _symbolic(self.results)
        self.captures = _captures(flat, wanted)
        self._graph = Graph([*flat, *self.captures], wanted, unique=False)
        self._keys = [x._key for x in wanted]

    @property
    def has_weights(self):
        """Whether layers with weights are called in it: whoever looks for those looks at nodes."""
        return any(getattr(operation, "weights", ()) for operation in self._graph.operations)

    def run(self, arguments, captures):
        """What the function returns for tensors, `captures` being the values of its captures."""
        values = [*nest.flatten(arguments), *captures]
        found = dict(zip(self._keys, self._graph.run(values, training=call_context.training)))
        return nest.map_structure(
            lambda x: found[x._key] if isinstance(x, KerasTensor) else x, self.results
        )


def _symbolic(structure):
    return [x for x in nest.flatten(structure) if isinstance(x, KerasTensor)]


def _captures(given, outputs):
    """The tensors that the outputs are computed from and that do not depend on `given`."""
    inside, captured = {x._key for x in given}, {}
    nodes = []
    for node in sorted_nodes(given, outputs)[0]:
        if any(x._key in inside for x in node.input_tensors):
            inside.update(node.output_keys)
            nodes.append(node)
    for x in (*(x for node in nodes for x in node.input_tensors), *outputs):
        if x._key not in inside:
            captured.setdefault(x._key, x)
    return list(captured.values())
