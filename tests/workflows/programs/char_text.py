"""Text from an LSTM over characters, sampled at several temperatures."""

import random

import keras
import numpy as np
from keras import layers

text = "the quick brown fox jumps over the lazy dog. " * 30
maxlen, step = 12, 2
sentences, next_chars = [], []
for i in range(0, len(text) - maxlen, step):
    sentences.append(text[i : i + maxlen])
    next_chars.append(text[i + maxlen])
chars = sorted(set(text))
char_indices = {char: i for i, char in enumerate(chars)}
x = np.zeros((len(sentences), maxlen, len(chars)), dtype=bool)
y = np.zeros((len(sentences), len(chars)), dtype=bool)
for i, sentence in enumerate(sentences):
    for t, char in enumerate(sentence):
        x[i, t, char_indices[char]] = 1
    y[i, char_indices[next_chars[i]]] = 1

model = keras.models.Sequential()
model.add(layers.LSTM(48, input_shape=(maxlen, len(chars))))
model.add(layers.Dense(len(chars), activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(lr=0.01))


def sample(preds, temperature=1.0):
    preds = np.asarray(preds).astype("float64")
    preds = np.exp(np.log(preds) / temperature)
    return np.argmax(np.random.multinomial(1, preds / np.sum(preds), 1))


np.random.seed(0)
random.seed(0)
for _ in range(15):
    history = model.fit(x, y, batch_size=32, epochs=1, verbose=0)
assert history.history["loss"][0] < 0.3, history.history

for temperature in [0.2, 0.5, 1.0, 1.2]:
    start = random.randint(0, len(text) - maxlen - 1)
    generated = text[start : start + maxlen]
    for i in range(20):
        sampled = np.zeros((1, maxlen, len(chars)))
        for t, char in enumerate(generated[i:]):
            sampled[0, t, char_indices[char]] = 1.0
        generated += chars[sample(model.predict(sampled, verbose=0)[0], temperature)]
    if temperature == 0.2:
        assert generated in text * 2, generated

print("good")
