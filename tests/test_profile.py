"""PRONGHORN_PROFILE, and the counts of operations and bytes that profiles and floors rest on."""

import json
import os
import subprocess
import sys

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops
from pronghorn.engine import device

TRAIN = """
import numpy, pronghorn
from pronghorn import layers
model = pronghorn.Sequential([layers.Input((8,)), layers.Dense(16, activation="relu"),
                              layers.Dense(3)])
model.compile("sgd", "mse")
model.fit(numpy.ones((40, 8), "f4"), numpy.ones((40, 3), "f4"), batch_size=4, verbose=0)
"""


def run(code, folder, profile):
    env = {**os.environ, "PRONGHORN_PROFILE": profile}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profile")
    table = run(TRAIN, folder, "steps.json")
    assert [p.name for p in folder.iterdir()] == ["steps.json"]  # nothing half-written is left
    return json.loads((folder / "steps.json").read_text())["traceEvents"], table


def test_trace_nests_in_steps(traced):
    events, _ = traced
    steps = [e for e in events if e["cat"] == "step"]
    assert len(steps) == 10
    ns = lambda us: round(us * 1000)
    for e in events:
        assert e["ph"] == "X" and e["dur"] >= 0
        begin, end = ns(e["ts"]), ns(e["ts"]) + ns(e["dur"])
        around = [
            s
            for s in steps
            if ns(s["ts"]) <= begin and end <= ns(s["ts"]) + ns(s["dur"]) and s["tid"] == e["tid"]
        ]
        assert len(around) == 1
    calls = [e for e in events if e["cat"] == "call"]
    assert len(calls) % 10 == 0 and len([e for e in events if e["cat"] == "inputs"]) == 10


def test_trace_counts_products(traced):
    events, _ = traced
    products = [e["args"] for e in events if e["cat"] == "call" and e["args"]["kernel"] == "gemm"]
    # forward, both gradients of the second layer, the weights' of the first
    one = [2 * 4 * 16 * 8] * 2 + [2 * 4 * 3 * 16] * 3
    assert sorted(p["operations"] for p in products) == sorted(one * 10)
    assert all(p["GFLOP/s"] > 0 and p["floor_us"] > 0 for p in products)


def test_table_names_every_call(traced):
    events, table = traced
    for name in {e["name"] for e in events if e["cat"] == "call"}:
        assert name in table
    assert "program 0: 10 steps" in table or "program 1: 10 steps" in table
    assert "peak" in table and "10 steps" in table


def test_default_path_and_off(tmp_path):
    run(TRAIN, tmp_path, "1")
    assert [p.name for p in tmp_path.iterdir()] == ["pronghorn-trace.json"]
    (tmp_path / "pronghorn-trace.json").unlink()
    assert run(TRAIN, tmp_path, "0") == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_path_is_said(tmp_path):
    assert "could not write the trace 'no/such/folder.json'" in run(
        TRAIN, tmp_path, "no/such/folder.json"
    )


def calls_of(fn, *shapes, dtype="float32"):
    args = [engine.TensorSpec(s, dtype) for s in shapes]
    return engine.Function(fn).program_for(*args).calls()


@pytest.mark.parametrize("dtype, size", [("float32", 4), ("float64", 8)])
def test_gemm_counts(dtype, size):
    (call,) = calls_of(ops.matmul, (37, 53), (53, 29), dtype=dtype)
    assert call["kernel"] == "gemm"
    assert call["operations"] == 2 * 37 * 53 * 29
    assert call["bytes"] == size * (37 * 53 + 53 * 29 + 37 * 29)


def test_conv_counts_are_direct():
    """Padding included, Winograd or not."""
    (call,) = calls_of(lambda x, w: ops.conv(x, w, padding="same"), (2, 9, 7, 16), (3, 3, 16, 24))
    assert call["operations"] == 2 * (2 * 9 * 7 * 24) * (3 * 3 * 16)
    assert call["bytes"] == 4 * (2 * 9 * 7 * 16 + 3 * 3 * 16 * 24 + 2 * 9 * 7 * 24)


def test_elementwise_counts():
    (call,) = calls_of(lambda x, b: ops.exp(x * b) + b, (6, 10), (10,))
    assert call["operations"] == 2 * 60
    assert call["transcendentals"] == 60
    assert call["bytes"] == 4 * (60 + 10 + 60)


def test_rates_are_ordered():
    rates = device.machine_rates()
    assert rates["threads"] == device.num_threads()
    assert rates["peak"] > 1e8 and rates["transcendentals"] > 1e6
    names, holds, speeds = zip(*rates["levels"])
    assert names == ("L1", "L2", "L3", "memory")
    assert list(holds) == sorted(holds) and all(s > 1e8 for s in speeds)


def test_counting_leaves_variables_alone():
    model = pronghorn.Sequential([layers.Input((5,)), layers.Dense(2)])
    before = [w.numpy().copy() for w in model.weights]
    fn = engine.Function(lambda x: model(x, training=True))
    assert fn.program_for(np.ones((3, 5), "float32")).calls()
    for a, b in zip(before, model.weights):
        np.testing.assert_array_equal(a, b.numpy())
