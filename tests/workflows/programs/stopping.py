# Callbacks: stopping early by 'acc', functions, own callbacks that look at logs, and ensembles.
import keras
import numpy as np
from keras import layers
from keras.models import Sequential

rng = np.random.RandomState(0)
x = rng.standard_normal((400, 10))
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
x_val, y_val = x[300:], y[300:]


def network(seed):
    keras.utils.set_random_seed(seed)
    model = Sequential()
    model.add(layers.Dense(16, activation="relu", input_shape=(10,)))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
    return model


class Watch(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.losses, self.scores = [], []

    def on_batch_end(self, batch, logs=None):
        self.losses.append(logs.get("loss"))

    def on_epoch_end(self, epoch, logs=None):
        self.scores.append((logs["val_acc"], logs.get("val_accuracy")))
        if epoch == 3:
            self.model.stop_training = True


watch, model = Watch(), network(1)
history = model.fit(
    x[:300],
    y[:300],
    epochs=20,
    batch_size=32,
    callbacks=[watch],
    verbose=0,
    validation_data=(x_val, y_val),
)
assert len(watch.losses) == 4 * 10 and len(history.history["acc"]) == 4
assert watch.scores == list(zip(history.history["val_acc"], history.history["val_acc"]))

for monitor in ("acc", "accuracy", "val_acc", "val_loss"):
    model = network(2)
    stop = keras.callbacks.EarlyStopping(monitor=monitor, patience=1, min_delta=1.0)
    model.fit(
        x[:300],
        y[:300],
        epochs=10,
        batch_size=32,
        callbacks=[stop],
        verbose=0,
        validation_data=(x_val, y_val),
    )
    assert len(model.history.epoch) == 2, (monitor, model.history.epoch)

seen = []
tell = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["loss"]))
model = network(3)
history = model.fit(x, y, nb_epoch=2, callbacks=[tell, keras.callbacks.TerminateOnNaN()], verbose=0)
assert seen == history.history["loss"]

# an ensemble
members = [network(seed) for seed in (4, 5, 6)]
for member in members:
    member.fit(x[:300], y[:300], epochs=40, batch_size=16, verbose=0)
chances = [member.predict(x_val) for member in members]
together = sum(chances) / 3
assert np.mean((together[:, 0] > 0.5) == y_val) > 0.9
print("good")
