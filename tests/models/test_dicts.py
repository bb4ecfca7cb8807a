"""Dicts of inputs and outputs count in the order of their sorted keys, as in Keras."""

import json
import os

import numpy as np
import pronghorn as ph
import pytest
from models import dicts

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "files", "dicts.json")) as f:
    KERAS = json.load(f)


@pytest.mark.parametrize("name", dicts.MODELS)
def test_order(name):
    ours = json.loads(json.dumps(dicts.record(ph, name)))
    theirs = KERAS[name]
    for (a, a_names), (b, b_names) in zip(ours.pop("evaluate"), theirs["evaluate"]):
        np.testing.assert_allclose(a, b, rtol=1e-5)
        assert set(a_names) == set(b_names)
        np.testing.assert_allclose([a_names[n] for n in b_names], [*b_names.values()], rtol=1e-5)
    first = ours.pop("first_of_predict")
    np.testing.assert_allclose(first, theirs["first_of_predict"], rtol=1e-5)
    for key, value in ours.items():
        assert value == theirs[key], key
