# Digits in a convolutional network: built, summarised, trained, its activations looked at.
import numpy as np
from keras import layers, models
from keras.datasets import mnist
from keras.layers.convolutional import Convolution2D, MaxPooling2D
from keras.utils import set_random_seed, to_categorical

set_random_seed(1)

(x, y), (x_test, y_test) = mnist.load_data()
x = x.reshape((len(x), 28, 28, 1)).astype("float32") / 255
x_test = x_test.reshape((len(x_test), 28, 28, 1)).astype("float32") / 255
y, y_test = to_categorical(y), to_categorical(y_test)

model = models.Sequential()
model.add(layers.Conv2D(16, (3, 3), activation="relu", input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(32, (3, 3), activation="relu", padding="same", strides=1))
model.add(layers.MaxPooling2D(pool_size=(2, 2)))
model.add(layers.Conv2D(32, (3, 3), activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dense(10, activation="softmax"))
model.summary()
assert [layer.output_shape for layer in model.layers[:6]] == [
    (None, 26, 26, 16),
    (None, 13, 13, 16),
    (None, 13, 13, 32),
    (None, 6, 6, 32),
    (None, 4, 4, 32),
    (None, 512),
]
assert (
    model.count_params()
    == 9 * 16 + 16 + 9 * 16 * 32 + 32 + 9 * 32 * 32 + 32 + 512 * 32 + 32 + 32 * 10 + 10
)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
model.fit(x, y, epochs=14, batch_size=32, verbose=0)
loss, acc = model.evaluate(x_test, y_test, verbose=0)
assert acc > 0.95, acc

# activations of the layers in the middle
outputs = [layer.output for layer in model.layers[:5]]
looking = models.Model(inputs=model.input, outputs=outputs)
activations = looking.predict(x_test[:1])
assert [a.shape for a in activations] == [(1, *o.shape[1:]) for o in outputs]
kernel, bias = model.layers[0].get_weights()
patch = (x_test[0, 5:8, 6:9, 0, None] * kernel[:, :, 0]).sum((0, 1)) + bias
np.testing.assert_allclose(activations[0][0, 5, 6], np.maximum(patch, 0), rtol=1e-4, atol=1e-5)
pooled = activations[0][0, :26, :26].reshape(13, 2, 13, 2, 16).max((1, 3))
np.testing.assert_allclose(activations[1][0], pooled, rtol=1e-5)
np.testing.assert_allclose(model.layers[4].output_shape[1:], activations[4].shape[1:])

# the classes of Keras 1
old = models.Sequential()
old.add(
    Convolution2D(
        16,
        3,
        3,
        border_mode="valid",
        subsample=(1, 1),
        dim_ordering="tf",
        activation="relu",
        input_shape=(28, 28, 1),
    )
)
old.add(MaxPooling2D(pool_size=(2, 2), border_mode="valid"))
assert old.output_shape == (None, 13, 13, 16)
old.set_weights([kernel, bias])
np.testing.assert_allclose(old.predict(x_test[:1]), activations[1], rtol=1e-5)
print("good")
