# A trained base under a new classifier: frozen, trained, thawed from one layer on, trained again.
import numpy as np
from keras import layers, models, optimizers
from keras.datasets import mnist
from keras.utils import set_random_seed

set_random_seed(1)

(x, y), (x_test, y_test) = mnist.load_data()
x, x_test = x[..., None].astype("float32") / 255, x_test[..., None].astype("float32") / 255
low, low_test = y < 5, y_test < 5

base = models.Sequential(name="base")
base.add(layers.Conv2D(16, (3, 3), activation="relu", input_shape=(28, 28, 1), name="block1_conv1"))
base.add(layers.MaxPooling2D((2, 2), name="block1_pool"))
base.add(layers.Conv2D(32, (3, 3), activation="relu", name="block2_conv1"))
base.add(layers.MaxPooling2D((2, 2), name="block2_pool"))
first = models.Sequential([base, layers.Flatten(), layers.Dense(5, activation="softmax")])
first.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["acc"])
first.fit(x[low], y[low], epochs=4, batch_size=64, verbose=0)

# features, computed once
features, features_test = base.predict(x[~low]), base.predict(x_test[~low_test])
assert features.shape[1:] == (5, 5, 32)
flat = np.reshape(features, (len(features), 5 * 5 * 32))
flat_test = np.reshape(features_test, (len(features_test), 5 * 5 * 32))
top = models.Sequential()
top.add(layers.Dense(64, activation="relu", input_dim=5 * 5 * 32))
top.add(layers.Dropout(0.5))
top.add(layers.Dense(5, activation="softmax"))
top.compile(
    optimizer=optimizers.RMSprop(lr=1e-3), loss="sparse_categorical_crossentropy", metrics=["acc"]
)
history = top.fit(
    flat,
    y[~low] - 5,
    epochs=12,
    batch_size=20,
    verbose=0,
    validation_data=(flat_test, y_test[~low_test] - 5),
)
assert history.history["val_acc"][-1] > 0.9

# the base inside the model, frozen
model = models.Sequential()
model.add(base)
model.add(layers.Flatten())
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(5, activation="softmax"))
assert len(model.trainable_weights) == 8
base.trainable = False
assert len(model.trainable_weights) == 4
model.compile(
    loss="sparse_categorical_crossentropy", optimizer=optimizers.RMSprop(lr=1e-3), metrics=["acc"]
)
before = base.get_weights()
model.fit(x[~low], y[~low] - 5, epochs=6, batch_size=32, verbose=0)
assert all(np.array_equal(a, b) for a, b in zip(before, base.get_weights()))
frozen = model.evaluate(x_test[~low_test], y_test[~low_test] - 5, verbose=0)[1]
assert frozen > 0.85, frozen

# thawed from block2_conv1 on
base.trainable = True
thaw = False
for layer in base.layers:
    if layer.name == "block2_conv1":
        thaw = True
    layer.trainable = thaw
model.compile(
    loss="sparse_categorical_crossentropy", optimizer=optimizers.RMSprop(lr=1e-4), metrics=["acc"]
)
assert len(model.trainable_weights) == 6
model.fit(x[~low], y[~low] - 5, epochs=3, batch_size=32, verbose=0)
after = base.get_weights()
assert all(np.array_equal(a, b) for a, b in zip(before[:2], after[:2]))
assert not any(np.array_equal(a, b) for a, b in zip(before[2:], after[2:]))
assert model.get_layer("base") is base and base.get_layer("block2_conv1").trainable
assert model.evaluate(x_test[~low_test], y_test[~low_test] - 5, verbose=0)[1] >= frozen - 0.03
print("good")
