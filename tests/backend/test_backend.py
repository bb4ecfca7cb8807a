"""K against the values of real Keras's K (keras_values.npz), and the settings."""

from pathlib import Path

import numpy as np
import pronghorn as keras
import pytest
from backend.cases import CASES
from pronghorn import backend as K
from pronghorn import ops

VALUES = np.load(Path(__file__).with_name("keras_values.npz"))

# Ops that K hands on to and that are still to come.
NEEDS = {"tile": "tile", "cumsum": "cumsum", "cumprod": "cumprod"}


@pytest.mark.parametrize("name", CASES)
def test_values(name):
    got, want = np.asarray(K.get_value(CASES[name](K))), VALUES[name]
    assert got.shape == want.shape
    if name not in ("argmax", "argmin", "argmax axis"):  # int32 here as in ops, int64 there
        assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-6)


def test_functions_in_a_graph():
    """K on symbolic tensors makes layers of the model, as ops does."""
    x = keras.Input((3, 4))
    y = K.mean(K.square(x), axis=-1)
    z = K.batch_dot(x, x, axes=(2, 2))
    model = keras.Model(x, [y, K.batch_flatten(z)])
    a = np.random.RandomState(0).standard_normal((2, 3, 4)).astype("float32")
    first, second = model.predict(a, verbose=0)
    np.testing.assert_allclose(first, (a**2).mean(-1), rtol=1e-5)
    np.testing.assert_allclose(second, (a @ a.transpose(0, 2, 1)).reshape(2, -1), rtol=1e-5)
    assert K.int_shape(y) == (None, 3) and K.ndim(z) == 3 and K.is_keras_tensor(y)


def test_a_loss_written_with_k():
    def loss(y_true, y_pred):
        return K.mean(K.square(y_pred - y_true), axis=-1)

    x = np.ones((4, 2), "float32")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "relu")])
    model.compile("sgd", loss)
    got = model.evaluate(x, x, verbose=0)
    want = ((model.predict(x, verbose=0) - 1) ** 2).mean()
    assert got == pytest.approx(want, rel=1e-5)


def test_variables():
    v = K.variable(np.eye(2), name="mine", constraint=keras.constraints.NonNeg())
    assert v.dtype == "float32" and v.name == "mine" and v.constraint is not None
    K.set_value(v, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(K.eval(v), [[1, 2], [3, 4]])
    K.batch_set_value([(v, np.zeros((2, 2)))])
    np.testing.assert_array_equal(K.batch_get_value([v])[0], np.zeros((2, 2)))
    assert K.count_params(v) == 4 and K.dtype(v) == "float32" and K.int_shape(v) == (2, 2)
    optimizer = keras.optimizers.SGD(0.5)
    K.set_value(optimizer.lr, K.get_value(optimizer.lr) * 0.1)
    assert float(K.get_value(optimizer.lr)) == pytest.approx(0.05)


def test_settings():
    assert K.backend() == "tensorflow" and K.image_dim_ordering() == "tf"
    K.set_image_dim_ordering("th")
    try:
        assert K.image_data_format() == "channels_first" and K.image_dim_ordering() == "th"
    finally:
        K.set_image_data_format("channels_last")
    assert K.epsilon() == keras.config.epsilon() and K.floatx() == "float32"
    first = K.get_uid("thing")
    assert K.get_uid("thing") == first + 1
    assert K.is_float_dtype("float16") and not K.is_float_dtype("int8") and K.is_int_dtype("uint8")


def test_random_tensors():
    x = K.get_value(K.random_bernoulli((2000,), p=0.3, seed=1))
    assert set(x) == {0.0, 1.0} and abs(x.mean() - 0.3) < 0.05
    assert K.random_normal_variable((3, 2), 0.0, 1.0).shape == (3, 2)
    assert (K.get_value(K.random_uniform((100,), 2.0, 3.0)) >= 2).all()
    assert K.truncated_normal((4,)).shape == (4,)
    y = K.get_value(K.dropout(K.ones((1000,)), 0.5, seed=3))
    assert set(y) == {0.0, 2.0}


@pytest.mark.parametrize("name", NEEDS)
def test_functions_whose_ops_are_new(name):
    if not hasattr(ops, NEEDS[name]):
        pytest.skip(f"ops.{NEEDS[name]} is not here yet")
    x = np.arange(6, dtype="float32").reshape(2, 3) + 1
    want = {"tile": np.tile(x, (2, 1)), "cumsum": x.cumsum(1), "cumprod": x.cumprod(1)}[name]
    got = getattr(K, name)(x, (2, 1)) if name == "tile" else getattr(K, name)(x, axis=1)
    np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: K.batch_dot(np.ones((2, 3)), np.ones((2, 4)), axes=1), "axes of one size"),
        (lambda: K.batch_dot(np.ones((2, 3)), np.ones((2, 3)), axes=0), "batch axis"),
        (lambda: K.pool2d(np.ones((1, 4, 4, 1)), (2, 2), pool_mode="min"), "'max' or 'avg'"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
