"""Recurrent ops against PyTorch (recurrent_values.npz, written by make_recurrent_values.py)."""

from pathlib import Path

import make_recurrent_values
import numpy as np
import pytest
from pronghorn import engine, ops
from pronghorn.ops import recurrent as ours

VALUES = np.load(Path(make_recurrent_values.__file__).with_name("recurrent_values.npz"))


@pytest.mark.parametrize("kind", ["simple_rnn", "lstm", "gru"])
def test_outputs_states_and_gradients(kind, width):
    x, states, *weights = make_recurrent_values.problem(kind)
    inputs = [engine.convert_to_tensor(a) for a in (x, *states, *weights)]
    with engine.GradientTape() as tape:
        for i in inputs:
            tape.watch(i)
        y, *last = getattr(ours, kind)(*inputs)
        total = ops.sum(y * y) + sum((k + 2.0) * ops.sum(s * s) for k, s in enumerate(last))
    names = ["dx", *(f"dstate{k}" for k in range(len(last))), "dkernel", "drecurrent", "dbias"]
    found = dict(zip(names, tape.gradient(total, inputs), strict=True))
    found["y"] = y
    found.update({f"state{k}": s for k, s in enumerate(last)})
    for name, value in found.items():
        np.testing.assert_allclose(value, VALUES[f"{kind}_{name}"], rtol=1e-9, atol=1e-11)
