"""KerasFileEditor: what is in a file, what differs from a model, and changed files that load."""

import os

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, saving
from saving import cases

FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def network(*sizes):
    return ph.Sequential([ph.Input((4,)), *(layers.Dense(n) for n in sizes)])


@pytest.mark.parametrize("name", cases.MODELS)
def test_files_of_keras(name, capsys):
    editor = saving.KerasFileEditor(os.path.join(FILES, f"{name}.keras.keras"))
    editor.summary()
    assert "layers" in capsys.readouterr().out
    model = saving.load_model(os.path.join(FILES, f"{name}.keras.keras"))
    found = editor.compare(model)
    assert found["status"] == "success" and found["error_count"] == 0
    assert found["match_count"] >= len(model.weights)


def test_a_file_for_a_changed_model(tmp_path, capsys):
    old, new = network(3, 2), network(3, 3, 2)
    old.save_weights(tmp_path / "a.weights.h5")
    editor = saving.KerasFileEditor(tmp_path / "a.weights.h5")
    assert editor.compare(old)["status"] == "success"
    # dense_1 of other shapes (its kernel), dense_2 missing
    assert editor.compare(new)["error_count"] == 3
    editor.rename_object("dense_1", "dense_2")
    editor.add_object("layers/dense_1", {"0": np.eye(3, dtype="float32")})
    assert editor.compare(new)["error_count"] == 1
    editor.add_weights("dense_1", {"1": np.zeros(3, "float32")})
    assert editor.compare(new) == {"status": "success", "error_count": 0, "match_count": 6}
    editor.save(tmp_path / "b.weights.h5")
    new.load_weights(tmp_path / "b.weights.h5")
    x = np.random.RandomState(0).rand(5, 4).astype("float32")
    np.testing.assert_allclose(np.asarray(new(x)), np.asarray(old(x)), rtol=1e-6)
    editor.delete_weight("layers/dense_1", "1")
    editor.delete_object("dense_2")
    assert editor.compare(new)["error_count"] == 2


def test_mistakes(tmp_path):
    network(3, 2).save_weights(tmp_path / "a.weights.h5")
    editor = saving.KerasFileEditor(tmp_path / "a.weights.h5")
    cases_of = {
        "not found": lambda: editor.delete_object("layers/none"),
        "does not appear": lambda: editor.delete_object("none"),
        "more than once": lambda: editor.delete_object("0"),
        "leaf name": lambda: editor.rename_object("dense", "a/b"),
        "should be a dict": lambda: editor.add_object("layers/x", [1]),
        "Weight 7 not found": lambda: editor.delete_weight("dense", "7"),
        "weights.h5": lambda: editor.save(tmp_path / "a.keras"),
        "Invalid filename": lambda: saving.KerasFileEditor(tmp_path / "a.h5"),
    }
    for message, mistake in cases_of.items():
        with pytest.raises(ValueError, match=message):
            mistake()


def test_links_are_refused(tmp_path):
    import h5py

    network(2).save_weights(tmp_path / "a.weights.h5")
    with h5py.File(tmp_path / "b.weights.h5", "w") as f:
        f["layers"] = h5py.ExternalLink(str(tmp_path / "a.weights.h5"), "/layers")
    with pytest.raises(ValueError, match="ExternalLink"):
        saving.KerasFileEditor(tmp_path / "b.weights.h5")
