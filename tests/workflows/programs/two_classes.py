# Reviews as word counts in a dense network: two classes, metrics=['acc'], penalties and dropout.
import numpy as np
from keras import layers, losses, metrics, models, optimizers, regularizers
from keras.datasets import imdb
from keras.utils import set_random_seed

set_random_seed(1)

WORDS = 400
(reviews, labels), (test_reviews, test_labels) = imdb.load_data(num_words=WORDS)
assert max(max(review) for review in reviews) < WORDS
words = {rank: word for word, rank in imdb.get_word_index().items()}
assert "?" in " ".join(words.get(rank - 3, "?") for rank in reviews[0])


def as_rows(lists, size=WORDS):
    rows = np.zeros((len(lists), size))
    for i, ranks in enumerate(lists):
        rows[i, ranks] = 1.0
    return rows


x, x_test = as_rows(reviews), as_rows(test_reviews)
y = np.asarray(labels).astype("float32")
y_test = np.asarray(test_labels).astype("float32")
x_held, x_part, y_held, y_part = x[:100], x[100:], y[:100], y[100:]


def network(penalty=None, rate=None, width=16, activation="relu"):
    model = models.Sequential()
    model.add(
        layers.Dense(width, activation=activation, kernel_regularizer=penalty, input_shape=(WORDS,))
    )
    if rate is not None:
        model.add(layers.Dropout(rate))
    model.add(layers.Dense(width, activation=activation, kernel_regularizer=penalty))
    model.add(layers.Dense(1, activation="sigmoid"))
    return model


model = network()
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["acc"])
history = model.fit(
    x_part, y_part, epochs=8, batch_size=64, validation_data=(x_held, y_held), verbose=0
)
curves = history.history
assert set(curves) == {"loss", "acc", "val_loss", "val_acc"}
assert len(curves["val_acc"]) == 8 and curves["loss"][-1] < curves["loss"][0]
assert curves["val_accuracy"] == curves["val_acc"]
loss, acc = model.evaluate(x_test, y_test, verbose=0)
assert acc > 0.9, acc
chances = model.predict(x_test)
assert chances.shape == (len(x_test), 1) and 0 <= chances.min() and chances.max() <= 1
assert (
    np.mean((chances[:, 0] > 0.5) == y_test) == np.float32(acc)
    or abs(np.mean((chances[:, 0] > 0.5) == y_test) - acc) < 1e-6
)

# objects in the place of names
model = network(width=8, activation="tanh")
model.compile(
    optimizer=optimizers.RMSprop(lr=0.001),
    loss=losses.binary_crossentropy,
    metrics=[metrics.binary_accuracy],
)
history = model.fit(x_part, y_part, epochs=2, batch_size=64, verbose=0)
assert set(history.history) == {"loss", "binary_accuracy"}

# penalties and dropout: the loss of a fit counts the penalty, and each kind trains
for penalty in (
    regularizers.l1(0.001),
    regularizers.l2(0.001),
    regularizers.l1_l2(l1=0.001, l2=0.001),
):
    model = network(penalty, rate=0.5)
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    with_penalty = model.evaluate(x_held, y_held, verbose=0)[0]
    p = np.clip(model.predict(x_held)[:, 0].astype("float64"), 1e-7, 1 - 1e-7)
    plain = -np.mean(y_held * np.log(p) + (1 - y_held) * np.log(1 - p))
    weights = [w.astype("float64") for w in model.get_weights() if w.ndim == 2][:2]
    config = penalty.get_config()
    owed = sum(
        config.get("l1", 0) * np.abs(w).sum() + config.get("l2", 0) * (w**2).sum() for w in weights
    )
    assert abs(with_penalty - plain - owed) < 1e-4, (with_penalty, plain, owed)
    history = model.fit(x_part, y_part, epochs=10, batch_size=32, verbose=0)
    assert history.history["accuracy"][-1] > 0.8

# mean squared error instead
model = network()
model.compile(optimizer="rmsprop", loss="mse", metrics=["acc"])
model.fit(x, y, epochs=6, batch_size=64, verbose=0)
assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.85
print("good")
