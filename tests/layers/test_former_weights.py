"""Weights of layers in the forms of Keras 1 and 2: lists that `build` sets, and their own lists."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import initializers, layers

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


class Attention(layers.Layer):
    """The form of many programs of 2016: weights from an initializer, listed in `build`."""

    def build(self, input_shape):
        self.w = K.variable(initializers.get("normal")((input_shape[-1],)))
        self.scale = K.variable(2.0)
        self.trainable_weights = [self.w]
        super().build(input_shape)

    def call(self, x, mask=None):
        return x * self.w * self.scale


class Scaled(layers.Layer):
    """Lists of its own that it appends to."""

    def build(self, input_shape):
        self.beta = K.variable(np.ones(1))
        self._trainable_weights.append(self.beta)
        self.kept = K.variable(np.full(1, 3.0))
        self._non_trainable_weights = [self.kept]
        super().build(input_shape)

    def call(self, x):
        return x * self.beta * self.kept


@pytest.mark.parametrize("cls", [Attention, Scaled])
def test_listed_weights_train_and_others_do_not(cls):
    model = ph.Sequential([ph.Input((4,)), cls()])
    (layer,) = model.layers
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [1, 1]
    model.compile(ph.optimizers.SGD(0.1), "mse")
    before = [w.numpy() for w in layer.weights]
    model.fit(X, np.ones_like(X), verbose=0)
    moved = [not np.array_equal(a, w.numpy()) for a, w in zip(before, layer.weights)]
    assert moved == [True, False]
    assert layer.updates == model.updates == []


def test_frozen_by_an_empty_list():
    layer = layers.Dense(2)
    layer.build((None, 3))
    kernel, bias = layer.kernel, layer.bias
    layer.trainable_weights = []
    assert [w is v for w, v in zip(layer.non_trainable_weights, (kernel, bias))] == [True, True]
    layer.trainable_weights = [kernel, bias]
    assert len(layer.trainable_weights) == 2 and layer.non_trainable_weights == []
    layer.trainable = False
    assert layer.trainable_weights == []
    with pytest.raises(TypeError, match="are variables"):
        layer.trainable_weights = [np.ones(3)]


def test_relu_takes_tensors():
    x = np.linspace(-2, 2, 5).astype("float32")
    limits = K.constant(np.full(5, 1.5))
    slope = K.variable(np.full(5, 0.5))
    expected = np.where(x >= 0, np.minimum(x, 1.5), 0.5 * x)
    np.testing.assert_allclose(K.relu(x, alpha=slope, max_value=limits), expected)
    traced = K.function([y := K.placeholder((5,))], [K.relu(y, slope, limits, K.constant(0.0))])
    np.testing.assert_allclose(traced([x])[0], expected)
