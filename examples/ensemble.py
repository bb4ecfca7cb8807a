"""Ensembling: the mean of networks that err in different ways, with weights found on held-out data.

python examples/ensemble.py [--epochs 15]
"""

import argparse

import numpy as np
import pronghorn as keras
from pronghorn import layers
from pronghorn.datasets import digits


def dense():
    return [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dropout(0.2)]


def convolutional():
    return [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()]


def recurrent():
    return [layers.Reshape((8, 8)), layers.GRU(32)]


def trained(hidden, x, y, epochs):
    model = keras.Sequential([keras.Input((8, 8, 1)), *hidden, layers.Dense(10, "softmax")])
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    return model


def best_weights(predictions, y, tries=300):
    """Weights of the mean, by random search over those that add up to 1."""
    rng = np.random.RandomState(0)
    count = len(predictions)
    candidates = [np.full(count, 1 / count), *rng.dirichlet(np.ones(count), size=tries)]
    losses = [-np.log(mixed(predictions, w)[np.arange(len(y)), y]).mean() for w in candidates]
    return candidates[int(np.argmin(losses))]


def mixed(predictions, weights):
    return np.clip(np.tensordot(weights, predictions, axes=1), 1e-7, 1)


def main(epochs=15):
    keras.utils.set_random_seed(1)
    (x, y), (x_test, y_test) = digits.load_data()
    x, x_test = (part.reshape(-1, 8, 8, 1).astype("float32") / 16 for part in (x, x_test))
    held = len(x) // 5
    models = [
        trained(make(), x[held:], y[held:], epochs) for make in (dense, convolutional, recurrent)
    ]
    weights = best_weights(np.stack([m.predict(x[:held], verbose=0) for m in models]), y[:held])
    predictions = np.stack([m.predict(x_test, verbose=0) for m in models])
    alone = [(p.argmax(1) == y_test).mean() for p in predictions]
    together = (mixed(predictions, weights).argmax(1) == y_test).mean()
    print("alone:", *(f"{a:.3f}" for a in alone), f"together: {together:.3f}", "weights:", weights)
    return alone, together


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15)
    main(parser.parse_args().epochs)
