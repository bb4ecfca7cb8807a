# The backend's functions in losses, metrics and on arrays, and settings of the backend.
import numpy as np
from keras import backend as K
from keras.layers import Dense, Embedding
from keras.models import Sequential
from keras.optimizers import Adam
from keras.utils import set_random_seed

set_random_seed(1)
x = np.random.RandomState(0).standard_normal((64, 5)).astype("float32")
y = x.sum(axis=1, keepdims=True)


def root_mean_square(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1) + K.epsilon())


def share_near(y_true, y_pred):
    return K.mean(K.cast(K.abs(y_pred - y_true) < 0.5, K.floatx()), axis=-1)


model = Sequential()
model.add(Dense(1, input_shape=(5,)))
model.compile(
    optimizer=Adam(lr=0.05, beta_1=0.9, decay=0.001), loss=root_mean_square, metrics=[share_near]
)
history = model.fit(x, y, epochs=40, batch_size=16, verbose=0)
assert history.history["share_near"][-1] > 0.95
difference = model.predict(x) - y
want = [np.mean(np.sqrt(difference[:, 0] ** 2 + K.epsilon())), np.mean(np.abs(difference) < 0.5)]
np.testing.assert_allclose(model.evaluate(x, y, verbose=0), want, rtol=1e-4)

# a normalised gradient's arithmetic, on values
grads = K.variable(x)
scaled = grads / (K.sqrt(K.mean(K.square(grads))) + 1e-5)
np.testing.assert_allclose(K.eval(scaled), x / (np.sqrt((x**2).mean()) + 1e-5), rtol=1e-5)
pooled = K.mean(K.reshape(grads, (4, 4, 4, 5)), axis=(0, 1, 2))
np.testing.assert_allclose(K.get_value(pooled), x.mean(0), rtol=1e-4, atol=1e-6)

# the rate of a compiled optimizer
K.set_value(model.optimizer.lr, K.get_value(model.optimizer.lr) * 0.1)
assert abs(float(K.get_value(model.optimizer.lr)) - 0.005) < 1e-7
assert K.backend() == "tensorflow" and K.image_data_format() == "channels_last"
assert K.int_shape(model.layers[0].output) == (None, 1)
K.clear_session()
assert Embedding(3, 2).name == "embedding"
print("good")
