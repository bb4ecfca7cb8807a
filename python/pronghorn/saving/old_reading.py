"""Configurations of models that Keras 1 and 2 wrote, in today's form; by the rules of their writer.

What constructors take under its old name (legacy/arguments.py) stays as it is; here is what only
files hold, and what meant something else.
"""

from .old_configs import is_functional, is_model, is_object, is_place, is_tensor

OLD_HARD_SIGMOID = "hard_sigmoid_of_keras_2"  # 0.2 x + 0.5, where Keras 3 has x / 6 + 0.5
_ACTIVATIONS = ("activation", "recurrent_activation", "inner_activation")


def age_of(version):
    """1, 2 or 3 of a version of Keras; 1 where a file does not say, as those of Keras 1 did not."""
    first = str(version or "1").partition(".")[0]
    return int(first) if first.isdigit() else 2


def layer_name(name):
    """A layer's name without the slashes that older Kerases allowed."""
    return name.replace("/", "_") if isinstance(name, str) else name


def to_new(config, age=2):
    """Today's form of a model's or layer's {"class_name", "config"}.

    Args:
        config: The dict.
        age: Major version of the Keras that wrote it.

    Raises:
        ValueError: where it is no such dict.
    """
    if not is_object(config):
        raise ValueError(
            "The configuration is not a valid Keras configuration. Expected a dictionary "
            f"containing a 'config' key. Received: {config}"
        )
    inner, name = config["config"], config["class_name"]
    if name == "MultiHeadAttention" and age < 3:  # has one shape, of the first input
        config = {key: value for key, value in config.items() if key != "build_config"}
    if name == "NotEqual" and not config.get("module"):  # of the mask of Embedding, in HDF5 files
        config = {**config, "module": "keras.src.ops.numpy"}
    if isinstance(inner, list):  # a Sequential of old
        inner = {"name": "sequential", "layers": inner}
    if is_functional(inner):
        inner = _functional_to_new(inner, age)
    elif name == "Sequential" and isinstance(inner, dict) and "layers" in inner:
        layers = [to_new(layer, age) for layer in inner["layers"]]
        inner = {"name": "sequential", **inner, "layers": layers}
    elif isinstance(inner, dict):
        inner = _values_to_new(name, inner, age)
    if isinstance(inner, dict) and "name" in inner:
        inner = {**inner, "name": layer_name(inner["name"])}
    return {**config, "config": inner}


def _values_to_new(name, config, age):
    new = {key: _value_to_new(key, value, age) for key, value in config.items()}
    if name == "BatchNormalization" and isinstance(new.get("axis"), list):
        (new["axis"],) = new["axis"]
    if age < 3 and name in ("GRU", "GRUCell"):
        new.setdefault("reset_after", False)
    if new.get("time_major") is False:
        new.pop("time_major")
    if age < 3:
        for key, value in _unused(name):
            if new.get(key, value) == value or value is ...:
                new.pop(key, None)
    return new


# Layers that `adapt` calls on data of any shape, which Keras 2 notes then.
_OF_DATA = (
    "Discretization", "IntegerLookup", "Normalization", "StringLookup", "TextVectorization"
)  # fmt: skip


def _unused(name):
    """(key, value or ... for any) of what Keras 2 wrote although the layer never used it."""
    if name.startswith(("DepthwiseConv", "SeparableConv")):
        parts = ("initializer", "regularizer", "constraint")
        return [("groups", 1), *((f"kernel_{part}", ...) for part in parts)]
    if name.startswith("Conv") and name.endswith("Transpose"):
        return [("groups", 1)]
    if name == "MultiHeadAttention":
        shapes = [(f"{part}_shape", ...) for part in ("query", "key", "value")]
        return [("softmax_robust_masking", ...), *shapes]
    if name in _OF_DATA:
        dtype = [("dtype", "string")] if name == "TextVectorization" else []
        return [("batch_input_shape", ...), ("trainable", True), *dtype]
    if name.startswith("Random"):
        return [("rng_type", ...)]
    if name.startswith("SpatialDropout"):
        return [("noise_shape", None), ("trainable", True)]
    return []


def _value_to_new(key, value, age):
    if key == "dtype" and is_object(value) and value["class_name"] in ("Policy", "PolicyV1"):
        return value["config"]["name"]
    if age < 3 and key in _ACTIVATIONS and value == "hard_sigmoid":
        return OLD_HARD_SIGMOID
    if is_object(value):
        return to_new(value, age)
    if isinstance(value, list):
        return [to_new(v, age) if is_object(v) else v for v in value]
    if isinstance(value, dict) and "name" in value and "class_name" not in value:
        return _keras_1_object(key, value)
    return value


