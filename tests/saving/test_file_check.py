"""HDF5 files of others are walked in a process of their own before this one opens them."""

import subprocess

import h5py
import numpy as np
import pytest
from pronghorn import config
from pronghorn.saving import guard, hdf5, walker


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "strange.h5"
    with h5py.File(path, "w") as f:
        f.create_dataset("x", data=np.arange(9.0), chunks=(4,), compression="gzip")
        f["x"].attrs["note"] = "text"
        f["again"] = f["x"]
    return path


@pytest.fixture
def walks(monkeypatch):
    begun = []

    class Counted(subprocess.Popen):
        def __init__(self, *args, **named):
            begun.append(args)
            super().__init__(*args, **named)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    return begun


def put(monkeypatch, tmp_path, text):
    """Has another script do the walk."""
    script = tmp_path / "walker.py"
    script.write_text(f"import os, sys, time\nos.write(1, {walker.READY!r})\n{text}\n")
    monkeypatch.setattr(walker, "__file__", str(script))


def test_a_sound_file_is_walked_once(file, walks):
    for _ in range(2):
        with hdf5.File(file) as f:
            assert f is not None
    assert len(walks) == 1
    with h5py.File(file, "a") as f:
        f["y"] = np.zeros(3)
    with hdf5.File(file):
        pass
    assert len(walks) == 2, "a changed file is another file"


@pytest.mark.parametrize(
    "script, said",
    [
        ("os.abort()", "crashed"),
        (f"os._exit({walker.TOO_LARGE})", "asked for more memory"),
        ("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
         "did not come to an end"),
    ],
)  # fmt: skip
def test_a_file_that_harms_its_walker_is_not_opened(file, monkeypatch, tmp_path, script, said):
    put(monkeypatch, tmp_path, script)
    with pytest.raises(hdf5.UnreadableFile, match=f"strange.h5 .*{said}"):
        hdf5.File(file)


def test_a_walk_that_waits_for_its_turn_is_no_harm(file, monkeypatch, tmp_path):
    """A busy machine may give the walker little of its time; one that sleeps has gone astray."""
    wait = guard._Walk._wait
    monkeypatch.setattr(guard._Walk, "_wait", lambda walk, period: wait(walk, 0.3))
    slow = "import os, time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"
    put(monkeypatch, tmp_path, slow + "os._exit(0)")
    with hdf5.File(file):
        pass
    file.touch()
    put(monkeypatch, tmp_path, "import time\ntime.sleep(60)")
    with pytest.raises(hdf5.UnreadableFile, match="did not come to an end"):
        hdf5.File(file)


def test_switched_off(file, monkeypatch, tmp_path, walks):
    put(monkeypatch, tmp_path, "os.abort()")
    config.disable_file_check()
    try:
        assert not config.is_file_check_enabled()
        with hdf5.File(file):
            pass
    finally:
        config.enable_file_check()
    assert not walks


def test_own_files_are_not_walked(tmp_path, walks):
    import pronghorn as ph

    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(2)])
    path = str(tmp_path / "own.weights.h5")
    model.save_weights(path)
    model.load_weights(path)
    assert not walks


def test_a_walker_without_its_library_tells_nothing(file, monkeypatch, tmp_path):
    script = tmp_path / "walker.py"
    script.write_text("raise ImportError('h5py')\n")
    monkeypatch.setattr(walker, "__file__", str(script))
    guard._walked.clear()
    with hdf5.File(file):
        pass
