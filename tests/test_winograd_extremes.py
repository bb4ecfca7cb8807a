"""3x3 convolutions beside values that their fast form would spread over a tile."""

import numpy as np
import pytest
from pronghorn import ops


def convolved(x, w, where=np.float64):
    x = np.pad(x.astype(where), ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    return np.einsum("nhwcyx,yxck->nhwk", windows, w.astype(where))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [(5, 5), (4, 7), (0, 0), (11, 3)])
def test_what_is_not_finite_reaches_its_own_outputs_alone(value, place):
    rng = np.random.default_rng(0)
    x = rng.random((2, 12, 12, 16), "float32")
    w = rng.random((3, 3, 16, 32), "float32")
    x[(0, *place, 3)] = value
    got = ops.convert_to_numpy(ops.conv(x, w, padding="same"))
    own = np.zeros((2, 12, 12), bool)
    y, z = place
    own[0, max(y - 1, 0) : y + 2, max(z - 1, 0) : z + 2] = True
    np.testing.assert_array_equal(~np.isfinite(got), np.repeat(own[..., None], 32, axis=-1))
    x[(0, *place, 3)] = 0
    np.testing.assert_allclose(got[~own], convolved(x, w)[~own], rtol=1e-5)


def test_a_marker_leaves_the_outputs_beside_it_exact():
    rng = np.random.default_rng(1)
    x = rng.random((1, 30, 30, 16), "float32")
    w = rng.random((3, 3, 16, 16), "float32")
    x[0, 9, 8] = -9999
    got = ops.convert_to_numpy(ops.conv(x, w, padding="same"))
    np.testing.assert_allclose(got, convolved(x, w), rtol=1e-5)


def test_one_bright_point_gives_nothing_negative():
    x = np.zeros((1, 30, 30, 16), "float32")
    x[0, 13, 17, 5] = 255
    w = np.random.default_rng(2).random((3, 3, 16, 16), "float32")
    got = ops.convert_to_numpy(ops.conv(x, w, padding="same"))
    assert got.min() == 0
    np.testing.assert_allclose(got, convolved(x, w), rtol=1e-6)
