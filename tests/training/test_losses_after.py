"""`model.losses` outside of steps: as many as Keras 3.15 holds, with the last batch's values."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.ones((12, 2), "float32")


class Penalized(layers.Layer):
    def call(self, x):
        self.add_loss(ops.sum(x * x) * 0.01)
        return x


def make(kind):
    stack = [
        layers.Dense(2, kernel_regularizer=ph.regularizers.L2(0.01), bias_regularizer="l1"),
        layers.ActivityRegularization(l1=0.1),
        Penalized(),
    ]
    if kind == "late":
        return ph.Sequential(stack)
    x = y = ph.Input((4,))
    for layer in stack:
        y = layer(y)
    return ph.Model(x, y)


def expected(model, x):
    kernel, bias = (np.asarray(w, "float64") for w in model.get_weights())
    y = x.astype("float64") @ kernel + bias
    penalties = [0.01 * (kernel**2).sum(), 0.01 * np.abs(bias).sum()]
    return [0.1 * np.abs(y).sum() / len(x), 0.01 * (y * y).sum(), *penalties]


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("kind", ["functional", "late"])
def test_losses_hold_the_last_batch(kind, eagerly):
    ph.utils.set_random_seed(0)
    model = make(kind)
    model.compile(ph.optimizers.SGD(0.0), "mse", run_eagerly=eagerly)
    for run in (
        lambda: model.evaluate(X, Y, batch_size=5, verbose=0),
        lambda: model.fit(X, Y, batch_size=5, shuffle=False, verbose=0),
        lambda: model.test_on_batch(X[10:], Y[10:]),
        lambda: model.train_on_batch(X[10:], Y[10:]),
    ):
        model(X)
        run()
        np.testing.assert_allclose(model.losses, expected(model, X[10:]), rtol=1e-5)
    model(X[:3])
    np.testing.assert_allclose(model.losses, expected(model, X[:3]), rtol=1e-5)
    assert len(model.variables) == len(model.weights) == 2


def test_what_is_kept_belongs_to_no_state():
    model = make("functional")
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    copy = ph.models.clone_model(model)
    assert len(copy.losses) == 2  # the weights' penalties
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy(X), model(X), rtol=1e-6)
