"""Pronghorn against files made by real Keras (make_golden.py): networks, values, texts, weights.

Tolerances. float64: 1e-8 of each array's norm. float32: no further from Keras on TensorFlow than
three times the distance between Keras on TensorFlow and on JAX, which is what rounding may do; the
floor of 4 units in the last place stands where those two agree by luck. A weight that is a single
number (a bias of one unit) is measured together with its layer's kernel, because one number's
agreement after 20 steps is luck too.
"""

import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pronghorn
import pytest
from golden import make_values, models

HERE = Path(__file__).parent
EPS32 = float(np.finfo("float32").eps)
FLOOR_ULP = 4


def distance(a, b):
    return float(np.linalg.norm(np.asarray(a, "float64") - np.asarray(b, "float64")))


def texts(kind):
    return json.loads((HERE / "texts.json").read_text(encoding="utf-8"))[kind]


@pytest.fixture(scope="module", params=["mlp", "convnet", "two_inputs", "repeats"])
def run64(request):
    other = "jax" if request.param == "repeats" else "tensorflow"
    golden = np.load(HERE / f"{request.param}_float64_{other}.npz")
    with float64_default():
        return golden, models.record(pronghorn, request.param, "float64")


@contextlib.contextmanager
def float64_default():
    pronghorn.config.set_floatx("float64")
    pronghorn.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        pronghorn.config.set_floatx("float32")
        pronghorn.config.set_dtype_policy("float32")


PHASES = ["forward", "evaluate", "loss1", "step1", "loss20", "step20"]


def keys_of(golden, phase):
    keys = [k for k in golden.files if phase in k]
    assert keys
    return keys


@pytest.mark.parametrize("phase", PHASES)
def test_float64(run64, phase):
    golden, ours = run64
    for key in keys_of(golden, phase):
        bound = 1e-8 * (np.linalg.norm(golden[key]) + 1e-30)
        assert distance(ours[key], golden[key]) <= bound, key


@pytest.fixture(scope="module", params=["mlp", "convnet", "two_inputs"])
def run32(request):
    name = request.param
    files = [np.load(HERE / f"{name}_float32_{b}.npz") for b in ("tensorflow", "jax")]
    return *files, models.record(pronghorn, name, "float32")


def with_kernel(record, key):
    """The array, or a single weight after the kernel that precedes it."""
    array = np.asarray(record[key])
    if array.shape != (1,):
        return array
    stem, index = key.rsplit("/", 1)
    return np.append(record[f"{stem}/{int(index) - 1}"], array)


@pytest.mark.parametrize("phase", PHASES)
def test_float32_no_further_than_jax(run32, phase):
    for key in keys_of(run32[0], phase):
        tensorflow, jax, ours = ({key: with_kernel(r, key)} for r in run32)
        floor = FLOOR_ULP * EPS32 * np.linalg.norm(tensorflow[key])
        bound = max(3 * distance(tensorflow[key], jax[key]), floor)
        assert distance(ours[key], tensorflow[key]) <= bound, key


def test_losses_and_metrics():
    golden = np.load(HERE / "values.npz")
    ours = make_values.numbers(pronghorn)
    assert set(ours) == set(golden.files)
    wrong = {}
    for key in golden.files:
        a, b = np.asarray(ours[key]), golden[key]
        if a.shape != b.shape or not np.allclose(a, b, rtol=2e-6, atol=2e-7):
            wrong[key] = (a, b)
    assert not wrong


def test_result_dtypes():
    golden, ours = texts("promotion"), make_values.promotion(pronghorn)
    wrong = {k: (ours.get(k), v) for k, v in golden.items() if ours.get(k) != v}
    assert not wrong


def test_initializer_statistics():
    golden = texts("initializers")
    ours = make_values.statistics(pronghorn)
    for key, (mean, std, low, high) in golden.items():
        n = np.prod(make_values.SHAPES[int(key[-1])])
        a_mean, a_std, a_low, a_high = ours[key]
        # Two samples of one distribution: 5 standard errors of a difference.
        assert abs(a_mean - mean) <= 5 * std * np.sqrt(2 / n) + 1e-7, key
        assert abs(a_std - std) <= 5 * std / np.sqrt(n) + 1e-7, key
        if "uniform" in key or "truncated" in key or "glorot" in key or "he_" in key:
            assert abs(a_low - low) <= 0.01 * abs(low) + 1e-7, key
            assert abs(a_high - high) <= 0.01 * abs(high) + 1e-7, key


@pytest.mark.parametrize("name", sorted(texts("summaries")))
def test_summary_text(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert make_values.summaries(pronghorn)[name].rstrip() == texts("summaries")[name].rstrip()


def without_times(text):
    """Times and the erasing of earlier states differ from run to run; last states do not."""
    text = re.sub("\x08+", "", text)
    lines = [line.split("\r")[-1] for line in text.split("\n")]
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\d+(\.\d+)?(m|u|μ|n)?s(?=[\x1b /]|$)", "<t>", text, flags=re.M)


@pytest.mark.parametrize("name", sorted(texts("progress")))
def test_progress_text(name, progress):
    assert without_times(progress[name]) == without_times(texts("progress")[name])


@pytest.fixture(scope="module")
def progress():
    return make_values.progress(pronghorn)


@pytest.mark.parametrize("name", ["mlp", "convnet", "two_inputs"])
def test_weights_made_by_keras(name):
    pytest.importorskip("h5py", reason="reading .weights.h5 needs h5py")
    build, data, loss = models.NETWORKS[name]
    x, _ = data("float32")
    model = build(pronghorn)
    model.compile("adam", loss(pronghorn))
    model.load_weights(HERE / f"{name}.weights.h5")
    golden = np.load(HERE / f"{name}_weights.npz")
    weights = model.get_weights()
    assert len(weights) == len(golden.files) - 1
    for i, w in enumerate(weights):
        np.testing.assert_array_equal(w, golden[str(i)])
    ours = model.predict_on_batch(models.head(x, models.BATCH))
    np.testing.assert_allclose(ours, golden["expected"], rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["mlp", "convnet", "two_inputs"])
def test_weights_round_trip_and_layout(name, tmp_path):
    """What we save has the groups, datasets and values of the file Keras saved."""
    h5py = pytest.importorskip("h5py", reason="reading .weights.h5 needs h5py")
    build, data, loss = models.NETWORKS[name]
    model = build(pronghorn)
    model.compile("adam", loss(pronghorn))
    model.load_weights(HERE / f"{name}.weights.h5")
    path = tmp_path / "ours.weights.h5"
    model.save_weights(path)

    def datasets(file):
        found = {}
        with h5py.File(file) as f:
            visit = (
                lambda key, item: found.update({key: item[()]}) if hasattr(item, "dtype") else None
            )  # noqa: E731
            f.visititems(visit)
        return found

    theirs, ours = datasets(HERE / f"{name}.weights.h5"), datasets(path)
    assert set(ours) == set(theirs)
    for key in theirs:
        np.testing.assert_array_equal(ours[key], theirs[key], err_msg=key)
