# Newswires of 46 topics: one-hot and integer labels, and what a narrow layer loses.
import numpy as np
from keras import layers, models
from keras.datasets import reuters
from keras.utils import np_utils, set_random_seed
from keras.utils.np_utils import to_categorical

set_random_seed(1)

WORDS, TOPICS = 500, 46
(texts, topics), (test_texts, test_topics) = reuters.load_data(num_words=WORDS)


def as_rows(lists):
    rows = np.zeros((len(lists), WORDS))
    for i, ranks in enumerate(lists):
        rows[i, ranks] = 1.0
    return rows


x, x_test = as_rows(texts), as_rows(test_texts)
one_hot, one_hot_test = to_categorical(topics, TOPICS), to_categorical(test_topics, TOPICS)
assert one_hot.shape == (len(topics), TOPICS) and np.array_equal(one_hot.argmax(-1), topics)
assert np.array_equal(np_utils.to_categorical(topics, nb_classes=TOPICS), one_hot)


def network(middle=64):
    model = models.Sequential()
    model.add(layers.Dense(64, activation="relu", input_shape=(WORDS,)))
    model.add(layers.Dense(middle, activation="relu"))
    model.add(layers.Dense(TOPICS, activation="softmax"))
    return model


model = network()
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x[200:],
    one_hot[200:],
    epochs=10,
    batch_size=128,
    validation_data=(x[:200], one_hot[:200]),
    verbose=0,
)
assert history.history["acc"] == history.history["accuracy"]
wide = model.evaluate(x_test, one_hot_test, verbose=0)[1]
assert wide > 0.8, wide
chances = model.predict(x_test)
assert chances.shape == (len(x_test), TOPICS)
np.testing.assert_allclose(chances.sum(-1), 1, rtol=1e-5)
assert np.array_equal(model.predict_classes(x_test), chances.argmax(-1))

narrow = network(middle=2)
narrow.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
narrow.fit(x[200:], one_hot[200:], epochs=10, batch_size=128, verbose=0)
assert narrow.evaluate(x_test, one_hot_test, verbose=0)[1] < wide - 0.2

sparse = network()
sparse.set_weights(model.get_weights())
sparse.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["acc"])
scores = sparse.evaluate(x_test, np.array(test_topics), verbose=0)
np.testing.assert_allclose(scores, model.evaluate(x_test, one_hot_test, verbose=0), rtol=1e-5)
print("good")
