"""Trains on real data in KERAS_HOME; skipped, with what is missing, where there is none."""

import numpy as np
import pronghorn
from pronghorn import layers


def test_mnist_dense_learns(data_file):
    """Two epochs of the 512-10 network. `make bench` asks 0.978 after five."""
    with np.load(data_file("mnist.npz")) as f:
        x, y, x_test, y_test = (f[k] for k in ("x_train", "y_train", "x_test", "y_test"))
    x, x_test = (part.reshape(-1, 784).astype("float32") / 255 for part in (x, x_test))
    model = pronghorn.Sequential(
        [layers.Dense(512, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, batch_size=128, verbose=0)
    assert history.history["accuracy"][1] > 0.95
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.96


def test_boston_housing_learns(data_file):
    with np.load(data_file("boston_housing.npz")) as f:
        x, y = f["x"], f["y"]
    order = np.random.RandomState(113).permutation(len(x))
    x, y = x[order], y[order]
    x = (x - x[:404].mean(0)) / x[:404].std(0)
    model = pronghorn.Sequential(
        [
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    model.compile("rmsprop", "mse", metrics=["mae"])
    model.fit(x[:404], y[:404], epochs=30, batch_size=4, verbose=0)
    assert model.evaluate(x[404:], y[404:], verbose=0)[1] < 4.0


def test_imdb_dense_learns(data_file):
    """The multi-hot 16-16-1 network on 4,000 reviews."""
    with np.load(data_file("imdb.npz"), allow_pickle=True) as f:
        texts, labels = f["x_train"], f["y_train"]
    keep = np.random.RandomState(0).permutation(len(texts))[:5000]
    x = np.zeros((5000, 10000), "float32")
    for i, words in enumerate(texts[keep]):
        words = np.asarray(words)
        x[i, words[words < 10000]] = 1.0
    y = labels[keep].astype("float32")
    model = pronghorn.Sequential(
        [
            layers.Dense(16, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:4000], y[:4000], epochs=4, batch_size=512, verbose=0)
    assert model.evaluate(x[4000:], y[4000:], verbose=0)[1] > 0.80
