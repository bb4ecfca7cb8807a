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


def gradients(call, inputs, dtype):
    """Of sum(call * weights), as float64, and the result's dtype."""
    x = [ops.cast(i, dtype) for i in inputs]
    with engine.GradientTape() as tape:
        tape.watch(x)
        y = call(*x)
        weights = ops.cast(np.cos(np.arange(np.prod(y.shape))).reshape(y.shape), y.dtype)
        total = ops.sum(ops.cast(y * weights, "float64"))
    return [exact(g) for g in tape.gradient(total, x)], y.dtype


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("heads, keys, masked", [(4, 5, False), (2, 150, True), (2, 0, False)])
def test_attention_has_the_gradients_of_float64(heads, keys, masked, dtype, width):
    rng = np.random.RandomState(0)
    shapes = ((2, 70, heads, 9), (2, keys, 2, 9), (2, keys, 2, 5))
    inputs = [exact(ops.cast(rng.uniform(-1, 1, s), dtype)) for s in shapes]
    mask = rng.rand(2, 1, 1, keys) < 0.7 if masked else None
    call = lambda q, k, v: ops.dot_product_attention(q, k, v, mask=mask, is_causal=masked)
    found, kind = gradients(call, inputs, dtype)
    assert kind == dtype
    for a, b in zip(found, gradients(call, inputs, "float64")[0]):
        tolerance = 2.0 ** (-7 if dtype == "float16" else -4)
        np.testing.assert_allclose(a, b, atol=tolerance * np.abs(b).max(initial=0), rtol=tolerance)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("classes", [3, 40, 9000])
def test_cross_entropy_has_the_gradients_of_float64(classes, dtype, width):
    rng = np.random.RandomState(1)
    logits = exact(ops.cast(rng.uniform(-4, 4, (5, classes)), dtype))
    labels, one_hot = rng.randint(0, classes, 5), np.eye(5, classes)
    for call in (
        lambda x: ops.sparse_categorical_crossentropy(labels, x, from_logits=True),
        lambda x: ops.categorical_crossentropy(ops.cast(one_hot, x.dtype), x, from_logits=True),
    ):
        (found,), kind = gradients(call, [logits], dtype)
        (want,), _ = gradients(call, [logits], "float64")
        assert kind == dtype
        tolerance = 2.0 ** (-10 if dtype == "float16" else -7)
        np.testing.assert_allclose(found, want, rtol=tolerance, atol=1e-7)
    wrong = np.where(np.arange(5) == 3, classes, labels)
    with pytest.raises(ValueError, match="label"):
        ops.sparse_categorical_crossentropy(
            wrong, ops.cast(logits, dtype), from_logits=True
        ).numpy()
