"""Attention and normalisation against Keras: outputs, weights, gradients, configs, shapes."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from layers.attention import cases
from pronghorn.engine import naming

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "keras_values.npz"))
with open(os.path.join(HERE, "keras_configs.json")) as _f:
    CONFIGS = json.load(_f)
# float32 against TensorFlow's float32: softmax and roots differ by a few ulp, gradients by more.
TOLERANCE = {"rtol": 5e-5, "atol": 5e-5}


def expected_of(name):
    return {k.partition("/")[2]: VALUES[k] for k in VALUES.files if k.startswith(name + "/")}


@pytest.mark.parametrize("name", cases.CASES)
def test_values_and_gradients_are_keras(name):
    found = cases.run(ph, ph.GradientTape, ph.engine.convert_to_tensor, lambda w: w, name)
    expected = expected_of(name)
    assert set(found) == set(expected)
    for key, value in found.items():
        np.testing.assert_allclose(value, expected[key], **TOLERANCE, err_msg=key)


@pytest.mark.parametrize("name", cases.CASES)
def test_config_is_keras_and_makes_the_same_layer(name):
    naming.reset_uids()
    layer = cases.CASES[name][0](ph)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == CONFIGS[name]
    again = ph.layers.deserialize(json.loads(json.dumps(ph.layers.serialize(layer))))
    assert json.loads(json.dumps(again.get_config())) == CONFIGS[name]


@pytest.mark.parametrize("name", cases.CASES)
def test_symbolic_shapes_are_the_real_ones(name):
    make, shapes, call = cases.CASES[name]
    if "masked" in name:
        pytest.skip("masks here are arrays of one batch")
    layer = make(ph)
    symbolic = call(layer, *(ph.Input(s[1:]) for s in shapes))
    real = call(layer, *cases.inputs_of(name))
    if not isinstance(real, (list, tuple)):
        symbolic, real = [symbolic], [real]
    for a, b in zip(symbolic, real):
        assert a.shape == (None, *b.shape[1:])
        assert a.dtype == b.dtype
