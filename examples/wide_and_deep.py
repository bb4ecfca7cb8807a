"""Wide and deep (Cheng et al. 2016): a linear model of crossed features beside a deep network.

    python examples/wide_and_deep.py [--epochs 20]

The label depends on a crossing of two categories, which the wide part learns by heart, and on a
smooth function of numbers, which the deep part learns.
"""

import argparse

import numpy as np
import pronghorn as keras
from pronghorn import layers

CITIES, JOBS = 12, 10


def data(count=4000, seed=0):
    rng = np.random.RandomState(seed)
    city, job = rng.randint(CITIES, size=count), rng.randint(JOBS, size=count)
    numbers = rng.standard_normal((count, 6)).astype("float32")
    table = np.random.RandomState(7).standard_normal((CITIES, JOBS)) * 2
    score = table[city, job] + np.sin(2 * numbers[:, 0]) * 2 + numbers[:, 1] * numbers[:, 2]
    return {"city": city, "job": job, "numbers": numbers}, (score > 0).astype("float32")


def network(wide=True, deep=True):
    city = keras.Input((), dtype="int32", name="city")
    job = keras.Input((), dtype="int32", name="job")
    numbers = keras.Input((6,), name="numbers")
    parts = []
    if wide:
        crossed = layers.CategoryEncoding(CITIES * JOBS, output_mode="one_hot")(city * JOBS + job)
        parts.append(crossed)
    if deep:
        x = layers.Concatenate()(
            [layers.Embedding(CITIES, 4)(city), layers.Embedding(JOBS, 4)(job), numbers]
        )
        for units in (64, 32):
            x = layers.Dense(units, activation="relu")(x)
        parts.append(x)
    x = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    outputs = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model({"city": city, "job": job, "numbers": numbers}, outputs)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def main(epochs=20):
    keras.utils.set_random_seed(0)
    train, test = data(), data(1000, seed=1)
    found = {}
    for name, parts in {"wide": (True, False), "deep": (False, True), "both": (True, True)}.items():
        model = network(*parts)
        model.fit(*train, epochs=epochs, batch_size=64, verbose=0)
        found[name] = model.evaluate(*test, verbose=0)[1]
        print(f"{name}: test accuracy {found[name]:.3f}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    main(parser.parse_args().epochs)
