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


def test_layers_may_be_called_as_operations_are(tmp_path):
    """The operations that come for those layers have names of their own."""
    path = tmp_path / "a.h5"
    shutil.copy(os.path.join(FILES, "tf_functions.h5"), path)
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        entry = {"class_name": "Multiply", "config": {"name": "multiply"}, "name": "multiply"}
        entry["inbound_nodes"] = [[["x", 0, 0, {}], ["y", 0, 0, {}]]]
        config["config"]["layers"].append(entry)
        config["config"]["output_layers"].append(["multiply", 0, 0])
        f.attrs["model_config"] = json.dumps(config)
        f["model_weights"].create_group("multiply").attrs["weight_names"] = []
    model = saving.load_model(path, compile=False)
    names = [operation.name for operation in model.operations]
    assert len(set(names)) == len(names) and "tf_math_multiply_0_0" in names
    a, b = inputs()
    np.testing.assert_allclose(model([a, b])[-1], a * b, rtol=1e-6)


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
