"""The command line: what it prints and writes, exit statuses, errors without a traceback."""

import re
import sys

import numpy as np
import pronghorn
import pytest
from alias.programs import python
from pronghorn.cli import main
from pronghorn.datasets._files import PUBLISHED
from pronghorn.files import get_file


def test_info_prints_every_fact(capsys):
    assert main(["info"]) == 0
    lines = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert lines["version"] == pronghorn.__version__
    assert list(lines) == ["version", "compiler", "python", "widths", "threads", "devices"]
    assert lines["widths"].count("(in use)") == 1 and "generic" in lines["widths"]
    assert int(lines["threads"]) >= 1 and "cpu:0" in lines["devices"]


def test_demo_trains_to_98_percent_and_draws(tmp_path, capsys):
    picture = tmp_path / "demo.png"
    assert main(["demo", "--picture", str(picture)]) == 0
    out = capsys.readouterr().out
    assert float(re.search(r"Test accuracy: ([\d.]+)", out)[1]) >= 0.98
    assert float(re.search(r"Time per step: ([\d.]+) ms", out)[1]) > 0
    assert "Epoch 30/30" in out and "val_accuracy:" in out
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_demo_reads_mnist_from_keras_home(tmp_path, monkeypatch, capsys):
    (tmp_path / "datasets").mkdir()
    images = np.zeros((40, 28, 28), np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 10
    images[np.arange(40), labels + 5] = 255  # a bar at the height of the label
    np.savez(
        tmp_path / "datasets" / "mnist.npz",
        x_train=images, y_train=labels, x_test=images[:10], y_test=labels[:10],
    )  # fmt: skip
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(get_file, "validate_file", lambda *args: True)
    assert main(["demo", "--data", "mnist", "--epochs", "1", "--picture", ""]) == 0
    assert "40 images to train on, 10 to test on" in capsys.readouterr().out


def test_absent_mnist_is_told_without_a_traceback(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setitem(PUBLISHED, "mnist.npz", ("http://127.0.0.1:1/mnist.npz", None))
    assert main(["demo", "--data", "mnist"]) == 1
    captured = capsys.readouterr()
    assert str(tmp_path / "datasets" / "mnist.npz") in captured.err
    assert captured.err.startswith("pronghorn demo: ")


@pytest.mark.parametrize("arguments", [["demo", "--epochs", "0"], ["demo", "--data", "x"], []])
def test_wrong_arguments_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: pronghorn" in capsys.readouterr().err


def test_a_picture_that_cannot_be_written_is_told_before_training(tmp_path, capsys):
    for picture in (tmp_path / "none" / "demo.png", tmp_path):
        assert main(["demo", "--picture", str(picture)]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith("pronghorn demo: Cannot write") and captured.out == ""
        assert captured.err.count("\n") == 1


@pytest.mark.parametrize("command", [["info"], ["demo"], ["run", "program.py"]])
@pytest.mark.parametrize(
    "setting, message",
    [("PRONGHORN_ISA", "width 'x' is not a width"), ("PRONGHORN_NUM_THREADS", "a whole number")],
)
def test_a_wrong_setting_is_one_line(command, setting, message, tmp_path):
    (tmp_path / "program.py").write_text("print('ran')\n")
    done = python("-m", "pronghorn", *command, folder=tmp_path, **{setting: "x"})
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"pronghorn {command[0]}: {setting}") and message in done.stderr
    assert done.stderr.count("\n") == 1


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"pronghorn {pronghorn.__version__}\n"


def test_python_m(tmp_path):
    done = python("-m", "pronghorn", "info", folder=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("version")


@pytest.mark.parametrize("installed", [True, False])
def test_info_lists_what_is_missing(capsys, monkeypatch, installed):
    if not installed:
        monkeypatch.setitem(sys.modules, "sklearn", None)
        monkeypatch.delitem(sys.modules, "pronghorn.wrappers.estimators", raising=False)
        for name in pronghorn.wrappers.__all__:
            monkeypatch.delitem(vars(pronghorn.wrappers), name, raising=False)
    assert main(["info", "--missing"]) == 0
    lines = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    for module, names in lines.items():
        place = pronghorn
        for part in module.split(".")[1:]:
            place = getattr(place, part, None)
        assert not [name for name in names.split() if hasattr(place, name)]
    assert "keras.wrappers" not in lines  # whether or not scikit-learn is installed
    assert "Dense" not in lines.get("keras.layers", "").split()
