# Texts as words' numbers: tokenizer, padding, given vectors in a frozen table.
import numpy as np
from keras import preprocessing
from keras.layers import Dense, Embedding, Flatten
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.preprocessing.sequence import pad_sequences
from keras.preprocessing.text import Tokenizer
from keras.utils import set_random_seed

set_random_seed(1)
samples = ["The cat sat on the mat.", "The dog ate my homework."]
tokenizer = Tokenizer(num_words=8)
tokenizer.fit_on_texts(samples)
assert tokenizer.word_index["the"] == 1 and len(tokenizer.word_index) == 9
sequences = tokenizer.texts_to_sequences(samples)
assert sequences[0] == [1, 2, 3, 4, 1, 5] and sequences[1] == [1, 6, 7]
rows = tokenizer.texts_to_matrix(samples, mode="binary")
assert rows.shape == (2, 8) and rows[0].tolist() == [0, 1, 1, 1, 1, 1, 0, 0]
np.testing.assert_array_equal(tokenizer.texts_to_matrix(samples, mode="count")[0, 1], 2)

data = pad_sequences(sequences, maxlen=4)
assert data.tolist() == [[3, 4, 1, 5], [0, 1, 6, 7]]
assert preprocessing.sequence.pad_sequences([[1, 2, 3]], maxlen=2).tolist() == [[2, 3]]

# reviews of two kinds, and vectors of words that tell them apart
rng = np.random.RandomState(0)
good, bad, other = ["fine", "great", "lovely"], ["dull", "poor", "awful"], ["film", "actor", "plot"]
texts, labels = [], []
for i in range(200):
    words = rng.choice(other, 6).tolist() + rng.choice(bad if i % 2 else good, 2).tolist()
    texts.append(" ".join(rng.permutation(words)))
    labels.append(1 - i % 2)
tokenizer = Tokenizer(num_words=20)
tokenizer.fit_on_texts(texts)
x = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=10)
y = np.asarray(labels)
order = np.arange(x.shape[0])
rng.shuffle(order)
x, y = x[order], y[order]
vectors = {word: [1.0, 0.0] for word in good} | {word: [-1.0, 0.0] for word in bad}
table = np.zeros((20, 2))
for word, i in tokenizer.word_index.items():
    if i < 20 and word in vectors:
        table[i] = vectors[word]

model = Sequential()
model.add(Embedding(20, 2, input_length=10))
model.add(Flatten())
model.add(Dense(1, activation="sigmoid"))
model.layers[0].set_weights([table])
model.layers[0].trainable = False
model.compile(optimizer=RMSprop(lr=0.02), loss="binary_crossentropy", metrics=["acc"])
history = model.fit(x[:150], y[:150], epochs=40, batch_size=16, validation_data=(x[150:], y[150:]),
                    verbose=0)  # fmt: skip
assert history.history["val_acc"][-1] > 0.9
assert np.array_equal(model.layers[0].get_weights()[0], table.astype("float32"))
model.save_weights("with_given_vectors.h5")
print("good")
