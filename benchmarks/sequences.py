"""Trains the book's networks over words, weather and characters on real data, and checks them.

    KERAS_HOME=... python sequences.py [--only lstm,jena_gru] [--epochs 3] [--markdown table.md]

Data sets that KERAS_HOME lacks are said to be absent. The weather is of 20,002 readings (a part of
those of the book), so an epoch is 100 steps there, not 500.
"""

import argparse
import itertools
import sys
import time
from dataclasses import dataclass

import numpy as np
import pronghorn as keras
import sequence_data as data
from pronghorn import layers

DROPS = {"dropout": 0.1, "recurrent_dropout": 0.5}


@dataclass
class Found:
    """A metric: the best epoch's and the last's."""

    best: float
    last: float
    epochs: int = 0


def found(history, name, better, unit=1.0):
    values = [value * unit for value in history.history[name]]
    return Found(better(values), values[-1], len(values))


def reviews(stack, words, epochs, rate=0.001, batch=128):
    """IMDB: part of the validation reviews that a network tells apart."""

    def train(most):
        x, y = data.imdb(words)
        model = keras.Sequential([*stack(), layers.Dense(1, activation="sigmoid")])
        optimizer = keras.optimizers.RMSprop(rate)
        model.compile(optimizer, "binary_crossentropy", metrics=["acc"])
        history = model.fit(
            x, y, epochs=min(epochs, most), batch_size=batch, validation_split=0.2, verbose=2
        )
        return found(history, "val_acc", max)

    return train


def embedding():
    return [layers.Embedding(10000, 8), layers.Flatten()]


def over_words(*make):
    return lambda: [layers.Embedding(10000, 32), *(one() for one in make)]


def convolutions():
    return [
        layers.Embedding(10000, 128),
        layers.Conv1D(32, 7, activation="relu"),
        layers.MaxPooling1D(5),
        layers.Conv1D(32, 7, activation="relu"),
        layers.GlobalMaxPooling1D(),
    ]


class Encoder(layers.Layer):
    """A block of a Transformer's encoder, with the places of the words learned."""

    def __init__(self, words, width, heads, dense):
        super().__init__()
        self.places = layers.Embedding(words, width)
        self.attention = layers.MultiHeadAttention(heads, width)
        self.dense = keras.Sequential([layers.Dense(dense, activation="relu"), layers.Dense(width)])
        self.norms = [layers.LayerNormalization(), layers.LayerNormalization()]

    def call(self, x):
        x = x + self.places(keras.ops.arange(x.shape[1]))
        x = self.norms[0](x + self.attention(x, x))
        return self.norms[1](x + self.dense(x))


def encoder():
    return [
        layers.Embedding(10000, 64),
        Encoder(200, 64, 2, 32),
        layers.GlobalMaxPooling1D(),
        layers.Dropout(0.5),
    ]


def glove(most):
    """Vectors of GloVe, kept as they are, and 200 reviews to learn from."""
    x, y, matrix = data.raw_reviews_with_glove()
    model = keras.Sequential(
        [
            layers.Embedding(*matrix.shape, trainable=False),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.build((None, x.shape[1]))
    model.layers[0].set_weights([matrix])
    model.compile("rmsprop", "binary_crossentropy", metrics=["acc"])
    history = model.fit(
        x[:200],
        y[:200],
        epochs=min(10, most),
        batch_size=32,
        validation_data=(x[200:], y[200:]),
        verbose=2,
    )
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], matrix)
    return found(history, "val_acc", max)


def weather(stack, epochs=20, steps=100):
    """Jena: mean absolute error of the temperature in a day, in degrees."""

    def train(most):
        series, spread = data.jena()
        model = keras.Sequential([*stack(), layers.Dense(1)])
        model.compile(keras.optimizers.RMSprop(), "mae")
        history = model.fit(
            data.windows(series, 0, 12000, shuffle=True), steps_per_epoch=steps,
            epochs=min(epochs, most),
            validation_data=data.windows(series, 12001, 16000), validation_steps=20, verbose=2,
        )  # fmt: skip
        return found(history, "val_loss", min, spread)

    return train


def stacked():
    second = layers.GRU(64, activation="relu", **DROPS)
    return [layers.GRU(32, return_sequences=True, **DROPS), second]


def convolved():
    return [
        layers.Conv1D(32, 5, activation="relu"),
        layers.MaxPooling1D(3),
        layers.Conv1D(32, 5, activation="relu"),
        layers.GRU(32, **DROPS),
    ]


