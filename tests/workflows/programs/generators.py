# Batches from Python generators: fit_generator and its like, in the words of Keras 1 and 2.
import numpy as np
from keras.layers import Dense, Flatten
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.utils import Sequence, set_random_seed

set_random_seed(1)

rng = np.random.RandomState(0)
series = np.cumsum(rng.standard_normal((600, 3)), axis=0)
series -= series[:400].mean(axis=0)
series /= series[:400].std(axis=0)


def windows(data, lookback, first, last, batch_size=32, shuffle=False):
    i = first + lookback
    while True:
        if shuffle:
            rows = np.random.randint(first + lookback, last, size=batch_size)
        else:
            if i + batch_size >= last:
                i = first + lookback
            rows = np.arange(i, min(i + batch_size, last))
            i += len(rows)
        samples = np.stack([data[row - lookback : row] for row in rows])
        yield samples, data[rows, 0]


def network():
    model = Sequential()
    model.add(Flatten(input_shape=(8, series.shape[-1])))
    model.add(Dense(32, activation="relu"))
    model.add(Dense(1))
    model.compile(optimizer=RMSprop(), loss="mae")
    return model


np.random.seed(1)
model = network()
history = model.fit_generator(
    windows(series, 8, 0, 400, shuffle=True),
    steps_per_epoch=20,
    epochs=6,
    validation_data=windows(series, 8, 401, 500),
    validation_steps=2,
    verbose=0,
)
assert len(history.history["val_loss"]) == 6
assert history.history["loss"][-1] < history.history["loss"][0] / 2
score = model.evaluate_generator(windows(series, 8, 501, 600), steps=2)
assert np.isfinite(score)
predicted = model.predict_generator(windows(series, 8, 501, 600), steps=2)
assert predicted.shape == (64, 1)

old = network()
old.fit_generator(
    windows(series, 8, 0, 400),
    samples_per_epoch=320,
    nb_epoch=2,
    validation_data=windows(series, 8, 401, 500),
    nb_val_samples=64,
    max_q_size=4,
    nb_worker=1,
    pickle_safe=False,
    verbose=0,
)


class Batches(Sequence):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return (len(self.x) + self.size - 1) // self.size

    def __getitem__(self, i):
        part = slice(i * self.size, (i + 1) * self.size)
        return self.x[part], self.y[part]


x, y = next(windows(series, 8, 0, 400, batch_size=100))
batches = Batches(x, y, 32)
third = network()
third.fit_generator(batches, epochs=2, workers=2, use_multiprocessing=False, verbose=0)
np.testing.assert_allclose(
    third.evaluate_generator(batches), third.evaluate(x, y, verbose=0), rtol=1e-5
)
print("good")
