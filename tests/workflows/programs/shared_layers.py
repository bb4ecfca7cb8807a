# One layer on two inputs, a model used as a layer, a branch around others, several branches.
import numpy as np
from keras import Input, layers
from keras.layers.merge import add, concatenate
from keras.models import Model
from keras.utils import set_random_seed

set_random_seed(1)

rng = np.random.RandomState(0)
x = rng.standard_normal((300, 6)).astype("float32")

# siamese: one set of weights sees both sides
reading = layers.Dense(16, activation="relu")
left, right = Input(shape=(6,)), Input(shape=(6,))
merged = layers.concatenate([reading(left), reading(right)], axis=-1)
likeness = layers.Dense(1, activation="sigmoid")(merged)
model = Model([left, right], likeness)
assert len(model.trainable_weights) == 4
assert reading.get_output_at(0) is not reading.get_output_at(1)
assert reading.get_input_at(1) is right
same = (x[:, :1] + x[::-1, :1] > 0).astype("float32")
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
model.fit([x, x[::-1]], same, epochs=60, batch_size=32, verbose=0)
assert model.evaluate([x, x[::-1]], same, verbose=0)[1] > 0.85
kernel, bias = reading.get_weights()
hidden = np.concatenate([np.maximum(part @ kernel + bias, 0) for part in (x, x[::-1])], 1)
w, b = model.layers[-1].get_weights()
np.testing.assert_allclose(
    model.predict([x, x[::-1]]), 1 / (1 + np.exp(-(hidden @ w + b))), rtol=1e-3, atol=1e-5
)

# a model called like a layer
inner = Model(left, layers.Dense(3)(reading(left)))
a, b = Input(shape=(6,)), Input(shape=(6,))
outer = Model([a, b], layers.subtract([inner(a), inner(b)]))
np.testing.assert_allclose(outer.predict([x, x]), np.zeros((300, 3)), atol=1e-6)
assert len(outer.weights) == 4

# a branch around two convolutions, with and without a 1x1 convolution on it
image = Input(shape=(8, 8, 4))
y = layers.Conv2D(4, 3, activation="relu", padding="same")(image)
y = layers.Conv2D(4, 3, activation="relu", padding="same")(y)
around = Model(image, layers.add([y, image]))
pictures = rng.standard_normal((2, 8, 8, 4)).astype("float32")
inside = Model(image, y)
np.testing.assert_allclose(around.predict(pictures), inside.predict(pictures) + pictures, rtol=1e-5)
z = layers.Conv2D(8, 3, activation="relu", padding="same")(image)
z = layers.MaxPooling2D(2, strides=2)(z)
thin = layers.Conv2D(8, 1, strides=2, padding="same")(image)
assert Model(image, add([z, thin])).output_shape == (None, 4, 4, 8)

# several branches side by side
branch_a = layers.Conv2D(4, 1, activation="relu", strides=2)(image)
branch_b = layers.Conv2D(4, 1, activation="relu")(image)
branch_b = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(branch_b)
branch_c = layers.AveragePooling2D(3, strides=2, padding="same")(image)
branch_c = layers.Conv2D(4, 3, activation="relu", padding="same")(branch_c)
wide = Model(image, concatenate([branch_a, branch_b, branch_c], axis=-1))
assert wide.predict(pictures).shape == (2, 4, 4, 12)
wide.compile("sgd", "mse")
wide.fit(pictures, np.zeros((2, 4, 4, 12)), epochs=1, verbose=0)

# batch normalization between
normal = Model(image, layers.BatchNormalization(axis=-1)(layers.Conv2D(4, 3)(image)))
assert normal.predict(pictures).shape == (2, 6, 6, 4)

# selu and lecun_normal keep the scale
deep = layers.Input(shape=(50,))
h = deep
for _ in range(6):
    h = layers.Dense(50, activation="selu", kernel_initializer="lecun_normal")(h)
spread = Model(deep, h).predict(rng.standard_normal((2000, 50))).std()
assert 0.6 < spread < 1.4, spread
print("good")
