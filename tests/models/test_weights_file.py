"""Weights files: Keras's are read, ours are in its layout, nothing half-done is left behind."""

import os
import shutil

import numpy as np
import pronghorn as ph
import pytest
from models import networks
from pronghorn import layers
from pronghorn.engine import nest

h5py = pytest.importorskip("h5py", reason="weights files need h5py")

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
OUTPUTS = np.load(os.path.join(FILES, "outputs.npz"))


def built(name):
    model = networks.MODELS[name](ph)
    model(networks.inputs_of(name))
    return model


def tree(path):
    """{path: (shape, attributes)} of everything in a file, root included."""
    found = {}
    with h5py.File(path) as f:
        f.visititems(
            lambda name, x: found.update({name: (getattr(x, "shape", None), dict(x.attrs))})
        )
    return found


@pytest.mark.parametrize("name", networks.EXCHANGED)
def test_reads_keras_files(name):
    model = built(name)
    model.load_weights(os.path.join(FILES, f"{name}.weights.h5"))
    for i, y in enumerate(nest.flatten(model(networks.inputs_of(name)))):
        np.testing.assert_allclose(np.asarray(y), OUTPUTS[f"{name}/{i}"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", networks.EXCHANGED)
def test_writes_keras_layout(name, tmp_path):
    ph.engine.naming.reset_uids()
    model = built(name)
    theirs = os.path.join(FILES, f"{name}.weights.h5")
    model.load_weights(theirs)
    ours = tmp_path / "own.weights.h5"
    model.save_weights(ours)
    assert tree(ours) == tree(theirs)
    with h5py.File(ours) as a, h5py.File(theirs) as b:
        for key, (shape, _) in tree(ours).items():
            if shape is not None:
                assert a[key].dtype == b[key].dtype
                np.testing.assert_array_equal(a[key], b[key])
    assert os.listdir(tmp_path) == ["own.weights.h5"]


def test_a_file_that_does_not_fit_changes_nothing(tmp_path):
    path = tmp_path / "a.weights.h5"
    ph.Sequential([ph.Input((4,)), layers.Dense(3), layers.Dense(2)]).save_weights(path)
    model = ph.Sequential([ph.Input((4,)), layers.Dense(3), layers.Dense(5, name="wide")])
    before = model.get_weights()
    with pytest.raises(
        ValueError, match=r"'wide'.*expected shape \(3, 5\).*received shape \(3, 2\)"
    ):
        model.load_weights(path)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="'wide'"):
        model.load_weights(path, skip_mismatch=True)
    assert not np.array_equal(before[0], model.get_weights()[0])
    np.testing.assert_array_equal(before[2], model.get_weights()[2])
    deeper = ph.Sequential([ph.Input((4,)), *(layers.Dense(3) for _ in range(3))])
    with pytest.raises(ValueError, match="expected 2 variables, but received 0"):
        deeper.load_weights(path)


def test_wrong_files_and_names(tmp_path):
    model = networks.mlp(ph)
    with pytest.raises(ValueError, match=r"must end in `\.weights\.h5`"):
        model.save_weights(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="not supported"):
        model.load_weights(tmp_path / "a.npz")
    with pytest.raises(FileNotFoundError):
        model.load_weights(tmp_path / "none.weights.h5")
    bad = tmp_path / "bad.weights.h5"
    bad.write_bytes(b"not HDF5")
    with pytest.raises(ValueError, match="not a readable HDF5 file"):
        model.load_weights(bad)
    whole = os.path.join(FILES, "mlp.weights.h5")
    with open(whole, "rb") as f:
        bad.write_bytes(f.read()[:9000])
    before = model.get_weights()
    with pytest.raises((ValueError, OSError)):
        model.load_weights(bad)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    with pytest.raises(ValueError, match="not yet been built"):
        ph.Sequential([layers.Dense(2)]).load_weights(whole)
    with pytest.raises(ValueError, match="not yet been built"):
        ph.Sequential([layers.Dense(2)]).save_weights(tmp_path / "b.weights.h5")


def test_links_to_other_files_are_not_followed(tmp_path):
    path = tmp_path / "a.weights.h5"
    shutil.copy(os.path.join(FILES, "mlp.weights.h5"), path)
    with h5py.File(path, "a") as f:
        del f["layers/dense/vars/0"]
        f["layers/dense/vars/0"] = h5py.ExternalLink(
            os.path.join(FILES, "mlp.weights.h5"), "layers/dense/vars/0"
        )
    with pytest.raises(ValueError, match="link"):
        networks.mlp(ph).load_weights(path)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    model = networks.mlp(ph)
    model.save_weights(path)
    old = path.read_bytes()

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save_weights(path)
    assert path.read_bytes() == old and os.listdir(tmp_path) == ["a.weights.h5"]


def test_asks_before_overwriting(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    model = networks.mlp(ph)
    model.save_weights(path, overwrite=False)
    old = path.stat().st_mtime_ns
    monkeypatch.setattr("builtins.input", lambda *_: "n")
    model.save_weights(path, overwrite=False)
    assert path.stat().st_mtime_ns == old
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    model.save_weights(path, overwrite=False)
    assert path.stat().st_mtime_ns > old


def test_bfloat16_and_own_stores(tmp_path):
    class Own(layers.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(2,), name="w", initializer="ones")

        def call(self, x):
            return x * self.w

        def save_own_variables(self, store):
            store["twice"] = self.w.numpy() * 2

        def load_own_variables(self, store):
            self.w.assign(store["twice"] / 2)

    path = tmp_path / "a.weights.h5"
    model = ph.Sequential([ph.Input((2,)), Own(), layers.Dense(3, dtype="bfloat16")])
    dense = model.layers[1].kernel
    model.layers[0].w.assign([3.0, 4.0])
    kept = np.asarray(ph.ops.cast(dense, "float32"))
    model.save_weights(path)
    model.layers[0].w.assign([0.0, 0.0])
    dense.assign(np.zeros((2, 3), "float32"))
    model.load_weights(path)
    np.testing.assert_array_equal(model.layers[0].w.numpy(), [3, 4])
    np.testing.assert_array_equal(np.asarray(ph.ops.cast(dense, "float32")), kept)
    with h5py.File(path) as f:
        assert f["layers/dense/vars/0"].attrs["dtype"] == "bfloat16"
