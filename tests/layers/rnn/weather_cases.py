"""Networks over weather, for real Keras and for us: the same weights and batches, 50 steps.

`losses(k, name, series)` trains one with the module k; make_weather_losses.py asks Keras.
"""

import math
import os

import numpy as np

STEPS, EVERY = 50, 6
CASES = ("gru", "gru_by_steps", "stacked", "conv_gru")


def generated(rows=2000, columns=7):
    """Something like weather: days and seasons of each column, and noise."""
    rng = np.random.RandomState(0)
    t = np.arange(rows)[:, None]
    days = np.sin(2 * np.pi * t / 144 + rng.uniform(0, 6, columns))
    return (days + 0.3 * rng.standard_normal((rows, columns))).astype("float32")


def jena():
    """The readings of KERAS_HOME, or None."""
    home = os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras"))
    path = os.path.join(home, "jena", "jena_climate_2009_10min_20002rows_7cols.csv")
    if not os.path.exists(path):
        return None
    series = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=range(1, 8), dtype="float32")
    return (series - series[:12000].mean(0)) / series[:12000].std(0)


def batch(series, step, size, lookback, delay):
    """The rows of a step: `lookback` readings, of which each sixth, and the warmth later on."""
    rng = np.random.RandomState(step)
    rows = rng.randint(lookback, len(series) - delay, size)
    return series[rows[:, None] + np.arange(-lookback, 0, EVERY)], series[rows + delay, 1:2]


def layers_of(k, name):
    """The recurrent layers, without dropout."""
    gru, conv = k.layers.GRU, k.layers.Conv1D
    return {
        "gru": lambda: [gru(32)],
        # the way that recurrent dropout goes
        "gru_by_steps": lambda: [gru(32, use_cudnn=False)],
        "stacked": lambda: [gru(32, return_sequences=True), gru(64, activation="relu")],
        "conv_gru": lambda: [
            conv(32, 5, activation="relu"),
            k.layers.MaxPooling1D(3),
            conv(32, 5, activation="relu"),
            gru(32),
        ],
    }[name]()


def losses(k, name, series, size, lookback, delay):
    """The loss of each step of RMSprop."""
    model = k.Sequential(
        [k.Input((lookback // EVERY, series.shape[1])), *layers_of(k, name), k.layers.Dense(1)]
    )
    rng = np.random.RandomState(1)
    weights = []
    for w in model.get_weights():
        scale = math.sqrt(1 / max(1, w.shape[-2] if w.ndim > 1 else 1e4))
        weights.append((scale * rng.standard_normal(w.shape)).astype("float32"))
    model.set_weights(weights)
    model.compile(k.optimizers.RMSprop(), "mae")
    found = []
    for step in range(STEPS):
        model.reset_metrics()
        found.append(float(model.train_on_batch(*batch(series, step, size, lookback, delay))))
    return found


# what -> the series, the size of a batch, and how far it looks back and ahead
SERIES = {"generated": (generated, 32, 240, 24), "jena": (jena, 128, 1440, 144)}
