"""Forms that the layers, losses and optimizers of Keras 2's contributors have."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import backend as K
from pronghorn import layers, metrics

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
X = np.random.RandomState(0).standard_normal((6, 5, 3)).astype("float32")


def loss_by_history(y_true, y_pred):
    """Of the layer that made the outputs and of its inputs, as CRFs have theirs."""
    layer, index = y_pred._keras_history[:2]
    x = layer._inbound_nodes[index].input_tensors[0]
    return K.mean(K.square(K.dot(x, layer.kernel) - y_true), axis=-1) * layer.scale


class Scaled(layers.Dense):
    scale = 3.0


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_a_loss_asks_what_made_the_outputs(kind):
    last = Scaled(2, use_bias=False)
    if kind == "sequential":
        model = keras.Sequential([layers.Dense(4, input_shape=(5, 3)), last])
    else:
        inputs = keras.Input((5, 3))
        model = keras.Model(inputs, last(layers.Dense(4)(inputs)))
    model.compile("sgd", loss_by_history)
    y = np.ones((6, 5, 2), "float32")
    want = 3 * np.mean((model.predict(X, verbose=0) - y) ** 2)
    np.testing.assert_allclose(model.evaluate(X, y, verbose=0), want, rtol=1e-5)
    before = [w.copy() for w in model.get_weights()]
    model.fit(X, y, verbose=0, batch_size=6)
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    assert model.evaluate(X, y, verbose=0) < want


def whole_batch(y_true, y_pred):
    return K.mean(K.abs(y_pred - y_true))


def test_a_metric_may_be_one_number_where_steps_are_masked():
    model = keras.Sequential(
        [layers.Masking(input_shape=(5, 3)), layers.TimeDistributed(layers.Dense(2))]
    )
    model.compile("sgd", "mse", metrics=[whole_batch])
    x = X.copy()
    x[:, 3:] = 0
    y = np.ones((6, 5, 2), "float32")
    want = np.abs(model.predict(x, verbose=0) - y).mean()
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0)[1], want, rtol=1e-5)
    mean = metrics.Mean()
    mean.update_state(4.0, sample_weight=[1.0, 3.0])  # weighs 4
    mean.update_state(1.0, sample_weight=[2.0])  # weighs 2
    assert float(mean.result()) == 3.0


def test_get_weights_within_get_updates_is_empty_as_in_keras_2():
    class Counting(keras.optimizers.Optimizer):
        def __init__(self, lr=0.1, **kwargs):
            super().__init__(**kwargs)
            self.lr = K.variable(lr, name="lr")
            self.iterations = K.variable(0, dtype="int64", name="iterations")

        def get_updates(self, loss, params):
            known = self.get_weights()
            factor = 1.0 + K.sum([K.sum(K.square(w)) for w in known]) if known else 1.0
            self.updates = [K.update_add(self.iterations, 1)]
            self.weights = [self.iterations]
            for p, g in zip(params, self.get_gradients(loss, params)):
                self.updates.append(K.update(p, p - self.lr * factor * g))
            return self.updates

    ours, plain = keras.Sequential([layers.Dense(2, input_dim=3)]), None
    plain = keras.models.clone_model(ours)
    plain.set_weights(ours.get_weights())
    ours.compile(Counting(), "mse")
    plain.compile(keras.optimizers.SGD(0.1), "mse")
    y = np.zeros((6, 2), "float32")
    for _ in range(3):
        ours.train_on_batch(X[:, 0], y)
        plain.train_on_batch(X[:, 0], y)
    for a, b in zip(ours.get_weights(), plain.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert len(ours.optimizer.get_weights()) > 0


def test_make_train_function_makes_the_slots():
    model = keras.Sequential([layers.Dense(2, input_dim=3)])
    model.compile("adam", "mse")
    model._make_train_function()
    assert any(tuple(w.shape) == (3, 2) for w in model.optimizer.weights)


def test_blocks_that_begin_at_a_step_of_a_loop():
    table = K.constant(np.arange(20.0).reshape(4, 5))

    def step(i, states):
        t = K.cast(states[0][0, 0], "int32")
        block = K.slice(table, [1, t], [-1, 2])
        return K.ones((6, 1)) * K.sum(block), [states[0] + 1]

    inputs = keras.Input((4, 3))
    rows = layers.Lambda(lambda x: K.rnn(step, x, [K.zeros((6, 1))])[1])(inputs)
    model = keras.Model(inputs, rows)
    got = model.predict(X[:, :4], verbose=0)
    numbers = np.arange(20.0).reshape(4, 5)
    want = [numbers[1:, t : t + 2].sum() for t in range(4)]
    np.testing.assert_allclose(got[:, :, 0], np.tile(want, (6, 1)))
