"""The served names of tensorflow against the values of TensorFlow 2.21 (make_tf_values.py)."""

from pathlib import Path

import numpy as np
import pytest
from pronghorn.alias import modules

from .tf_rows import rows

tf = modules.load("tensorflow")
ROWS = rows(tf)
WANTED = np.load(Path(__file__).with_name("tf_values.npz"))


@pytest.mark.parametrize("name", ROWS)
def test_value(name):
    got = tf.nest.flatten(ROWS[name]())
    wanted = [WANTED[key] for key in WANTED.files if key.rpartition("/")[0] == name]
    assert len(got) == len(wanted) > 0
    for x, want in zip(got, wanted):
        x = np.asarray(x)
        assert x.shape == want.shape
        if want.dtype.kind == "S":
            assert x.astype("S").tolist() == want.tolist()
        else:
            # the normal equations of lstsq lose digits
            np.testing.assert_allclose(x, want, rtol=1e-4 if "lstsq" in name else 2e-5, atol=2e-5)
