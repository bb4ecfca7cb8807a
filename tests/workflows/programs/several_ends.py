# Networks with several inputs and outputs, and dictionaries of data, losses and their weights.
import keras
import numpy as np
from keras import Input, layers
from keras.models import Model, Sequential
from keras.utils import set_random_seed, to_categorical

set_random_seed(1)

# the same network twice
stack = Sequential()
stack.add(layers.Dense(32, activation="relu", input_shape=(64,)))
stack.add(layers.Dense(10, activation="softmax"))
entry = Input(shape=(64,))
hidden = layers.Dense(32, activation="relu")(entry)
graph = Model(entry, layers.Dense(10, activation="softmax")(hidden))
graph.set_weights(stack.get_weights())
x = np.random.RandomState(0).random_sample((200, 64))
y = to_categorical(np.random.RandomState(1).randint(10, size=200), 10)
np.testing.assert_allclose(graph.predict(x), stack.predict(x), rtol=1e-5)
graph.compile(optimizer="rmsprop", loss="categorical_crossentropy")
graph.fit(x, y, epochs=2, batch_size=128, verbose=0)
assert np.isscalar(graph.evaluate(x, y, verbose=0))

# two inputs, one answer
TEXT, QUESTION, ANSWERS = 100, 80, 20
text = Input(shape=(12,), dtype="int32", name="text")
question = Input(shape=(6,), dtype="int32", name="question")
read = layers.Flatten()(layers.Embedding(TEXT, 8)(text))
asked = layers.Flatten()(layers.Embedding(QUESTION, 8)(question))
both = layers.Concatenate(axis=-1)([read, asked])
answer = layers.Dense(ANSWERS, activation="softmax")(both)
model = Model([text, question], answer)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["acc"])
rng = np.random.RandomState(2)
texts = rng.randint(1, TEXT, size=(300, 12))
questions = rng.randint(1, QUESTION, size=(300, 6))
answers = keras.utils.to_categorical(texts[:, 0] // 10 + 10 * (questions[:, 0] > 40), ANSWERS)
model.fit([texts, questions], answers, epochs=2, batch_size=64, verbose=0)
history = model.fit(
    {"text": texts, "question": questions}, answers, epochs=40, batch_size=32, verbose=0
)
assert history.history["acc"][-1] > 0.8
assert isinstance(model.layers[0], layers.InputLayer)
np.testing.assert_allclose(
    model.predict([texts, questions]),
    model.predict({"text": texts, "question": questions}),
    rtol=1e-6,
)

# three outputs with a loss each
posts = Input(shape=(16,), name="posts")
common = layers.Dense(32, activation="relu")(posts)
age = layers.Dense(1, name="age")(common)
income = layers.Dense(4, activation="softmax", name="income")(common)
gender = layers.Dense(1, activation="sigmoid", name="gender")(common)
model = Model(posts, [age, income, gender])
kinds = ["mse", "categorical_crossentropy", "binary_crossentropy"]
named = dict(zip(("age", "income", "gender"), kinds))
x = rng.standard_normal((160, 16))
labels = [
    rng.standard_normal(160),
    to_categorical(rng.randint(4, size=160), 4),
    rng.randint(2, size=160),
]
totals = []
for loss, factors in (
    (kinds, None),
    (named, None),
    (kinds, [0.25, 1.0, 10.0]),
    (named, {"age": 0.25, "income": 1.0, "gender": 10.0}),
):
    model.compile(optimizer="rmsprop", loss=loss, loss_weights=factors)
    totals.append(model.evaluate(x, labels, verbose=0)[0])
a, i, g = model.predict(x)
parts = [
    np.mean((a[:, 0] - labels[0]) ** 2),
    -np.mean(np.log((i * labels[1]).sum(-1))),
    -np.mean(np.log(np.where(labels[2] > 0, g[:, 0], 1 - g[:, 0]))),
]
np.testing.assert_allclose(totals[:2], [sum(parts)] * 2, rtol=1e-4)
np.testing.assert_allclose(totals[2:], [0.25 * parts[0] + parts[1] + 10 * parts[2]] * 2, rtol=1e-4)
model.fit(x, labels, epochs=2, batch_size=64, verbose=0)
model.fit(x, dict(zip(("age", "income", "gender"), labels)), epochs=1, batch_size=64, verbose=0)

# Model(input=, output=) of Keras 1
assert Model(input=posts, output=[age, income]).output_names == ["age", "income"]
print("good")
