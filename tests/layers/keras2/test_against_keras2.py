"""Layers that only Keras 2 has against tf-keras: outputs, gradients, weights, configs."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from layers.keras2 import cases

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "keras2_values.npz"))
with open(os.path.join(HERE, "keras2_configs.json")) as _f:
    CONFIGS = json.load(_f)


def test_every_case_has_values():
    assert set(CONFIGS) == set(cases.CASES)


@pytest.mark.parametrize("name", cases.CASES)
def test_values_and_gradients_are_keras2(name):
    found = cases.run(ph, ph.GradientTape, ph.engine.convert_to_tensor, lambda w: w, name)
    expected = {k.partition("/")[2] for k in VALUES.files if k.startswith(name + "/")}
    assert {*found, "shapes"} == expected
    for key, value in found.items():
        np.testing.assert_allclose(value, VALUES[f"{name}/{key}"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", cases.CASES)
def test_config_and_weights_are_keras2(name):
    layer = cases.CASES[name][0](ph.layers)
    out = layer(ph.Input(cases.CASES[name][1][1:]))
    y = layer(cases.inputs_of(name))
    assert out.shape == (None, *y.shape[1:]) == (None, *VALUES[f"{name}/y"].shape[1:])
    assert layer.compute_output_shape(cases.CASES[name][1]) == y.shape
    assert [str(tuple(w.shape)) for w in layer.weights] == VALUES[f"{name}/shapes"].tolist()
    config, wanted = layer.get_config(), CONFIGS[name]
    for key, value in wanted.items():
        found = json.loads(json.dumps(config[key]))
        if key == "dtype":
            assert found["config"] == {"name": value}
        elif isinstance(value, dict):  # Keras 2 names fewer arguments, and rounds factors
            assert found["class_name"] == value["class_name"]
            for argument, number in value["config"].items():
                near = pytest.approx(number, rel=1e-6) if isinstance(number, float) else number
                assert found["config"][argument] == near
        else:
            assert found == (pytest.approx(value) if isinstance(value, float) else value)
    assert config.keys() - {"name"} == wanted.keys()
    again = type(layer).from_config(config)
    again.build(cases.CASES[name][1])
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(cases.inputs_of(name)), y)


def test_a_model_with_local_weights_trains():
    rng = np.random.RandomState(0)
    x = rng.normal(size=(64, 6, 6, 1)).astype("float32")
    y = x[:, 1:5, 1:5, 0].reshape(64, -1) * np.arange(16)
    local = ph.layers.LocallyConnected2D(1, 3, implementation=3)
    model = ph.Sequential([ph.Input((6, 6, 1)), local, ph.layers.Flatten()])
    model.compile(ph.optimizers.Adam(0.3), "mse")
    losses = model.fit(x, y, epochs=40, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < 0.05 * losses[0]


def test_what_cannot_be_is_said():
    local = ph.layers.LocallyConnected1D
    with pytest.raises(ValueError, match="only 'valid' is supported"):
        local(2, 3, padding="same")
    with pytest.raises(ValueError, match="Unrecognized implementation"):
        local(2, 3, implementation=4)
    with pytest.raises(ValueError, match="spatial sizes"):
        local(2, 3)(ph.Input((None, 3)))
    with pytest.raises(ValueError, match="zero or negative"):
        local(2, 3)(ph.Input((2, 3)))
    features = ph.layers.RandomFourierFeatures
    with pytest.raises(ValueError, match="Unsupported `kernel_initializer`"):
        features(2, "cauchy")
    with pytest.raises(ValueError, match="`scale` should be positive"):
        features(2, scale=0.0)
    with pytest.raises(ValueError, match="rank of the input tensor should be 2"):
        features(2)(ph.Input((3, 4)))


def test_random_features_approximate_the_gaussian_kernel():
    a, b = np.random.RandomState(1).normal(size=(2, 4)).astype("float32")
    layer = ph.layers.RandomFourierFeatures(20000, scale=2.0)
    u, v = np.asarray(layer(np.stack([a, b])))
    kernel = np.exp(-((a - b) ** 2).sum() / (2 * 2.0**2))
    assert abs(2 * np.mean(u * v) - kernel) < 0.03
