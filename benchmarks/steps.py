"""Times training steps through fit, ours and the peers', in one run and in turn.

    python steps.py [--workloads dense1,mnist | all] [--peers pronghorn,keras-tensorflow,torch]
                    [--rounds 3] [--threads 2] [--json results.json] [--markdown tables.md]

Every measurement is its own process. Peers run under PRONGHORN_PEERS_PYTHON (default: this Python);
a peer that is not installed there is reported as absent. The peers onnxruntime and openvino run
what Keras's `model.export` writes, under PRONGHORN_RUNTIMES_PYTHON (default: the peers' Python).
compare.py prints a saved run again.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

import compare
import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["pronghorn", "keras-tensorflow", "keras-jax", "keras-torch", "torch"]
RUNTIMES = ["onnxruntime", "openvino"]  # of networks that Keras exported: they only predict


def one(peer, workload, options):
    python = sys.executable
    if peer != "pronghorn":
        python = os.environ.get("PRONGHORN_PEERS_PYTHON", python)
    if peer in RUNTIMES:
        python = os.environ.get("PRONGHORN_RUNTIMES_PYTHON", python)
    count = str(options.threads)
    limits = {
        "OMP_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "PRONGHORN_NUM_THREADS": count,
        "PYTHONWARNINGS": "ignore",
    }
    command = [
        python,
        os.path.join(HERE, "peers", "measure.py"),
        peer,
        workload,
        count,
        str(options.repeats),
        str(options.steps),
    ]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **limits},
            capture_output=True,
            text=True,
            timeout=options.timeout,
        )
    except subprocess.TimeoutExpired:
        return {"peer": peer, "workload": workload, "error": f"more than {options.timeout} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"peer"')]
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return {"peer": peer, "workload": workload, "error": last[:160]}
    return json.loads(lines[-1])


def measured_floors(names, threads):
    """Milliseconds a step that no implementation can beat on this machine, and its rates."""
    import floor

    rates = floor.machine(threads)
    print(floor.describe(rates), file=sys.stderr)
    every = [workloads.BY_NAME[name] for name in names]
    return {w.name: 1e3 * floor.step_floor(rates, w) for w in every}, rates


def processor():
    """The processor's name as Linux gives it."""
    try:
        with open("/proc/cpuinfo") as f:
            return next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", default=",".join(workloads.FIRST))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="fits timed in each process")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--steps", type=int, default=0, help="at most so many in a fit; for a look")
    parser.add_argument("--no-floor", action="store_true", help="do not measure the floors")
    parser.add_argument("--json", help="write every number there")
    parser.add_argument("--markdown", help="write the tables of docs/performance.md there")
    options = parser.parse_args()
    names = list(workloads.BY_NAME) if options.workloads == "all" else options.workloads.split(",")
    floors, rates = ({}, None) if options.no_floor else measured_floors(names, options.threads)
    results = {
        "machine": {"processor": processor(), "cores": os.cpu_count(), "rates": rates},
        "when": time.strftime("%Y-%m-%d"),
        "threads": options.threads,
        "load_before": os.getloadavg()[0],
        "floors_ms": floors,
        "runs": [],
    }
    for workload in names:
        for _ in range(options.rounds):
            for peer in options.peers.split(","):
                if peer in RUNTIMES and workloads.BY_NAME[workload].trains:
                    continue
                run = one(peer, workload, options)
                results["runs"].append(run)
                print(run, file=sys.stderr, flush=True)
        save(options.json, results)
    if options.markdown:
        with open(options.markdown, "w") as f:
            compare.markdown(results, f)
    return 0 if compare.report(results["runs"], floors) else 1


def save(path, results):
    """After every workload, so that a long run which is stopped has not been for nothing."""
    if path:
        with open(path + ".part", "w") as f:
            json.dump(results, f, indent=1)
        os.replace(path + ".part", path)


if __name__ == "__main__":
    sys.exit(main())
