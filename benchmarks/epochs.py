"""How well making batches and training overlap: an epoch of the cats and dogs beside its two parts.

    KERAS_HOME=... python epochs.py [--workers 2] [--processes] [--rounds 3] [--markdown table.md]

Decoding and augmenting alone cost some core-seconds, the steps alone some others. An epoch cannot
take less than their sum over the number of cores; the bar is 1.1 times that.
"""

import argparse
import os
import sys
import time

import numpy as np
import picture_networks
import pronghorn as keras
from pronghorn.engine import device
from pronghorn.preprocessing.image import ImageDataGenerator

BAR = 1.1


def core_seconds(run):
    """Of the CPU in this process, with its threads."""
    start = time.process_time()
    run()
    return time.process_time() - start


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measured(augmentation, workers, processes, rounds, cores):
    model = picture_networks.convnet(keras)
    model.compile(keras.optimizers.RMSprop(1e-4), "binary_crossentropy", metrics=["accuracy"])
    batches = picture_networks.photos(ImageDataGenerator, "train", **augmentation)
    x = np.concatenate([batches[i][0] for i in range(len(batches))])
    y = np.concatenate([batches[i][1] for i in range(len(batches))])
    queue = {"workers": workers, "use_multiprocessing": processes}
    fit = {"verbose": 0, "shuffle": False}
    model.fit(x, y, batch_size=20, **fit)  # plans
    data, steps, epoch = [], [], []
    for _ in range(rounds):
        data.append(core_seconds(lambda: [batches[i] for i in range(len(batches))]))
        device.set_num_threads(1)  # threads that wait for work would count
        steps.append(core_seconds(lambda: model.fit(x, y, batch_size=20, **fit)))
        device.set_num_threads(cores)
        epoch.append(seconds(lambda: model.fit(batches, **queue, **fit)))
    return min(data), min(steps), min(epoch)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--processes", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", help="write the table there")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    lines = ["| pictures | data, core-s | steps, core-s | floor, s | epoch, s | ratio |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    missed = False
    for name, augmentation in (("plain", {}), ("augmented", picture_networks.AUGMENTATION)):
        data, steps, epoch = measured(
            augmentation, options.workers, options.processes, options.rounds, cores
        )
        floor = (data + steps) / cores
        missed |= epoch > BAR * floor
        row = f"{data:.2f} | {steps:.2f} | {floor:.2f} | {epoch:.2f} | {epoch / floor:.2f}"
        lines.append(f"| {name} | {row} |")
    print("\n".join(lines))
    if options.markdown:
        with open(options.markdown, "w") as f:
            f.write("\n".join(lines) + "\n")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
