"""What an LSTM costs whose cell is a user's Python, through `RNN`, beside the built-in layer.

    python own_cells.py [--rounds 25] [--clock cpu|wall] [--json own_cells.json]

Training steps and predictions of one layer over 100 steps, in turn in one process; the least of the
rounds. The exit status says whether every ratio is at most 3. Times are of the processor, which a
busy machine changes least, unless `--clock wall` says otherwise.
"""

import argparse
import functools
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(1, str(Path(__file__).parent.parent / "tests"))

SIZES = ((32, 32), (32, 128), (128, 32), (128, 128))  # units, batch
STEPS, FEATURES = 100, 32
MOST = 3.0


def networks(units):
    """The user's and the built-in layer, as models with the same weights."""
    import pronghorn as keras
    from layers.rnn.own_lstm import OwnLSTM
    from pronghorn import layers

    models = []
    for layer in (layers.RNN(OwnLSTM(units)), layers.LSTM(units)):
        models.append(keras.Sequential([keras.Input((STEPS, FEATURES)), layer]))
        models[-1].compile("sgd", "mse")
    models[1].set_weights(models[0].get_weights())
    return models


def least(rounds, clock, *calls):
    """The least seconds of each call, in turn."""
    found = [float("inf")] * len(calls)
    for call in calls:
        call()
    for _ in range(rounds):
        for i, call in enumerate(calls):
            start = clock()
            call()
            found[i] = min(found[i], clock() - start)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    clocks = {"cpu": time.process_time, "wall": time.perf_counter}
    parser.add_argument("--clock", choices=clocks, default="cpu")
    parser.add_argument("--json")
    options = parser.parse_args()
    rows, clock = [], clocks[options.clock]
    print(
        "| units, batch | what | own cell ms | LSTM ms | ratio |\n| --- | --- | --- | --- | --- |"
    )
    for units, batch in SIZES:
        own, built_in = networks(units)
        rng = np.random.default_rng(0)
        x = rng.standard_normal((batch, STEPS, FEATURES), "float32")
        y = rng.standard_normal((batch, units), "float32")
        for what, arguments in (("train", (x, y)), ("predict", (x,))):
            calls = [
                functools.partial(getattr(model, f"{what}_on_batch"), *arguments)
                for model in (own, built_in)
            ]
            mine, theirs = least(options.rounds, clock, *calls)
            rows.append((units, batch, what, mine, theirs, mine / theirs))
            print(
                f"| {units}, {batch} | {what} | {1e3 * mine:.2f} | {1e3 * theirs:.2f} | "
                f"{mine / theirs:.2f} |",
                flush=True,
            )
    if options.json:
        with open(options.json, "w") as f:
            json.dump(rows, f, indent=1)
    return 0 if all(row[-1] <= MOST for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
