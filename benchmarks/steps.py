"""Times training steps through fit, ours and the peers', in one run and in turn.

    python steps.py [--workloads dense1,mnist | all] [--peers pronghorn,keras-tensorflow,torch]
                    [--rounds 3] [--threads 2] [--json results.json]

Every measurement is its own process. Peers run under PRONGHORN_PEERS_PYTHON (default: this Python);
a peer that is not installed there is reported as absent.
"""

import argparse
import json
import os
import platform
import subprocess
import sys

import compare
import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = ["pronghorn", "keras-tensorflow", "keras-jax", "keras-torch", "torch"]


def one(peer, workload, threads, repeats, timeout):
    python = sys.executable
    if peer != "pronghorn":
        python = os.environ.get("PRONGHORN_PEERS_PYTHON", python)
    count = str(threads)
    limits = {
        "OMP_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "PRONGHORN_NUM_THREADS": count,
        "PYTHONWARNINGS": "ignore",
    }
    command = [
        python,
        os.path.join(HERE, "peers", "measure.py"),
        peer,
        workload,
        count,
        str(repeats),
    ]
    try:
        done = subprocess.run(
            command, env={**os.environ, **limits}, capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        return {"peer": peer, "workload": workload, "error": f"more than {timeout} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"peer"')]
    if done.returncode or not lines:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return {"peer": peer, "workload": workload, "error": last[:160]}
    return json.loads(lines[-1])


def measured_floors(names, threads, peak):
    """Milliseconds a step that no implementation can beat on this machine."""
    import pronghorn
    from floor import Machine, step_floor

    machine = Machine(threads, peak and peak * 1e9)
    print(machine.describe(), file=sys.stderr)
    every = [workloads.BY_NAME[name] for name in names]
    return {w.name: 1e3 * step_floor(machine, w.build(pronghorn), w.batch, w.trains) for w in every}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", default=",".join(workloads.FIRST))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="fits timed in each process")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--floor", action="store_true", help="also print each step's floor")
    parser.add_argument("--peak", type=float, help="GFLOP/s on those threads, from ph-bench peak")
    parser.add_argument("--json")
    options = parser.parse_args()
    names = list(workloads.BY_NAME) if options.workloads == "all" else options.workloads.split(",")
    runs = []
    for workload in names:
        for _ in range(options.rounds):
            for peer in options.peers.split(","):
                run = one(peer, workload, options.threads, options.repeats, options.timeout)
                runs.append(run)
                print(run, file=sys.stderr, flush=True)
    floors = measured_floors(names, options.threads, options.peak) if options.floor else {}
    if options.json:
        machine = {"processor": platform.processor(), "cores": os.cpu_count()}
        with open(options.json, "w") as f:
            json.dump(
                {"machine": machine, "threads": options.threads, "runs": runs, "floors_ms": floors},
                f,
                indent=1,
            )
    return 0 if compare.report(runs, floors) else 1


if __name__ == "__main__":
    sys.exit(main())
