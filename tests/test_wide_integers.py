"""Integers beyond 64 bits, where a size, an axis, a position or a value is asked for."""

import subprocess
import sys

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops, random

X = np.arange(12, dtype="float32").reshape(3, 4)
IMAGE = np.ones((1, 5, 5, 1), "float32")
WIDE = [2**63, 2**64, 10**400, -(2**63) - 1, -(2**64), -(10**400)]

SIZES = {
    "zeros": lambda n: ops.zeros((n,)),
    "ones": lambda n: ops.ones((2, n)),
    "a single size": lambda n: ops.zeros(n),
    "full": lambda n: ops.full((n, 1), 0.5),
    "eye": lambda n: ops.eye(n),
    "reshape": lambda n: ops.reshape(X, (n,)),
    "broadcast_to": lambda n: ops.broadcast_to(X, (n, 3, 4)),
    "repeat": lambda n: ops.repeat(X, n, axis=0),
    "one_hot": lambda n: ops.one_hot([0], n),
    "pad": lambda n: ops.pad(X, ((n, 0), (0, 0))),
    "split": lambda n: ops.split(X, n),
    "normal": lambda n: random.normal((n,)),
    "randint": lambda n: random.randint((n,), 0, 5),
    "Variable": lambda n: engine.Variable("zeros", shape=(n,)),
    "eval_shape": lambda n: engine.eval_shape(lambda t: t, engine.TensorSpec((n,))),
    "Dense": lambda n: layers.Dense(n)(X),
    "Conv2D": lambda n: layers.Conv2D(n, 3)(IMAGE),
    "kernel": lambda n: layers.Conv2D(1, n)(IMAGE),
    "strides": lambda n: layers.Conv2D(1, 3, strides=n)(IMAGE),
    "pooling": lambda n: layers.MaxPooling2D(n)(IMAGE),
    "max_pool": lambda n: ops.max_pool(IMAGE, n),
    "Reshape": lambda n: layers.Reshape((n,))(X),
}
AXES = {
    "sum": lambda n: ops.sum(X, axis=n),
    "two axes": lambda n: ops.sum(X, axis=(0, n)),
    "argmax": lambda n: ops.argmax(X, axis=n),
    "softmax": lambda n: ops.softmax(X, axis=n),
    "concatenate": lambda n: ops.concatenate([X, X], axis=n),
    "stack": lambda n: ops.stack([X, X], axis=n),
    "transpose": lambda n: ops.transpose(X, (0, n)),
    "expand_dims": lambda n: ops.expand_dims(X, n),
    "squeeze": lambda n: ops.squeeze(X, n),
    "flip": lambda n: ops.flip(X, n),
    "take": lambda n: ops.take(X, [0], axis=n),
    "moments": lambda n: ops.moments(X, axes=[n]),
    "moveaxis": lambda n: ops.moveaxis(X, 0, n),
    "Concatenate": lambda n: layers.Concatenate(axis=n)([X, X]),
    "BatchNormalization": lambda n: layers.BatchNormalization(axis=n)(X),
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("n", WIDE, ids=lambda n: f"{n.bit_length()} bits")
def test_sizes(name, n):
    with pytest.raises((ValueError, TypeError)) as caught:
        SIZES[name](n)
    assert "C++" not in str(caught.value)


@pytest.mark.parametrize("name", AXES)
@pytest.mark.parametrize("n", WIDE, ids=lambda n: f"{n.bit_length()} bits")
def test_axes(name, n):
    with pytest.raises((ValueError, TypeError)) as caught:
        AXES[name](n)
    assert "C++" not in str(caught.value)


def test_messages_say_for_what():
    with pytest.raises(ValueError, match="^fill: the integer 18446744073709551616 does not fit"):
        ops.zeros((2**64,))
    with pytest.raises(ValueError, match="^sum: an integer of 1329 bits does not fit in 64 bits"):
        ops.sum(X, axis=10**400)
    with pytest.raises(ValueError, match="a shape: the integer 18446744073709551616"):
        engine.eval_shape(lambda t: t, engine.TensorSpec((2**64,)))


@pytest.mark.parametrize("n", [n for n in WIDE if n > 0], ids=lambda n: f"{n.bit_length()} bits")
@pytest.mark.parametrize("x", [X, engine.KerasTensor((None, 4))], ids=["eager", "symbolic"])
def test_slices_reach_as_far_as_there_is_something(n, x):
    x = ops.convert_to_tensor(x)
    for a, b, step in [
        (n, None, None), (-n, None, None), (None, n, None), (None, -n, None), (-n, n, None),
        (n, -n, None), (None, None, n), (None, None, -n), (n, -n, -1), (-n, n, -1),
    ]:  # fmt: skip
        got = x[:, a:b:step]
        assert got.shape[1:] == X[:, a:b:step].shape[1:]
        if x.shape[0] == 3:
            np.testing.assert_array_equal(got, X[:, a:b:step])
    for key in (n, -n, (0, n)):
        with pytest.raises(IndexError, match="out of range"):
            ops.convert_to_tensor(X)[key]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_round_to_any_place(dtype):
    x = ops.cast(np.array([1.23456, -98.7654, 0.0, np.inf, -np.inf]), dtype)
    same = np.asarray(ops.cast(x, "float64"))
    for n in (330, 400, 2**64, 10**400):
        for call in (ops.round, lambda t, d: t.__round__(d)):
            np.testing.assert_array_equal(ops.cast(call(x, n), "float64"), same)
        got = np.asarray(ops.cast(ops.round(x, -n), "float64"))
        np.testing.assert_array_equal(got, [0, -0.0, 0, np.inf, -np.inf])
    assert ops.round(x, 400).dtype == dtype


def test_round_of_what_is_large_or_small():
    x = np.array([3e38, -1e30, 123456.789, 0.000123456, 25, 35, -1234], "float32")
    np.testing.assert_array_equal(
        ops.round(x, 3), np.round(x.astype("float64"), 3).astype("float32")
    )
    np.testing.assert_allclose(ops.round(x, -1), np.round(x, -1), rtol=1e-6)
    half = ops.round(np.array([0.000123456, 0.12345], "float16"), 5)
    assert np.asarray(half).tolist() == np.array([0.00012, 0.12345], "float16").tolist()


@pytest.mark.parametrize("n", [2**64, -(2**64)])
def test_values_that_only_floats_hold(n):
    assert float(ops.convert_to_tensor(n, "float32")) == float(n)
    assert np.asarray(ops.convert_to_tensor([n, 1.0], "float64")).tolist() == [float(n), 1.0]
    assert float(ops.max(ops.convert_to_tensor(X) * 0 + n)) == float(n)
    assert np.asarray(ops.full((2,), n, "float64")).tolist() == [float(n)] * 2
    for call in (
        lambda: ops.convert_to_tensor(n),
        lambda: ops.convert_to_tensor([n, 1]),
        lambda: ops.convert_to_tensor(n, "int64"),
        lambda: ops.arange(n, n + 2),
        lambda: ops.full((2,), n, "int64"),
        lambda: ops.cast(X, "int32") + n,
        lambda: engine.Variable(n),
        lambda: ops.take(X, [0, n], axis=0),
    ):
        with pytest.raises(ValueError, match="64 bits"):
            call()


def test_values_that_nothing_holds():
    for call in (
        lambda: ops.full((2,), 10**400),
        lambda: ops.convert_to_tensor(10**400, "float64"),
        lambda: ops.convert_to_tensor(X) + 10**400,
        lambda: ops.arange(10**400),
        lambda: random.uniform((2,), 0, 10**400),
        lambda: random.normal((2,), 10**400),
        lambda: ops.pad(X, 1, constant_values=10**400),
    ):
        with pytest.raises(ValueError, match="too large for a float|64 bits"):
            call()


@pytest.mark.parametrize("n", [0, 10**30, -(10**30)])
def test_the_number_of_threads(n):
    with pytest.raises(ValueError, match="expected 1 to"):
        pronghorn.engine.device.set_num_threads(n)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32", "int64", "uint64"])
@pytest.mark.parametrize("k", [0, 1, 5, 300])
def test_products_are_exact_and_wrap(dtype, k):
    rng, limits = np.random.default_rng(k), np.iinfo(dtype)
    a = rng.integers(limits.min, limits.max, (2, 3, k), dtype=dtype, endpoint=True)
    b = rng.integers(limits.min, limits.max, (k, 4), dtype=dtype, endpoint=True)
    product = ops.matmul(a, b)
    assert product.dtype == dtype
    np.testing.assert_array_equal(product, a @ b)
    compiled = engine.Function(lambda a, b: ops.matmul(a, b))
    np.testing.assert_array_equal(
        compiled(ops.convert_to_tensor(a), ops.convert_to_tensor(b)), a @ b
    )


def test_products_take_little_memory():
    code = """
import numpy as np
from pronghorn import engine, ops
x = ops.convert_to_tensor(np.ones((256, 256), "int32"))
ops.matmul(x, x)
print(engine.device.memory_stats()["peak_bytes"] // (4 * 256 * 256))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 24  # times x; a product written out would be 256
