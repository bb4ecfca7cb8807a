"""A series ahead of time: GRU with recurrent dropout, stacked, from a generator."""

import numpy as np
from keras import layers
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.utils import set_random_seed

set_random_seed(3)

rng = np.random.RandomState(0)
time = np.arange(2000)
series = np.stack([np.sin(time / 6.0), np.cos(time / 15.0), rng.randn(2000) * 0.1], axis=-1)
series = series.astype("float32")
lookback, delay, batch_size = 24, 6, 64


def generator(data, low, high):
    while 1:
        rows = rng.randint(low + lookback, high - delay, size=batch_size)
        samples = np.stack([data[row - lookback : row] for row in rows])
        yield samples, data[rows + delay, 0]


def baseline():
    rows = np.arange(1500 + lookback, 2000 - delay)
    return np.mean(np.abs(series[rows, 0] - series[rows + delay, 0]))


def error_of(model):
    model.compile(optimizer=RMSprop(lr=0.01), loss="mae")
    history = model.fit_generator(
        generator(series, 0, 1500),
        steps_per_epoch=30,
        epochs=4,
        validation_data=generator(series, 1500, 2000),
        validation_steps=4,
        verbose=0,
    )
    return history.history["val_loss"][-1]


model = Sequential()
model.add(layers.GRU(16, input_shape=(None, series.shape[-1])))
model.add(layers.Dense(1))
assert error_of(model) < 0.5 * baseline()

model = Sequential()
model.add(layers.GRU(16, dropout=0.1, recurrent_dropout=0.1, input_shape=(None, series.shape[-1])))
model.add(layers.Dense(1))
assert error_of(model) < 0.7 * baseline()
same = series[None, :lookback]
np.testing.assert_array_equal(model.predict(same), model.predict(same))  # nothing is dropped

model = Sequential()
model.add(
    layers.GRU(
        8, dropout=0.1, recurrent_dropout=0.1, return_sequences=True,
        input_shape=(None, series.shape[-1]),
    )
)  # fmt: skip
model.add(layers.GRU(16, activation="relu"))
model.add(layers.Dense(1))
assert error_of(model) < 0.9 * baseline()

print("good")
