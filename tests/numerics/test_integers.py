"""Integers beyond 2^53, which a double cannot hold: every way in and out keeps each bit."""

import numpy as np
import pytest
from pronghorn import engine, ops

BIG = 2**53 + 1  # the first integer that a double loses
LIMITS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}
VALUES = [
    *((v, "int64") for v in (BIG, -BIG, 2**62 + 3, *LIMITS["int64"])),
    *((v, "uint64") for v in (BIG, 2**63 + 1, LIMITS["uint64"][1])),
]


def same(result, want, dtype):
    result = np.asarray(result)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.asarray(want, dtype))


@pytest.mark.parametrize("value, dtype", VALUES)
def test_made(value, dtype):
    same(ops.full((2,), value, dtype), [value] * 2, dtype)
    same(ops.full((2,), np.array(value, dtype), dtype), [value] * 2, dtype)
    same(ops.full_like(np.zeros(2, dtype), value), [value] * 2, dtype)
    same(ops.convert_to_tensor(value, dtype), value, dtype)
    same(ops.convert_to_tensor([value, 1], dtype), [value, 1], dtype)
    same(engine.Variable(value, dtype=dtype), value, dtype)


@pytest.mark.parametrize("value, dtype", VALUES)
def test_met_by_python_numbers(value, dtype):
    x = np.array([value, value ^ 1, 0], dtype)
    one = np.array(1, dtype)
    same(ops.where(np.array([True, False, True]), x, value), [value, value, 0], dtype)
    same(ops.pad(x, ((1, 0),), constant_values=value), [value, *x], dtype)
    same(ops.clip(x, *sorted((value, value ^ 1))), np.clip(x, *sorted((value, value ^ 1))), dtype)
    same(ops.max(x, initial=value), max(value, *map(int, x)), dtype)
    same(ops.maximum(x, value), np.maximum(x, np.array(value, dtype)), dtype)
    same(ops.add(x - one, 1), x, dtype)
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        ours = getattr(ops, name)
        theirs = getattr(np, name)
        np.testing.assert_array_equal(ours(x, value), theirs(x, value))
        np.testing.assert_array_equal(ours(value, x), theirs(value, x))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "int64", "uint64"])
@pytest.mark.parametrize("value", [-1, 2**7, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30])
def test_compared_with_what_the_dtype_cannot_hold(dtype, value):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    x = np.array([low, 0, high], dtype)
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        want = [getattr(np, name)(int(v), value) for v in x]
        assert np.asarray(getattr(ops, name)(x, value)).tolist() == want, name
        want = [getattr(np, name)(value, int(v)) for v in x]
        assert np.asarray(getattr(ops, name)(value, x)).tolist() == want, name


def test_compared_in_a_program():
    function = engine.trace.Function(lambda x: (ops.equal(x, BIG), x * 3 + BIG, ops.less(x, 2**63)))
    x = engine.convert_to_tensor(np.array([BIG, BIG - 1]))
    hit, sums, less = function(x)
    assert np.asarray(hit).tolist() == [True, False]
    assert np.asarray(sums).tolist() == [4 * BIG, 4 * BIG - 3]
    assert np.asarray(less).tolist() == [True, True]


def test_ranges():
    same(ops.arange(BIG, BIG + 7, 2, dtype="int64"), np.arange(BIG, BIG + 7, 2), "int64")
    same(ops.arange(-BIG, -BIG - 3, -1, dtype="int64"), np.arange(-BIG, -BIG - 3, -1), "int64")
    top = 2**64
    same(ops.arange(top - 3, top, dtype="uint64"), [top - 3, top - 2, top - 1], "uint64")
    same(ops.arange(np.int64(BIG), np.int64(BIG + 2), dtype="int64"), [BIG, BIG + 1], "int64")
    same(ops.arange(2**40, 2**40 + 2), [2**40, 2**40 + 1], "int64")  # more than int32 holds
    same(ops.arange(3), [0, 1, 2], "int32")
    same(ops.arange(0, 2**53 + 4, 2**53 + 1, dtype="int64"), [0, 2**53 + 1], "int64")


