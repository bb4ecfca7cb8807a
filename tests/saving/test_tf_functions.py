"""Functional models of Keras 2 in which functions of TensorFlow stand between the layers."""

import json
import os
import shutil

import h5py
import numpy as np
import pronghorn as ph
import pytest
from pronghorn import saving

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def inputs():
    rows = [np.random.RandomState(i).randint(-64, 65, (2, 4, 3)).astype("f") / 32 for i in (1, 2)]
    rows[1] += np.float32(0.01)
    return rows


@pytest.mark.parametrize("name", ["tf_functions", "tf_nodes"])
def test_every_function_computes_what_tensorflow_did(name, tmp_path):
    expected = np.load(os.path.join(FILES, f"{name}.npz"))
    model = saving.load_model(os.path.join(FILES, f"{name}.h5"), compile=False)
    model.save(tmp_path / "a.keras")
    for one in (model, saving.load_model(tmp_path / "a.keras")):
        found = one(inputs())
        assert len(found) == len(expected.files)
        for key, y in zip(expected.files, found):
            assert y.shape == expected[key].shape, key
            np.testing.assert_allclose(y, expected[key], rtol=1e-5, atol=1e-5, err_msg=key)


@pytest.fixture
def unknown(tmp_path):
    """A file that calls a function nobody knows."""
    path = tmp_path / "a.h5"
    shutil.copy(os.path.join(FILES, "tf_functions.h5"), path)
    with h5py.File(path, "r+") as f:
        text = f.attrs["model_config"].replace('"nn.silu"', '"nn.of_mine"')
        assert "of_mine" in text and json.loads(text)
        f.attrs["model_config"] = text
    return path


def test_an_unknown_function_is_named_and_can_be_given(unknown):
    with pytest.raises(Exception, match="custom_objects=.*tf.nn.of_mine"):
        saving.load_model(unknown, compile=False)
    given = {"tf.nn.of_mine": lambda features, **_: features * ph.ops.sigmoid(features)}
    model = saving.load_model(unknown, custom_objects=given, compile=False)
    expected = np.load(os.path.join(FILES, "tf_functions.npz"))
    for key, y in zip(expected.files, model(inputs())):
        np.testing.assert_allclose(y, expected[key], rtol=1e-5, atol=1e-5)
