"""Layers over spatial axes against Keras: outputs, gradients, configs, shapes."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from layers.windows import cases
from pronghorn.engine import naming

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "keras_values.npz"))
with open(os.path.join(HERE, "keras_configs.json")) as _f:
    CONFIGS = json.load(_f)
# float32 against TensorFlow's float32, relative to the largest element: sums in another order.
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", cases.CASES)
def test_values_and_gradients_are_keras(name):
    found = cases.run(ph, ph.GradientTape, ph.engine.convert_to_tensor, lambda w: w, name)
    expected = {k.partition("/")[2] for k in VALUES.files if k.startswith(name + "/")}
    assert set(found) == expected
    for key, value in found.items():
        want = VALUES[f"{name}/{key}"]
        atol = TOLERANCE * max(1.0, float(np.abs(want).max()))
        np.testing.assert_allclose(value, want, rtol=0, atol=atol, err_msg=key)


@pytest.mark.parametrize("name", cases.CASES)
def test_config_is_keras_and_makes_the_same_layer(name):
    naming.reset_uids()
    layer = cases.CASES[name][0](ph.layers)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == CONFIGS[name]
    again = ph.layers.deserialize(json.loads(json.dumps(ph.layers.serialize(layer))))
    assert json.loads(json.dumps(again.get_config())) == CONFIGS[name]


@pytest.mark.parametrize("name", cases.CASES)
def test_symbolic_shapes_are_the_real_ones(name):
    make, shapes = cases.CASES[name]
    layer = make(ph.layers)
    inputs = [ph.Input(s[1:]) for s in shapes]
    real = cases.inputs_of(name)
    out = layer(inputs if len(inputs) > 1 else inputs[0])
    y = layer(real if len(real) > 1 else real[0])
    assert out.shape == (None, *y.shape[1:])
    assert out.dtype == y.dtype
    fresh = make(ph.layers)
    assert tuple(fresh.compute_output_shape(shapes if len(shapes) > 1 else shapes[0])) == y.shape
    assert not fresh.weights


def _sizes_may_vary(name):
    return not name.startswith(("adaptive", "dot", "permute", "repeat", "prelu"))


@pytest.mark.parametrize("name", [n for n in cases.CASES if _sizes_may_vary(n)])
def test_sizes_may_be_unknown_until_the_model_runs(name):
    make, [shape] = cases.CASES[name]
    layer = make(ph.layers)
    first = getattr(layer, "data_format", "channels_last") == "channels_first"
    sizes = (None,) * (len(shape) - 2)
    given = ph.Input((shape[1], *sizes) if first else (*sizes, shape[-1]))
    model = ph.Model(given, layer(given))
    cases.fill(layer)
    np.testing.assert_allclose(
        model.predict(cases.inputs_of(name)[0], verbose=0),
        layer(cases.inputs_of(name)[0]),
        rtol=1e-5,
        atol=1e-5,
    )
