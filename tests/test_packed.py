"""Filters that stay from run to run are packed ahead for calls of few rows or tiles, once."""

import numpy as np
import pronghorn as ph
import pytest
import reference
from pronghorn import layers
from test_fold import filled

RNG = np.random.RandomState(5)


def model_of(size, channels, *stages):
    return filled(ph.Sequential([ph.Input((size, size, channels)), *stages]))


def conv(x, layer):
    """In float64, with relu where the layer has it."""
    w, (stride, _) = np.asarray(layer.kernel, "float64"), layer.strides
    if layer.padding == "same":
        pad = max((-(-x.shape[1] // stride) - 1) * stride + w.shape[0] - x.shape[1], 0)
        ends = (pad // 2, pad - pad // 2)
        x = np.pad(x, ((0, 0), ends, ends, (0, 0)))
    y = reference.conv2d(x, w, (stride, stride)) + np.asarray(layer.bias)
    return np.maximum(y, 0) if layer.activation.__name__ == "relu" else y


def program_of(model):
    (program,) = model.predict_function.function.programs
    return program


def parts(model):
    """What is computed once, and in every run."""
    before, _, after = program_of(model).describe().partition("-- in every run\n")
    return (before, after) if after else ("", before)


LAYERS = {
    "winograd": (lambda: layers.Conv2D(40, 3, padding="same", activation="relu"), 14),
    "small image": (lambda: layers.Conv2D(48, 3, padding="same"), 7),
    "pointwise": (lambda: layers.Conv2D(70, 1, activation="relu"), 9),
    "strided": (lambda: layers.Conv2D(33, 3, 2, padding="same"), 15),
    "strided and pointwise": (lambda: layers.Conv2D(40, 1, 2), 8),
}


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("images", [1, 3])
def test_a_filter_is_packed_once(kind, images):
    make, size = LAYERS[kind]
    layer = make()
    model = model_of(size, 64, layer)
    x = RNG.normal(0, 1, (images, size, size, 64)).astype("float32")
    for factor in (1.0, 0.5):
        layer.kernel.assign(np.asarray(layer.kernel) * factor)
        for _ in range(2):
            np.testing.assert_allclose(
                model.predict_on_batch(x), conv(x.astype("float64"), layer), rtol=1e-4, atol=1e-4
            )
    before, after = parts(model)
    assert "conv2d_pack:" in before
    assert "conv2d_packed" in after
    assert [call["kernel"] for call in program_of(model).calls()] == ["conv"]


def test_a_residual_block():
    first, second = layers.Conv2D(64, 3, padding="same"), layers.Conv2D(64, 1)
    inputs = ph.Input((10, 10, 64))
    y = layers.ReLU()(layers.BatchNormalization()(first(inputs)))
    model = filled(ph.Model(inputs, layers.ReLU()(layers.add([second(y), inputs]))))
    norm = model.layers[2]
    x = RNG.normal(0, 1, (1, 10, 10, 64)).astype("float32")
    scale = np.asarray(norm.gamma) / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    h = (conv(x.astype("float64"), first) - np.asarray(norm.moving_mean)) * scale
    h = np.maximum(h + np.asarray(norm.beta), 0)
    expected = np.maximum(conv(h, second) + x, 0)
    np.testing.assert_allclose(model.predict_on_batch(x), expected, rtol=1e-4, atol=1e-4)
    before, after = parts(model)
    assert before.count("conv2d_pack:") == 2
    assert "multiply" in before or "elementwise" in before


def test_layers_that_share_a_filter_share_its_packed_form():
    layer = layers.Conv2D(32, 1)
    a, b = ph.Input((6, 6, 32)), ph.Input((6, 6, 32))
    model = filled(ph.Model([a, b], layers.concatenate([layer(a), layer(b)])))
    x = [RNG.normal(0, 1, (1, 6, 6, 32)).astype("float32") for _ in range(2)]
    expected = np.concatenate([conv(part.astype("float64"), layer) for part in x], -1)
    np.testing.assert_allclose(model.predict_on_batch(x), expected, rtol=1e-4, atol=1e-4)
    assert parts(model)[0].count("conv2d_pack:") == 1


def test_training_and_large_batches_pack_nothing_ahead():
    model = model_of(8, 64, layers.Conv2D(40, 3, padding="same"), layers.Flatten(), layers.Dense(1))
    model.compile("sgd", "mse")
    x = RNG.normal(0, 1, (4, 8, 8, 64)).astype("float32")
    model.train_on_batch(x, np.zeros((4, 1), "float32"))
    (program,) = model.train_function.function.programs
    assert "conv2d_pack" not in program.describe()
    large = np.zeros((80, 8, 8, 64), "float32")
    model.predict_on_batch(large)
    assert "conv2d_pack" not in program_of(model).describe()


def test_weights_of_every_step_reach_the_packed_filter():
    layer = layers.Conv2D(40, 3, padding="same")
    model = model_of(7, 32, layer)
    model.compile(ph.optimizers.SGD(0.05), "mse")
    x = RNG.normal(0, 1, (1, 7, 7, 32)).astype("float32")
    for _ in range(3):
        model.train_on_batch(x, np.zeros((1, 7, 7, 40), "float32"))
        np.testing.assert_allclose(
            model.predict_on_batch(x), conv(x.astype("float64"), layer), rtol=1e-4, atol=1e-4
        )
