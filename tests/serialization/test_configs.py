"""Configs: what is found by which name, and what is never run."""

import json
import sys
import types

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, losses, metrics, saving
from pronghorn.serialization import ObjectSharingScope, SafeModeScope


def through_json(obj, **kwargs):
    text = json.dumps(saving.serialize_keras_object(obj))
    return saving.deserialize_keras_object(json.loads(text), **kwargs)


@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "BinaryCrossentropy", "KLDivergence", "Poisson"]
)
def test_the_module_decides_between_a_loss_and_a_metric(name):
    for room in (losses, metrics):
        made = getattr(room, name)()
        assert type(through_json(made)) is type(made)
        assert saving.serialize_keras_object(made)["module"] == f"keras.{room.__name__[10:]}"


@pytest.mark.parametrize(
    "module, expected",
    [
        (None, losses.MeanSquaredError),  # as of old: the name alone
        ("keras.metrics", metrics.MeanSquaredError),
        ("keras.src.metrics.regression_metrics", metrics.MeanSquaredError),
        ("pronghorn.metrics.errors", metrics.MeanSquaredError),
        ("tensorflow.python.keras.metrics", metrics.MeanSquaredError),
        ("keras.engine.something", losses.MeanSquaredError),
    ],
)
def test_modules_of_other_ages(module, expected):
    config = {"class_name": "MeanSquaredError", "config": {"name": "m"}, "module": module}
    assert type(saving.deserialize_keras_object(config)) is expected


@pytest.mark.parametrize("family", ["keras.src.mine", "keras_hub.layers", "keras_cv.mine"])
def test_classes_of_imported_packages_of_the_family(family, monkeypatch):
    """As Keras finds them, but in modules alone that the program itself has imported."""
    made = type("Mine", (layers.Dense,), {"__module__": family})
    stranger = type("Stranger", (), {"__module__": family, "from_config": classmethod(len)})
    config = {"class_name": "Mine", "module": family, "config": {"units": 2}}
    with pytest.raises(TypeError, match="Could not locate class 'Mine'"):
        saving.deserialize_keras_object(config)
    module = types.ModuleType(family)
    vars(module).update(Mine=made, Stranger=stranger, Dense=layers.Dense)
    monkeypatch.setitem(sys.modules, family, module)
    assert type(saving.deserialize_keras_object(config)) is made
    with pytest.raises(TypeError, match="Could not locate class 'Stranger'"):
        saving.deserialize_keras_object({**config, "class_name": "Stranger"})
    outside = "another_package.layers"
    monkeypatch.setitem(sys.modules, outside, module)
    made.__module__ = outside
    with pytest.raises(TypeError, match="Could not locate class 'Mine'"):
        saving.deserialize_keras_object({**config, "module": outside})


def test_get_reads_configs_of_its_own_room():
    config = {"class_name": "MeanSquaredError", "config": {"name": "m"}}
    assert type(losses.get(config)) is losses.MeanSquaredError
    assert type(metrics.get(config)) is metrics.MeanSquaredError


@pytest.mark.parametrize(
    "value",
    [b"bytes", slice(None, 20, 2), Ellipsis, [1, {"a": (2.5, None)}, "text"], {"1": [True, False]}],
)
def test_plain_values(value):
    expected = json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value
    assert through_json(value) == expected


def test_arrays_and_tensors():
    x = np.arange(6, dtype="float64").reshape(2, 3) / 7
    again = through_json({"a": x, "t": ph.ops.convert_to_tensor(x), "scalar": np.float32(0.5)})
    assert again["a"].dtype == np.float64
    np.testing.assert_array_equal(again["a"], x)
    assert again["t"].dtype == "float64"
    np.testing.assert_array_equal(np.asarray(again["t"]), x)
    assert again["scalar"] == 0.5


def test_what_has_no_config():
    with pytest.raises(TypeError, match="no `get_config"):
        saving.serialize_keras_object(object())

    class Bad:
        def get_config(self):
            return []

    with pytest.raises(TypeError, match="should return a dict"):
        saving.serialize_keras_object(Bad())


def test_lambdas_need_permission():
    with pytest.warns(UserWarning, match="lambda"):
        config = json.loads(json.dumps(saving.serialize_keras_object({"f": lambda x: 3 * x})))
    _, defaults, closure = config["f"]["config"]["value"]  # three in a list, as Keras reads it
    assert defaults is closure is None
    with pytest.raises(ValueError, match="arbitrary code execution"):
        saving.deserialize_keras_object(config)
    with SafeModeScope(True), pytest.raises(ValueError, match="safe_mode=False"):
        saving.deserialize_keras_object(config, safe_mode=False)
    assert saving.deserialize_keras_object(config, safe_mode=False)["f"](2) == 6
    broken = {"class_name": "__lambda__", "config": {"value": {"code": "!", "defaults": None}}}
    broken["config"]["value"]["closure"] = None
    with pytest.raises(ValueError, match="cannot be read by this Python"):
        saving.deserialize_keras_object(broken, safe_mode=False)


