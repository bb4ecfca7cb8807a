"""BackupAndRestore: a run that is killed and started again gives what it would have given."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pronghorn as ph
import pytest

pytest.importorskip("h5py")
RUN = Path(__file__).with_name("training_run.py")
BackupAndRestore = ph.callbacks.BackupAndRestore
X, Y = np.random.RandomState(1).standard_normal((2, 12, 3, 1)).astype("float32")
Y = Y[:, 0]


def start(*arguments):
    places = [str(Path(ph.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, RUN, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))},
    )


def test_killed_and_started_again(tmp_path):
    whole = start("none", 8, tmp_path / "whole.npz")
    assert whole.wait(120) == 0
    whole.stdout.close()
    for after in ("epoch 2", "epoch 5"):
        killed = start(tmp_path / "backup", 8, tmp_path / "parts.npz")
        for line in killed.stdout:
            if line.strip() == after:
                break
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(60) == -signal.SIGKILL
        killed.stdout.close()
    last = start(tmp_path / "backup", 8, tmp_path / "parts.npz")
    epochs = last.communicate(timeout=120)[0].split()
    assert last.returncode == 0
    assert int(epochs[1]) >= 5  # it did not begin at the front
    assert not (tmp_path / "backup").exists()
    with np.load(tmp_path / "whole.npz") as a, np.load(tmp_path / "parts.npz") as b:
        assert sorted(a) == sorted(b)
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def compiled():
    model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(2), ph.layers.Dense(1)])
    model.compile(ph.optimizers.Adam(0.01), "mse")
    return model


class Stop(ph.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def interrupted(folder, epoch=1, **options):
    model = compiled()
    with pytest.raises(KeyboardInterrupt):
        backup = BackupAndRestore(folder, **options)
        model.fit(X[:, :, 0], Y, epochs=5, verbose=0, callbacks=[backup, Stop(epoch)])
    return model


def test_a_second_fit_starts_at_the_front(tmp_path):
    model = interrupted(tmp_path / "b")
    options = {"epochs": 4, "verbose": 0}
    history = model.fit(X[:, :, 0], Y, callbacks=[BackupAndRestore(tmp_path / "b")], **options)
    assert history.epoch == [2, 3]
    assert model.fit(X[:, :, 0], Y, **options).epoch == [0, 1, 2, 3]


def test_death_between_the_two_files(tmp_path):
    """New weights beside the old description: the description that goes with them is found."""
    folder = tmp_path / "b"
    interrupted(folder, 0)
    old = (folder / "training_metadata.json").read_text()
    interrupted(folder, 2)
    (folder / "training_metadata.json").rename(folder / "training_metadata.json.next")
    (folder / "training_metadata.json").write_text(old)
    model = compiled()
    history = model.fit(X[:, :, 0], Y, epochs=5, verbose=0, callbacks=[BackupAndRestore(folder)])
    assert history.epoch == [3, 4]


def test_a_damaged_backup(tmp_path):
    folder = tmp_path / "b"
    interrupted(folder, 2, double_checkpoint=True)
    (folder / "latest.weights.h5").write_bytes(b"0")
    options = {"epochs": 5, "verbose": 0}
    backup = BackupAndRestore(folder, delete_checkpoint=False)
    history = compiled().fit(X[:, :, 0], Y, callbacks=[backup], **options)
    assert history.epoch == [2, 3, 4]
    assert json.loads((folder / "training_metadata.json").read_text())["epoch"] == 5
    for path in folder.glob("*.bkp"):
        path.unlink()
    (folder / "latest.weights.h5").write_bytes(b"0")
    with pytest.raises(ValueError, match="is damaged"):
        compiled().fit(X[:, :, 0], Y, callbacks=[backup], **options)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"backup_dir": ""}, "Empty `backup_dir`"),
        ({"backup_dir": "b", "save_freq": "batch"}, "Invalid value"),
        ({"backup_dir": "b", "save_freq": 0.5}, "Invalid value"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        BackupAndRestore(**arguments)
