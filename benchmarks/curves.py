"""Measures what plots.py draws: rates against size and threads, time a sample against batch size.

    python curves.py CURVES.json [--bench ../build/bench/ph-bench] [--only gemm,conv,batch]

gemm and conv come from ph-bench (built with -DPRONGHORN_BENCH=ON), batch from fit, ours here and
PyTorch's under PRONGHORN_PEERS_PYTHON. Each part is added to what the file holds.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time

import numpy as np
import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
GEMM = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
IMAGES = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)  # height and width
CHANNELS = 64
BATCHES = tuple(2**i for i in range(13))
NETWORKS = ("dense784", "mnist")
PEERS = ("pronghorn", "torch")
SECONDS = 0.12  # of one timed fit, at least
MOST_BYTES = 64 << 20  # of data


def native(options, family, shapes, threads, env=()):
    command = [options.bench, family, *shapes, "--threads", str(threads), "--json", "--no-peers"]
    command += ["--seconds", str(options.seconds), *["--cpu"] * options.cpu]
    done = subprocess.run(
        command,
        env={**os.environ, **dict(env)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def thread_counts(options):
    return [1] if options.cpu else sorted({1, options.threads})


def rates(options, family):
    curves = []
    for threads in thread_counts(options):
        if family == "gemm":
            shapes = [f"{n}x{n}x{n}" for n in GEMM]
            rows = native(options, family, shapes, threads)
            points = [(n, row["gflops"]) for n, row in zip(GEMM, rows)]
            curves.append({"name": "product", "threads": threads, "points": points})
        else:
            shapes = [f"n=8,h={n},w={n},c={CHANNELS},k={CHANNELS},same=1" for n in IMAGES]
            for winograd in ("1", "0"):
                env = {"PRONGHORN_WINOGRAD": winograd}
                rows = native(options, family, shapes, threads, env.items())
                for i, mode in enumerate(("forward", "input's gradient", "filter's gradient")):
                    points = [(n, row["gflops"]) for n, row in zip(IMAGES, rows[i::3])]
                    name = mode if winograd == "1" else f"{mode}, without Winograd"
                    curves.append({"name": name, "threads": threads, "points": points})
        peak = native(options, "peak", (), threads)[0]["gflops"]
        curves.append({"name": "peak", "threads": threads, "points": peak})
    return curves


def samples(peer, network, threads, clock):
    """In a process of its own: [(batch, microseconds a sample of training)]."""
    sys.path.insert(0, os.path.join(HERE, "peers"))
    module = importlib.import_module("keras_like" if peer == "pronghorn" else "torch_plain")
    module.load(peer, threads)
    w = workloads.BY_NAME[network]
    rng = np.random.default_rng(0)
    most = min(16384, MOST_BYTES // w.data(rng, 1)[0].nbytes)
    x, y = w.data(rng, most)
    points = []
    for batch in BATCHES:
        model = module.prepare(peer, w)  # a new one: no program is left from the size before
        rows = most // batch * batch
        some = min(rows, max(batch, 256))
        model.fit(x[:some], y[:some], batch, 1)
        start = clock()
        model.fit(x[:some], y[:some], batch, 1)
        each = (clock() - start) / some
        rows = max(batch, min(rows, int(SECONDS / each) // batch * batch))
        epochs = max(1, round(SECONDS / (each * rows)))
        best = float("inf")
        for _ in range(5):
            start = clock()
            model.fit(x[:rows], y[:rows], batch, epochs)
            best = min(best, (clock() - start) / (rows * epochs))
        points.append((batch, 1e6 * best))
        print(
            f"{peer} {network} {batch}: {1e6 * best:.3f} us a sample", file=sys.stderr, flush=True
        )
    return points


def batches(options):
    curves = []
    for threads in thread_counts(options):
        for network in NETWORKS:
            for peer in PEERS:
                points = batch_curve(options, peer, network, str(threads))
                if points:
                    row = {"name": peer, "network": network, "threads": threads, "points": points}
                    curves.append(row)
    return curves


def batch_curve(options, peer, network, threads):
    python = sys.executable
    if peer != "pronghorn":
        python = os.environ.get("PRONGHORN_PEERS_PYTHON", python)
    env = {**os.environ, "OMP_NUM_THREADS": threads, "PRONGHORN_NUM_THREADS": threads}
    command = [python, os.path.join(HERE, "curves.py"), "--samples", peer, network, threads]
    command += ["--cpu"] * options.cpu
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{peer} is left out: it failed", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def main():
    if sys.argv[1:2] == ["--samples"]:
        peer, network, threads = sys.argv[2:5]
        clock = time.process_time if "--cpu" in sys.argv else time.perf_counter
        print(json.dumps(samples(peer, network, int(threads), clock)))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json")
    parser.add_argument("--bench", default=os.path.join(HERE, "../build/bench/benchmarks/ph-bench"))
    parser.add_argument("--only", default="gemm,conv,batch")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=0.2, help="of timing a point, in ph-bench")
    parser.add_argument("--cpu", action="store_true", help="processor time, one thread: when busy")
    options = parser.parse_args()
    found = {}
    if os.path.exists(options.json):
        with open(options.json) as f:
            found = json.load(f)
    for part in options.only.split(","):
        before = os.getloadavg()[0]
        curves = batches(options) if part == "batch" else rates(options, part)
        found[part] = {
            "load": before,
            "cpu": options.cpu,
            "when": time.strftime("%Y-%m-%d"),
            "curves": curves,
        }
        with open(options.json, "w") as f:
            json.dump(found, f, indent=1)


if __name__ == "__main__":
    main()
