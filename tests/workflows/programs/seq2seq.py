"""An encoder and a decoder that takes its states; decoding step by step with models of both."""

import numpy as np
from keras import backend as K
from keras.layers import LSTM, Dense, Input, Lambda, Masking, TimeDistributed
from keras.models import Model, Sequential
from keras.utils import set_random_seed

set_random_seed(3)

rng = np.random.RandomState(0)
tokens, length, latent = 8, 5, 48  # token 0 starts a sequence; the answer is the question reversed
question = rng.randint(1, tokens, size=(1200, length))
answer = question[:, ::-1]
encoder_data = np.eye(tokens)[question]
decoder_target = np.eye(tokens)[answer]
decoder_data = np.concatenate([np.eye(tokens)[np.zeros((1200, 1), int)], decoder_target], axis=1)
decoder_data = decoder_data[:, :-1]

encoder_inputs = Input(shape=(None, tokens))
encoder = LSTM(latent, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]

decoder_inputs = Input(shape=(None, tokens))
decoder_lstm = LSTM(latent, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(tokens, activation="softmax")
decoder_outputs = decoder_dense(decoder_outputs)

model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model.optimizer.learning_rate = 0.005
model.fit([encoder_data, decoder_data], decoder_target, batch_size=32, epochs=20, verbose=0)
model.save("s2s.h5")

encoder_model = Model(encoder_inputs, encoder_states)
decoder_state_inputs = [Input(shape=(latent,)), Input(shape=(latent,))]
decoder_outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=decoder_state_inputs)
decoder_model = Model(
    [decoder_inputs] + decoder_state_inputs, [decoder_dense(decoder_outputs), state_h, state_c]
)


def decode(sequence):
    states = encoder_model.predict(sequence, verbose=0)
    token, found = 0, []
    while len(found) < length:
        step = np.zeros((1, 1, tokens))
        step[0, 0, token] = 1.0
        output, h, c = decoder_model.predict([step] + list(states), verbose=0)
        token = int(np.argmax(output[0, -1, :]))
        found.append(token)
        states = [h, c]
    return found


right = sum(decode(encoder_data[i : i + 1]) == list(answer[i]) for i in range(10))
assert right >= 7, right

# the same, states given in a list with the inputs, as the first Keras 2 had it
listed = decoder_lstm([decoder_inputs] + decoder_state_inputs)
other = Model([decoder_inputs] + decoder_state_inputs, listed[0])
values = [decoder_data[:3], np.ones((3, latent)), np.zeros((3, latent))]
np.testing.assert_allclose(
    decoder_dense(other.predict(values, verbose=0)),
    decoder_model.predict(values, verbose=0)[0],
    rtol=1e-4, atol=1e-5,
)  # fmt: skip

# without states: the code of the question, repeated
model = Sequential()
model.add(Masking(mask_value=-1.0, input_shape=(length, tokens)))
model.add(LSTM(64))
model.add(Lambda(lambda code: K.repeat(code, length)))
model.add(LSTM(64, return_sequences=True))
model.add(TimeDistributed(Dense(tokens, activation="softmax")))
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(encoder_data, decoder_target, epochs=8, verbose=0)
assert history.history["loss"][-1] < history.history["loss"][0]

print("good")
