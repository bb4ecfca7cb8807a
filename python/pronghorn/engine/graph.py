"""The graph between symbolic inputs and outputs: which nodes, in which order, and running it.

Order: a node's depth is the longest way from it to an output; nodes run from the deepest on, those
of one depth as they were first reached from the outputs.
"""

from collections import Counter

from . import nest
from .keras_tensor import KerasTensor


def is_input(tensor):
    """Whether a KerasTensor comes from an InputLayer."""
    operation, index, _ = tensor._keras_history
    return operation is not None and operation._inbound_nodes[index].is_input


def sorted_nodes(inputs, outputs):
    """The nodes between, each after those it needs, and each operation's number of first visit.

    Depth first, without recursion, so that a thousand layers are no problem.
    """
    limits = {x._key for x in inputs}
    order, finished, visits = [], set(), {}

    def open_node(tensor):
        operation, index, _ = tensor._keras_history
        if operation is None:
            return None
        node = operation._inbound_nodes[index]
        if node in finished:
            return None
        if not node.is_input and tensor._key in limits:
            finished.add(node)
            return None
        visits.setdefault(operation, len(visits))
        parents = [] if node.is_input else node.input_tensors
        return node, iter(parents)

    for output in outputs:
        stack = [entry for entry in [open_node(output)] if entry]
        while stack:
            node, parents = stack[-1]
            parent = next(parents, None)
            if parent is not None:
                entry = open_node(parent)
                if entry:
                    stack.append(entry)
                continue
            stack.pop()
            if node not in finished:
                finished.add(node)
                order.append(node)
    return order, visits


