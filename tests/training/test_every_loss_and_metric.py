"""A short fit on the digits with every loss, and with every metric; and what a process inherits."""

import json
import os
import subprocess
import sys

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, losses, metrics

CLASSES = [cls for cls in losses.CLASSES if cls.__name__ != "Loss"]
BY_LABEL = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")
SIGNED = ("Hinge", "SquaredHinge", "CategoricalHinge")


@pytest.fixture(scope="module")
def digits():
    (x, y), _ = ph.datasets.digits.load_data()
    x = x.reshape(len(x), -1)[:256] / np.float32(x.max())
    return x.astype("float32"), y[:256].astype("int32")


def network(x, *tail):
    ph.utils.set_random_seed(0)
    first = [ph.Input(x.shape[1:]), layers.Dense(24, "relu")]
    return ph.Sequential([*first, *tail, layers.Dense(10, "softmax")][: 3 + len(tail)])


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_loss_falls(cls, digits):
    x, labels = digits
    name, y = cls.__name__, np.eye(10, dtype="float32")[labels]
    model = network(x)
    if name in BY_LABEL:
        y = labels
    elif name in SIGNED:
        y = 2 * y - 1
    elif name == "MeanAbsolutePercentageError":
        y = y + 1
    if name == "Circle":
        model.add(layers.UnitNormalization())
    elif name == "CTC":
        x, y = x.reshape(-1, 8, 8), labels[:, None] + 1
        model = ph.Sequential([ph.Input((8, 8)), layers.Dense(24, "relu"), layers.Dense(11)])
    model.compile(ph.optimizers.Adam(0.01), cls())
    history = model.fit(x, y, epochs=4, batch_size=64, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert history[-1] < history[0], history


MADE = {
    "MeanIoU": {"num_classes": 10, "sparse_y_true": False, "sparse_y_pred": False},
    "OneHotMeanIoU": {"num_classes": 10},
    "IoU": {"num_classes": 10, "target_class_ids": [1], "sparse_y_true": False,
            "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": 10, "target_class_ids": [1]},
    "BinaryIoU": {},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}  # fmt: skip
LEFT_OUT = ("Metric", "Mean", "Sum", "MeanMetricWrapper")


def test_every_metric_in_one_fit(digits):
    x, labels = digits
    y = np.eye(10, dtype="float32")[labels]
    classes = [cls for cls in metrics.CLASSES if cls.__name__ not in LEFT_OUT]
    sparse = [cls for cls in classes if cls.__name__.startswith("Sparse")]
    assert len(classes) > 30
    for kind, targets in ((sparse, labels), ([c for c in classes if c not in sparse], y)):
        make = lambda kind=kind: [c(**MADE.get(c.__name__, {}), name=c.__name__) for c in kind]
        model = network(x)
        loss = "categorical_crossentropy" if targets is y else "sparse_categorical_crossentropy"
        model.compile("adam", loss, metrics=make())
        history = model.fit(x, targets, epochs=2, batch_size=64, verbose=0).history
        assert all(np.isfinite(history[c.__name__]).all() for c in kind)
        found = model.evaluate(x, targets, batch_size=64, verbose=0, return_dict=True)
        outputs = model.predict(x, verbose=0)
        for metric in make():
            for at in range(0, len(x), 64):
                metric.update_state(targets[at : at + 64], outputs[at : at + 64])
            np.testing.assert_allclose(
                found[metric.name], metric.result(), rtol=1e-4, atol=1e-5, err_msg=metric.name
            )


def test_other_backends_and_keras_json_are_ignored(tmp_path):
    (tmp_path / "keras.json").write_text(
        json.dumps({"backend": "jax", "floatx": "float64", "image_data_format": "channels_first"})
    )
    code = (
        "import pronghorn as k\n"
        "print(k.config.backend(), k.config.floatx(), k.config.image_data_format(),\n"
        "      k.layers.Dense(1)(k.ops.ones((2, 3))).dtype)"
    )

    def run(**more):
        plain = {k: v for k, v in os.environ.items() if k not in ("KERAS_BACKEND", "KERAS_HOME")}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={**plain, **more},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    usual = run()
    assert usual[0] == 0 and usual[2] == ""
    assert usual[1].split()[1:] == ["float32", "channels_last", "float32"]
    for backend in ("tensorflow", "torch", "no_such_thing"):
        assert run(KERAS_BACKEND=backend, KERAS_HOME=str(tmp_path)) == usual
