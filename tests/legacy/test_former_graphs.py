"""Sizes as K.shape gave them, nodes' ends by Keras 2's names, layers derived from RNN."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import layers


def test_sizes_are_reckoned_with():
    x = np.ones((2, 3, 4), "float32")
    assert K.shape(x) == (2, 3, 4) and isinstance(K.shape(x), tuple)
    assert K.shape(x)[1:] * 2 == 2 * K.shape(x)[1:] == (6, 8)
    assert K.shape(x)[1:3] // 2 == (1, 2) and K.shape(x)[:2] - (1, 1) == (1, 2)
    assert K.shape(x)[:1] + (5,) == (2, 5) and K.shape(x) % 2 == (0, 1, 0)
    np.testing.assert_allclose(K.shape(x)[1:] / K.constant([2.0, 8.0]), [1.5, 0.5])


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x: K.cast(K.shape(x)[1:3] * 32, "float32"), [96, 128]),
        (lambda x: K.sum(x, axis=(1, 2)) / K.cast(K.prod(K.shape(x)[1:]), "float32"), [1, 1]),
        (lambda x: K.reshape(x, K.shape(x)[:1] + (-1,))[:, 0], [1, 1]),
        (lambda x: K.zeros(K.shape(x))[0, 0, :2], [0, 0]),
        (lambda x: K.tile(K.constant([[5.0]]), K.shape(x)[1:2] + (1,))[:, 0], [5, 5, 5]),
        (lambda x: K.constant([6.0, 8.0]) / K.cast(K.shape(x)[1:3], "float32"), [2, 2]),
    ],
)
def test_sizes_that_only_the_run_knows(function, expected):
    x = K.placeholder((None, None, 4))
    f = K.function([x], [function(x)])
    np.testing.assert_allclose(f([np.ones((2, 3, 4), "float32")])[0], expected)


def test_nodes_have_the_names_of_keras_2():
    x = ph.Input((5,), dtype="int32")
    embedding = layers.Embedding(7, 3, mask_zero=True)
    dense = layers.Dense(2)
    dense(embedding(x))
    (node,) = dense._inbound_nodes
    assert node.outbound_layer is dense and node.inbound_layers == [embedding]
    assert node.input_shapes == (None, 5, 3) and node.output_shapes == (None, 5, 2)
    assert node.node_indices == node.tensor_indices == [0]
    (mask,) = node.input_masks
    assert mask.shape == (None, 5) and mask.dtype == "bool"
    assert node.arguments == {}


class Halved(layers.RNN):
    """The form in which copies of LSTM were written: `call(self, inputs, ...)`."""

    def __init__(self, units, **kwargs):
        super().__init__(layers.SimpleRNNCell(units), **kwargs)

    def call(self, inputs, mask=None, training=None, initial_state=None):
        return 0.5 * super().call(inputs, mask=mask, training=training, initial_state=initial_state)


def test_subclasses_of_rnn_name_their_inputs():
    x = ph.Input((5, 3))
    layer = Halved(4)
    model = ph.Model(x, layer(x))
    plain = layers.SimpleRNN(4)
    data = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    expected = 0.5 * plain(data)
    plain.set_weights(layer.get_weights())
    expected = 0.5 * plain(data)
    np.testing.assert_allclose(model(data), expected, rtol=1e-5)
    assert layer.compute_output_shape((2, 5, 3)) == (2, 4)


class Wrong(layers.Layer):
    def call(self, x):
        return x

    def compute_output_shape(self, a_shape, b_shape):
        return a_shape


def test_ones_own_shapes_still_have_to_match():
    with pytest.raises(ValueError, match="should have a `_shape` suffix"):
        Wrong()(ph.Input((3,)))


def test_an_axis_of_size_1_on_the_way_into_a_model():
    """As a GAN's noise times the embedding of a class is (batch, 1, n)."""
    inner = ph.Sequential([ph.Input((4,)), layers.Dense(6), layers.Reshape((2, 3))])
    z, number = ph.Input((4,)), ph.Input((1,), dtype="int32")
    y = inner(layers.multiply([z, layers.Embedding(5, 4, embeddings_initializer="ones")(number)]))
    data = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    found = ph.Model([z, number], y)([data, np.array([[1], [2], [0]])])
    np.testing.assert_allclose(found, inner(data), rtol=1e-6)
    with pytest.raises(ValueError, match="Invalid input shape"):
        inner(np.ones((3, 2, 4), "float32"))
    with pytest.raises(ValueError, match="Invalid input shape"):
        inner(np.ones((3, 1, 5), "float32"))
