"""SimpleRNN, LSTM and GRU against PyTorch's."""

import os

import numpy as np
import pronghorn as ph
import pytest
from layers.rnn import make_torch_values

HERE = os.path.dirname(os.path.abspath(__file__))
VALUES = np.load(os.path.join(HERE, "torch_values.npz"))
LAYERS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@pytest.mark.parametrize("kind", LAYERS)
def test_values_and_gradients_are_those_of_pytorch(kind):
    layer = getattr(ph.layers, LAYERS[kind])(
        3, return_sequences=True, return_state=True, dtype="float64"
    )
    layer.build((None, None, 4))
    kernel, recurrent, one, other = make_torch_values.weights(kind)
    bias = np.stack([one, other]) if kind == "gru" else one + other
    layer.set_weights([kernel, recurrent, bias])
    x = ph.ops.convert_to_tensor(make_torch_values.sequences())
    with ph.GradientTape() as tape:
        tape.watch(x)
        y, *states = layer(x)
        total = ph.ops.sum(y * y)
    np.testing.assert_allclose(y, VALUES[f"{kind}/y"], rtol=1e-9)
    for i, state in enumerate(states):
        np.testing.assert_allclose(state, VALUES[f"{kind}/state{i}"], rtol=1e-9)
    np.testing.assert_allclose(tape.gradient(total, x), VALUES[f"{kind}/gradient"], rtol=1e-8)
