"""Configs of functional models: layers, their calls, inputs and outputs, in Keras 3's form."""

from ..engine import KerasTensor, nest
from ..engine.symbolic import RecordedOp, recorded_class
from ..engine.symdim import SymDim
from ..layers.base import Layer
from ..serialization import CustomObjectScope, deserialize_keras_object, serialize_keras_object
from . import keras_ops
from .functional import Functional


def _node_numbers(model):
    """{(operation, index): number} of the nodes of this model, not of a shared layer's others.

    A nested functional model counts from 1: its node 0 is its own graph.
    """
    inside = {id(node) for node in model._graph.nodes}
    numbers = {}
    for operation in model.operations:
        kept = 1 if isinstance(operation, Functional) else 0
        for i, node in enumerate(operation._inbound_nodes):
            if id(node) in inside:
                numbers[id(operation), i] = kept
                kept += 1
    return numbers


def get_functional_config(model):
    """The config of a functional model."""
    numbers = _node_numbers(model)

    def history(x):
        operation, index, tensor_index = x._keras_history
        return [operation.name, numbers[id(operation), index], tensor_index]

    def saved_tensor(leaf):
        operation, index, _ = leaf._keras_history
        number = numbers[id(operation), index] - isinstance(operation, Functional)
        config = {
            "shape": list(leaf.shape),
            "dtype": leaf.dtype,
            "keras_history": [operation.name, number, leaf._keras_history.tensor_index],
        }
        return {"class_name": "__keras_tensor__", "config": config}

    def saved(leaf):
        if isinstance(leaf, SymDim):
            return leaf.get_config(saved_tensor)
        if isinstance(leaf, KerasTensor):
            return saved_tensor(leaf)
        return serialize_keras_object(leaf)

    inside = {id(node) for node in model._graph.nodes}
    layers = []
    for operation in model.operations:
        nodes = [n for n in operation._inbound_nodes if id(n) in inside and not n.is_input]
        entry = None if isinstance(operation, Layer) else _op_entry(operation, nodes, saved)
        if entry is None:
            calls = [
                {
                    **_call(node.args, node.kwargs, saved),
                    # Keras has no such key: in its files a `training` may be one nobody wrote.
                    **({"keeps_training": True} if node.keeps_training else {}),
                }
                for node in nodes
            ]
            entry = {**serialize_keras_object(operation), "inbound_nodes": calls}
        layers.append({**entry, "name": operation.name, "inbound_nodes": entry["inbound_nodes"]})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": nest.map_structure(history, model._inputs_struct),
        "output_layers": nest.map_structure(history, model._outputs_struct),
    }


def _call(args, kwargs, saved):
    return {
        "args": [nest.map_structure(saved, a) for a in args],
        "kwargs": nest.map_structure(saved, kwargs),
    }


def _op_entry(operation, nodes, saved):
    """The entry of an op in Keras's form; None where Keras has no operation that says it."""
    found = [keras_ops.written(operation, node) for node in nodes]
    if not found or None in found:
        return None
    module, class_name, fixed, _, _ = found[0]
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": operation.name, **serialize_keras_object(fixed)},
        "registered_name": class_name,
        "inbound_nodes": [_call(args, kwargs, saved) for *_, args, kwargs in found],
    }


