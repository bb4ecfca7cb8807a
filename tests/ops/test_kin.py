"""Ops that make arrays or differentiate, which have no rows in the op table, against NumPy."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops


@pytest.mark.parametrize("name", ["bartlett", "blackman", "hamming", "hanning"])
@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_windows(name, n):
    np.testing.assert_allclose(getattr(ops, name)(n), getattr(np, name)(n), atol=1e-6)


def test_windows_of_kaiser():
    np.testing.assert_allclose(ops.kaiser(9, 3.5), np.kaiser(9, 3.5), rtol=1e-5)


def test_spaces():
    np.testing.assert_allclose(ops.geomspace(1.0, 64.0, 7), np.geomspace(1, 64, 7), rtol=1e-5)
    np.testing.assert_allclose(ops.logspace(-1.0, 2.0, 5), np.logspace(-1, 2, 5), rtol=1e-5)
    found = ops.logspace(0.0, 3.0, 4, endpoint=False, base=2.0)
    np.testing.assert_allclose(found, np.logspace(0, 3, 4, endpoint=False, base=2), rtol=1e-5)


def test_jvp():
    x, v = np.array([0.3, -1.2], "float32"), np.array([2.0, 0.5], "float32")
    y, slope = ops.jvp(lambda x: ops.sin(x) * x, (x,), (v,))
    np.testing.assert_allclose(y, np.sin(x) * x, rtol=1e-6)
    np.testing.assert_allclose(slope, (np.cos(x) * x + np.sin(x)) * v, rtol=1e-5)


def test_separable_conv():
    rng = np.random.RandomState(0)
    x, depth, point = rng.randn(2, 5, 6, 3), rng.randn(3, 2, 3, 2), rng.randn(1, 1, 6, 4)
    middle = np.zeros((2, 3, 5, 6))
    for i in range(3):
        for j in range(2):
            taps = x[:, i : i + 3, j : j + 5, :, None] * depth[i, j]
            middle += taps.reshape(2, 3, 5, 6)
    want = middle @ point[0, 0]
    for first in (False, True):
        given = x.transpose(0, 3, 1, 2) if first else x
        order = "channels_first" if first else "channels_last"
        found = ops.separable_conv(given, depth, point, data_format=order)
        found = np.asarray(found).transpose(0, 2, 3, 1) if first else found
        np.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-5)


def test_psnr():
    a, b = np.zeros((2, 3), "float32"), np.full((2, 3), 0.5, "float32")
    np.testing.assert_allclose(ops.psnr(a, b, max_val=2.0), 10 * np.log10(4 / 0.25), rtol=1e-6)


def test_what_is_a_tensor():
    assert ops.is_tensor(ops.ones(2))
    assert not ops.is_tensor(np.ones(2))
    assert not ops.is_tensor(ph.Input((2,)))
