"""Every layer against Keras: outputs, weights after a training call, losses, configs, specs."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from layers import cases
from pronghorn.engine import naming, nest

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "keras_values.npz"))
with open(os.path.join(HERE, "keras_configs.json")) as _f:
    CONFIGS = json.load(_f)
# float32 against TensorFlow's float32; transcendentals differ by a few ulp.
TOLERANCE = {"rtol": 2e-5, "atol": 2e-5}


@pytest.mark.parametrize("name", cases.CASES)
def test_values_are_keras(name):
    y, weights, losses = cases.run(ph, name)
    np.testing.assert_allclose(y, VALUES[f"{name}/y"], **TOLERANCE)
    for i, w in enumerate(weights):
        np.testing.assert_allclose(w, VALUES[f"{name}/w{i}"], **TOLERANCE)
    assert f"{name}/w{len(weights)}" not in VALUES
    np.testing.assert_allclose(losses, VALUES[f"{name}/losses"], rtol=1e-5)


@pytest.mark.parametrize("name", cases.CASES)
def test_config_is_keras_and_makes_the_same_layer(name):
    naming.reset_uids()
    layer = cases.CASES[name][0](ph)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == CONFIGS[name]
    copy = type(layer).from_config(config)
    assert copy.get_config() == config
    again = ph.layers.deserialize(json.loads(json.dumps(ph.layers.serialize(layer))))
    assert json.loads(json.dumps(again.get_config())) == CONFIGS[name]


@pytest.mark.parametrize("name", cases.CASES)
def test_symbolic_shape_is_the_real_one(name):
    make, shapes, kwargs = cases.CASES[name]
    layer = make(ph)
    symbolic = [ph.Input(s[1:]) for s in shapes]
    symbolic = symbolic if len(symbolic) > 1 else symbolic[0]
    out = layer(symbolic, **kwargs)
    real = layer(cases.inputs_of(name), **kwargs)
    assert out.shape == (None, *real.shape[1:])
    assert out.dtype == real.dtype
    assert layer.output is out
    fresh = make(ph)
    unknown = nest.map_structure(lambda x: x.shape, symbolic)
    assert tuple(fresh.compute_output_shape(unknown)) == out.shape
    assert not fresh.weights  # asking for a shape makes no weights


@pytest.mark.parametrize("name", cases.ACTIVATIONS)
def test_activation_is_keras(name):
    function = ph.activations.get(name)
    y = np.asarray(function(ph.engine.convert_to_tensor(cases.activation_input())))
    np.testing.assert_allclose(y, VALUES[f"activation/{name}"], rtol=2e-5, atol=2e-6)
    assert ph.activations.get(ph.activations.serialize(function)) is function


def test_embedding_takes_rows_and_masks_zeros():
    layer = ph.layers.Embedding(5, 3, mask_zero=True)
    y = layer(np.array([[1, 0], [4, 2]]))
    table = layer.get_weights()[0]
    np.testing.assert_array_equal(np.asarray(y), table[[[1, 0], [4, 2]]])
    np.testing.assert_array_equal(np.asarray(y._keras_mask), [[True, False], [True, True]])
    z = ph.layers.Dense(2)(y)
    np.testing.assert_array_equal(np.asarray(z._keras_mask), np.asarray(y._keras_mask))


def test_dropout_scales_and_is_off_outside_training():
    layer = ph.layers.Dropout(0.25, seed=3)
    x = np.ones((100, 100), "float32")
    np.testing.assert_array_equal(np.asarray(layer(x)), x)
    y = np.asarray(layer(x, training=True))
    assert set(np.unique(y).round(5)) == {0.0, np.float32(1 / 0.75).round(5)}
    assert abs((y == 0).mean() - 0.25) < 0.02
    assert not np.array_equal(y, np.asarray(layer(x, training=True)))


def test_batch_norm_mask_leaves_out_masked_rows():
    x = np.arange(24, dtype="float32").reshape(2, 4, 3)
    mask = np.array([[True, True, False, False], [True, False, False, True]])
    layer = ph.layers.BatchNormalization(momentum=0.0)
    layer(x, training=True, mask=ph.engine.convert_to_tensor(mask))
    kept = x[mask]
    np.testing.assert_allclose(layer.moving_mean.numpy(), kept.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), kept.var(0), rtol=1e-5)