class Graph:
    """The nodes and operations between flat lists of symbolic inputs and outputs.

    Args:
        inputs, outputs: KerasTensors.
        paths: Where each output is in the model's outputs, for messages.
        unique: Whether two operations of one name are an error.

    Raises:
        ValueError: where an output does not depend on the inputs alone, or two operations share a
            name.
    """

    def __init__(self, inputs, outputs, paths=(), unique=True):
        self.inputs = inputs
        self.outputs = outputs
        self._paths = paths or [str(i) for i in range(len(outputs))]
        order, visits = sorted_nodes(inputs, outputs)
        inside = set(order)
        depths, operation_depths = {}, {}
        for node in reversed(order):
            depth = max(depths.get(node, 0), operation_depths.get(node.operation, 0))
            depths[node] = operation_depths[node.operation] = depth
            for parent in node.parent_nodes:
                if parent in inside:
                    depths[parent] = max(depth + 1, depths.get(parent, 0))
        for x in inputs:  # inputs that no output needs
            operation, index, _ = x._keras_history
            if operation is not None and operation not in operation_depths and is_input(x):
                operation_depths[operation] = depths[operation._inbound_nodes[index]] = 0
                visits[operation] = -1
        self.nodes_by_depth = {}
        for node, depth in depths.items():
            self.nodes_by_depth.setdefault(depth, []).append(node)
        by_depth = {}
        for operation, depth in operation_depths.items():
            by_depth.setdefault(depth, []).append(operation)
        self.operations = [
            operation
            for depth in sorted(by_depth, reverse=True)
            for operation in sorted(by_depth[depth], key=visits.__getitem__)
        ]
        self.nodes = [
            node for depth in sorted(self.nodes_by_depth, reverse=True)
            for node in self.nodes_by_depth[depth]
        ]  # fmt: skip
        self._check()
        if unique:
            self._check_names()
        given = {x._key for x in inputs}
        self._constants = [  # of inputs that are tensors with values, and that nobody gives
            (key, _constant(node))
            for node in self.nodes
            if _constant(node) is not None
            for key in node.output_keys
            if key not in given
        ]
        self.steps = [_Step(node) for node in self.nodes if not node.is_input]
        sources = {key for node in self.nodes for key in node.operation.source_keys(node)}
        for step in self.steps:
            if sources and not sources.isdisjoint(step.targets):
                step.operation = _own(step.operation)
        self._last_uses()

    def _check(self):
        known = {x._key for x in self.inputs}
        lost = {}  # by output of a node: what it lacks
        for node in self.nodes:
            missing = [x for x in node.input_tensors if x._key not in known]
            if missing:
                missing = [lost.get(x._key, (x, node.operation.name)) for x in missing]
                lost.update((key, missing[0]) for key in node.output_keys)
            elif (
                not node.is_input
                or _constant(node) is not None
                or any(key in known for key in node.output_keys)
            ):
                known.update(node.output_keys)
        for path, x in zip(self._paths, self.outputs):
            if x._key not in known:
                tensor, name = lost.get(x._key, (x, None))
                where = f" at operation '{name}'" if name else ""
                raise ValueError(
                    f"Output with path `{path}` is not connected to `inputs`. Graph disconnected: "
                    f"cannot find parent for tensor {tensor}{where}. The model's inputs are "
                    f"{[i.name for i in self.inputs]}."
                )

    def _check_names(self):
        for name, times in Counter(operation.name for operation in self.operations).items():
            if times > 1:
                raise ValueError(
                    f'The name "{name}" is used {times} times in the model. All '
                    "operation names should be unique."
                )

    def _last_uses(self):
        """For each step, the tensors nobody needs after it, so that eager runs hold no more."""
        kept = {x._key for x in self.outputs}
        for step in reversed(self.steps):
            used = {x._key for x in step.node.input_tensors}
            used.update(step.targets)
            step.free = [key for key in used if key not in kept]
            kept.update(used)

    def run(self, values, call=None, training=None, known=None):
        """The values of the outputs.

        Args:
            values: One value per input.
            call: Maps an operation to what is called in its place.
            training: Replaces a `training` that a node was recorded with, unless None, and unless
                the caller wrote it there.
            known: Dict of values by tensor: what is in it is not computed again, and all that is
                computed is put there to stay.
        """
        stay = known is not None
        known = known if stay else {}
        known.update(self._constants)
        known.update((x._key, value) for x, value in zip(self.inputs, values))
        for step in self.steps:
            if stay and all(key in known for key in step.targets):
                continue
            function = step.operation if call is None else call(step.node.operation)
            if step.source is not None:
                result = function(known[step.source])
            else:
                args, kwargs = step.node.fill_in(known)
                if "training" in kwargs and not step.node.keeps_training:
                    if call is not None:  # a copy fills in its own default
                        del kwargs["training"]
                    elif training is not None:
                        kwargs["training"] = training
                result = function(*args, **kwargs)
            if step.target is not None:
                known[step.target] = result
            else:
                known.update(zip(step.targets, nest.flatten(result)))
            if call is None and not stay:
                for key in step.free:
                    known.pop(key, None)
        return [known[x._key] for x in self.outputs]


def _constant(node):
    """The value of an input that was made from a tensor with values; None of others."""
    return getattr(node.operation, "_input_value", None) if node.is_input else None


class _Step:
    """A node, with its one input and one output at hand where it is that simple."""

    __slots__ = ("node", "operation", "source", "targets", "target", "free")

    def __init__(self, node):
        self.node = node
        self.operation = node.operation
        simple = not node.kwargs and len(node.args) == 1 and isinstance(node.args[0], KerasTensor)
        self.source = node.args[0]._key if simple else None
        self.targets = node.output_keys
        self.target = None
        self.free = ()


def _own(operation):
    """The operation, with results that nothing else is computed from in their stead.

    A cross-entropy of probabilities is computed from their logits, so that no way would lead from
    it to the probabilities.
    """
    from . import dispatch
    from .tensor import convert_to_tensor

    def again(x):
        one = convert_to_tensor(1, x.dtype)
        return dispatch.op("multiply")((x, one)) if "float" in x.dtype else x

    return lambda *args, **kwargs: nest.map_structure(again, operation(*args, **kwargs))
