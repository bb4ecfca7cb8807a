"""A folder as KERAS_HOME with data sets of Keras's form, small and made up or embedded, so that
programs that load mnist, imdb, reuters and boston_housing learn something without a network, and
with made-up names of ImageNet's classes."""

import json

import numpy as np
from pronghorn.datasets import digits


def write(home):
    """Writes the files below home/datasets."""
    folder = home / "datasets"
    folder.mkdir(parents=True)
    _write_digits(folder / "mnist.npz")
    _write_reviews(folder)
    _write_topics(folder / "reuters.npz")
    _write_prices(folder / "boston_housing.npz")
    (home / "models").mkdir()
    classes = {str(i): [f"n{i:08d}", f"name{i}"] for i in range(1000)}
    (home / "models" / "imagenet_class_index.json").write_text(json.dumps(classes))


def _write_digits(path):
    """The embedded 8x8 digits, three times as large, in frames of 28x28."""
    arrays = {}
    for name, (x, y) in zip(("train", "test"), digits.load_data()):
        large = np.kron(x, np.ones((1, 3, 3))) * 255 / 16
        arrays[f"x_{name}"] = np.pad(large, ((0, 0), (2, 2), (2, 2))).round().astype("uint8")
        arrays[f"y_{name}"] = y.astype("uint8")
    np.savez(path, **arrays)


def _lists(rows):
    out = np.empty(len(rows), object)
    for i, row in enumerate(rows):
        out[i] = [int(n) for n in row]
    return out


def _write_reviews(folder):
    """Ranks 1 to 20 are said in good reviews, 21 to 40 in bad ones, the others in both."""
    rng = np.random.RandomState(0)

    def reviews(count):
        labels = rng.randint(2, size=count)
        rows = []
        for label in labels:
            words = rng.randint(41, 500, size=rng.randint(20, 40))
            said = rng.random_sample(len(words)) < 0.3
            words[said] = rng.randint(1, 21, size=said.sum()) + 20 * (1 - label)
            rows.append(words)
        return _lists(rows), labels

    (x_train, y_train), (x_test, y_test) = reviews(600), reviews(200)
    np.savez(folder / "imdb.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    index = {f"word{rank}": rank for rank in range(1, 500)}
    (folder / "imdb_word_index.json").write_text(json.dumps(index))


def _write_topics(path):
    """Each of 46 topics has six words of its own."""
    rng = np.random.RandomState(1)
    labels = np.concatenate([np.arange(46), rng.randint(46, size=1954)])
    rows = []
    for label in labels:
        words = rng.randint(1, 460, size=30)
        own = rng.randint(6, size=8)
        words[:8] = 10 + label * 6 + own
        rows.append(rng.permutation(words))
    np.savez(path, x=_lists(rows), y=labels)


def _write_prices(path):
    rng = np.random.RandomState(2)
    x = rng.standard_normal((160, 13)) * np.arange(1, 14) + np.arange(13) * 5
    z = (x - x.mean(0)) / x.std(0)
    y = 22 + z @ np.linspace(-3, 3, 13) + np.maximum(z[:, 0], 0) * 3
    np.savez(path, x=x, y=y + rng.standard_normal(160) * 0.5)
