"""The STFT initializer: its kernels are a transform, its windows SciPy's."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.initializers.stft import taper


@pytest.mark.parametrize("side", [0, 1])
def test_a_convolution_with_it_is_a_transform(side):
    name = ("real", "imag")[side]
    kernel = ph.initializers.STFT(name, "hamming", None, True)((16, 1, 9))
    x = np.random.default_rng(0).normal(size=(2, 50)).astype("float32")
    by_kernel = ops.conv(x[..., None], kernel, strides=4)
    parts = ops.stft(x, 16, 4, 16, "hamming", center=False)
    np.testing.assert_allclose(by_kernel, parts[side], atol=2e-5)


@pytest.mark.parametrize("scaling", [None, "density", "spectrum"])
def test_scaling(scaling):
    kernel = np.array(ph.initializers.STFT("real", [1, 2, 2], scaling)((3, 1, 2)))[:, 0, 0]
    total = {None: 1, "density": 3, "spectrum": 5}[scaling]
    np.testing.assert_allclose(kernel, np.array([1, 2, 2]) / total, rtol=1e-6)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "nuttall", "bartlett", "tukey"])
@pytest.mark.parametrize("periodic", [True, False])
def test_windows_are_scipys(name, periodic):
    signal = pytest.importorskip("scipy.signal")
    for size in (1, 2, 7, 16):
        expected = signal.get_window(name, size, periodic)
        np.testing.assert_allclose(taper(name, size, periodic), expected, atol=1e-12)


def test_names_configs_and_errors():
    made = ph.initializers.get("stft")
    assert type(made) is ph.initializers.STFTInitializer
    again = ph.initializers.deserialize(ph.initializers.serialize(made))
    assert again.get_config() == made.get_config()
    with pytest.raises(ValueError, match="side should be"):
        ph.initializers.STFT("left")
    with pytest.raises(ValueError, match="Scaling is invalid"):
        ph.initializers.STFT(scaling="loud")
    with pytest.raises(ValueError, match="frame_length"):
        ph.initializers.STFT(window=[1, 2])((3, 1, 2))
