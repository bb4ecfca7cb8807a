"""Reviews through an Embedding and recurrent layers: plain, LSTM, both directions, masked."""

import numpy as np
from keras import optimizers
from keras.datasets import imdb
from keras.layers import GRU, LSTM, Bidirectional, CuDNNLSTM, Dense, Embedding, SimpleRNN
from keras.models import Sequential, load_model
from keras.preprocessing import sequence
from keras.utils import set_random_seed

set_random_seed(3)

max_features, maxlen = 500, 24
(input_train, y_train), (input_test, y_test) = imdb.load_data(num_words=max_features)
input_train = sequence.pad_sequences(input_train, maxlen=maxlen)
input_test = sequence.pad_sequences(input_test, maxlen=maxlen)


def trained(*layers, epochs=4, mask_zero=False):
    model = Sequential()
    model.add(Embedding(max_features, 16, input_length=maxlen, mask_zero=mask_zero))
    for layer in layers:
        model.add(layer)
    model.add(Dense(1, activation="sigmoid"))
    model.compile(
        optimizer=optimizers.RMSprop(lr=0.01), loss="binary_crossentropy", metrics=["acc"]
    )
    history = model.fit(
        input_train, y_train, epochs=epochs, batch_size=64, validation_split=0.2, verbose=0
    )
    assert set(history.history) == {"loss", "acc", "val_loss", "val_acc"}
    return model, model.evaluate(input_test, y_test, verbose=0)[1]


model, accuracy = trained(SimpleRNN(16))
assert accuracy > 0.75, accuracy

model, accuracy = trained(LSTM(16))
assert accuracy > 0.8, accuracy
model.save("lstm.h5")
again = load_model("lstm.h5")
np.testing.assert_allclose(
    again.predict(input_test[:8]), model.predict(input_test[:8]), rtol=1e-5, atol=1e-6
)

model, accuracy = trained(Bidirectional(LSTM(8, return_sequences=True)), GRU(8), mask_zero=True)
assert accuracy > 0.8, accuracy
assert model.layers[1].output_shape == (None, maxlen, 16)

model, accuracy = trained(CuDNNLSTM(16))
assert accuracy > 0.8, accuracy

# in front, where padding is, nothing may change the result
short = [row[row > 0] for row in input_test[:4]]
model, _ = trained(LSTM(8, dropout=0.1, recurrent_dropout=0.1), epochs=1, mask_zero=True)
one = model.predict(sequence.pad_sequences(short, maxlen=maxlen))
other = model.predict(sequence.pad_sequences(short, maxlen=maxlen + 6))
np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

print("good")
