"""Preprocessing layers against real Keras on TensorFlow (keras_values.json)."""

import json
from pathlib import Path

import numpy as np
import pronghorn
import pytest

from .cases import CASES, name, run

EXPECTED = json.loads((Path(__file__).parent / "keras_values.json").read_text())


@pytest.mark.parametrize("index", range(len(CASES)), ids=name)
def test_equals_keras(index):
    found = json.loads(json.dumps(run(pronghorn, index), default=lambda x: x.item()))
    expected = EXPECTED[name(index)]
    values, shape, dtype = found.pop("output")
    wanted_values, wanted_shape, wanted_dtype = expected.pop("output")
    assert (shape, dtype) == (wanted_shape, wanted_dtype)
    if dtype == "string":
        assert values == wanted_values
    else:
        np.testing.assert_allclose(values, wanted_values, rtol=1e-5, atol=1e-6)
    if "bins" in expected:
        np.testing.assert_allclose(found.pop("bins"), expected.pop("bins"), rtol=1e-5)
    assert found == expected
