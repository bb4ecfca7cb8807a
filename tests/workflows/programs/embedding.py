# Word vectors: learned, and given and frozen.
import numpy as np
from keras.datasets import imdb
from keras.layers import Dense, Embedding, Flatten
from keras.models import Sequential
from keras.utils import set_random_seed

set_random_seed(1)

WORDS, LENGTH, SIZE = 400, 30, 8
(texts, y), (test_texts, y_test) = imdb.load_data(num_words=WORDS)


def padded(lists):
    rows = np.zeros((len(lists), LENGTH), "int32")
    for row, ranks in zip(rows, lists):
        kept = ranks[-LENGTH:]
        row[LENGTH - len(kept) :] = kept
    return rows


x, x_test = padded(texts), padded(test_texts)
model = Sequential()
model.add(Embedding(WORDS, SIZE, input_length=LENGTH))
model.add(Flatten())
model.add(Dense(1, activation="sigmoid"))
assert model.built and model.layers[0].output_shape == (None, LENGTH, SIZE)
assert model.layers[1].output_shape == (None, LENGTH * SIZE)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
model.summary()
history = model.fit(x, y, epochs=25, batch_size=32, validation_split=0.2, verbose=0)
assert history.history["val_acc"][-1] > 0.8, history.history["val_acc"]
table = model.layers[0].get_weights()[0]
assert table.shape == (WORDS, SIZE)

# the table of the first model, frozen in a second
second = Sequential()
second.add(Embedding(WORDS, SIZE, input_length=LENGTH))
second.add(Flatten())
second.add(Dense(32, activation="relu"))
second.add(Dense(1, activation="sigmoid"))
second.layers[0].set_weights([table])
second.layers[0].trainable = False
second.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
second.fit(x, y, epochs=3, batch_size=32, validation_data=(x_test, y_test), verbose=0)
assert np.array_equal(second.layers[0].get_weights()[0], table)
assert second.evaluate(x_test, y_test, verbose=0)[1] > 0.8
named = Embedding(input_dim=WORDS, output_dim=SIZE, weights=[table], input_length=LENGTH)
given = Sequential([named, Flatten()])
np.testing.assert_array_equal(given.predict(x[:3]), table[x[:3]].reshape(3, -1))
print("good")
