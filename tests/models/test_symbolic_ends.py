"""`add_loss` and `add_metric` of Keras 2: symbolic tensors, functions, values in `call`."""

import copy
import pickle

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import backend as K
from pronghorn import layers, ops

DATA = np.random.RandomState(0).rand(24, 4).astype("float32")


def autoencoder():
    keras.utils.set_random_seed(1)
    x = keras.Input((4,))
    hidden = layers.Dense(3, activation="tanh")(x)
    return x, hidden, layers.Dense(4)(hidden)


def test_a_symbolic_loss_trains_like_a_compiled_one():
    x, _, y = autoencoder()
    model = keras.Model(x, y)
    model.add_loss(K.mean(K.square(y - x)))
    model.compile(optimizer="adam")
    found = model.fit(DATA, epochs=3, batch_size=8, shuffle=False, verbose=0).history["loss"]
    x, _, y = autoencoder()
    other = keras.Model(x, y)
    other.compile("adam", "mse")
    wanted = other.fit(DATA, DATA, epochs=3, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_allclose(found, wanted.history["loss"], rtol=1e-6)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert model.predict(DATA, verbose=0).shape == (24, 4)


def test_it_counts_beside_the_compiled_loss_and_inside_other_models():
    x, hidden, y = autoencoder()
    model = keras.Model(x, y)
    model.add_loss(3.0 * K.mean(hidden))
    model.compile("sgd", "mse")
    mean = keras.Model(x, hidden).predict(DATA, verbose=0).mean()
    mse = np.mean((model.predict(DATA, verbose=0) - DATA) ** 2)
    assert model.evaluate(DATA, DATA, verbose=0) == pytest.approx(mse + 3 * mean, rel=1e-5)
    outer = keras.Sequential([model, layers.Dense(1, kernel_initializer="zeros")])
    outer.compile("sgd", "mse")
    target = np.zeros((24, 1))
    assert outer.evaluate(DATA, target, verbose=0) == pytest.approx(3 * mean, rel=1e-5)


def test_layers_on_the_way_to_a_loss_alone_are_trained():
    x, _, y = autoencoder()
    model = keras.Model(x, y)
    critic = layers.Dense(1, kernel_initializer="ones")
    model.add_loss(K.mean(critic(y)))
    assert len(model.trainable_weights) == 6
    model.compile(keras.optimizers.SGD(0.1))
    before = critic.get_weights()[1].copy()
    model.train_on_batch(DATA)
    np.testing.assert_allclose(critic.get_weights()[1], before - 0.1, rtol=1e-6)


def test_after_training_a_new_loss_takes_effect():
    x, _, y = autoencoder()
    model = keras.Model(x, y)
    model.add_loss(K.mean(y))
    model.compile(keras.optimizers.SGD(0.0))
    first = model.train_on_batch(DATA)
    model.add_loss(K.mean(y))
    assert model.train_on_batch(DATA) == pytest.approx(2 * first, rel=1e-6)


def test_a_symbolic_metric_is_the_mean_over_the_epoch():
    x, hidden, y = autoencoder()
    model = keras.Model(x, y)
    model.add_metric(K.sum(hidden), name="total", aggregation="mean")
    model.compile(keras.optimizers.SGD(0.0), "mse")
    found = model.fit(DATA, DATA, batch_size=8, verbose=0, validation_data=(DATA, DATA)).history
    values = keras.Model(x, hidden).predict(DATA, verbose=0)
    assert found["total"][0] == pytest.approx(values.sum() / 3, rel=1e-5)
    assert found["val_total"][0] == pytest.approx(values.sum() / 3, rel=1e-5)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_keep_them(again):
    x, hidden, y = autoencoder()
    model = keras.Model(x, y)
    model.add_loss(K.mean(K.square(y - x)))
    model.add_metric(K.sum(hidden), name="total")
    model.compile("sgd")
    wanted = model.evaluate(DATA, verbose=0, return_dict=True)
    assert set(wanted) == {"loss", "total"}
    assert again(model).evaluate(DATA, verbose=0, return_dict=True) == pytest.approx(wanted)


def test_in_call_a_layer_reports_values():
    class Watched(layers.Layer):
        def call(self, x):
            self.add_metric(ops.mean(x), name="mean_in", aggregation="mean")
            return x

    model = keras.Sequential([layers.Input((4,)), Watched(), layers.Dense(1)])
    model.compile("sgd", "mse")
    found = model.fit(DATA, DATA[:, :1], batch_size=24, epochs=2, verbose=0).history
    np.testing.assert_allclose(found["mean_in"], [DATA.mean()] * 2, rtol=1e-6)


def test_functions_are_called_for_every_step():
    dense = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([layers.Input((4,)), dense])
    dense.add_loss(lambda: ops.sum(ops.square(dense.kernel)))
    model.compile(keras.optimizers.SGD(0.1), loss=None)
    assert model.train_on_batch(DATA) == pytest.approx(4.0)
    np.testing.assert_allclose(dense.get_weights()[0], np.full((4, 1), 0.8), rtol=1e-6)
    assert model.train_on_batch(DATA) == pytest.approx(4 * 0.64, rel=1e-5)


def test_mistakes():
    x, hidden, y = autoencoder()
    model = keras.Model(x, y)
    other = layers.Dense(1)(keras.Input((2,)))
    with pytest.raises(ValueError, match="not connected to `inputs`"):
        model.add_loss(K.mean(other))
    with pytest.raises(ValueError, match="Give the metric a name"):
        model.add_metric(K.mean(hidden))
    with pytest.raises(ValueError, match="'mean'"):
        model.add_metric(K.mean(hidden), name="a", aggregation="sum")
    with pytest.raises(ValueError, match="inside `build\\(\\)` or `call\\(\\)`"):
        layers.Dense(1).add_loss(K.mean(hidden))
    with pytest.raises(ValueError, match="Received invalid value: text"):
        model.add_loss("text")
    model.compile("sgd", "mse")
    model.evaluate(DATA, DATA, verbose=0)
