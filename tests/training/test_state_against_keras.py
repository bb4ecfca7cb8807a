"""Training whose state is changed from outside between steps, against tf-keras's values."""

import json
from pathlib import Path

import numpy as np
import pronghorn
import pytest
from training import state_cases

KERAS = json.loads(Path(__file__).with_name("state_values.json").read_text())


def assert_close(ours, keras):
    if isinstance(ours, (list, tuple)):
        assert len(ours) == len(keras)
        for a, b in zip(ours, keras):
            assert_close(a, b)
    else:
        np.testing.assert_allclose(ours, keras, rtol=1e-4, atol=2e-6)


@pytest.mark.filterwarnings("ignore:A layer.s `trainable` state has changed")
@pytest.mark.parametrize("name", state_cases.CASES)
def test_values(name):
    assert_close(state_cases.CASES[name](pronghorn), KERAS[name])
