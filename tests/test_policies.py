"""Policies by path, mixed_precision's names, Config, source inputs, old homes."""

import json
import pickle

import numpy as np
import pronghorn as ph
import pytest
from pronghorn.dtype_policies import DTypePolicy, DTypePolicyMap


def test_a_map_of_policies():
    policies = DTypePolicyMap("float32", {"a/b": DTypePolicy("float16")})
    policies["c/.*"] = "mixed_bfloat16"
    assert policies["a/b"].name == "float16"
    assert policies["c/d/e"].compute_dtype == "bfloat16"
    assert policies["a/b/c"].name == policies["other"].name == "float32"
    assert list(policies) == ["a/b", "c/.*"] and len(policies) == 2 and "c/d" not in policies
    policies["c/d/.*"] = "float64"
    with pytest.raises(ValueError, match="'c/d/e' matches multiple dtype policy"):
        policies["c/d/e"]
    with pytest.raises(ValueError, match="a/b already exist in the DTypePolicyMap"):
        policies["a/b"] = "float32"
    with pytest.raises(ValueError, match="Cannot interpret the assigned value"):
        policies["x"] = 123
    with pytest.raises(ValueError, match="cannot be a `DTypePolicyMap`"):
        DTypePolicyMap(policies)
    with pytest.raises(TypeError, match="must be a dict"):
        DTypePolicyMap(policy_map=[])
    assert policies.pop("a/b").name == "float16" and len(policies) == 2
    assert (policies.name, policies.compute_dtype) == ("map_float32", "float32")


def test_maps_as_configs():
    policies = DTypePolicyMap("float32", {"a": DTypePolicy("float16")})
    config = ph.dtype_policies.serialize(policies)
    assert config["class_name"] == "DTypePolicyMap"
    assert ph.dtype_policies.deserialize(config) == policies
    follows = DTypePolicyMap(None, {"a": DTypePolicy("float16")})
    again = ph.dtype_policies.deserialize(ph.dtype_policies.serialize(follows))
    assert again["a"].name == "float32"  # of the place that loads it


def test_names_of_dtypes_in_other_spellings():
    assert DTypePolicy("int").compute_dtype == DTypePolicy("int").variable_dtype == "int32"
    layer = ph.layers.Layer(dtype="int")
    assert layer.add_weight(shape=(), initializer="ones").dtype == "int32"
    assert ph.dtype_policies.get("int").name == "int"
    for name in ("string", "", "integer", "mixed_int"):
        with pytest.raises(ValueError, match="Cannot convert"):
            DTypePolicy(name)


@pytest.mark.parametrize("make", [ph.losses.Huber, ph.losses.MeanSquaredError, ph.metrics.Mean])
def test_dtypes_of_losses_and_metrics_in_every_spelling(make):
    half = DTypePolicy("mixed_float16")
    for dtype in ("mixed_float16", half, ph.dtype_policies.serialize(half), "float16", np.float16):
        made = make(dtype=dtype)
        assert made.dtype == "float16"
        again = type(made).from_config(json.loads(json.dumps(made.get_config())))
        assert type(again) is type(made)
        ones = np.ones((2, 1), "float32")
        assert made(ones, ones).dtype == "float16"
    assert make().dtype == make(dtype=np.float32).dtype == "float32"
    for dtype in ("nope", 3):
        with pytest.raises(ValueError, match="nope|dtype=3"):
            make(dtype=dtype)


def test_a_map_keeps_the_policy_it_was_made_under():
    follows = DTypePolicyMap(None, {"half": DTypePolicy("float16")})
    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(2, dtype=follows)])
    ph.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert follows.name == "map_float32" and "default_policy=float32" in repr(follows)
        assert model.layers[0].compute_dtype == "float32"
        assert model(np.ones((1, 3), "float32")).dtype == "float32"
        loaded = ph.dtype_policies.deserialize(ph.dtype_policies.serialize(follows))
        assert loaded.name == "map_mixed_bfloat16"
    finally:
        ph.config.set_dtype_policy("float32")