def test_permission_for_all_threads_in_a_fresh_process():
    import subprocess

    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "import pronghorn as k, threading\n"
        "c = k.saving.serialize_keras_object(eval('lambda x: x + 1'))\n"
        "k.config.enable_unsafe_deserialization()\n"
        "found = []\n"
        "read = k.saving.deserialize_keras_object\n"
        "t = threading.Thread(target=lambda: found.append(read(c)(1)))\n"
        "t.start(); t.join(); assert found == [2]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "function", "module": "os", "config": "system"},
        {"class_name": "function", "module": "builtins", "config": "eval"},
        {"class_name": "function", "module": "keras.models", "config": "load_model"},
        {"class_name": "Popen", "module": "subprocess", "config": {"args": "true"}},
        {"class_name": "Path", "module": "pathlib", "config": {}},
        {"class_name": "function", "module": "pronghorn.layers.base", "config": "importlib"},
        {"class_name": "function", "module": "keras.ops", "config": "__getattr__"},
        {"class_name": "config", "module": "keras", "config": {}},
        {"class_name": "Variable", "module": "keras", "config": {}},
        {"class_name": "function", "module": "json", "config": "loads"},
    ],
)
def test_nothing_outside_can_be_had_through_a_config(config):
    import pathlib  # noqa: F401  (an imported module is no invitation)

    with pytest.raises((TypeError, ValueError), match="Could not locate|from_config"):
        saving.deserialize_keras_object(config)


@pytest.mark.parametrize("module", ["keras.saving", "keras.utils", "keras.config"])
def test_public_functions_that_are_no_part_of_a_model(module):
    config = {"class_name": "function", "module": module, "config": "load_model"}
    with pytest.raises(ValueError, match="not a modeling function"):
        saving.deserialize_keras_object(config)


@pytest.mark.parametrize("name", ["builtins.eval", "zoo>Dense", "no.such"])
def test_a_built_in_has_no_registered_name(name):
    config = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}}
    with pytest.raises(ValueError, match="resolved to a Keras built-in"):
        saving.deserialize_keras_object({**config, "registered_name": name})
    for fine in (None, "", "Dense"):
        made = saving.deserialize_keras_object({**config, "registered_name": fine})
        assert type(made) is layers.Dense


def test_malformed_configs():
    cases = {
        "dict for Dense": {"class_name": "Dense", "config": [1]},
        "non-null str": {"class_name": "function", "config": ["a"]},
        "list or a tuple": {"class_name": "__typespec__", "config": "x"},
    }
    for message, config in cases.items():
        with pytest.raises(TypeError, match=message):
            saving.deserialize_keras_object(config)


def test_shared_objects_stay_shared():
    class Scale:
        def __call__(self, x):
            return x * 2

        def get_config(self):
            return {}

        @classmethod
        def from_config(cls, config):
            return cls()

    one = Scale()
    with ObjectSharingScope():
        config = json.loads(json.dumps(saving.serialize_keras_object([one, {"a": one}, Scale()])))
        a, b, c = saving.deserialize_keras_object(config, custom_objects={"Scale": Scale})
    assert a is b["a"] and a is not c
    assert "shared_object_id" in config[0] and "shared_object_id" not in config[2]


def test_registered_objects():
    @saving.register_keras_serializable("zoo", "stripes")
    def stripe(x):
        return x

    config = saving.serialize_keras_object(stripe)
    assert config["config"] == "zoo>stripes" and config["registered_name"] == "function"
    assert saving.deserialize_keras_object(config) is stripe
    assert saving.get_registered_name(stripe) == "zoo>stripes"
    assert saving.get_registered_object("zoo>stripes") is stripe
    assert ph.activations.get("stripes") is stripe
    by_name = {"class_name": "function", "module": "builtins", "config": "stripes"}
    assert saving.deserialize_keras_object(by_name) is stripe  # as Keras 3.6 wrote it


def test_a_model_brings_what_it_was_built_and_compiled_with():
    model = ph.Sequential([layers.Dense(3), layers.Dense(1)])
    model.build((None, 4))
    model.compile("adam", "mse", metrics=["mae"])
    again = through_json(model)
    assert again.built and [w.shape for w in again.weights] == [w.shape for w in model.weights]
    assert again.compiled and type(again.optimizer).__name__ == "Adam"
    x, y = np.ones((4, 4), "float32"), np.ones((4, 1), "float32")
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0))
    assert saving.serialize_keras_object(ph.Sequential())["compile_config"] == {}  # as Keras's


@pytest.mark.parametrize("value", [np.array([1.0, 2.0]), np.float32(0.5), np.int64(3), 0.5, [1, 2]])
def test_the_config_of_a_constant_is_json(value):
    made = ph.initializers.Constant(value)
    config = json.loads(json.dumps(made.get_config()))
    again = type(made).from_config(config)
    assert json.dumps(again.get_config()) == json.dumps(made.get_config())
    assert again((2,)).tolist() == np.broadcast_to(np.float32(value), (2,)).tolist()