def make_from_config(cls, config, custom_objects=None):
    """A model of class `cls` from such a config.

    Raises:
        ValueError: where calls need layers that are missing or form a loop.
    """
    config = dict(config)
    is_read = "read_by_age" in config  # whose file knows its age
    if not is_read and any("module" not in entry for entry in config["layers"]):  # Keras 1 or 2
        from ..saving.old_reading import to_new

        config = to_new({"class_name": "Functional", "config": config})["config"]
    config.pop("read_by_age", None)
    with CustomObjectScope(custom_objects or {}):
        made = _Made({entry["name"]: _make_operation(entry) for entry in config["layers"]})
        waiting = [(e["name"], list(e["inbound_nodes"])) for e in config["layers"]]
        while waiting:
            before = sum(len(calls) for _, calls in waiting)
            for name, calls in waiting:
                while calls and _ready(calls[0], made):
                    call = calls.pop(0)
                    args, kwargs = _arguments(call, made)
                    if isinstance(made[name], RecordedOp):
                        made[name].record(*_tuples(args))
                        made.note_call(name)
                        continue
                    made[name](*keras_ops.arguments(made[name], args), **kwargs)
                    node = made.note_call(name)
                    node.keeps_training = bool(call.get("keeps_training"))
            waiting = [(name, calls) for name, calls in waiting if calls]
            if sum(len(calls) for _, calls in waiting) == before and waiting:
                raise ValueError(
                    f"Invalid functional model config: {_stuck(waiting, made)}. Calls that could "
                    f"not be made: those of {[name for name, _ in waiting]}"
                )
    rest = {k: v for k, v in config.items() if k not in _KEYS}
    return cls(
        inputs=_tensors(config["input_layers"], made),
        outputs=_tensors(config["output_layers"], made),
        name=config.get("name"),
        **({"trainable": config["trainable"]} if config.get("trainable") is not None else {}),
        **rest,
    )


_OF_TENSORFLOW = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")  # of Keras 2
_KEYS = ("layers", "input_layers", "output_layers", "name", "trainable")


def _make_operation(entry):
    if keras_ops.is_keras_op(entry):
        return keras_ops.make({**entry, "config": deserialize_keras_object(entry["config"])})
    if entry["class_name"] in _OF_TENSORFLOW:
        from ..saving.tf_ops import Translated

        return Translated(deserialize_keras_object(entry["config"]))
    if "op_name" in entry["config"]:
        return recorded_class(entry["config"]["op_name"])(name=entry["config"]["name"])
    return deserialize_keras_object({k: v for k, v in entry.items() if k != "inbound_nodes"})


class _Made(dict):
    """{name: operation}, and this model's nodes: a shared operation has those of others too."""

    def __init__(self, operations):
        super().__init__(operations)
        self.nodes = {
            name: [node for node in operation._inbound_nodes if node.is_input]
            for name, operation in operations.items()
        }

    def note_call(self, name):
        self.nodes[name].append(self[name]._inbound_nodes[-1])
        return self.nodes[name][-1]


def _tensor(history, made):
    name, node_index, tensor_index = history
    return made.nodes[name][node_index].outputs[tensor_index]


def _histories(x):
    if isinstance(x, dict):
        if x.get("class_name") == "__keras_tensor__":
            yield x["config"]["keras_history"]
        else:
            for value in x.values():
                yield from _histories(value)
    elif isinstance(x, (list, tuple)):
        for value in x:
            yield from _histories(value)


def _ready(call, made):
    return all(
        name in made and len(made.nodes[name]) > index for name, index, _ in _histories(call)
    )


def _stuck(waiting, made):
    wanted = {h[0] for _, calls in waiting for call in calls for h in _histories(call)}
    missing = sorted(str(name) for name in wanted if name not in made)
    return f"Missing node: {', '.join(missing)}" if missing else "the graph has loops"


def _arguments(call, made):
    def revive(x):
        if isinstance(x, SymDim):
            return x.moved(lambda tensor: _tensor(tensor._saved_history, made))
        history = getattr(x, "_saved_history", None)
        return x if history is None else _tensor(history, made)

    args = deserialize_keras_object(call["args"])
    kwargs = deserialize_keras_object(call["kwargs"])
    return nest.map_structure(revive, (tuple(args), kwargs))


def _tuples(x):
    return tuple(_tuples(v) for v in x) if isinstance(x, (list, tuple)) else x


def _tensors(x, made):
    if isinstance(x, (list, tuple)) and len(x) == 3 and isinstance(x[0], str):
        name, index, tensor_index = x
        if isinstance(made[name], Functional):
            index -= 1
        return _tensor((name, index, tensor_index), made)
    if isinstance(x, dict):
        return {k: _tensors(v, made) for k, v in x.items()}
    return type(x)(_tensors(v, made) for v in x)