def test_layers_take_theirs_from_a_map():
    policies = DTypePolicyMap("float32")
    policies["net/half"] = "mixed_bfloat16"
    model = ph.Sequential(
        [
            ph.Input((3,)),
            ph.layers.Dense(2, name="half", dtype=policies),
            ph.layers.Dense(2, name="whole", dtype=policies),
        ],
        name="net",
    )
    assert model.layers[0].path.endswith("half")
    assert [layer.compute_dtype for layer in model.layers] in (
        ["bfloat16", "float32"],
        ["float32", "float32"],
    )
    policies[model.layers[1].path] = "float16"
    assert model.layers[1].compute_dtype == "float16"
    again = ph.Sequential.from_config(model.get_config())
    assert isinstance(again.layers[0].dtype_policy, DTypePolicyMap)
    assert model(np.ones((1, 3), "float32")).shape == (1, 2)


def test_mixed_precision():
    mixed = ph.mixed_precision
    assert mixed.Policy is DTypePolicy is mixed.DTypePolicy is ph.FloatDTypePolicy
    try:
        mixed.set_global_policy("mixed_bfloat16")
        assert mixed.global_policy().name == mixed.dtype_policy().name == "mixed_bfloat16"
        assert ph.layers.Dense(1).compute_dtype == "bfloat16"
    finally:
        mixed.set_dtype_policy("float32")
        ph.dtype_policies.reset_dtype_policy()
    scaled = mixed.LossScaleOptimizer(ph.optimizers.SGD(0.5))
    assert float(scaled.inner_optimizer.learning_rate) == 0.5


def test_config():
    config = ph.utils.Config(rate=0.1)
    config.seed = 3
    config["decay"] = 2
    assert (config.rate, config["seed"], config.get("decay"), config.get("no", 7)) == (0.1, 3, 2, 7)
    assert list(config) == ["decay", "rate", "seed"] and len(config) == 3 and "rate" in config
    assert config.as_dict() == dict(config.items()) and '"seed": 3' in config.to_json()
    with pytest.raises(AttributeError, match="Unknown attribute: 'sed'. Did you mean 'seed'"):
        config.sed  # noqa: B018
    assert pickle.loads(pickle.dumps(config)).as_dict() == config.as_dict()
    config.freeze()
    assert config.frozen
    for change in (
        lambda: setattr(config, "rate", 1),
        lambda: config.update(rate=1),
        lambda: config.pop("rate"),
        lambda: config.__setitem__("rate", 1),
        lambda: config.__delitem__("rate"),
    ):
        with pytest.raises(ValueError, match="frozen"):
            change()
    config.unfreeze()
    del config["rate"]
    assert "rate" not in config


def test_source_inputs():
    x, y = ph.Input((2,), name="x"), ph.Input((2,), name="y")
    z = ph.layers.Add()([ph.layers.Dense(2)(x), y * 2.0, x])
    assert [t.name for t in ph.utils.get_source_inputs(z)] == ["x", "y"]
    assert ph.utils.get_source_inputs(x) == [x]
    with pytest.raises(TypeError, match="needs a KerasTensor"):
        ph.utils.get_source_inputs(3)


def test_old_homes():
    from pronghorn.legacy import saving
    from pronghorn.optimizers import legacy
    from pronghorn.utils import legacy as old_utils

    assert legacy.Adam is ph.optimizers.Adam and legacy.Optimizer is ph.optimizers.Optimizer
    assert saving.serialize_keras_object is old_utils.serialize_keras_object
    with pytest.raises(AttributeError):
        saving.nothing  # noqa: B018


def test_homes_without_an_import():
    assert ph.optimizers.legacy.SGD is ph.optimizers.SGD
    assert ph.utils.legacy.serialize_keras_object is ph.legacy.saving.serialize_keras_object
    assert ph.ops.nn.polar is ph.ops.polar and not ph.config.is_nnx_enabled()
    rows = ph.utils.to_categorical(ph.ops.convert_to_tensor([0, 2]))
    assert isinstance(rows, ph.Tensor) and rows.numpy().tolist() == [[1, 0, 0], [0, 0, 1]]
