"""Models with dicts of inputs and outputs, and what both sides must say about them."""

from collections import OrderedDict

import numpy as np


def _parts(k):
    a = k.Input((3,), name="b")
    b = k.Input((2,), name="a")
    z = k.layers.Dense(2, name="zed")(a)
    y = k.layers.Dense(1, name="ay")(b)
    m = k.layers.Dense(1, name="mid")(k.layers.Concatenate(name="both")([a, b]))
    return a, b, z, y, m


def plain(k):
    a, b, z, y, m = _parts(k)
    return k.Model({"b": a, "a": b}, {"z": z, "a": y, "m": m})


def list_in(k):
    a, b, z, y, m = _parts(k)
    return k.Model([a, b], {"z": z, "a": y, "m": m})


def nested(k):
    a, b, z, y, m = _parts(k)
    return k.Model({"b": a, "a": b}, {"z": [z, y], "a": {"q": m, "b": y}})


def ordered(k):
    a, b, z, y, m = _parts(k)
    return k.Model({"b": a, "a": b}, OrderedDict([("z", z), ("a", y), ("m", m)]))


MODELS = {f.__name__: f for f in (plain, list_in, nested, ordered)}

FLAT_LABELS = {"z": np.zeros((4, 2)), "a": np.zeros((4, 1)), "m": np.ones((4, 1))}
LABELS = {
    "plain": FLAT_LABELS,
    "list_in": FLAT_LABELS,
    "ordered": OrderedDict((key, FLAT_LABELS[key]) for key in ("z", "a", "m")),
    "nested": {
        "z": [np.zeros((4, 2)), np.zeros((4, 1))],
        "a": {"q": np.ones((4, 1)), "b": np.zeros((4, 1))},
    },
}


def compile_arguments(name):
    if name == "nested":
        return [{"loss": ["mse", "mae", "mse", "mae"]}, {"loss": "mse"}]
    return [
        {"loss": ["mse", "mae", "mse"], "loss_weights": [1, 2, 3]},
        {"loss": ["mse", "mae", "mse"], "metrics": [["mae"], ["mse"], ["mae", "mse"]]},
        {"loss": {"m": "mae", "z": "mse", "a": "mae"}} if name != "ordered" else {"loss": "mae"},
    ]


def filled(k, name):
    k.utils.clear_session()
    model = MODELS[name](k)
    for i, weight in enumerate(model.weights):
        size = int(np.prod(weight.shape))
        weight.assign((np.arange(size).reshape(weight.shape) / 8 + i / 16).astype("float32"))
    return model


def record(k, name):
    """Everything that depends on the order of the dicts."""
    model = filled(k, name)
    rng = np.random.RandomState(0)
    x = {"b": rng.randint(0, 64, (4, 3)) / 64, "a": rng.randint(0, 64, (4, 2)) / 64}
    lines = []
    model.summary(print_fn=lines.append, line_length=80)
    config = model.get_config()
    predicted = model.predict(x, verbose=0)
    out = {
        "layers": [layer.name for layer in model.layers],
        "weights": [w.path for w in model.weights],
        "output_names": list(model.output_names),
        "inputs": [t.name for t in model.inputs],
        "input_spec": [spec.name for spec in model.input_spec],
        "shapes": [str(model.input_shape), str(model.output_shape)],
        "predict": [type(predicted).__name__, list(predicted)],
        "first_of_predict": np.asarray(_first(predicted)).ravel().tolist(),
        "config": [config["input_layers"], config["output_layers"]],
        "config_layers": [entry["name"] for entry in config["layers"]],
        "summary": lines,
        "evaluate": [],
    }
    for arguments in compile_arguments(name):
        model = filled(k, name)
        model.compile("sgd", **arguments)
        results = model.evaluate(x, LABELS[name], verbose=0)
        by_name = model.evaluate(x, LABELS[name], verbose=0, return_dict=True)
        out["evaluate"].append([results, by_name])
    return out


def _first(x):
    while isinstance(x, (dict, list)):
        x = next(iter(x.values())) if isinstance(x, dict) else x[0]
    return x
