"""The fused normalisation op in training steps, threads, and errors of the layers."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops
from pronghorn.engine import device
from pronghorn.ops.normalization import group_normalization

LAYERS = {
    "layer": lambda: layers.LayerNormalization(),
    "layer_axes": lambda: layers.LayerNormalization(axis=[1, 2, 3]),
    "rms": lambda: layers.RMSNormalization(),
    "group": lambda: layers.GroupNormalization(2),
    "group_first": lambda: layers.GroupNormalization(2, axis=1),
}


def array(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("name", LAYERS)
def test_training_steps_use_one_kernel(name):
    model = ph.Sequential([ph.Input((4, 5, 6)), LAYERS[name]()])
    model.compile("sgd", "mse")
    x = array(3, 4, 5, 6)
    device.reset_compose_count()
    model.fit(x, x, verbose=0)
    assert device.compose_count() == 0
    (program,) = model.train_function.function.programs
    kernels = [call["kernel"] for call in program.calls()]
    assert kernels.count("row_norm") == kernels.count("row_norm_grad") == 1


@pytest.mark.parametrize("axis", [-1, 1])
def test_threads_change_no_bit(axis, threads):
    x, dy = array(40, 24, 24, 24), array(40, 24, 24, 24, seed=1)
    gamma, beta = array(24, seed=2), array(24, seed=3)
    found = []
    for count in (1, 2, 3):
        threads(count)
        tensors = [ops.convert_to_tensor(t) for t in (x, gamma, beta)]
        with ph.GradientTape() as tape:
            for t in tensors:
                tape.watch(t)
            y = group_normalization(tensors[0], 4, axis, tensors[1], tensors[2])
            loss = ops.sum(y * dy)
        found.append([np.array(t) for t in (y, *tape.gradient(loss, tensors))])
    for other in found[1:]:
        for a, b in zip(found[0], other):
            np.testing.assert_array_equal(a, b)


def test_a_large_mean_cancels_nothing():
    x = array(4, 1000) + 4096
    y = np.array(layers.LayerNormalization(epsilon=0.0)(x))
    exact = x.astype("float64")
    expected = (exact - exact.mean(-1, keepdims=True)) / exact.std(-1, keepdims=True)
    np.testing.assert_allclose(y, expected, atol=3e-4)  # half an ulp of 4096 is 2.4e-4


def test_half_precision_computes_in_float32():
    x = (array(2, 8) * 300).astype("float16")  # squares overflow float16
    y = layers.LayerNormalization(dtype="float16")(x)
    assert y.dtype == "float16"
    exact = x.astype("float64")
    expected = (exact - exact.mean(-1, keepdims=True)) / exact.std(-1, keepdims=True)
    np.testing.assert_allclose(np.array(y).astype("float64"), expected, atol=2e-3)


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (lambda: layers.GroupNormalization(3), (2, 4), "multiple of"),
        (lambda: layers.GroupNormalization(8), (2, 4), "cannot be more"),
        (lambda: layers.GroupNormalization(2), (2, 4, None), "defined dimension"),
        (lambda: layers.LayerNormalization(axis=3), (2, 4), "out of bounds"),
        (lambda: layers.LayerNormalization(), (2, None), "known size"),
        (lambda: layers.RMSNormalization(axis=-3), (2, 4), "out of bounds"),
        (lambda: layers.UnitNormalization(axis=2), (2, 4), "out of bounds"),
    ],
)
def test_shapes_that_do_not_fit(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make()(ph.Input(shape[1:]))


def test_axes_that_are_none():
    with pytest.raises(TypeError, match="int or a list"):
        layers.LayerNormalization(axis="last")
    with pytest.raises(TypeError, match="int or a list"):
        layers.UnitNormalization(axis=0.5)


def test_spectral_normalization_finds_the_largest_singular_value():
    layer = layers.SpectralNormalization(layers.Dense(5, use_bias=False), power_iterations=50)
    x = array(2, 7)
    layer(x)
    layer(x, training=True)
    values = np.linalg.svd(np.array(layer.layer.kernel), compute_uv=False)
    np.testing.assert_allclose(values[0], 1.0, rtol=1e-4)
    layer.layer.kernel.assign(np.zeros((7, 5), "float32"))
    np.testing.assert_array_equal(np.array(layer(x, training=True)), 0)
