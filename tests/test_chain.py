"""Convolutions that nobody reads between run by run of rows, and give what they give apart."""

import numpy as np
import pronghorn as ph
import pytest
import reference
from pronghorn import layers
from test_fold import filled

RNG = np.random.RandomState(2)


def conv(x, layer, depthwise=False):
    """In float64, `same` padding."""
    w, (stride, _) = np.asarray(layer.kernel, "float64"), layer.strides
    size, k = x.shape[1], w.shape[0]
    pad = max((-(-size // stride) - 1) * stride + k - size, 0)
    ends = (pad // 2, pad - pad // 2)
    x = np.pad(x, ((0, 0), ends, ends, (0, 0)))
    y = (reference.depthwise_conv2d if depthwise else reference.conv2d)(x, w, (stride, stride))
    return y + np.asarray(layer.bias)


def kernels(model, x):
    model.predict_on_batch(x)
    (program,) = model.predict_function.function.programs
    assert "conv_chain" in program.describe()
    return [call["kernel"] for call in program.calls()]


@pytest.mark.parametrize("images, size, channels", [(1, 63, 96), (3, 34, 104)])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("last", [True, False])
def test_expand_depthwise_project(images, size, channels, stride, last):
    expand, project = layers.Conv2D(channels, 1, activation="relu6"), layers.Conv2D(5, 1)
    middle = layers.DepthwiseConv2D(3, stride, padding="same", activation="relu6")
    chain = [expand, middle] + [project] * last
    model = filled(ph.Sequential([ph.Input((size, size, 3)), *chain]))
    x = RNG.normal(0, 1, (images, size, size, 3)).astype("float32")
    y = np.clip(conv(x.astype("float64"), expand), 0, 6)
    y = np.clip(conv(y, middle, True), 0, 6)
    if last:
        y = conv(y, project)
    np.testing.assert_allclose(model.predict_on_batch(x), y, rtol=1e-4, atol=1e-4)
    assert set(kernels(model, x)) == {"conv"}
    assert len(kernels(model, x)) > 2 + last  # several runs of rows


def test_a_wide_first_convolution():
    stem, middle = (
        layers.Conv2D(32, 3, 2, padding="same"),
        layers.DepthwiseConv2D(5, padding="same"),
    )
    model = filled(ph.Sequential([ph.Input((210, 210, 3)), stem, middle, layers.Conv2D(4, 1)]))
    x = RNG.normal(0, 1, (1, 210, 210, 3)).astype("float32")
    y = conv(conv(conv(x.astype("float64"), stem), middle, True), model.layers[-1])
    np.testing.assert_allclose(model.predict_on_batch(x), y, rtol=1e-3, atol=1e-3)
    assert len(kernels(model, x)) > 3


def test_what_is_asked_for_or_read_twice_stays():
    inputs = ph.Input((64, 64, 3))
    wide = layers.Conv2D(96, 1)(inputs)
    thin = layers.DepthwiseConv2D(3, padding="same")(wide)
    for outputs in ([wide, thin], layers.add([wide, thin])):
        model = filled(ph.Model(inputs, outputs))
        x = RNG.normal(0, 1, (1, 64, 64, 3)).astype("float32")
        model.predict_on_batch(x)
        (program,) = model.predict_function.function.programs
        assert "conv_chain" not in program.describe()
        first, second = model.layers[1:3]
        y = conv(x.astype("float64"), first)
        z = conv(y, second, True)
        found = model.predict_on_batch(x)
        right = [y, z] if isinstance(found, list) else [y + z]
        for a, b in zip(found if isinstance(found, list) else [found], right, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
