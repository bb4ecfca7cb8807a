"""Scalars that are part of the node that reads them: a dtype and bits, no memory."""

import numpy as np
import pytest
from pronghorn import Variable, engine, ops
from pronghorn.engine import Function, GradientTape, device

DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "uint64", "bool"]


def literal(x, dtype):
    return engine.convert_to_tensor(x, dtype)


def test_they_take_no_memory():
    before = device.memory_stats()["live_bytes"]
    held = [literal(float(i), "float32") for i in range(100)]
    assert device.memory_stats()["live_bytes"] == before and len(held) == 100


@pytest.mark.parametrize("dtype", DTYPES)
def test_they_are_tensors(dtype):
    t = literal(1, dtype)
    assert t.shape == () and t.dtype == dtype and t.device == device.default_device()
    assert t.numpy() == 1 and t.numpy().dtype == dtype
    assert t.item() == 1 and np.from_dlpack(t) == 1 and "1" in repr(t) or dtype == "bool"
    assert ops.reshape(t, (1, 1)).shape == (1, 1)
    x = engine.convert_to_tensor(np.arange(4).astype(dtype))
    np.testing.assert_array_equal(ops.maximum(x, t), np.maximum(np.arange(4).astype(dtype), x[1]))
    both = ops.add(t, t)
    assert both.dtype == dtype and both.numpy() == np.add(x[1], x[1])


def test_integers_that_no_double_holds_stay_exact():
    for value, dtype in ((2**62, "int64"), (2**63, "uint64"), (-(2**62), "int64")):
        t = literal(value, dtype)
        x = engine.convert_to_tensor(np.array([1, 3], dtype))
        assert ops.add(x, t).numpy().tolist() == [value + 1, value + 3]
        assert Function(lambda x: x + t)(x).numpy().tolist() == [value + 1, value + 3]  # noqa: B023


def test_halves_are_rounded_before_they_are_used():
    x = engine.convert_to_tensor(np.array([1.0], "float16"))
    product = ops.multiply(ops.cast(x, "float32"), literal(0.1, "float16"))
    assert product.numpy()[0] == np.float32(np.float16(0.1))


def test_a_variable_starts_as_one_and_is_assigned_one():
    v = Variable(2.0)
    kept = v.value.numpy()
    v.assign(3.0)
    v.assign_add(1.0)
    assert kept == 2 and float(v.value) == 4


def test_programs_take_return_and_hold_them():
    half = literal(0.5, "float32")

    @Function
    def f(x, y):
        rows = ops.concatenate([ops.reshape(half, (1,)), ops.reshape(y, (1,))])  # no immediates
        return x * half, rows, half, y

    x = np.array([2.0, 4.0], "float32")
    out = [np.asarray(t).tolist() for t in f(x, literal(3.0, "float32"))]
    assert out == [[1, 2], [0.5, 3], 0.5, 3]


def test_gradients_of_and_through_them():
    x = literal(3.0, "float32")
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as tape:
            tape.watch(x)
            y = x * x * x
        slope = tape.gradient(y, x)
    assert float(slope) == 27 and float(outer.gradient(slope, x)) == 18
