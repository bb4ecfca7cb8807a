"""Configurations of models as Keras 2 wrote them, made of today's; old_reading.py is the other way.

An HDF5 file holds {"class_name", "config"} of a model. In it calls of layers are lists of
[layer, call, output, keyword arguments]; what is written here is such that Keras 2 and 3 read it.
"""

from typing import Any

# What Keras 3 added to configs, with the value that means nothing: left out, so that Keras 2 reads
# the rest.
_NEW: dict[str, Any] = {
    "quantization_config": None,
    "optional": False,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
    "synchronized": False,
    "input_axes": None,
    "output_axes": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
    "rms_scaling": False,
    "oov_method": "floormod",
    "salt": None,
}
# The same of single classes. Keras 3 takes what is left out for the default, which it is.
_IMAGES = ("Resizing", "CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation", "ZeroPadding1D",
           "RandomTranslation", "RandomZoom", "RandomContrast", "RandomBrightness",
           "RandomHeight", "RandomWidth")  # fmt: skip
_NEW_OF: dict[str, dict[str, Any]] = {name: {"data_format": "channels_last"} for name in _IMAGES}
_NEW_OF["Resizing"] |= {"pad_to_aspect_ratio": False, "fill_mode": "constant", "fill_value": 0.0,
                        "antialias": False}  # fmt: skip
_NEW_OF["RandomContrast"] |= {"value_range": [0, 255]}
_NEW_OF |= {f"ConvLSTM{n}D": {"seed": None} for n in (1, 2, 3)}
# Keras 3's names of arguments that it also takes under Keras 2's.
_OLD_NAMES = {"InputLayer": {"batch_shape": "batch_input_shape"}}
_OLD_NAMES["LeakyReLU"] = {"negative_slope": "alpha"}


_NO_MODELS = ("Pipeline",)  # layers of layers that Keras calls as it does any layer


def to_old(config):
    """{"class_name", "config"} of a serialized model, layer, loss, metric or optimizer."""
    name = config.get("registered_name") or config["class_name"]
    inner = config["config"]
    if is_functional(inner):
        inner = _functional_to_old(inner)
    elif _is_sequential(config["class_name"], inner):
        layers = [to_old(layer) for layer in inner["layers"]]
        inner = {"name": inner["name"], "layers": layers}
    elif isinstance(inner, dict):
        inner = _cleaned(inner)
        for key, value in _NEW_OF.get(config["class_name"], {}).items():
            if _plain(inner.get(key)) == value:
                inner.pop(key, None)
        if inner.get("bin_boundaries") is not None:  # Keras 2 takes one of the two
            inner.pop("num_bins", None)
        if config["class_name"] == "TextVectorization":  # which is of strings there
            inner.pop("dtype", None)
        for new, old in _OLD_NAMES.get(config["class_name"], {}).items():
            if new in inner:
                inner[old] = inner.pop(new)
    kept = {}
    if _is_op(config):
        kept = {"module": config["module"]}  # no layer of that name
    elif _needs_room(config):
        kept = {"module": config["module"], "registered_name": None}
    elif config["class_name"] == "IntegerLookup" and inner.get("output_mode") == "int":
        inner["dtype"] = "int64"  # Keras 2 insists on it, Keras 3 does not care
    return {**kept, "class_name": name, "config": inner}


def _needs_room(config):
    """Whether Keras 3 misreads a layer's entry that does not say its module: it drops a list of
    axes, takes a string for the function of that name, and misses a class of two names. Keras 2
    does not look at it."""
    if config.get("module") != "keras.layers":
        return False
    axis = config["config"].get("axis")
    several = isinstance(axis, (list, tuple)) and len(axis) > 1
    return several or config["class_name"] in ("Attention", "GroupQueryAttention")


def _plain(x):
    return list(x) if isinstance(x, tuple) else x


def _is_op(config):
    return str(config.get("module")).startswith("keras.src.ops.")


def is_functional(config):
    return isinstance(config, dict) and {"layers", "input_layers", "output_layers"} <= set(config)


def _is_sequential(class_name, config):
    if class_name in _NO_MODELS or not isinstance(config, dict):
        return False
    return isinstance(config.get("layers"), list) and "name" in config


def is_object(x):
    return isinstance(x, dict) and "class_name" in x and "config" in x


def _cleaned(x):
    """Without Keras 3's additions; dtype policies as their names."""
    if isinstance(x, (list, tuple)):
        return [_cleaned(v) for v in x]
    if not isinstance(x, dict):
        return x
    if x.get("class_name") == "DTypePolicy":
        return x["config"]["name"]
    if is_object(x):
        new = to_old(x)
        return {k: new.get(k, v) for k, v in x.items() if k not in ("build_config",)}
    return {k: _cleaned(v) for k, v in x.items() if not (k in _NEW and v == _NEW[k])}


