"""How planning, training and loading grow with a network's size, and what many lengths cost.

    python scaling.py [--only trace,variables,lengths] [--clock cpu|wall] [--json scaling.json]

trace: a program of mixed ops, traced and planned. variables: a network of so many, built, trained
for a first and a second step, saved, loaded. lengths: 500 sequence lengths through fit and predict,
three times over: the first pass traces a program a length, the others find it. The exit status says
whether the bounds below hold; times are of the processor unless `--clock wall` says otherwise.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

NODES = (300, 1000, 3000, 10000)
VARIABLES = (300, 1000, 3000, 10000)
LENGTHS = 500
PASSES = 3
WIDTH = 4
PARTS = ("trace", "variables", "lengths")
MOST_PLANNING = 1.0  # seconds, of the largest trace
MOST_GROWTH = 12.0  # of each phase, from 1,000 variables to 10,000
MOST_AGAIN = 0.25  # of the first pass's time, that a later one takes
MOST_LEAK = 0.05  # of the memory after the second pass, that the third may add


def trace(nodes, clock):
    """Seconds of tracing and of planning a program of about so many ops."""
    from pronghorn import ops
    from pronghorn.engine import Function

    stamps = []

    def mixed(x):
        """Elementwise runs, products, reductions and joins, each read by several later ones."""
        w, kept = ops.eye(8), [x, x + 1]
        for i in range(nodes // 5):
            y = ops.tanh(kept[-1] * 0.5 + kept[-2])
            if i % 4 == 1:
                y = ops.matmul(y, w)
            elif i % 4 == 2:
                y = y - ops.mean(y, axis=-1, keepdims=True)
            elif i % 4 == 3:
                y = ops.concatenate([y[:, :4], kept[-5 % len(kept)][:, 4:]], axis=1)
            kept.append(ops.relu(y))
        stamps.append(clock())
        return kept[-1]

    start = clock()
    Function(mixed).program_for(ops.zeros((8, 8)))
    end = clock()
    return {"tracing": stamps[0] - start, "planning": end - stamps[0]}


def variables(count, clock):
    """Seconds of each phase in the life of a network of so many variables."""
    import pronghorn as keras

    found, x = {}, np.ones((8, WIDTH), "float32")

    def phase(name, work):
        gc.collect()
        start = clock()
        result = work()
        found[name] = clock() - start
        return result

    def network():
        inputs = y = keras.Input((WIDTH,))
        for _ in range(count // 4):  # two of two variables; every second one is skipped
            h = keras.layers.Dense(WIDTH, activation="tanh")(y)
            y = keras.layers.add([y, keras.layers.Dense(WIDTH)(h)])
        model = keras.Model(inputs, y)
        model.compile("adam", "mse")
        return model

    model = phase("building", network)
    phase("first step", lambda: model.train_on_batch(x, x))
    phase("next step", lambda: model.train_on_batch(x, x))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.weights.h5")
        phase("saving", lambda: model.save_weights(path))
        phase("loading", lambda: model.load_weights(path))
    return found


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def lengths(count, clock):
    """[(seconds, MB resident after it)] of each pass over so many lengths."""
    import pronghorn as keras

    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    model = keras.Sequential(
        [keras.layers.Embedding(100, 8), keras.layers.LSTM(8), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    batches = [
        (rng.integers(0, 100, (4, n)), rng.random((4, 1), "float32")) for n in range(1, count + 1)
    ]

    class Lengths(keras.utils.PyDataset):
        def __len__(self):
            return count

        def __getitem__(self, i):
            return batches[i]

    passes = []
    for _ in range(PASSES):
        start = clock()
        model.fit(Lengths(), epochs=1, shuffle=False, verbose=0)
        for x, _ in batches:
            model.predict_on_batch(x)
        end = clock()
        gc.collect()
        passes.append((end - start, resident() / 1e6))
    return {"passes": passes}


def one(part, size, clock):
    """A measurement in a process of its own."""
    command = [sys.executable, os.path.abspath(__file__), "--one", part, str(size), clock]
    env = {"PRONGHORN_NUM_THREADS": "1", **os.environ}
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=env).stdout)


def report(title, rows, columns):
    print(f"\n| {title} | " + " | ".join(columns) + " |")
    print("| --- |" + " --- |" * len(columns))
    for size, values in rows:
        print(f"| {size:,} | " + " | ".join(f"{values[c]:.3f}" for c in columns) + " |", flush=True)


def main():
    clocks = {"cpu": time.process_time, "wall": time.perf_counter}
    if sys.argv[1:2] == ["--one"]:
        part, size, clock = sys.argv[2:]
        print(json.dumps(globals()[part](int(size), clocks[clock])))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--clock", choices=clocks, default="cpu")
    parser.add_argument("--json")
    options = parser.parse_args()
    found, held = {}, {}
    for part in options.only.split(","):
        sizes = {"trace": NODES, "variables": VARIABLES, "lengths": (LENGTHS,)}[part]
        rows = found[part] = [(size, one(part, size, options.clock)) for size in sizes]
        if part == "lengths":
            passes = rows[0][1]["passes"]
            print("\n| pass over 500 lengths | seconds | MB resident |\n| --- | --- | --- |")
            for i, (seconds, megabytes) in enumerate(passes):
                print(f"| {i + 1} | {seconds:.2f} | {megabytes:.0f} |")
            again = max(seconds for seconds, _ in passes[1:]) / passes[0][0]
            held[f"a later pass takes {again:.2f} of the first"] = again <= MOST_AGAIN
            leak = passes[2][1] / passes[1][1] - 1
            held[f"the third pass adds {100 * leak:.1f}% of memory"] = leak <= MOST_LEAK
            continue
        report(part, rows, list(rows[0][1]))
        by_size = dict(rows)
        if part == "trace":
            seconds = by_size[10000]["planning"]
            held[f"10,000 nodes are planned in {seconds:.2f} s"] = seconds <= MOST_PLANNING
            continue
        for phase, seconds in by_size[10000].items():
            growth = seconds / by_size[1000][phase]
            held[f"{phase}: 10,000 variables take {growth:.1f} times 1,000"] = growth <= MOST_GROWTH
    print()
    for text, holds in held.items():
        print(text if holds else f"{text}: TOO MUCH")
    if options.json:
        with open(options.json, "w") as f:
            json.dump(found, f, indent=1)
    return 0 if all(held.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
