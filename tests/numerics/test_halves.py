"""Halves: what overflows or rounds on the way, and what they make of integers."""

import numpy as np
import pytest
from pronghorn import engine, ops

HALVES = ("float16", "bfloat16")


def exact(x):
    return np.asarray(ops.cast(x, "float64"))


@pytest.mark.parametrize("dtype", HALVES)
def test_statistics_do_not_overflow_on_the_way(dtype, width):
    x = ops.cast([[300.0, -300.0], [10.0, 20.0]], dtype)
    np.testing.assert_allclose(exact(ops.std(x, axis=1)), [300, 5], rtol=4e-3)
    np.testing.assert_allclose(exact(ops.var(x, axis=1))[1], 25, rtol=4e-3)
    big = ops.zeros((100000,), dtype)
    np.testing.assert_allclose(exact(ops.logsumexp(big)), np.log(1e5), rtol=4e-3)
    np.testing.assert_allclose(exact(ops.mean(big + 1)), 1)
    np.testing.assert_allclose(
        exact(ops.normalize(x, axis=1))[0], [0.5**0.5, -(0.5**0.5)], rtol=8e-3
    )
    np.testing.assert_allclose(
        exact(ops.normalize(x, axis=1, order=3))[0], [0.5 ** (1 / 3), -(0.5 ** (1 / 3))], rtol=8e-3
    )
    mean, variance = ops.moments(x, axes=1)
    assert mean.dtype == variance.dtype == ops.std(x).dtype == ops.logsumexp(x).dtype == dtype


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers_become_halves_before_they_meet_them(dtype, width):
    x = np.array([2049, 2051, 7, 40000], dtype if dtype != "int16" else "int32")
    if dtype == "int16":
        x = np.array([2049, 2051, 7, 30001], "int16")
    one = ops.cast([1.0, 1, 1, 1], "float16")
    h = x.astype("float16").astype("float64")
    program = engine.trace.Function(lambda a, b: (a - b, b - a, a * b, ops.equal(a, 2048.0)))
    results = (
        (ops.subtract(x, one), h - 1),
        (ops.subtract(one, x), 1 - h),
        (program(engine.convert_to_tensor(x), one)[0], h - 1),
        (program(engine.convert_to_tensor(x), one)[1], 1 - h),
        (program(engine.convert_to_tensor(x), one)[2], h),
        (ops.where(np.array([True] * 4), x, one), h),
        (ops.maximum(x, one), h),
    )
    for found, want in results:
        assert found.dtype == "float16"
        np.testing.assert_array_equal(exact(found), want.astype("float16").astype("float64"))
    assert exact(ops.subtract(np.array([2049], "int16"), ops.cast([1.0], "float16")))[0] == 2047
    half = ops.cast([2048.0], "float16")
    assert np.asarray(ops.equal(np.array([2049], "int16"), half)).tolist() == [True]


def test_integers_become_bfloat16_too():
    x = ops.subtract(np.array([257, 300], "int32"), ops.cast([1.0, 1.0], "bfloat16"))
    want = exact(ops.cast(np.array([257, 300]), "bfloat16")) - 1
    np.testing.assert_array_equal(exact(x), exact(ops.cast(want, "bfloat16")))
    # short integers fit as they are
    x = ops.subtract(np.array([255], "uint8"), ops.cast([1.0], "bfloat16"))
    assert exact(x)[0] == 254


def test_gradients_flow_past_the_cast():
    w = engine.Variable([2.0], dtype="float16")
    with engine.GradientTape() as tape:
        y = ops.sum(w.value * np.array([3], "int16"))
    assert exact(tape.gradient(y, w))[0] == 3
