# Convolutions over words and time, depthwise separable ones over pictures, and recurrent cells.
import keras
import numpy as np
from keras import layers
from keras.datasets import imdb
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.preprocessing import sequence

keras.utils.set_random_seed(3)
max_features, max_len = 500, 40
(x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=max_features)
x_train = sequence.pad_sequences(x_train, maxlen=max_len)
x_test = sequence.pad_sequences(x_test, maxlen=max_len)

model = Sequential()
model.add(layers.Embedding(max_features, 16, input_length=max_len))
model.add(layers.Conv1D(16, 3, activation="relu"))
model.add(layers.MaxPooling1D(2))
model.add(layers.Conv1D(16, 3, activation="relu"))
model.add(layers.GlobalMaxPooling1D())
model.add(layers.Dense(1, activation="sigmoid"))
assert model.layers[2].output_shape == (None, 19, 16)
model.compile(optimizer=RMSprop(lr=5e-3), loss="binary_crossentropy", metrics=["acc"])
history = model.fit(x_train, y_train, epochs=6, batch_size=32, validation_split=0.2, verbose=0)
assert history.history["val_acc"][-1] > 0.8, history.history["val_acc"]
assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.8

# A convolution that shortens a series for a recurrent layer.
rng = np.random.RandomState(0)
series = rng.standard_normal((200, 48, 2)).cumsum(1).astype("float32") / 5
target = series[:, -12:, 0].mean(1) - series[:, :12, 1].mean(1)
model = Sequential()
model.add(layers.Conv1D(8, 5, activation="relu", input_shape=(None, series.shape[-1])))
model.add(layers.MaxPooling1D(3))
model.add(layers.GRU(8))
model.add(layers.Dense(1))
model.compile(optimizer=RMSprop(lr=0.01), loss="mae")
losses = model.fit(series, target, epochs=8, batch_size=20, verbose=0).history["loss"]
assert losses[-1] < 0.7 * losses[0], losses

# Cells in RNN, alone and on top of each other, and one in both directions.
for cell in (layers.SimpleRNNCell(6), layers.LSTMCell(6), layers.GRUCell(6),
             [layers.GRUCell(6), layers.LSTMCell(4)]):  # fmt: skip
    model = Sequential()
    model.add(layers.Bidirectional(layers.RNN(cell), input_shape=(48, 2)))
    model.add(layers.Dense(1))
    model.compile(optimizer=RMSprop(lr=0.01), loss="mse")
    first = model.evaluate(series, target, verbose=0)
    model.fit(series, target, epochs=3, batch_size=20, verbose=0)
    assert model.evaluate(series, target, verbose=0) < first

# A small net of separable convolutions.
size, channels, classes = 16, 3, 4
labels = rng.randint(classes, size=240)
pictures = rng.random_sample((240, size, size, channels)).astype("float32") * 0.5
for picture, label in zip(pictures, labels):
    picture[4 * label : 4 * label + 4, :, label % 3] += 0.5
model = Sequential()
model.add(layers.SeparableConv2D(8, 3, activation="relu", input_shape=(size, size, channels)))
model.add(layers.SeparableConv2D(16, 3, activation="relu"))
model.add(layers.MaxPooling2D(2))
model.add(layers.SeparableConv2D(16, 3, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(classes, activation="softmax"))
assert model.layers[0].count_params() == 3 * 3 * channels + channels * 8 + 8
model.compile(optimizer=RMSprop(lr=3e-3), loss="categorical_crossentropy", metrics=["acc"])
history = model.fit(
    pictures, keras.utils.to_categorical(labels), epochs=8, batch_size=16, verbose=0
)
assert history.history["acc"][-1] > 0.8, history.history["acc"]
print("good")
