"""Losses that take gradients by tensors of their model's graph, as improved WGANs have them."""

from functools import partial

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import layers, ops

W = np.array([[0.5], [-1.0], [2.0]])
REAL = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
FAKE = np.random.default_rng(1).normal(size=(4, 3)).astype("float32")


def penalty(y_true, y_pred, averaged_samples):
    gradients = K.gradients(y_pred, averaged_samples)[0]
    squares = K.sum(K.square(gradients), axis=np.arange(1, len(gradients.shape)))
    return K.mean(K.square(1 - K.sqrt(squares)))


def by_hand(w):
    """The penalty of a critic tanh(x w) between the samples, and the change of w by it."""

    def value(w):
        x = 0.5 * REAL.astype("float64") + 0.5 * FAKE
        slope = 1 - np.tanh(x @ w) ** 2
        norm = np.abs(slope[:, 0]) * np.sqrt((w**2).sum())
        return ((1 - norm) ** 2).mean()

    step = 1e-6
    gradient = np.zeros_like(w)
    for i in range(len(w)):
        e = np.zeros_like(w)
        e[i] = step
        gradient[i] = (value(w + e) - value(w - e)) / (2 * step)
    return value(w), gradient


def critic_model():
    critic = ph.Sequential(
        [ph.Input((3,)), layers.Dense(1, activation="tanh", use_bias=False, weights=[W])]
    )
    real, fake = ph.Input((3,)), ph.Input((3,))
    between = layers.Average()([real, fake])
    loss = partial(penalty, averaged_samples=between)
    loss.__name__ = "gradient_penalty"
    return ph.Model([real, fake], [critic(real), critic(between)]), loss


@pytest.mark.parametrize("run", ["train", "test"])
def test_a_gradient_penalty_has_its_value_and_trains(run):
    model, loss = critic_model()
    model.compile(ph.optimizers.SGD(0.1), [None, loss])
    value, gradient = by_hand(W)
    zeros = np.zeros((4, 1), "float32")
    found = getattr(model, f"{run}_on_batch")([REAL, FAKE], [zeros, zeros])
    assert np.ravel(found)[0] == pytest.approx(value, rel=1e-5)
    expected = W - 0.1 * gradient if run == "train" else W
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-4)


@pytest.mark.parametrize("axis", [range(1, 3), np.arange(1, 3), [1, 2], (np.int64(1), 2)])
def test_axes_in_any_form(axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    np.testing.assert_allclose(K.sum(x, axis=axis), x.sum((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(ops.max(x, axis=axis), x.max((1, 2)))
    with pytest.raises(TypeError):
        ops.sum(x, axis="1")
