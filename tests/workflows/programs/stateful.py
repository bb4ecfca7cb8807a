"""A stateful LSTM: states go from batch to batch until they are reset."""

import numpy as np
from keras import backend as K
from keras.layers import LSTM, Dense
from keras.models import Sequential
from keras.utils import set_random_seed

set_random_seed(3)

batch_size, tsteps = 10, 1
rng = np.random.RandomState(0)
x = rng.uniform(-1, 1, size=(200, 1, 1))
lahead = np.zeros((200, 1))
for i in range(batch_size, 200):
    lahead[i] = x[i - batch_size, 0]  # what the same row of the last batch held

model = Sequential()
model.add(LSTM(20, input_shape=(tsteps, 1), batch_size=batch_size, return_sequences=True,
               stateful=True))  # fmt: skip
model.add(LSTM(20, batch_input_shape=(batch_size, tsteps, 20), stateful=True))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")
for _ in range(150):
    model.fit(x, lahead, batch_size=batch_size, epochs=1, verbose=0, shuffle=False)
    model.reset_states()
first = model.evaluate(x, lahead, batch_size=batch_size, verbose=0)
assert first < 0.1, first  # it remembers; without states the best is the variance, 1/3

model.reset_states()
states = model.layers[0].states
assert all((K.get_value(state) == 0).all() for state in states)
one = model.predict(x[:10], batch_size=batch_size)
assert any((K.get_value(state) != 0).any() for state in states)
other = model.predict(x[:10], batch_size=batch_size)
assert not np.allclose(one, other)
model.reset_states()
np.testing.assert_allclose(model.predict(x[:10], batch_size=batch_size), one, rtol=1e-5, atol=1e-6)

try:
    model.predict(x[:7], batch_size=7)
except ValueError as error:
    assert "batch size" in str(error)
else:
    raise AssertionError("a batch of another size went through")

print("good")
