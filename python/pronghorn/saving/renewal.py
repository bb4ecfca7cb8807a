"""What older Kerases meant, said in today's words: models that Keras 3 reads as they were.

Before Keras 3 hard_sigmoid was clip(0.2 x + 0.5, 0, 1); today's is clip(x / 6 + 0.5, 0, 1), which
of 1.2 x is the same. So weights that lead to it are taken times 1.2.
"""

from typing import Any

from ..activations import hard_sigmoid, hard_sigmoid_of_keras_2
from ..legacy.missing import keras_names
from ..serialization import deserialize_keras_object, serialize_keras_object
from .old_reading import OLD_HARD_SIGMOID

FACTOR = 1.2
# Layers that end in `activation(weights * x + bias)`.
_LAST = ("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose",
         "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D",
         "SeparableConv2D", "SimpleRNN", "SimpleRNNCell")  # fmt: skip
# Gates of recurrent cells as parts of the last axis: (how many, those of recurrent_activation,
# those of activation, or None where it is applied to more than a gate).
_GATES = {"LSTMCell": (4, (0, 1, 3), None), "GRUCell": (3, (0, 1), (2,)),
          "ConvLSTMCell": (4, (0, 1, 3), None)}  # fmt: skip
_WEIGHTS = ("kernel", "recurrent_kernel", "bias")


def renew(model):
    """The model as Keras 3 can have it; its weights may change in place.

    Args:
        model: A built model, of which nobody else needs the old form.

    Returns:
        (model, list of what was changed, in words).

    Raises:
        ValueError: for what cannot be said in Keras 3.
    """
    notes, left = [], False
    for layer, label in _layers(model):
        if type(layer).__name__ == "ThresholdedReLU":
            left = True
            notes.append(f"{label} (ThresholdedReLU) became ReLU with a threshold")
        for key in [k for k, v in vars(layer).items() if v is hard_sigmoid_of_keras_2]:
            if type(layer).__name__ == "Activation":
                left = True
                notes.append(
                    f"{label} (Activation) became a Sequential of Rescaling({FACTOR}) and "
                    "today's hard_sigmoid"
                )
                continue
            what = _scale(layer, key, label)
            setattr(layer, key, hard_sigmoid)
            notes.append(f"{what} times {FACTOR}, for today's hard_sigmoid")
    if left:
        model = _rebuilt(model)
    return model, notes


def _layers(model):
    """(layer, what messages call it) of a model and all layers in it, each once."""
    seen, waiting = set(), [(model, model.name)]
    while waiting:
        layer, path = waiting.pop()
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        yield layer, path
        below = layer._flatten_layers(include_self=False, recursive=False)
        start = "" if layer is model else f"{path}/"
        waiting.extend((inner, start + inner.name) for inner in reversed(below))


def _scale(layer, key, label):
    """Takes the weights that lead to an activation times 1.2; returns which."""
    kind = type(layer).__name__
    if key == "activation" and kind in _LAST:
        names = [n for n in (*_WEIGHTS, "pointwise_kernel") if getattr(layer, n, None) is not None]
        for name in names:
            weight = getattr(layer, name)
            weight.assign(weight.numpy() * FACTOR)
        return f"{label} ({kind}): {', '.join(names)}"
    count, of_gates, of_state = _GATES.get(kind, (1, None, None))
    gates = of_gates if key == "recurrent_activation" else of_state
    if gates is None:
        raise ValueError(
            f"Layer {label} ({kind}) has Keras 2's hard_sigmoid as its `{key}`, which is "
            "not the end of a sum of weights; Keras 3 has no such layer."
        )
    names = [n for n in _WEIGHTS if getattr(layer, n, None) is not None]
    for name in names:
        weight = getattr(layer, name)
        value = weight.numpy()
        size = value.shape[-1] // count
        for gate in gates:
            value[..., gate * size : (gate + 1) * size] *= FACTOR
        weight.assign(value)
    return f"{label} ({kind}): gates {', '.join(map(str, gates))} of {', '.join(names)}"


def _rebuilt(model):
    """The model with layers of today for those that Keras 3 has no word for."""
    new = deserialize_keras_object(_without_old(serialize_keras_object(model)))
    new.set_weights(model.get_weights())
    return new


def _without_old(x):
    if isinstance(x, (list, tuple)):
        return [_without_old(v) for v in x]
    if not isinstance(x, dict):
        return x
    inner: Any = x.get("config")
    if x.get("class_name") == "Activation" and inner.get("activation") == OLD_HARD_SIGMOID:
        return {**x, **_two_layers(inner)}
    if x.get("class_name") == "ThresholdedReLU":
        kept = {key: inner[key] for key in ("name", "trainable", "dtype")}
        return {**x, "class_name": "ReLU", "config": {**kept, "threshold": inner["theta"]}}
    return {k: _without_old(v) for k, v in x.items()}


def _two_layers(config):
    from ..layers import Activation, Rescaling

    name, dtype = config["name"], config["dtype"]
    parts = [
        Rescaling(FACTOR, name=f"{name}_rescaling"),
        Activation("hard_sigmoid", name=f"{name}_activation"),
    ]
    layers = [serialize_keras_object(part) for part in parts]
    for layer in layers:
        layer["config"]["dtype"] = dtype
    inner = {"name": name, "trainable": True, "dtype": dtype, "layers": layers}
    found = {"module": "keras", "class_name": "Sequential", "config": inner}
    return {**found, "registered_name": None, "build_config": None}


_OF_FUNCTIONS = ("activations", "losses", "metrics", "ops")  # rooms whose functions need no module

# ---- what Keras 3 will say of a configuration


def needed_objects(config):
    """Names of classes and functions of a config that a reader must give, in order."""
    found, known = {}, keras_names()
    functions = {name for room in _OF_FUNCTIONS for name in known[room]}
    for x in _objects(config):
        registered = x.get("registered_name")
        if x["class_name"] == "function":
            if x["config"] not in functions and not str(x.get("module")).startswith("keras"):
                found[x["config"]] = None
        elif registered and not str(x.get("module")).startswith("keras"):
            found[registered.removeprefix("Custom>")] = None
    return list(found)


def check_names(config):
    """Raises ValueError for a class that Keras 3 lacks, and for code of lambdas."""
    known = keras_names()
    for x in _objects(config):
        if x["class_name"] == "__lambda__":
            raise ValueError(
                "The model holds the code of a lambda, which today's Keras refuses to load. Give "
                "the function by name in custom objects."
            )
        module = str(x.get("module"))
        if x["class_name"] == "function" or module.partition(".")[0] != "keras":
            continue
        names = known.get(module.partition(".")[2])
        if names is not None and names.get(x["class_name"], "3")[0] != "3":
            raise ValueError(f"Keras 3 has no class {module}.{x['class_name']}.")


def _objects(config):
    waiting = [config]
    while waiting:
        x = waiting.pop()
        if isinstance(x, dict):
            if isinstance(x.get("class_name"), str) and "config" in x:
                yield x
            waiting.extend(reversed(list(x.values())))
        elif isinstance(x, (list, tuple)):
            waiting.extend(reversed(x))
