# The callbacks of the notes: checkpoints of the best, rates that fall, a log file, a schedule.
import csv
import os

import keras
import numpy as np
from keras.layers import Dense
from keras.models import Sequential, load_model

keras.utils.set_random_seed(1)
rng = np.random.RandomState(0)
x = rng.standard_normal((300, 8))
y = (x[:, 0] * x[:, 1] > 0).astype("float32")
x_val, y_val = x[200:], y[200:]


def network():
    model = Sequential()
    model.add(Dense(16, activation="relu", input_dim=8))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
    return model


callbacks_list = [
    keras.callbacks.EarlyStopping(monitor="acc", patience=5),
    keras.callbacks.ModelCheckpoint(
        filepath="my_model.h5", monitor="val_loss", save_best_only=True
    ),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=2),
    keras.callbacks.CSVLogger("log.csv"),
]
model = network()
history = model.fit(
    x[:200], y[:200], epochs=20, batch_size=32, callbacks=callbacks_list, verbose=0,
    validation_data=(x_val, y_val),
)  # fmt: skip
best = load_model("my_model.h5").evaluate(x_val, y_val, verbose=0)[0]
assert abs(best - min(history.history["val_loss"])) < 1e-5
rows = list(csv.DictReader(open("log.csv")))
assert len(rows) == len(history.epoch)
assert [float(row["val_loss"]) for row in rows] == history.history["val_loss"]
rates = [float(row["learning_rate"]) for row in rows]
assert rates == sorted(rates, reverse=True)

rates = []


class Watch(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        rates.append(float(keras.backend.get_value(self.model.optimizer.lr)))


halve = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 * 0.5**epoch)
network().fit(x, y, epochs=4, verbose=0, callbacks=[halve, Watch()])
np.testing.assert_allclose(rates, [0.1, 0.05, 0.025, 0.0125], rtol=1e-6)
assert os.path.exists("my_model.h5")
print("good")
