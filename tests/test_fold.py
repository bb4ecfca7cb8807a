"""Normalisation by given statistics and zeros around an input become part of a convolution."""

import numpy as np
import pronghorn as ph
import pytest
import reference
from pronghorn import layers

RNG = np.random.RandomState(5)
X = RNG.normal(0, 1, (2, 9, 8, 3)).astype("float32")


def filled(model):
    """Gives every weight a value of its own; variances above 0."""
    rng = np.random.RandomState(3)
    values = [rng.uniform(0.25, 1.5, w.shape).astype("float32") for w in model.get_weights()]
    model.set_weights([v - 0.75 if v.ndim > 1 else v for v in values])
    return model


def convolved(x, w, pads=((0, 0), (0, 0)), stride=1, depthwise=False):
    """In float64."""
    x = np.pad(x.astype("float64"), ((0, 0), *pads, (0, 0)))
    make = reference.depthwise_conv2d if depthwise else reference.conv2d
    return make(x, w.astype("float64"), (stride, stride))


def normed(x, norm):
    parts = (norm.moving_mean, norm.moving_variance, norm.beta, norm.gamma)
    mean, variance, beta, gamma = (np.asarray(w, "float64") for w in parts)
    return reference.batch_normalization(x, mean, variance, beta, gamma, norm.epsilon)


def kernels(model, x):
    model.predict_on_batch(x)
    (program,) = model.predict_function.function.programs
    return [call["kernel"] for call in program.calls()]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", ["conv", "depthwise"])
def test_a_norm_becomes_part_of_the_convolution_before_it(kind, bias):
    make = layers.Conv2D if kind == "conv" else lambda _, *a, **k: layers.DepthwiseConv2D(*a, **k)
    conv, norm = make(4, 3, use_bias=bias), layers.BatchNormalization()
    model = filled(ph.Sequential([ph.Input(X.shape[1:]), conv, norm, layers.ReLU()]))
    w = np.asarray(conv.kernel)
    y = convolved(X, w, depthwise=kind == "depthwise") + (np.asarray(conv.bias) if bias else 0)
    expected = np.maximum(normed(y, norm), 0)
    np.testing.assert_allclose(model.predict_on_batch(X), expected, rtol=1e-5, atol=1e-5)
    found = kernels(model, X)
    assert "norm" not in found
    assert found.count("conv") == 1
    assert found[-1] == "conv"  # bias and activation too


def test_a_norm_that_others_read_beside_stays_apart():
    """The convolution's own result is asked for as well, so its filter must stay."""
    inputs = ph.Input(X.shape[1:])
    conv, first, second = layers.Conv2D(4, 3), *(layers.BatchNormalization() for _ in range(2))
    raw = conv(inputs)
    outputs = [raw, first(raw), second(first(raw))]
    model = filled(ph.Model(inputs, outputs))
    expected = [convolved(X, np.asarray(conv.kernel)) + np.asarray(conv.bias)]
    expected += [normed(expected[0], first)]
    expected += [normed(expected[1], second)]
    for found, right in zip(model.predict_on_batch(X), expected):
        np.testing.assert_allclose(found, right, rtol=1e-5, atol=1e-4)


def test_norms_in_a_row_and_a_large_filter():
    conv, one, two = layers.Conv2D(64, 3), *(layers.BatchNormalization() for _ in range(2))
    model = filled(ph.Sequential([ph.Input(X.shape[1:]), conv, one, two]))
    y = convolved(X, np.asarray(conv.kernel)) + np.asarray(conv.bias)
    expected = normed(normed(y, one), two)
    np.testing.assert_allclose(model.predict_on_batch(X), expected, rtol=1e-4, atol=1e-4)
    # a filter larger than the result
    x = X[:1, :3, :3]
    model = filled(ph.Sequential([ph.Input(x.shape[1:]), conv, one]))
    y = convolved(x, np.asarray(conv.kernel)) + np.asarray(conv.bias)
    np.testing.assert_allclose(model.predict_on_batch(x), normed(y, one), rtol=1e-4, atol=1e-4)


def test_the_norm_follows_its_statistics():
    """What is folded is computed anew where a weight has changed."""
    conv, norm = layers.Conv2D(4, 3), layers.BatchNormalization()
    model = filled(ph.Sequential([ph.Input(X.shape[1:]), conv, norm]))
    model.predict_on_batch(X)
    norm.moving_mean.assign(np.asarray(norm.moving_mean) + 2)
    norm.moving_variance.assign(np.asarray(norm.moving_variance) * 3)
    y = convolved(X, np.asarray(conv.kernel)) + np.asarray(conv.bias)
    np.testing.assert_allclose(model.predict_on_batch(X), normed(y, norm), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("pads", [((1, 2), (0, 3)), ((0, 1), (0, 1))])
def test_zeros_become_the_padding_of_the_convolution(pads):
    conv = layers.Conv2D(4, 3, strides=2, use_bias=False)
    model = filled(ph.Sequential([ph.Input(X.shape[1:]), layers.ZeroPadding2D(pads), conv]))
    expected = convolved(X, np.asarray(conv.kernel), pads, 2)
    np.testing.assert_allclose(model.predict_on_batch(X), expected, rtol=1e-5, atol=1e-5)
    assert kernels(model, X) == ["conv"]


def test_a_padded_convolution_trains_as_one_that_pads():
    """One step of SGD over zeros around the input, and over the same zeros given as data."""
    conv = {"strides": 2, "use_bias": False}
    padding = layers.ZeroPadding2D(((1, 2), (0, 3)))
    model = ph.Sequential([ph.Input(X.shape[1:]), padding, layers.Conv2D(4, 3, **conv)])
    wide = np.pad(X, ((0, 0), (1, 2), (0, 3), (0, 0)))
    other = ph.Sequential([ph.Input(wide.shape[1:]), layers.Conv2D(4, 3, **conv)])
    target = np.zeros(model.predict_on_batch(X).shape, "float32")
    start = np.asarray(filled(model).get_weights()[0])
    y = convolved(wide, start, stride=2)
    gradient = np.zeros(start.shape)
    rows, cols = y.shape[1:3]
    for i in range(3):
        for j in range(3):
            seen = wide[:, i : i + 2 * rows : 2, j : j + 2 * cols : 2][:, :rows, :cols]
            gradient[i, j] = np.einsum("bhwc,bhwk->ck", seen, 2 * y / y.size)
    for one, x in ((model, X), (filled(other), wide)):
        one.compile(ph.optimizers.SGD(0.1), "mse")
        one.train_on_batch(x, target)
        np.testing.assert_allclose(one.get_weights()[0], start - 0.1 * gradient, rtol=1e-4,
                                   atol=1e-5)  # fmt: skip
