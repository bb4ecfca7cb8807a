"""Times single ops through the public functions at given sizes, against NumPy's time for the same.

    python kernels.py [--match conv] [--scale 64] [--json out.json]
    python kernels.py --peers [--threads 2]

The cases are the rows of tests/op_table.py with their first axis (and, elementwise, the last) made
larger. Finds ops that fall behind; the native executable ph-bench measures kernels themselves.

--peers instead times running sums, einsum, conv3d and sort against PyTorch's, and AUC against
Keras's on each backend: in turn, in processes of PRONGHORN_PEERS_PYTHON (default: this Python),
which must be able to import this pronghorn too.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"))

from op_table import ROWS  # noqa: E402
from pronghorn import engine, ops  # noqa: E402


def least(call, budget=0.1):
    call()
    times, end = [], time.perf_counter() + budget
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def enlarged(arg, scale):
    if not arg.batch or not arg.shape:
        return arg.shape
    if len(arg.shape) == 2:
        return (arg.shape[0] * scale, arg.shape[1] * 8 if arg.kind == "float" else arg.shape[1])
    return (arg.shape[0] * scale, *arg.shape[1:])


def inputs(row, scale, wide):
    rng = np.random.default_rng(0)
    for arg in row.args:
        shape = enlarged(arg, scale) if wide else (arg.shape[0] * scale, *arg.shape[1:])
        if not arg.batch or not arg.shape:
            shape = arg.shape
        if arg.kind == "index":
            yield rng.integers(max(0, arg.low), arg.high, shape).astype("int32")
        elif arg.kind == "bool":
            yield rng.random(shape) < 0.5
        else:
            yield rng.uniform(arg.low, arg.high, shape).astype("float32")


PEERS = ("torch", "keras-tensorflow", "keras-jax", "keras-torch")


def peer_lines(peer, options):
    """What peer_kernels.py says of a peer, or a line that says why it says nothing."""
    import pronghorn

    python = os.environ.get("PRONGHORN_PEERS_PYTHON", sys.executable)
    here = os.path.dirname(os.path.abspath(__file__))
    home = os.path.dirname(os.path.dirname(os.path.abspath(pronghorn.__file__)))
    count = str(options.threads)
    command = [python, os.path.join(here, "peer_kernels.py"), peer, count, options.match]
    path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH")) if p)
    limits = {"OMP_NUM_THREADS": count, "TF_NUM_INTRAOP_THREADS": count, "PYTHONPATH": path}
    done = subprocess.run(command, env={**os.environ, **limits}, capture_output=True, text=True)
    lines = [json.loads(x) for x in done.stdout.splitlines() if x.startswith('{"peer"')]
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        print(f"{peer}: {last[:160]}", file=sys.stderr)
    return lines


def beside_peers(options):
    """Prints each case and returns whether all are within their bars of the fastest peer."""
    lines = [line for peer in PEERS for line in peer_lines(peer, options)]
    print(f"{'case':32}{'us':>12}  peers, times ours")
    fine = bool(lines)
    for name in dict.fromkeys(line["case"] for line in lines):
        runs = [line for line in lines if line["case"] == name]
        ratios = {run["peer"]: run["peer_us"] / run["us"] for run in runs}
        met = min(ratios.values()) * runs[0]["bar"] >= 1
        fine = fine and met
        shown = ", ".join(f"{peer} {ratio:.2f}" for peer, ratio in ratios.items())
        us = min(run["us"] for run in runs)
        print(f"{name:32}{us:12.1f}  {shown}{'' if met else '  BELOW ITS BAR'}")
    if options.json:
        with open(options.json, "w") as f:
            json.dump(lines, f, indent=1)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--match", default="")
    parser.add_argument("--scale", type=int, default=256)
    parser.add_argument("--json")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.peers:
        return 0 if beside_peers(options) else 1
    results = []
    print(f"{'op':44}{'us':>12}{'program us':>12}{'GB/s':>8}{'NumPy us':>12}")
    for row in ROWS:
        if options.match not in row.name or "float32" not in row.dtypes:
            continue
        arrays = tensors = None
        for wide in (True, False):  # a row whose sizes hang together takes the second
            try:
                arrays = list(inputs(row, options.scale, wide))
                tensors = [engine.convert_to_tensor(a) for a in arrays]
                out = row.call(ops, *tensors)
                break
            except ValueError:
                out = None
        if out is None:
            continue
        function = engine.trace.Function(lambda *args, row=row: row.call(ops, *args), row.name)
        eager = least(lambda: row.call(ops, *tensors))  # noqa: B023
        program = least(lambda: function(*tensors))  # noqa: B023
        with np.errstate(all="ignore"):
            numpy = least(lambda: row.oracle(*arrays), 0.02)  # noqa: B023
        moved = sum(a.nbytes for a in arrays) + np.asarray(out).nbytes
        results.append({"op": row.name, "us": eager * 1e6, "program_us": program * 1e6})
        rate = moved / min(eager, program) / 1e9
        print(
            f"{row.name:44}{eager * 1e6:12.1f}{program * 1e6:12.1f}{rate:8.2f}{numpy * 1e6:12.1f}"
        )
    if options.json:
        with open(options.json, "w") as f:
            json.dump(results, f, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
