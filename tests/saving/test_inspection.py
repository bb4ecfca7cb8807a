"""`pronghorn inspect`: what is in a file, told without making the model."""

import json
import os
import shutil

import h5py
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.cli import main
from pronghorn.saving.inspection import inspect, text

FILES = os.path.join(os.path.dirname(__file__), "files")


def shown(path):
    return text(inspect(path), str(path))


def keras_1_file(path):
    """What Keras 1.1 wrote, with things of every kind that are read by older rules."""
    layer = {"name": "rnn/1", "output_dim": 2, "inner_activation": "hard_sigmoid", "input_dim": 3}
    config = [
        {"class_name": "LSTM", "config": {**layer, "batch_input_shape": [None, 4, 3]}},
        {"class_name": "GRU", "config": {"name": "g", "units": 2, "time_major": False}},
        {"class_name": "Convolution1D", "config": {"name": "c", "nb_filter": 2}},
        {"class_name": "Lambda", "config": {"name": "l", "function": ["4w==", None, None]}},
    ]
    with h5py.File(path, "w") as f:
        f.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config})
        f.attrs["layer_names"] = [b"rnn/1"]
        group = f.create_group("rnn/1")
        group.attrs["weight_names"] = [b"W_i"]
        group["W_i"] = [[1.0, 2.0]]


def test_it_names_what_older_rules_read(tmp_path):
    keras_1_file(tmp_path / "a.keras")
    said = shown(tmp_path / "a.keras")
    assert "does not say which (so Keras 1)" in said and "2 numbers in 1 arrays" in said
    for rule in (
        "HDF5 under a `.keras` name",
        "a Sequential is a bare list",
        "rnn/1 (LSTM): inner_activation hard_sigmoid is clip(0.2 x + 0.5, 0, 1)",
        "rnn/1 (LSTM): weights of each gate apart",
        "rnn/1 (LSTM): slashes",
        "g (GRU): no `reset_after` means False",
        "g (GRU): `time_major`",
        "c (Convolution1D): is Conv1D today",
        "c (Convolution1D): older arguments: nb_filter",
        "l (Lambda): holds Python code, which is not run",
    ):
        assert rule in said, rule


@pytest.mark.parametrize("ending", ["tf_keras.h5", "keras.h5", "keras.keras", "tf_keras.keras"])
def test_files_of_keras_2_and_3(ending):
    said = shown(os.path.join(FILES, f"recurrent.{ending}"))
    assert "Keras 2.21.0" in said if "tf_keras" in ending else "Keras 3.15" in said
    assert "optimizer SGD, loss " in said and "model      Functional 'recurrent_net'" in said
    assert "encoder (LSTM)" in said and "float32" in said
    assert said.endswith("  nothing") == ending.startswith("keras") or "weights by" in said


def test_weights_alone_and_folders(tmp_path, capsys):
    model = ph.Sequential([ph.Input((3,)), layers.Dense(2, name="d"), layers.Dense(2)])
    model.compile("adam", "mse")
    model.save(tmp_path / "folder", zipped=False)
    model.save_weights(tmp_path / "a.weights.h5")
    model.save_weights(tmp_path / "b.h5")
    model.save_weights(tmp_path / "c.weights.json", max_shard_size=1e-7)
    for name in ("folder", "a.weights.h5", "b.h5", "c.weights.json"):
        assert main(["inspect", str(tmp_path / name)]) == 0
        said = capsys.readouterr().out
        assert "14 numbers in 4 arrays" in said and "(3, 2) float32" in said, name
        assert ("none: weights alone" in said) == (name != "folder")


def test_no_code_runs_and_damage_is_an_error(tmp_path, capsys):
    path = tmp_path / "x.keras"
    shutil.copy(os.path.join(FILES, "dense.keras.keras"), path)
    with open(path, "r+b") as f:
        f.truncate(2000)
    assert main(["inspect", str(path)]) == 1
    assert "pronghorn inspect:" in capsys.readouterr().err
    assert main(["inspect", str(tmp_path / "none.h5")]) == 1
    assert "There is no file" in capsys.readouterr().err
    (tmp_path / "t.h5").write_text("text")
    with pytest.raises(ValueError, match="no file of a model"):
        inspect(tmp_path / "t.h5")
