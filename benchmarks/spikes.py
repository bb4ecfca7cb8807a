"""The three early experiments behind the architecture (docs/architecture.md).

1. A chain of elementwise ops as one program of opcodes against one call an op.
2. One table of function pointers: what a bound kernel call costs through it.
3. Abstract tracing: a traced training step against the same code run eagerly.

Run: python benchmarks/spikes.py
"""

import time
from functools import partial

import numpy as np
import pronghorn
from pronghorn import layers, ops
from pronghorn.engine import Function, Variable, convert_to_tensor, device


def best(fn, seconds=0.3):
    """The fastest of repeated calls, in microseconds."""
    fn()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        t = time.perf_counter()
        fn()
        times.append(time.perf_counter() - t)
    return 1e6 * min(times)


def native_us(function, arrays, batch):
    """Microseconds of one step inside run_batches: no Python between steps."""
    n = len(arrays[0]) // batch

    def run():
        start = 0
        while start < n:
            start, _ = function.run_batches(arrays, None, batch, start, n, 10.0, None, False)

    return best(run) / n


def spike_elementwise():
    print("1. Six elementwise ops, float32: one fused program against six programs of one op")
    chain = [
        lambda x: x * 1.5,
        lambda x: x + 0.25,
        ops.abs,
        ops.sqrt,
        lambda x: ops.maximum(x, 0.1),
        lambda x: x - 2.0,
    ]

    for n in (64, 4096, 65536, 1 << 22):
        x = convert_to_tensor(np.random.rand(1, n).astype("float32"))
        fused = best(partial(Function(partial(_apply, chain)), x))
        six = best(partial(_apply, [Function(f) for f in chain], x))
        print(f"   {n:>8} elements: fused {fused:9.2f} us, separate {six:9.2f} us")


def _apply(chain, x):
    for f in chain:
        x = f(x)
    return x


def spike_table():
    print(f"2. A step of N kernel calls through the {device.isa()} table, on 16 elements each")
    data = np.ones((4096, 16), "float32")
    for n in (1, 16, 64):
        states = [Variable(np.zeros(16, "float32"), name=f"s{n}_{i}") for i in range(n)]
        us = native_us(Function(partial(_add_to_all, states), "chain"), (data,), 1)
        print(f"   {n:>3} calls: {us:7.3f} us a step, {1000 * us / n:7.1f} ns a call")


def _add_to_all(states, x):
    for s in states:
        s.assign(s.value + x[0])
    return x


def spike_tracing():
    print("3. A training step of 13-64-64-1 at batch 1: traced program against eager ops")
    x, y = np.random.rand(4096, 13).astype("float32"), np.random.rand(4096, 1).astype("float32")
    for eager in (True, False):
        pronghorn.utils.set_random_seed(0)
        model = pronghorn.Sequential(
            [
                layers.Input((13,)),
                layers.Dense(64, activation="relu"),
                layers.Dense(64, activation="relu"),
                layers.Dense(1),
            ]
        )
        model.compile("rmsprop", "mse", run_eagerly=eager)
        n = 64 if eager else 4096
        model.fit(x[:8], y[:8], batch_size=1, verbose=0)
        t = time.perf_counter()
        model.fit(x[:n], y[:n], batch_size=1, verbose=0)
        us = 1e6 * (time.perf_counter() - t) / n
        print(f"   {'eager' if eager else 'traced':>7}: {us:9.2f} us a step")


if __name__ == "__main__":
    spike_elementwise()
    spike_table()
    spike_tracing()
