"""Private names of Keras 2 that programs of the time import: bases of layers, helpers, checks."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import backend as K
from pronghorn import layers
from pronghorn.alias import modules
from pronghorn.utils.former_tests import get_test_data, layer_test


def former(path):
    home, _, name = path.rpartition(".")
    return getattr(modules.load(f"keras.{home}"), name)


class Halfway(former("layers.merge._Merge")):
    def _merge_function(self, inputs):
        return 0.5 * inputs[0] + 0.5 * inputs[1]


def test_merge_layers_of_ones_own():
    a, b = np.ones((2, 3), "float32"), np.full((2, 3), 3.0, "float32")
    x, y = ph.Input((3,)), ph.Input((3,))
    z = Halfway()([x, y])
    np.testing.assert_array_equal(ph.Model([x, y], z)([a, b]), np.full((2, 3), 2.0))
    assert isinstance(layers.Add(), former("layers.merge._Merge"))
    with pytest.raises(ValueError, match="shape"):
        Halfway()([x, ph.Input((4,))])


class Extremes(former("layers.pooling._Pooling1D")):
    def _pooling_function(self, inputs, pool_size, strides, padding, data_format):
        return K.pool2d(inputs, pool_size, strides, padding, data_format, pool_mode="max")


class Plain(former("layers.pooling._Pooling2D")):
    pass


class Convolution(former("layers.convolutional._Conv")):
    def __init__(self, filters, **kwargs):
        super().__init__(rank=2, filters=filters, kernel_size=3, **kwargs)

    def get_config(self):
        config = super().get_config()
        return {k: v for k, v in config.items() if k not in ("rank", "kernel_size")}


def test_pooling_layers_of_ones_own():
    x = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
    expected = x.reshape(2, 3, 2, 3).max(2)
    layer_test(Extremes, {"pool_size": 2}, input_data=x, expected_output=expected)
    with pytest.raises(NotImplementedError, match="write `_pooling_function"):
        Plain()(np.ones((1, 4, 4, 1), "float32"))
    assert layer_test(Convolution, {"filters": 2}, input_shape=(2, 6, 6, 3)).shape == (2, 4, 4, 2)


def test_helpers():
    assert former("engine.training._make_batches")(5, 2) == [(0, 2), (2, 4), (4, 5)]
    assert former("engine.topology._to_list")(3) == [3]
    assert former("initializers._compute_fans")((3, 3, 16, 32)) == (144, 288)
    assert former("initializers._compute_fans")((32, 16, 3, 3), "channels_first") == (144, 288)
    obtain = former("applications.imagenet_utils._obtain_input_shape")
    keywords = {"default_size": 224, "min_size": 32, "data_format": "channels_last"}
    assert obtain(None, **keywords, include_top=True) == (224, 224, 3)
    assert obtain(None, **keywords, require_flatten=False) == (None, None, 3)
    assert former("backend.common._EPSILON") == K.epsilon()
    assert former("backend.tensorflow_backend._to_tensor")(1, "float32").dtype == "float32"
    assert former("backend.py_all")([True, True])
    assert "'" not in former("preprocessing.text.base_filter")()


def test_standardize_input_data():
    standardize = former("engine.training._standardize_input_data")
    one = np.arange(3.0)
    assert [x.shape for x in standardize(one, ["a"])] == [(3, 1)]
    found = standardize({"b": one, "a": np.ones((3, 2))}, ["a", "b"], [(None, 2), (None, 1)])
    assert [x.shape for x in found] == [(3, 2), (3, 1)]
    assert standardize(None, ["a"]) == [None]
    for data, message in (
        ({"b": one}, "No data provided"),
        ([one, one], "1 arrays are expected"),
        (np.ones((3, 4)), "expected a to have shape"),
    ):
        with pytest.raises(ValueError, match=message):
            standardize(data, ["a"], [(None, 2)])


def test_test_data_can_be_learned():
    ph.utils.set_random_seed(0)
    (x, y), (x_test, y_test) = get_test_data(200, 50, input_shape=(20,))
    assert x.shape == (200, 20) and set(y) == {0, 1}
    assert abs(x[y == 1].mean() - x[y == 0].mean() - 1) < 0.2
    (_, y), _ = get_test_data(8, 2, output_shape=(2, 3), classification=False)
    assert y.shape == (8, 2, 3)
    with pytest.raises(AssertionError):
        layer_test(
            layers.Dense, {"units": 1}, input_shape=(2, 3), expected_output=np.full((2, 1), 9)
        )
