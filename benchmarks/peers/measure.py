"""What every peer does in its own process: import, first step, steady steps, one sample, memory.

A peer gives `prepare(workload)` -> an object with fit(x, y, batch, epochs), predict(x) and
predict_on_batch(x). Prints one JSON line.
"""

import importlib
import json
import os
import sys
import time

import numpy as np

PEERS = {
    "pronghorn": "keras_like",
    "keras-tensorflow": "keras_like",
    "keras-jax": "keras_like",
    "keras-torch": "keras_like",
    "torch": "torch_plain",
    "onnxruntime": "exported",
    "openvino": "exported",
}


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def both_seconds(call):
    """(wall, processor) seconds; the second holds also where other work shares the machine."""
    cpu = time.process_time()
    wall = seconds(call)
    return wall, time.process_time() - cpu


def resident_bytes():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def forget_peak():
    """Starts the high-water mark of resident memory again (Linux)."""
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")


def peak_bytes():
    with open("/proc/self/status") as f:
        line = next(line for line in f if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def one_sample(call, budget=0.6):
    """Median seconds of a call, after three that are not counted."""
    for _ in range(3):
        call()
    times = []
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times) < 5:
        times.append(seconds(call))
    return float(np.median(times))


def measure(peer, workload_name, threads, repeats, most_steps):
    sys.path[:0] = [
        os.path.dirname(os.path.abspath(__file__)),
        os.path.join(os.path.dirname(__file__), ".."),
    ]
    import workloads

    w = workloads.BY_NAME[workload_name]
    wanted = min(w.steps, most_steps) if most_steps else w.steps
    rows = workloads.rows_of(w, wanted)
    x, y = w.data(np.random.default_rng(0), rows)
    base = resident_bytes()
    forget_peak()
    module = importlib.import_module(PEERS[peer])
    result = {"peer": peer, "workload": w.name}
    start = time.perf_counter()
    module.load(peer, threads)
    result["import_s"] = time.perf_counter() - start
    model = module.prepare(peer, w)
    if w.trains:
        batches = rows // w.batch
        epochs = -(-wanted // batches)
        first = seconds(lambda: model.fit(x[: w.batch], y[: w.batch], w.batch, 1))
        model.fit(x, y, w.batch, 1)
        steps, count = lambda: model.fit(x, y, w.batch, epochs), batches * epochs
        result["steps_in_fit"] = count
    else:
        first = seconds(lambda: model.predict_on_batch(x[: w.batch]))
        steps, count = lambda: model.predict_on_batch(x[: w.batch]), 1
        repeats *= wanted
    times = [both_seconds(steps) for _ in range(repeats)]
    walls = [wall / count for wall, _ in times]
    result["step_ms"] = 1e3 * min(walls)
    result["step_ms_median"] = 1e3 * float(np.median(walls))
    result["cpu_ms"] = 1e3 * min(cpu for _, cpu in times) / count
    result["first_s"] = first - min(walls)
    one = x[:1]
    result["predict_ms"] = 1e3 * one_sample(lambda: model.predict(one))
    result["predict_on_batch_ms"] = 1e3 * one_sample(lambda: model.predict_on_batch(one))
    result["peak_mb"] = (peak_bytes() - base) / 2**20
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    measure(sys.argv[1], sys.argv[2], *(int(number) for number in sys.argv[3:6]))
