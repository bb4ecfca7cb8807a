"""Recurrent layers against real Keras: outputs, gradients, configs."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from layers.rnn import cases
from pronghorn.engine import naming

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "keras_values.npz"))
with open(os.path.join(HERE, "keras_configs.json")) as _f:
    CONFIGS = json.load(_f)


def run(name, compiled):
    """(outputs, gradients) as lists of arrays."""
    make, shape, _, _ = cases.CASES[name]
    x, mask, states, number = cases.values(name)
    layer = make(ph)
    cases.build(layer, shape, number)
    kwargs = {"mask": ph.ops.convert_to_tensor(mask)} if mask is not None else {}
    x = ph.ops.convert_to_tensor(x)
    states = [ph.ops.convert_to_tensor(s) for s in states]
    factors = []

    def function(x, *states):
        if states:
            kwargs["initial_state"] = list(states)
        with ph.GradientTape() as tape:
            for source in (x, *states):
                tape.watch(source)
            outputs = cases.flat(layer(x, **kwargs))
            if not factors:
                factors.extend(number(tuple(y.shape)) for y in outputs)
            total = sum(ph.ops.sum(y * f) for y, f in zip(outputs, factors))
        sources = [x, *states, *layer.trainable_weights]
        return outputs, tape.gradient(total, sources)

    if compiled:
        function = ph.engine.trace.Function(function)
    outputs, gradients = function(x, *states)
    shapes = [x.shape, *(s.shape for s in states), *(w.shape for w in layer.trainable_weights)]
    return [np.asarray(y) for y in outputs], [
        np.zeros(s) if g is None else np.asarray(g) for s, g in zip(shapes, gradients)
    ]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", cases.CASES)
def test_values_and_gradients_are_keras(name, compiled):
    found, shapes = cases.packed(*run(name, compiled))
    np.testing.assert_array_equal(shapes, VALUES[f"{name}/shapes"])
    np.testing.assert_allclose(found, VALUES[name], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", cases.CONFIGS)
def test_config_is_keras_and_makes_the_same_layer(name):
    naming.reset_uids()
    layer = cases.CONFIGS[name](ph)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == CONFIGS[name]
    again = ph.layers.deserialize(json.loads(json.dumps(ph.layers.serialize(layer))))
    assert json.loads(json.dumps(again.get_config())) == CONFIGS[name]
    assert json.loads(json.dumps(type(layer).from_config(config).get_config())) == CONFIGS[name]
