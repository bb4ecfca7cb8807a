"""What we write for an object is what real Keras writes, and each side's text makes it again."""

import json
import os

import pronghorn as ph
import pytest
from pronghorn import saving
from serialization import cases, unusual
from signatures.compare import KERAS as SIGNATURES
from signatures.compare import ours

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "keras_configs.json")) as f:
    KERAS = json.load(f)

with open(os.path.join(HERE, "keras_unusual.json")) as f:
    UNUSUAL = json.load(f)

MADE = {**cases.VARIED, **cases.MODELS}
# What is ours on purpose (docs/differences.md).
OURS = {
    **{f"metrics.{name}": {"dtype": "int32"} for name in ("BinaryIoU", "IoU", "MeanIoU")},
    **{f"metrics.{name}": {"dtype": "int32"} for name in ("OneHotIoU", "OneHotMeanIoU")},
    "initializers.Identity": {"gain": 1.0},
    "initializers.IdentityInitializer": {"gain": 1.0},
    "regularizers.L1": {"l1": 0.01},
    "regularizers.OrthogonalRegularizer": {"factor": 0.01},
    "layers.MaxNumBoundingBoxes": {"fill_value": -1},
    "layers.RandomCrop": {"seed": None},  # Keras writes one that it drew
    "layers.RandomGrayscale": {"seed": None},
}


def is_here(row):
    room, _, name = row.rpartition(".")
    return row in MADE or (ours(row) is not None and isinstance(ours(row), type))


def make(row):
    room, _, name = row.rpartition(".")
    return MADE[row](ph) if row in MADE else cases.make(ph, room, name)


def ours_of(row):
    return cases.config_of(ph, lambda k: make(row))


def expected(row):
    config = plain(KERAS[row])
    config["config"] = {**config["config"], **OURS[row]} if row in OURS else config["config"]
    return config


def plain(config):
    """Without what is not given: masks and defaults of `training` that Keras notes at each call,
    the empty configs of models that were not compiled, shapes of layers that have no weights."""
    if isinstance(config, list):
        return [plain(x) for x in config]
    if not isinstance(config, dict):
        return config
    config = {k: plain(v) for k, v in config.items() if (k, v) != ("compile_config", {})}
    config.pop("keeps_training", None)  # ours: whether `training` was written by the user
    if set(config) == {"args", "kwargs"}:
        given = config["kwargs"]
        defaults = (("training", False), ("mask", None))
        config["kwargs"] = {k: v for k, v in given.items() if (k, v) not in defaults}
    if config.get("class_name") in ("Dropout",):
        config.pop("build_config", None)
    return config


ROWS = [row for row in KERAS if is_here(row)]


@pytest.mark.parametrize("row", ROWS)
def test_the_config_is_keras_s(row):
    assert plain(ours_of(row)) == expected(row)


@pytest.mark.parametrize("row", ROWS)
def test_keras_s_config_makes_it(row):
    ph.utils.clear_session(free_memory=False)
    made = saving.deserialize_keras_object(json.loads(json.dumps(KERAS[row])))
    again = json.loads(json.dumps(saving.serialize_keras_object(made)))
    wanted = plain(KERAS[row])
    if row in OURS:
        wanted["config"] = {**OURS[row], **wanted["config"]}
    assert plain(again) == wanted


# What Keras leaves out or rounds, as ours has it of unusual arguments (docs/differences.md).
OURS_UNUSUAL = {
    **{name: OURS[name] for name in OURS if name.startswith("metrics.")},
    **{f"{room}.CosineSimilarity": {"axis": 1} for room in ("losses", "metrics")},
    "initializers.Identity": {"gain": 0.25},
    "initializers.IdentityInitializer": {"gain": 0.25},
    "layers.MaxNumBoundingBoxes": {"fill_value": 0},
    "layers.RandomGrayscale": {"seed": 3},
    "layers.SimpleRNN": {
        "activity_regularizer": {
            "module": "keras.regularizers",
            "class_name": "L1L2",
            "config": {"l1": 0.25, "l2": 0.5},
            "registered_name": None,
        }
    },
    "losses.Huber": {"delta": 0.25},
    "regularizers.OrthogonalRegularizer": OURS["regularizers.OrthogonalRegularizer"],
}


@pytest.mark.parametrize("row", UNUSUAL)
def test_configs_of_unusual_arguments(row):
    room, _, name = row.rpartition(".")
    keras = UNUSUAL[row]["config"]
    ours = unusual.row(ph, room, name, UNUSUAL[row]["arguments"])["config"]
    wanted = {**keras["config"], **OURS_UNUSUAL.get(row, {})}
    assert plain(ours) == plain({**keras, "config": wanted})
    for config in (keras, ours):
        made = saving.deserialize_keras_object(json.loads(json.dumps(config)))
        again = json.loads(json.dumps(saving.serialize_keras_object(made)))
        if config is ours:
            assert again == ours
        else:  # defaults stand for what Keras left out
            written = {k: again["config"][k] for k in config["config"]}
            given = {k: v for k, v in written.items() if k not in OURS_UNUSUAL.get(row, {})}
            assert given == {k: v for k, v in config["config"].items() if k in given}


@pytest.mark.parametrize(
    "path", [p for p in SIGNATURES["canonical"] if p in KERAS and is_here(p) and p not in MADE]
)
def test_the_name_is_keras_s(path):
    config = ours_of(path)
    assert f"{config['module']}.{config['class_name']}" == SIGNATURES["canonical"][path]
    assert config["registered_name"] is None


def test_metrics_of_functions_without_a_good_name():
    import functools

    import numpy as np

    class OwnMeasure:
        def __call__(self, y_true, y_pred):
            return ph.ops.mean(y_true - y_pred)

    model = ph.Sequential([ph.Input((2,)), ph.layers.Dense(1)])
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    metrics = [lambda a, b: ph.ops.mean(a - b), lambda a, b: ph.ops.mean(b), OwnMeasure()]
    metrics.append(functools.partial(ph.losses.mean_squared_error))
    model.compile("sgd", "mse", metrics=metrics)
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "lambda", "lambda_1", "own_measure", "partial"}  # as in Keras
