"""Node: one call of an operation in the graph of a functional model.

Who keeps whom alive goes one way, against the data flow, so that a dropped model is freed at once:
a tensor holds the operation it comes from, an operation its nodes, a node its input tensors. What
points with the flow is weak, and a node makes an output tensor again when somebody asks.
"""

import weakref

from . import nest
from .keras_tensor import KerasHistory, KerasTensor
from .symdim import SymDim


class Node:
    """One call of an operation on symbolic tensors.

    Args:
        operation: What was called; it holds the node, which does not hold it.
        call_args, call_kwargs: Its arguments, a nest with KerasTensors and sizes in it; the node
            keeps lists and dicts of its own, so that the caller may go on with theirs.
        outputs: Nest of the KerasTensors it returned; their `_keras_history` is set here.
    """

    def __init__(self, operation, call_args=(), call_kwargs=None, outputs=()):
        self._operation = weakref.ref(operation)
        self.args = nest.copy(tuple(call_args))
        self.kwargs = nest.copy(dict(call_kwargs or {}))
        # Whether the caller wrote `training`, against the default: then fit and predict keep it.
        self.keeps_training = False
        self.input_tensors = []
        for leaf in nest.flatten((self.args, self.kwargs)):
            if isinstance(leaf, KerasTensor):
                self.input_tensors.append(leaf)
            elif isinstance(leaf, SymDim):
                self.input_tensors.extend(leaf.tensors())
        outputs = nest.flatten(outputs)
        for x in outputs:
            if not isinstance(x, KerasTensor):
                raise ValueError(
                    "All operation outputs must be tensors. "
                    f"Operation {operation} returned a non-tensor: {x}"
                )
        for x in self.input_tensors:
            if not hasattr(x, "_keras_history"):
                x._keras_history = KerasHistory(None, 0, 0)
        self.index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for x in self.input_tensors:
            if x._keras_history.operation is not None:
                _append_weakly(x._keras_history.operation._outbound_refs, self)
        for i, x in enumerate(outputs):
            x._keras_history = KerasHistory(operation, self.index, i)
        self._states = [x.__dict__ for x in outputs]
        self._live = [weakref.ref(x) for x in outputs]

    @property
    def operation(self):
        return self._operation()

    @property
    def outputs(self):
        """The output tensors: those in use, or new ones of the same state."""
        return [self._output(i) for i in range(len(self._states))]

    def _output(self, i):
        tensor = self._live[i]()
        if tensor is None:
            source = KerasHistory(self._operation(), self.index, i)
            tensor = KerasTensor._again(self._states[i], source)
            self._live[i] = weakref.ref(tensor)
        return tensor

    @property
    def output_keys(self):
        """What the outputs' values are filed under when a graph runs."""
        return [state["_key"] for state in self._states]

    @property
    def output_tensors(self):
        return self.outputs

    # What Keras 2 named a node's ends.

    @property
    def outbound_layer(self):
        return self._operation()

    @property
    def inbound_layers(self):
        return [x._keras_history.operation for x in self.input_tensors]

    @property
    def node_indices(self):
        return [x._keras_history.node_index for x in self.input_tensors]

    @property
    def tensor_indices(self):
        return [x._keras_history.tensor_index for x in self.input_tensors]

    @property
    def input_masks(self):
        return [getattr(x, "_keras_mask", None) for x in self.input_tensors]

    @property
    def output_masks(self):
        return [getattr(x, "_keras_mask", None) for x in self.outputs]

    @property
    def input_shapes(self):
        return _one_or_all([tuple(x.shape) for x in self.input_tensors])

    @property
    def output_shapes(self):
        return _one_or_all([tuple(x.shape) for x in self.outputs])

    @property
    def arguments(self):
        return self.kwargs

    @property
    def is_input(self):
        operation = self._operation()
        return not self.input_tensors and not (operation and operation.is_source)

    @property
    def parent_nodes(self):
        nodes = []
        for x in self.input_tensors:
            operation, index, _ = x._keras_history
            if operation is not None:
                nodes.append(operation._inbound_nodes[index])
        return nodes

    def fill_in(self, values):
        """(args, kwargs) with tensors and sizes replaced; `values` maps their keys to values."""

        def size_of(tensor, axis):
            value = values[tensor._key]
            size = value.shape[axis]
            if size is None:  # a graph recorded anew asks for the sizes of its own tensors
                return SymDim(value, axis) if isinstance(value, KerasTensor) else SymDim()
            return size

        def fill(leaf):
            if isinstance(leaf, KerasTensor):
                return values[leaf._key]
            if isinstance(leaf, SymDim):
                return leaf.resolve(size_of)
            return leaf

        return nest.map_structure(fill, self.args), nest.map_structure(fill, self.kwargs)

    def __repr__(self):
        return f"<Node operation={self.operation.name}, id={id(self)}>"


def _one_or_all(items):
    return items[0] if len(items) == 1 else items


def _append_weakly(refs, node):
    if len(refs) >= 8 and len(refs) & (len(refs) - 1) == 0:  # now and then: without the dead
        refs[:] = [ref for ref in refs if ref() is not None]
    refs.append(weakref.ref(node))
