"""Random numbers: open ends, unbiased integers, bounds of any size, tails at their due rate."""

import math

import numpy as np
import pytest
from pronghorn import initializers, ops, random


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize(
    "low, high", [(0.0, 1.0), (-1.0, 1.0), (0.0, 0.1), (1.0, 1.5), (-3.0, -2.0)]
)
def test_uniform_never_reaches_its_upper_bound(dtype, low, high, width):
    x = np.asarray(ops.cast(random.uniform((300000,), low, high, dtype, seed=1), "float64"))
    assert low <= x.min() and x.max() < high
    assert abs(x.mean() - (low + high) / 2) < (high - low) * (
        2**-7 if dtype == "bfloat16" else 2**-9
    )
    step = abs(high) * 2**-7 if dtype == "bfloat16" else (high - low) / 500
    assert x.max() >= high - step


@pytest.mark.parametrize(
    "dtype, top", [("float32", 3e38), ("float64", 1.7e308), ("bfloat16", 3e38)]
)
def test_uniform_spans_the_whole_range(dtype, top, width):
    x = np.asarray(ops.cast(random.uniform((4000,), -top, top, dtype, seed=3), "float64")) / top
    assert x.min() < -0.99 and x.max() > 0.99
    assert abs(x.mean()) < 0.05 and abs(np.abs(x).mean() - 0.5) < 0.05
    x = np.asarray(random.uniform((1000,), 1e38, 3e38, "float32", seed=3), "float64")
    assert 1e38 <= x.min() and x.max() < 3e38 and abs(x.mean() - 2e38) < 0.05e38


@pytest.mark.parametrize(
    "dtype, low, high",
    [
        ("int32", 0, 3 * 2**29),
        ("uint32", 0, 3 * 2**30),
        ("int32", -(2**31), 2**30),
        ("int64", 0, 3 * 2**61),
        ("uint64", 0, 3 * 2**62),
        ("int64", -(2**63), 2**62),
    ],
)
def test_integers_have_no_modulo_bias(dtype, low, high, width):
    n = 120000
    x = np.asarray(random.randint((n,), low, high, dtype, seed=5))
    assert x.dtype == dtype
    thirds = np.array([int(v) for v in x[:30000].tolist()], object) - low
    assert min(thirds) >= 0 and max(thirds) < high - low
    for cells in ([int(v) % 3 for v in thirds], [int(v) * 3 // (high - low) for v in thirds]):
        shares = np.bincount(cells, minlength=3) / len(cells)
        assert np.abs(shares - 1 / 3).max() < 0.012


def test_integers_take_every_value(width):
    for dtype, low, high in (
        ("uint8", 0, 256), ("int8", -128, 128),
        ("int64", 2**53 + 1, 2**53 + 4),
        ("uint64", 2**64 - 3, 2**64), ("int64", -(2**63), -(2**63) + 2),
        ("int64", 2**63 - 2, 2**63),
    ):  # fmt: skip
        x = np.asarray(random.randint((20000,), low, high, dtype, seed=2))
        assert sorted(set(x.tolist())) == list(range(low, high))
    assert set(np.asarray(random.randint((50,), 7, 8, seed=1)).tolist()) == {7}


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_of_the_whole_range(dtype, width):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max + 1
    x = np.asarray(random.randint((20000,), low, int(high), dtype, seed=9)).astype("float64")
    assert abs((x.mean() - (low / 2 + high / 2)) / (high / 1.0 - low)) < 0.01
    assert abs(x.std() / (high / 1.0 - low) - math.sqrt(1 / 12)) < 0.01


@pytest.mark.parametrize(
    "dtype, low, high",
    [("uint8", -5, 5), ("uint8", 0, 257), ("int8", 0, 129), ("int32", 0, 2**31 + 1),
     ("uint64", -1, 5), ("uint64", 0, 2**64 + 1), ("int64", 0, 2**63 + 1), ("uint32", -1, 3)],
)  # fmt: skip
def test_bounds_that_the_dtype_cannot_hold(dtype, low, high):
    with pytest.raises(ValueError, match=rf"{dtype}.*{low}.*{high}|{low}.*{high}.*{dtype}"):
        random.randint((3,), low, high, dtype)


def test_bad_bounds():
    with pytest.raises(ValueError, match="minval 5 must be below maxval 5"):
        random.randint((3,), 5, 5)
    with pytest.raises(TypeError, match="0.5"):
        random.randint((3,), 0.5, 5)
    assert np.asarray(random.randint((3,), 2.0, 3.0)).tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="floating"):
        random.uniform((3,), 0, 5, dtype="int32")


def test_normal_tails_come_at_their_due_rate(width):
    """Of 2^25 draws some 1,900 lie beyond 4, 19 beyond 5, 1 beyond 5.4: fits a Poisson count."""
    n, chunk = 2**25, 2**22
    counts = dict.fromkeys((3.0, 4.0, 5.0), 0)
    for seed in range(n // chunk):
        x = np.abs(np.asarray(random.normal((chunk,), seed=seed)))
        for limit in counts:
            counts[limit] += int((x > limit).sum())
    for limit, found in counts.items():
        due = n * math.erfc(limit / math.sqrt(2))
        assert abs(found - due) < 4.5 * math.sqrt(due) + 1, (limit, found, due)


def test_dropout_mask_of_halves_keeps_the_rate():
    x = ops.ones((200000,), "bfloat16")
    y = np.asarray(ops.cast(random.dropout(x, 0.1, noise_shape=(200000,), seed=4), "float32"))
    assert abs((y == 0).mean() - 0.1) < 0.003


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "uint32"])
def test_the_uniform_initializer_draws_integers(dtype):
    x = initializers.RandomUniform(2, 6.0, seed=1)((4000,), dtype=dtype)
    counts = np.bincount(np.asarray(x), minlength=6)
    assert x.dtype == dtype and counts[:2].sum() == 0 and len(counts) == 6
    assert np.all(np.abs(counts[2:] - 1000) < 150)
    with pytest.raises(TypeError, match="whole numbers"):
        initializers.RandomUniform()((4,), dtype=dtype)