def common_sense(_):
    """Tomorrow is as warm as today."""
    series, spread = data.jena()
    batches = data.windows(series, 12001, 16000)
    errors = [np.abs(x[:, -1, data.TEMPERATURE] - y) for x, y in itertools.islice(batches, 20)]
    error = float(np.mean(errors)) * spread
    return Found(error, error)


def characters(most, epochs=10):
    """Nietzsche: loss of the next character, and what the network writes at four temperatures."""
    text, alphabet, x, y = data.nietzsche()
    model = keras.Sequential([layers.LSTM(128), layers.Dense(len(alphabet), activation="softmax")])
    model.compile(keras.optimizers.RMSprop(0.01), "categorical_crossentropy")
    history = model.fit(x, y, epochs=min(epochs, most), batch_size=128, verbose=2)
    rng = np.random.default_rng(0)
    start = text[1000 : 1000 + x.shape[1]]
    for temperature in (0.2, 0.5, 1.0, 1.2):
        written = start
        for _ in range(100):
            window = data.one_hot(written[-x.shape[1] :], alphabet)[None]
            logits = np.log(model.predict_on_batch(window)[0].astype("float64") + 1e-12)
            odds = np.exp(logits / temperature)
            written += alphabet[rng.choice(len(alphabet), p=odds / odds.sum())]
        print(f"temperature {temperature}: {written!r}")
    return found(history, "loss", min)


# name -> what it is, how to train it, its metric, its bar (None: a report)
CASES = {
    "embedding": ("Embedding 8, 20 words", reviews(embedding, 20, 10, batch=32), "accuracy", 0.74),
    "simplernn": (
        "SimpleRNN 32, 500 words",
        reviews(over_words(lambda: layers.SimpleRNN(32)), 500, 10), "accuracy", 0.82,
    ),
    "lstm": (
        "LSTM 32, 500 words",
        reviews(over_words(lambda: layers.LSTM(32)), 500, 10), "accuracy", 0.86,
    ),
    "bilstm": (
        "bidirectional LSTM 32, 500 words",
        reviews(over_words(lambda: layers.Bidirectional(layers.LSTM(32))), 500, 10),
        "accuracy", 0.85,
    ),
    "conv1d": (
        "two Conv1D 32x7, 500 words", reviews(convolutions, 500, 10, rate=1e-4), "accuracy", 0.82,
    ),
    "transformer": (
        "Transformer encoder 64 wide, 2 heads, 200 words",
        reviews(encoder, 200, 5, batch=32), "accuracy", None,
    ),
    "glove": ("GloVe 50, 100 words, 200 reviews to learn from", glove, "accuracy", None),
    "nietzsche": ("LSTM 128 over 40 characters", characters, "loss", 1.6),
    "jena_same": ("as warm as today", common_sense, "degrees", None),
    "jena_gru": ("GRU 32", weather(lambda: [layers.GRU(32)]), "degrees", None),
    "jena_dropout": (
        "GRU 32, dropout 0.2, recurrent dropout 0.2",
        weather(lambda: [layers.GRU(32, dropout=0.2, recurrent_dropout=0.2)]), "degrees", None,
    ),
    "jena_stacked": ("GRU 32, GRU 64, dropout 0.1 and 0.5", weather(stacked), "degrees", None),
    "jena_conv": ("Conv1D 32x5 twice, GRU 32", weather(convolved), "degrees", None),
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(CASES), help="names, by commas")
    parser.add_argument("--markdown", help="append the rows of the table there")
    parser.add_argument("--epochs", type=int, default=100, help="at most so many")
    options = parser.parse_args()
    met = True
    for name in options.only.split(","):
        what, train, metric, bar = CASES[name]
        keras.utils.set_random_seed(options.seed)
        start = time.perf_counter()
        try:
            got = train(options.epochs)
        except FileNotFoundError as error:
            print(f"{name}: no data, {error}")
            continue
        seconds = time.perf_counter() - start
        enough = bar is None or (got.best >= bar if metric == "accuracy" else got.best <= bar)
        met = met and enough
        row = (
            f"| {what} | {got.epochs} | {metric} | {got.best:.4f} | {got.last:.4f} | {bar or ''} |"
        )
        print(f"{name} {row} {'' if enough else 'MISSED '}{seconds:.0f} s", flush=True)
        if options.markdown:
            with open(options.markdown, "a") as f:
                print(row, file=f)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
