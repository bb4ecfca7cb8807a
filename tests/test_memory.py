"""Memory: what is given back when models are gone, and what an error says when there is none."""

import json
import os

import numpy as np
import pronghorn
import pytest
from processes import run_python
from pronghorn import engine, layers, ops
from pronghorn.engine import device
from pronghorn.engine.trace import Function

GONE = """
    import gc, json, os, resource
    import numpy as np, pronghorn
    from pronghorn import layers, ops
    from pronghorn.engine import device

    def used():
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

    def work():
        model = pronghorn.Sequential([
            pronghorn.Input((48, 48, 3)), layers.Conv2D(64, 3, activation="relu"),
            layers.Conv2D(64, 3), layers.Flatten(), layers.Dense(64), layers.Dense(10)])
        model.compile("adam", "mse")
        x, y = np.zeros((128, 48, 48, 3), "float32"), np.zeros((128, 10), "float32")
        USE
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10

    start = used()
    most = work()
    gc.collect()
    stats = device.memory_stats()
    print(json.dumps([start, most, used(), stats["cached_bytes"] / 2**20, stats["arena_bytes"]]))
"""
USES = {
    "fit": "model.fit(x, y, batch_size=64, verbose=0)",
    "predict": "model.predict(x, batch_size=64, verbose=0)",
    "eager": "model(x)",
    "all": "model.fit(x, y, batch_size=64, verbose=0); model(x); model.evaluate(x, y, verbose=0)",
}


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
@pytest.mark.parametrize("use", USES)
def test_memory_of_a_model_that_is_gone(use):
    start, most, left, cached, arenas = json.loads(run_python(GONE.replace("USE", USES[use])))
    assert most - start > 100
    assert left - start < 60 and cached <= 33 and arenas == 0


def test_a_smaller_model_keeps_its_own():
    small = Function(lambda x: ops.matmul(x, x) + 1)
    x = np.ones((64, 64), "float32")
    small(x)
    kept = device.memory_stats()["arena_bytes"]
    large = Function(lambda x: ops.matmul(ops.exp(x), x) + 1)
    large(np.ones((2048, 1024), "float32").T @ np.ones((2048, 1024), "float32") * 0)
    assert device.memory_stats()["arena_bytes"] > kept + (4 << 20)
    del large
    assert device.memory_stats()["arena_bytes"] <= kept + (1 << 20)
    np.testing.assert_array_equal(small(x), np.full((64, 64), 65))


def test_clear_session_trims():
    big = ops.ones((2000, 2000))
    del big
    pronghorn.utils.clear_session()
    assert device.memory_stats()["cached_bytes"] == 0


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: ops.zeros((2**21, 2**21)), r"\(2097152, 2097152\).*float32: 17592186044416 bytes"),
        (lambda: ops.ones((2**42,)), r"\(4398046511104,\)"),
        (lambda: ops.broadcast_to(1.0, (2**42,)), r"broadcast_to: .*\(4398046511104,\)"),
        (
            lambda: ops.add(ops.ones((2**21, 1)), ops.ones((1, 2**21))),
            r"^add: no memory for a tensor of shape \(2097152, 2097152\) and dtype float32: 1759",
        ),
        (lambda: ops.matmul(ops.ones((2**21, 1)), ops.ones((1, 2**21))), "^matmul: no memory"),
        (lambda: ops.one_hot(np.arange(2**10), 2**32), r"\(1024, 4294967296\)"),
        (lambda: pronghorn.random.normal((2**42,)), r"\(4398046511104,\)"),
        (lambda: engine.Variable("zeros", shape=(2**42,)), r"4398046511104"),
    ],
)
def test_what_there_is_no_memory_for(call, match):
    with pytest.raises(MemoryError, match=match):
        call()
    np.testing.assert_array_equal(ops.ones((2,)) + 1, [2, 2])  # all goes on


def test_a_step_that_there_is_no_memory_for():
    f = Function(lambda x: ops.sum(ops.matmul(ops.reshape(x, (-1, 1)), ops.reshape(x, (1, -1))), 1))
    with pytest.raises(
        MemoryError, match=r"the largest has shape \(2097152, 2097152\).*1759218604"
    ):
        f(np.ones(2**21, "float32"))


def test_a_layer_that_there_is_no_memory_for():
    with pytest.raises(MemoryError, match=r"1099511627776"):
        layers.Dense(2**40)(ops.ones((1, 8)))
