"""The floors of benchmarks/floor.py, counted from layers, against the counts of the programs."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pronghorn
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
if not BENCHMARKS.exists():
    pytest.skip("needs benchmarks/, which a source distribution lacks", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
import floor  # noqa: E402
import workloads  # noqa: E402

PRODUCTS = ("gemm", "conv", "rnn", "rnn_grad")
LAYERS = ("multi_head_attention", "simple_rnn", "lstm", "gru", "bidirectional")
HEAVY = ("resnet50", "resnet50_predict", "resnet50_1")
RATES = {
    "threads": 2,
    "peak": 2e11,
    "transcendentals": 1e10,
    "levels": [("L1", 65536, 4e11), ("L2", 2 << 20, 2e11), ("memory", 1 << 62, 2e10)],
}


def calls_of(w, model):
    model.compile(w.optimizer, w.loss)
    x, y = w.data(np.random.default_rng(0), w.batch)
    if w.trains:
        model.fit(x, y, batch_size=w.batch, verbose=0)
        function = model.train_function
    else:
        model.predict_on_batch(x)
        function = model.predict_function
    (program,) = function.function.programs
    return program.calls()


def is_product(op, names):
    """Of a layer in `names`, or one of LAYERS; an update is none."""
    of_layer = op.what.split(",")[0] in names or op.what.startswith(LAYERS)
    return of_layer and not op.what.endswith("update")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.extended if name in HEAVY else ())
        for name in workloads.BY_NAME
        if name != "mobilenet_32"  # mobilenet_1 in a batch
    ],
)
def test_floor_counts_what_the_program_does(name):
    w = workloads.BY_NAME[name]
    w = dataclasses.replace(w, batch=min(w.batch, 3))  # the counts hold for any
    model = w.build(pronghorn)
    calls = calls_of(w, model)
    ops = list(floor.step_ops(model, w.batch, w.trains))
    names = {x.name for x in model.layers if type(x).__name__ in floor.PRODUCTS}
    counted = sum(c["operations"] for c in calls if c["kernel"] in PRODUCTS)
    walked = sum(op.operations for op in ops if is_product(op, names))
    assert counted == walked
    # nothing that the layers need is missing from the program, and it moves at least as much
    assert sum(op.operations for op in ops) <= 1.05 * sum(c["operations"] for c in calls)
    assert sum(op.bytes for op in ops if op.what != "rows of the batch") <= sum(
        c["bytes"] for c in calls
    )
    assert sum(op.transcendentals for op in ops) <= sum(c["transcendentals"] for c in calls)


def test_floor_takes_the_slower_of_work_and_traffic():
    op = floor.Op("product", operations=2e6, bytes=1000)
    assert floor.seconds(RATES, op) == pytest.approx(1e-5)
    op = floor.Op("copy", operations=1000, bytes=2e6, transcendentals=1e4)
    assert floor.seconds(RATES, op) == pytest.approx(1e-5 + 1e-6)
    op = floor.Op("rows", operations=0, bytes=2e6, lies_in=1e9)
    assert floor.seconds(RATES, op) == pytest.approx(1e-4)
