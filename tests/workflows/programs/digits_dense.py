# Digits in a dense network, in the spelling of Keras 1: output_dim, Activation layers, nb_epoch.
import numpy as np
from keras.datasets import mnist
from keras.layers.core import Activation, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD, RMSprop
from keras.utils import np_utils, set_random_seed

set_random_seed(1)

(x, y), (x_test, y_test) = mnist.load_data()
assert x.ndim == 3 and x.dtype == "uint8" and x[10:100].shape == (90, 28, 28)
assert x[:, 7:-7, 7:-7].shape == (len(x), 14, 14)
x = x.reshape((len(x), 784)).astype("float32") / 255
x_test = x_test.reshape((len(x_test), 784)).astype("float32") / 255
y, y_test = np_utils.to_categorical(y), np_utils.to_categorical(y_test)

model = Sequential()
model.add(Dense(output_dim=128, input_dim=784, init="glorot_uniform"))
model.add(Activation("relu"))
model.add(Dropout(p=0.2))
model.add(Dense(output_dim=10))
model.add(Activation("softmax"))
model.summary()
assert [layer.output_shape for layer in model.layers] == [(None, 128)] * 3 + [(None, 10)] * 2
model.compile(optimizer=RMSprop(lr=0.002), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, nb_epoch=15, batch_size=64, verbose=2, validation_split=0.1)
score = model.evaluate(x_test, y_test, verbose=0)
assert score[1] > 0.93, score
assert np.array_equal(model.predict_proba(x_test), model.predict(x_test))

again = Sequential(
    [Dense(64, input_dim=784), Activation("relu"), Dense(units=10), Activation("softmax")]
)
again.compile(
    loss="categorical_crossentropy",
    metrics=["accuracy"],
    optimizer=SGD(lr=0.1, decay=1e-4, momentum=0.9, nesterov=True),
)
again.fit(x, y, epochs=12, batch_size=32, verbose=0)
assert again.evaluate(x_test, y_test, verbose=0)[1] > 0.93
kernel = again.layers[0].get_weights()[0]
assert kernel.shape == (784, 64)
by_hand = np.maximum(x_test @ kernel + again.layers[0].get_weights()[1], 0)
logits = by_hand @ again.layers[2].get_weights()[0] + again.layers[2].get_weights()[1]
assert np.array_equal(logits.argmax(-1), again.predict_classes(x_test))
print("good")
