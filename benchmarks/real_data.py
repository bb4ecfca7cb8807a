"""Trains five networks of the book on its data and holds each against what it reaches there.

    KERAS_HOME=... python real_data.py [--seed 1] [--only imdb] [--markdown table.md]

Architectures, epochs and batches are those of *Deep Learning with Python*, first edition, chapters
2, 3 and 5. Whatever `keras.datasets` does not find is downloaded.
"""

import argparse
import sys
import time
from collections import namedtuple

import numpy as np
import pronghorn as keras
from pronghorn import layers

Case = namedtuple("Case", "train network measure better bar")


def fitted(model, x, y, loss, epochs, batch, metric="accuracy"):
    """(model, milliseconds a step)"""
    model.compile("rmsprop", loss, metrics=[metric])
    start = time.perf_counter()
    model.fit(x, y, epochs=epochs, batch_size=batch, verbose=0)
    steps = epochs * -(-len(x) // batch)
    return model, 1e3 * (time.perf_counter() - start) / steps


def multi_hot(rows, words=10000):
    out = np.zeros((len(rows), words), "float32")
    for line, row in zip(out, rows):
        line[row] = 1.0
    return out


def stack(units, last, activation):
    hidden = [layers.Dense(n, activation="relu") for n in units]
    return keras.Sequential([*hidden, layers.Dense(last, activation=activation)])


def pictures(model, shape, batch):
    (x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
    x, x_test = (part.reshape(-1, *shape).astype("float32") / 255 for part in (x, x_test))
    model, ms = fitted(model, x, y, "sparse_categorical_crossentropy", 5, batch)
    return model.evaluate(x_test, y_test, verbose=0)[1], ms


def mnist_dense():
    return pictures(stack([512], 10, "softmax"), (784,), 128)


def mnist_convnet():
    parts = []
    for filters in (32, 64, 64):
        parts += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(2)]
    top = [layers.Flatten(), *stack([64], 10, "softmax").layers]
    return pictures(keras.Sequential([*parts[:-1], *top]), (28, 28, 1), 64)


def imdb():
    (x, y), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)
    model = stack([16, 16], 1, "sigmoid")
    model, ms = fitted(model, multi_hot(x), y.astype("float32"), "binary_crossentropy", 4, 512)
    return model.evaluate(multi_hot(x_test), y_test.astype("float32"), verbose=0)[1], ms


def reuters():
    (x, y), (x_test, y_test) = keras.datasets.reuters.load_data(num_words=10000)
    labels = keras.utils.to_categorical(y, 46), keras.utils.to_categorical(y_test, 46)
    model = stack([64, 64], 46, "softmax")
    model, ms = fitted(
        model, multi_hot(x)[1000:], labels[0][1000:], "categorical_crossentropy", 9, 512
    )
    return model.evaluate(multi_hot(x_test), labels[1], verbose=0)[1], ms


def boston(folds=4):
    """The mean over folds of the absolute error, in thousands of dollars."""
    (x, y), _ = keras.datasets.boston_housing.load_data()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    size, errors, times = len(x) // folds, [], []
    for i in range(folds):
        out = slice(i * size, (i + 1) * size)
        x_rest, y_rest = np.delete(x, out, axis=0), np.delete(y, out, axis=0)
        model, ms = fitted(stack([64, 64], 1, None), x_rest, y_rest, "mse", 100, 1, "mae")
        errors.append(model.evaluate(x[out], y[out], verbose=0)[1])
        times.append(ms)
    return float(np.mean(errors)), min(times)


CASES = {
    "mnist": Case(mnist_dense, "512-10, 5 epochs", "test accuracy", "above", 0.978),
    "convnet": Case(mnist_convnet, "MNIST, 32-64-64 convnet, 5 epochs", "test accuracy", "above",
                    0.990),
    "imdb": Case(imdb, "multi-hot, 16-16-1, 4 epochs", "test accuracy", "above", 0.87),
    "reuters": Case(reuters, "multi-hot, 64-64-46, 9 epochs", "test accuracy", "above", 0.78),
    "boston": Case(boston, "64-64-1, 4 folds, 100 epochs", "mean absolute error", "below", 2.9),
}  # fmt: skip


def met(case, found):
    found = round(found, 4)  # as it is printed
    return found >= case.bar if case.better == "above" else found < case.bar


def main(cases=CASES):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(cases))
    parser.add_argument("--markdown", help="file to write the table to")
    options = parser.parse_args()
    rows, good = [], True
    for name in [options.only] if options.only else cases:
        case = cases[name]
        keras.utils.set_random_seed(options.seed)
        found, ms = case.train()
        good = good and met(case, found)
        word = "met" if met(case, found) else "MISSED"
        print(f"{name}: {case.measure} {found:.4f} (bar {case.bar}: {word}), {ms:.2f} ms/step")
        sys.stdout.flush()
        rows.append(f"| {name} | {case.network} | {case.measure} | {found:.4f} | {case.bar} |\n")
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write("| data | network | measure | found | bar |\n| --- " + "| --- " * 4 + "|\n")
            file.writelines(rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
