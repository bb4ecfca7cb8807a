"""The programs in examples/, on less data and fewer epochs than they take by themselves."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pronghorn
import pytest

FOLDER = Path(__file__).parents[2] / "examples"


def example(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_ensemble_is_better_than_its_members_are():
    alone, together = example("ensemble").main(4)
    assert together > np.mean(alone) and together > 0.7


def test_wide_and_deep():
    found = example("wide_and_deep").main(6)
    assert found["both"] > 0.65 and found["both"] > max(found["wide"], found["deep"]) - 0.02


def test_k_fold():
    pytest.importorskip("sklearn")
    error, scores, units = example("k_fold").main(8)
    assert error < 2 and len(scores) == 4 and min(scores) > 0.5 and units == 32


def test_optuna():
    optuna = pytest.importorskip("optuna")
    module = example("search_optuna")
    study = module.main(trials=4, epochs=2)
    assert len(study.trials) == 4 and 0.2 < study.best_value <= 1

    class Hopeless:
        reported = []

        def report(self, value, step):
            self.reported.append((step, value))

        def should_prune(self):
            return len(self.reported) == 2

    callback = module.Pruning(Hopeless())
    callback.on_epoch_end(0, {"val_accuracy": 0.5})
    with pytest.raises(optuna.TrialPruned, match="after epoch 1, val_accuracy 0.4"):
        callback.on_epoch_end(1, {"val_accuracy": 0.4})
    assert Hopeless.reported == [(0, 0.5), (1, 0.4)]


def test_hyperopt():
    pytest.importorskip("hyperopt")
    trials = example("search_hyperopt").main(trials=3, epochs=2)
    assert len(trials) == 3 and -1 <= min(trials.losses()) < -0.1


@pytest.mark.parametrize(
    "name, needs, also, arguments",
    [
        ("search_hyperas", ["hyperas"], ["hyperas"], ["2"]),
        ("search_keras_tuner", ["keras_tuner", "tensorboard"], ["keras_tuner,six"], ["2", "found"]),
    ],
)
def test_programs_of_the_alias(name, needs, also, arguments, tmp_path):
    for package in needs:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    options = [part for packages in also for part in ("--also", packages)]
    command = [sys.executable, "-m", "pronghorn", "run", *options, FOLDER / f"{name}.py"]
    places = [str(Path(pronghorn.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "best:" in done.stdout
    assert 0.1 < float(done.stdout.split("accuracy:")[-1].split()[0]) <= 1