def _keras_1_object(key, value):
    """Regularizers and constraints of Keras 1: {"name", arguments}."""
    rest = {k: v for k, v in value.items() if k != "name"}
    if set(rest) <= {"l1", "l2"} and rest:
        return {"class_name": "L1L2", "config": rest}
    if key.endswith("_constraint"):
        return {"class_name": value["name"], "config": rest}
    return value


def _functional_to_new(config, age):
    calls = [call for entry in config["layers"] for call in entry["inbound_nodes"]]
    lowest = {}
    for name, number in _references(calls):
        lowest[name] = min(number, lowest.get(name, number))
    for name, number, _ in _places_in((config["input_layers"], config["output_layers"])):
        lowest[name] = min(number, lowest.get(name, number))
    shift = {
        entry["name"]: 1
        for entry in config["layers"]
        if is_model(entry) and lowest.get(entry["name"], 0) > 0
    }
    functional = {e["name"] for e in config["layers"] if is_functional(e["config"])}
    layers = [
        {
            **to_new(entry, age),
            "name": layer_name(entry["name"]),
            "inbound_nodes": [_call_to_new(call, shift) for call in entry["inbound_nodes"]],
        }
        for entry in config["layers"]
    ]
    return {
        **config,
        "read_by_age": age,
        "layers": layers,
        "input_layers": _ends_to_new(config["input_layers"], shift, functional),
        "output_layers": _ends_to_new(config["output_layers"], shift, functional),
    }


def _places_in(x):
    if is_place(x):
        yield x[:3]
    elif isinstance(x, dict):
        for value in x.values():
            yield from _places_in(value)
    elif isinstance(x, (list, tuple)):
        for value in x:
            yield from _places_in(value)


def _references(calls):
    """(layer, number of its call) of every tensor that calls take."""
    for call in calls:
        if isinstance(call, dict):
            for tensor in _tensors_in(call):
                yield tensor["config"]["keras_history"][:2]
        else:
            for name, number, _ in _places_in(call):
                yield name, number


def _tensors_in(x):
    if is_tensor(x):
        yield x
    elif isinstance(x, (dict, list, tuple)):
        for value in x.values() if isinstance(x, dict) else x:
            yield from _tensors_in(value)


def _ends_to_new(ends, shift, functional):
    if is_place(ends):
        name, number, output = ends[:3]
        return [layer_name(name), number - shift.get(name, 0) + (name in functional), output]
    if isinstance(ends, dict):
        return {k: _ends_to_new(v, shift, functional) for k, v in ends.items()}
    return [_ends_to_new(e, shift, functional) for e in ends]


def _call_to_new(call, shift):
    """{"args", "kwargs"} of a list of places, whose keywords may hold places as well."""
    if isinstance(call, dict) and {"args", "kwargs"} <= set(call):
        return _shifted(call, shift)
    keywords = {}

    def tensors(x):
        if isinstance(x, (list, tuple)) and len(x) == 4 and x[0] == "_CONSTANT_VALUE":
            keywords.update(x[3] or {})
            return x[2]
        if is_place(x):
            if len(x) == 4:
                keywords.update(x[3] or {})
            return _tensor(x, shift)
        return x

    if is_place(call) or (isinstance(call, list) and call[:1] == ["_CONSTANT_VALUE"]):
        first = tensors(call)
    elif isinstance(call, dict):
        first = {k: _mapped(tensors, v) for k, v in call.items()}
    else:
        first = [_mapped(tensors, v) for v in call]
        first = first[0] if len(first) == 1 else first
    kwargs = {
        k: _mapped(lambda x: _tensor(x, shift) if is_place(x) else x, v)
        for k, v in keywords.items()
        if (k, v) != ("mask", None)
    }
    # Keras 2 notes what the user wrote, and abides by it
    kept = {"keeps_training": True} if kwargs.get("training") is not None else {}
    return {"args": [first], "kwargs": kwargs, **kept}


def _mapped(function, x):
    if is_place(x) or (isinstance(x, (list, tuple)) and x[:1] == ["_CONSTANT_VALUE"]):
        return function(x)
    if isinstance(x, dict):
        return {k: _mapped(function, v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [_mapped(function, v) for v in x]
    return x


def _tensor(place, shift):
    name, number, output = place[:3]
    history = [layer_name(name), number - shift.get(name, 0), output]
    config = {"shape": [], "dtype": "float32", "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": config}


def _shifted(x, shift):
    if is_tensor(x):
        return _tensor(x["config"]["keras_history"], shift)
    if isinstance(x, dict):
        return {k: _shifted(v, shift) for k, v in x.items()}
    return [_shifted(v, shift) for v in x] if isinstance(x, (list, tuple)) else x
