"""floor_divide and mod agree with each other and with NumPy: signs, zeros, infinities, halves and
edges of integers."""

import itertools

import numpy as np
import pytest
from pronghorn import engine, ops

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
SPECIAL = (0.0, -0.0, 0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 7.0, 10.0, 1e-7, 6e4, np.inf, np.nan)
SPECIAL += tuple(-x for x in SPECIAL)


def floats(dtype):
    """Pairs of special values, of random ones and of multiples, as tensors and as NumPy arrays."""
    rng = np.random.default_rng(3)
    limit = 8 if dtype in ("float16", "bfloat16") else 60
    a = rng.normal(size=6000) * 2.0 ** rng.integers(-limit, limit, 6000)
    b = rng.normal(size=6000) * 2.0 ** rng.integers(-limit, limit, 6000)
    whole = rng.integers(-300, 300, 3000) * 0.1
    pairs = np.array(list(itertools.product(SPECIAL, SPECIAL)))
    a = np.concatenate([pairs[:, 0], a, whole, a[:3000]])
    b = np.concatenate([pairs[:, 1], b, np.full(3000, 0.1), a[: a.size - 1][:3000] / 7])
    x, y = (ops.cast(v, dtype) for v in (a, b))
    kind = "float32" if dtype == "bfloat16" else dtype
    return x, y, *(np.asarray(ops.cast(v, kind)) for v in (x, y))


def same(found, want, dtype):
    """Bit for bit, but for the payload of nan."""
    assert found.dtype == dtype
    if dtype == "bfloat16":
        want = np.asarray(ops.cast(ops.cast(want, dtype), "float32"))
        found = ops.cast(found, "float32")
    found = np.asarray(found)
    np.testing.assert_array_equal(found, want)
    number = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(found)[number], np.signbit(want)[number])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_floats(dtype, width):
    x, y, a, b = floats(dtype)
    same(ops.floor_divide(x, y), np.floor_divide(a, b), dtype)
    same(ops.mod(x, y), np.mod(a, b), dtype)
    program = engine.trace.Function(lambda x, y: (x // y, x % y))
    for found, want in zip(program(x, y), (np.floor_divide(a, b), np.mod(a, b))):
        same(found, want, dtype)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_python_numbers():
    tenth = ops.convert_to_tensor(np.float64(0.1))
    assert float(1 // tenth) == 9 and abs(float(1 % tenth) - 0.1) < 1e-15
    assert float(ops.floor_divide(1.0, 0.1)) == np.floor_divide(np.float32(1), np.float32(0.1))
    assert np.isnan(float(ops.floor_divide(np.inf, 1.0)))
    assert float(ops.floor_divide(-1.0, np.inf)) == -1 and np.isinf(float(ops.mod(-1.0, np.inf)))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_integers(dtype, width):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    edges = {low, low + 1, 0, 1, 2, 3, 7, high // 2, high - 1, high}
    if low:
        edges |= {-1, -2, -3, -7}
    pairs = np.array(list(itertools.product(sorted(edges), repeat=2)), dtype=dtype)
    a, b = pairs[:, 0], pairs[:, 1]
    for ours, theirs in ((ops.floor_divide, np.floor_divide), (ops.mod, np.mod)):
        found = ours(a, b)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, theirs(a, b))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_parts_add_up(dtype):
    """q * b + r is a, to rounding, r has b's sign and is smaller, q is whole."""
    rng = np.random.default_rng(8)
    a = (rng.normal(size=5000) * 10.0 ** rng.integers(-3, 5, 5000)).astype(dtype)
    b = (rng.normal(size=5000) * 10.0 ** rng.integers(-3, 2, 5000)).astype(dtype)
    q, r = (np.asarray(f(a, b)).astype("longdouble") for f in (ops.floor_divide, ops.mod))
    assert (q == np.floor(q)).all()
    assert (np.abs(r) <= np.abs(b)).all() and ((r == 0) | ((r < 0) == (b < 0))).all()
    small = np.abs(a / b) < 2.0**20
    scale = np.maximum(np.abs(a), np.abs(b))
    assert (np.abs(q * b + r - a) <= np.finfo(dtype).eps * scale)[small].all()