@pytest.mark.parametrize("dtype", ["int64", "uint64", "int32", "int8", "uint8"])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_max_pooling(dtype, padding):
    rng = np.random.default_rng(1)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    x = rng.integers(low, high, (2, 5, 7, 3), dtype, endpoint=True)
    x[0, 0, 0] = low
    y = np.asarray(ops.max_pool(x, 2, 2, padding=padding))
    want = np.full(y.shape, low, dtype)
    for i in range(2):
        for j in range(2):
            part = x[:, i::2, j::2]
            part = part[:, : y.shape[1], : y.shape[2]]
            view = want[:, : part.shape[1], : part.shape[2]]
            np.maximum(view, part, out=view)
    same(y, want, dtype)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_reductions_and_moves(dtype):
    low, high = LIMITS[dtype]
    x = np.array([[high, high - 1, BIG], [low, low + 1, BIG + 1]], dtype)
    for name in ("max", "min", "sum", "prod"):
        with np.errstate(over="ignore"):
            want = (
                getattr(np, name)(x, axis=1, dtype=dtype)
                if name in ("sum", "prod")
                else (getattr(np, name)(x, axis=1))
            )
        same(getattr(ops, name)(x, axis=1), want, dtype)
    assert np.asarray(ops.argmax(x, axis=1)).tolist() == [0, 2]
    assert np.asarray(ops.argmin(x, axis=1)).tolist() == [2, 0]
    same(ops.transpose(x), x.T, dtype)
    same(ops.take(x, [1, 0], axis=0), x[::-1], dtype)
    same(ops.scatter_add([1, 0], x, 2), x[::-1], dtype)
    same(ops.one_hot([1], 2, dtype=dtype), [[0, 1]], dtype)
    other = "uint64" if dtype == "int64" else "int64"
    same(ops.cast(x, other), x.astype(other), other)
    assert [int(v) for v in ops.ravel(ops.convert_to_tensor(x))] == [int(v) for v in x.ravel()]


def test_products_of_small_integers_are_exact():
    k = 2**23 + 9  # of int16: a sum that a double does not hold
    a = np.full((1, k), -(2**15), "int16")
    b = np.full((k, 1), -(2**15), "int16")
    b[-1] = 1
    want = np.int64(2**30) * (k - 1) - 2**15
    assert int(np.asarray(ops.matmul(a, b)).ravel()[0]) == int(np.int64(want).astype("int16"))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floats_meet_integers_of_any_size(dtype):
    x = ops.cast([2.0], dtype)
    if dtype in ("float32", "float64", "bfloat16"):
        np.testing.assert_allclose(np.asarray(x * 10**20, "float64"), 2e20, rtol=2**-8)
    with pytest.raises(ValueError, match="10000000|too large"):
        x * 10**400


def test_numbers_beyond_64_bits_are_errors():
    for bad in (2**64, -(2**63) - 1, 10**400):
        with pytest.raises(ValueError, match="64 bits"):
            ops.full((2,), bad, "int64")
        with pytest.raises(ValueError, match="64 bits"):
            ops.arange(bad, bad + 2, dtype="int64")
    with pytest.raises(ValueError, match="too large|64 bits"):
        ops.arange(2**64)
    with pytest.raises(ValueError, match="too large"):
        ops.full((2,), 10**400)
    with pytest.raises(TypeError, match="0.5"):
        ops.arange(0.5, 5, dtype="int32")
    assert np.asarray(ops.arange(0.0, 3.0, dtype="int32")).tolist() == [0, 1, 2]
    assert np.asarray(ops.full((2,), 300, "uint8")).tolist() == [44, 44]  # modulo 2^8, as a cast
    assert np.asarray(ops.full((1,), -1, "uint64")).tolist() == [2**64 - 1]


def test_diagonals_far_away():
    for k in (2**32, -(2**32), 2**31, 5, -5, 3, -3):
        np.testing.assert_array_equal(
            ops.eye(3, 4, k=k), np.zeros((3, 4)) if abs(k) > 4 else np.eye(3, 4, k)
        )