def _without_masks(config):
    """Without the masks of Embeddings: readers make them anew, and Keras 2 has no such op."""
    layers = config["layers"]
    calls = [(e, call) for e in layers for call in e["inbound_nodes"]]
    tables = [
        _sources(call["args"])
        for e, call in calls
        if e["class_name"] == "Embedding" and e["config"].get("mask_zero")
    ]
    masks = {
        e["name"]
        for e, call in calls
        if e["class_name"] == "NotEqual" and _sources(call["args"]) in tables
    }
    for _, call in calls:
        others = {k: v for k, v in call["kwargs"].items() if k != "mask"}
        masks -= {source[0] for source in _sources((call["args"], others))}
    masks = {name for name in masks if name not in str(config["output_layers"])}
    if not masks:
        return layers

    def kept(call):
        sources = _sources(call["kwargs"].get("mask"))
        if not sources or any(source[0] not in masks for source in sources):
            return call
        return {**call, "kwargs": {k: v for k, v in call["kwargs"].items() if k != "mask"}}

    return [
        {**e, "inbound_nodes": [kept(call) for call in e["inbound_nodes"]]}
        for e in layers
        if e["name"] not in masks
    ]


def _sources(x):
    """[(layer, call, output)] of all tensors in a nest."""
    if is_tensor(x):
        return [tuple(x["config"]["keras_history"])]
    if isinstance(x, dict):
        x = list(x.values())
    return [s for v in x for s in _sources(v)] if isinstance(x, (list, tuple)) else []


def _functional_to_old(config):
    config = {**config, "layers": _without_masks(config)}
    nested = {entry["name"] for entry in config["layers"] if is_model(entry)}
    functional = {e["name"] for e in config["layers"] if is_functional(e["config"])}
    layers = []
    for entry in config["layers"]:
        calls = [_call_to_old(call, nested) for call in entry["inbound_nodes"]]
        if entry["name"] in nested:
            # Keras 2 counts the calls of a nested model from 1, Keras 3 does not: with every call
            # noted twice, both find one at 1, 3, 5, ...
            calls = [call for call in calls for _ in range(2)]
        layers.append({**to_old(entry), "name": entry["name"], "inbound_nodes": calls})
    return {
        "name": config["name"],
        "trainable": config["trainable"],
        "layers": layers,
        "input_layers": _ends_to_old(config["input_layers"], nested, functional),
        "output_layers": _ends_to_old(config["output_layers"], nested, functional),
    }


def _ends_to_old(ends, nested, functional):
    if isinstance(ends, dict):
        return {k: _end_to_old(v, nested, functional) for k, v in ends.items()}
    found = _end_to_old(ends, nested, functional)
    return [found] if is_place(ends) else found


def _end_to_old(end, nested, functional):
    if is_place(end):
        name, call, output = end[:3]
        # Keras 3 itself counts calls of functional models from 1 here, and only here
        return _place_to_old((name, call - (name in functional), output), nested)
    if isinstance(end, dict):
        return {k: _end_to_old(v, nested, functional) for k, v in end.items()}
    return [_end_to_old(v, nested, functional) for v in end]


def is_place(x):
    return (
        isinstance(x, (list, tuple))
        and len(x) in (3, 4)
        and isinstance(x[0], str)
        and (all(isinstance(i, int) for i in x[1:3]))
    )


def _place_to_old(place, nested):
    name, call, output = place[:3]
    if name in nested:
        call = 2 * call + 1
    return [name, call, output]


def _call_to_old(call, nested):
    """[[layer, call, output, keywords], ...] where the tensors are the first argument alone;
    Keras 3's form where they are not."""
    args, kwargs = call["args"], call["kwargs"]
    tensors = args[0] if len(args) == 1 else None
    tensors = [tensors] if is_tensor(tensors) else tensors
    plain = isinstance(tensors, (list, tuple)) and all(is_tensor(t) for t in tensors)
    keywords = {k: v for k, v in kwargs.items() if (k, v) != ("mask", None)}
    if not call.get("keeps_training"):
        keywords.pop("training", None)  # a default that was noted
    if not plain or _holds_tensor(keywords):
        return _renumbered(call, nested)
    return [
        [*_place_to_old(t["config"]["keras_history"], nested), _cleaned(keywords)] for t in tensors
    ]


def is_tensor(x):
    return isinstance(x, dict) and x.get("class_name") == "__keras_tensor__"


def _holds_tensor(x):
    if is_tensor(x):
        return True
    if isinstance(x, dict):
        return any(_holds_tensor(v) for v in x.values())
    return isinstance(x, (list, tuple)) and any(_holds_tensor(v) for v in x)


def _renumbered(x, nested):
    if is_tensor(x):
        inner = x["config"]
        place = _place_to_old(inner["keras_history"], nested)
        return {**x, "config": {**inner, "keras_history": place}}
    if isinstance(x, dict):
        return {k: _renumbered(v, nested) for k, v in x.items()}
    return [_renumbered(v, nested) for v in x] if isinstance(x, (list, tuple)) else x


def is_model(entry):
    inner = entry["config"]
    if entry["class_name"] in _NO_MODELS:
        return False
    return isinstance(inner, list) or (isinstance(inner, dict) and "layers" in inner)
