"""Weights of recurrent layers in the layouts of Keras 1 and of the CuDNN layers of Keras 2."""

import numpy as np
import pronghorn as ph
import pytest

h5py = pytest.importorskip("h5py")
X = np.random.RandomState(0).uniform(-1, 1, (2, 4, 3)).astype("float32")


def written(path, arrays):
    """A file of one layer's weights as Keras 1 and 2 wrote them."""
    with h5py.File(path, "w") as f:
        f.attrs["layer_names"] = [b"layer"]
        group = f.create_group("layer")
        group.attrs["weight_names"] = [f"w{i}".encode() for i in range(len(arrays))]
        for i, array in enumerate(arrays):
            group[f"w{i}"] = array
    return path


def model_of(layer):
    return ph.Sequential([ph.Input((4, 3)), layer])


def keras_1(weights, gates, order):
    kernel, recurrent, bias = (np.split(w, gates, axis=-1) for w in weights)
    return [part[gate] for gate in order for part in (kernel, recurrent, bias)]


def cudnn(weights, gates, other_bias):
    """The same layer for cuDNN: transposed gates, and two biases that add up."""
    kernel, recurrent, bias = weights

    def by_gate(array, function):
        return np.hstack([function(part) for part in np.hsplit(array, gates)])

    biases = bias if bias.ndim == 2 else np.stack([bias - other_bias, other_bias])
    return [
        by_gate(kernel, lambda k: k.reshape(k.T.shape, order="F").T),
        by_gate(recurrent, lambda k: k.T),
        biases.ravel(),
    ]


@pytest.mark.parametrize(
    "make, gates, order",
    [
        (lambda: ph.layers.LSTM(2), 4, (0, 2, 1, 3)),
        (lambda: ph.layers.GRU(2, reset_after=False), 3, (0, 1, 2)),
    ],
)
def test_keras_1(make, gates, order, tmp_path):
    one, other = model_of(make()), model_of(make())
    path = written(tmp_path / "a.h5", keras_1(one.get_weights(), gates, order))
    other.load_weights(path)
    np.testing.assert_allclose(other(X), one(X), rtol=1e-6)
    both = model_of(ph.layers.Bidirectional(make()))
    halves = both.get_weights()
    arrays = keras_1(halves[:3], gates, order) + keras_1(halves[3:], gates, order)
    again = model_of(ph.layers.Bidirectional(make()))
    again.load_weights(written(tmp_path / "b.h5", arrays))
    np.testing.assert_allclose(again(X), both(X), rtol=1e-6)


@pytest.mark.parametrize("kind, gates", [("LSTM", 4), ("GRU", 3)])
def test_cudnn(kind, gates, tmp_path):
    one, other = (
        model_of(getattr(ph.layers, kind)(2, bias_initializer="normal")) for _ in range(2)
    )
    other_bias = np.linspace(-1, 1, gates * 2).astype("float32")
    path = written(tmp_path / "a.h5", cudnn(one.get_weights(), gates, other_bias))
    other.load_weights(path)
    np.testing.assert_allclose(other(X), one(X), rtol=1e-5, atol=1e-6)
