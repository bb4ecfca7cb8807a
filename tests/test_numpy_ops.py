"""Functions that NumPy has too, where one row of the op table says too little: edges, errors, ints,
unknown sizes. NumPy is the oracle."""

import numpy as np
import pronghorn
import pytest
from pronghorn import ops

RANDOM = np.random.RandomState(0)


def same(have, want, **options):
    np.testing.assert_allclose(np.asarray(have), want, **{"rtol": 1e-6, **options})


# ---- order
@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int8", "uint16", "int64", "uint64", "bool"]
)
@pytest.mark.parametrize("n", [1, 7, 48, 49, 500])
def test_sort_of_every_dtype(dtype, n):
    x = (RANDOM.randint(-100, 100, (3, n)) * 1.7).astype(dtype)
    assert np.array_equal(ops.sort(x), np.sort(x, -1))
    assert np.array_equal(ops.argsort(x), np.argsort(x, -1, kind="stable"))


def test_sort_beyond_32_bits():
    x = RANDOM.randint(-(2**62), 2**62, 300)
    assert np.array_equal(ops.sort(x), np.sort(x))


def test_nan_and_negative_zero_in_order():
    x = np.array([0.0, np.nan, -0.0, -np.inf, 1.0, np.inf], "float32")
    assert np.argsort(x, kind="stable").tolist() == ops.argsort(x).tolist() == [3, 0, 2, 4, 5, 1]
    assert ops.top_k(x, 2)[1].tolist() == [1, 5]


@pytest.mark.parametrize("k", [0, 1, 5, 64, 65, 600])
def test_top_k_takes_the_first_of_equals(k):
    x = RANDOM.randint(0, 30, (2, 600)).astype("float32")
    values, places = ops.top_k(x, k)
    order = np.argsort(-x, -1, kind="stable")[:, :k]
    assert np.array_equal(places, order)
    assert np.array_equal(values, np.take_along_axis(x, order, -1))


def test_top_k_refuses_what_is_not_there():
    with pytest.raises(ValueError, match=r"k is 4.*\(2, 3\)"):
        ops.top_k(np.zeros((2, 3)), 4)
    with pytest.raises(ValueError, match="k=-1"):
        ops.top_k(np.zeros(3), -1)


def test_in_top_k():
    scores = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], "float32")
    assert ops.in_top_k([2, 2], scores, 2).tolist() == [True, False]
    assert ops.in_top_k([3, -1], scores, 3).tolist() == [False, False]


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    edges, values = np.sort(RANDOM.randint(0, 50, 40)), RANDOM.randint(-5, 60, (4, 9))
    assert np.array_equal(
        ops.searchsorted(edges, values, side), np.searchsorted(edges, values, side)
    )
    assert np.array_equal(ops.digitize(values, edges), np.digitize(values, edges))
    with pytest.raises(ValueError, match="1-D"):
        ops.searchsorted(np.zeros((2, 2)), values)


# ---- running values
@pytest.mark.parametrize("axis", [0, 1, 2, None])
def test_running_values(axis):
    x = RANDOM.rand(3, 5, 40) + 0.5
    same(ops.cumsum(x, axis=axis), np.cumsum(x, axis))
    same(ops.cumprod(x, axis=axis), np.cumprod(x, axis))
    whole = RANDOM.randint(-9, 9, (3, 5, 40)).astype("int8")
    assert np.array_equal(ops.cumsum(whole, axis, dtype="int64"), np.cumsum(whole, axis))


def test_a_long_sum_stays_exact_enough():
    x = np.full(4_000_000, 0.1, "float32")
    assert abs(float(ops.cumsum(x)[-1]) / (4e6 * float(x[0])) - 1) < 1e-6


def test_cumprod_has_gradients_beside_zeros():
    for x in ([2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [1.5, 2.0, -1.0]):
        v = pronghorn.Variable(np.array(x, "float64"), dtype="float64")
        with pronghorn.GradientTape() as tape:
            y = ops.sum(ops.cumprod(v))
        a, b, c = x
        same(tape.gradient(y, v), [1 + b + b * c, a + a * c, a * b])


def test_running_values_that_skip_nan():
    x = np.array([[1.0, np.nan, 3.0], [np.nan, 2.0, 1.0]])
    same(ops.nancumsum(x, axis=1), np.nancumsum(x, 1))
    same(ops.nancumprod(x, axis=0), np.nancumprod(x, 0))


# ---- statistics
@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles(method):
    x = RANDOM.randn(3, 4, 5)
    for axis in (None, 1, (0, 2)):
        for q in (0.0, 0.3, 1.0, [0.1, 0.9]):
            want = np.quantile(x, q, axis=axis, method=method, keepdims=True)
            same(ops.quantile(x, q, axis, method, True), want)
            same(ops.percentile(x, np.multiply(q, 100), axis, method), np.quantile(
                x, q, axis=axis, method=method))  # fmt: skip
    with pytest.raises(ValueError, match="method=cubic"):
        ops.quantile(x, 0.5, method="cubic")


def test_nan_in_quantiles():
    x = np.array([[np.nan, 1.0, 2.0], [3.0, 4.0, 5.0], [np.nan] * 3])
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning):
        same(ops.nanquantile(x, 0.4, axis=1), np.nanquantile(x, 0.4, axis=1))
    same(ops.median(x, axis=1), [np.nan, 4.0, np.nan])


def test_counts():
    x = RANDOM.randint(0, 7, 50)
    assert np.array_equal(ops.bincount(x), np.bincount(x))
    same(ops.bincount(x, weights=x * 0.5, minlength=12), np.bincount(x, x * 0.5, 12))
    assert ops.bincount([[0, 1], [2, 2]]).tolist() == [[1, 1, 0], [0, 0, 2]]
    values = RANDOM.randn(200)
    for have, want in zip(ops.histogram(values, bins=7), np.histogram(values, 7)):
        same(have, want, rtol=1e-5, atol=1e-6)
    same(ops.histogram(values, range=(-1.0, 1.0))[0], np.histogram(values, range=(-1, 1))[0])
    assert np.array_equal(ops.isin(x, [2, 5]), np.isin(x, [2, 5]))
    with pytest.raises(ValueError, match="negative.*-1"):
        ops.bincount([-1, 2])


@pytest.mark.parametrize(
    "name", ["nanmax", "nanmin", "nanargmax", "nanargmin", "nanmean", "nanvar"]
)
def test_ignoring_nan(name):
    x = np.array([[np.nan, 1.0, 2.0], [3.0, 5.0, 4.0]])
    same(getattr(ops, name)(x, axis=1), getattr(np, name)(x, axis=1))


# ---- places
def test_take_along_axis_reads_no_other_row():
    x = np.arange(6.0).reshape(2, 3)
    with pytest.raises(ValueError, match="out of range"):
        ops.take_along_axis(x, [[3], [0]], axis=1)
    same(ops.take_along_axis(x, [[-1], [0]], axis=1), [[2.0], [3.0]])


def test_scatter_and_updates():
    assert ops.scatter([[0], [2], [0]], [1, 2, 3], (3,)).tolist() == [4, 0, 2]
    same(ops.scatter([[0, 1]], [5.0], (2, 2)), [[0, 5], [0, 0]])
    x = [1.0, 2.0, 3.0]
    for how, want in ((None, 8), ("add", 19), ("mul", 144), ("max", 9), ("min", 2)):
        same(ops.scatter_update(x, [[1], [1]], [9.0, 8.0], how), [1.0, want, 3.0])
    same(ops.slice_update(np.zeros((3, 3)), (1, 0), [[1.0, 2.0]]), [[0] * 3, [1, 2, 0], [0] * 3])
    with pytest.raises(ValueError, match="out of range"):
        ops.scatter([[0, 2]], [1.0], (2, 2))
    with pytest.raises(ValueError, match="does not lie inside"):
        ops.slice_update([1, 2, 3], [2], [1, 1])
    with pytest.raises(ValueError, match="reduction=mean"):
        ops.scatter_update(x, [[0]], [1.0], "mean")


def test_segments():
    data, ids = RANDOM.randn(6, 2), [0, 2, 0, -1, 2, 3]
    want = np.zeros((4, 2))
    for row, segment in zip(data, ids):
        if segment >= 0:
            want[segment] += row
    same(ops.segment_sum(data, ids, 4), want)
    assert ops.segment_max([1, 5, 2], [0, 0, 1]).tolist() == [5, 2]
    assert ops.unravel_index([5, 1], (2, 3))[0].tolist() == [1, 0]


# ---- integers and the rest
def test_integers_are_exact():
    big = 2**62 + 1
    assert ops.bitwise_and(big, 2**62 + 3).item() == big
    assert ops.left_shift(np.int8(1), np.int8(8)).item() == 0
    assert ops.right_shift(np.int8(-1), np.int8(9)).item() == -1
    assert ops.bitwise_not(np.array([True, False])).tolist() == [False, True]
    assert ops.gcd(np.int64(-12), 18).item() == 6 and ops.lcm(4, 0).item() == 0
    with pytest.raises(TypeError, match="expected integers"):
        ops.bitwise_or(1.5, 2)


def test_special_values():
    inf = float("inf")
    same(ops.erfinv([-1.0, 0.0, 1.0, 1.5]), [-inf, 0, inf, np.nan])
    same(ops.i0(np.array([0.0, 24.9, 25.1, 700.0])), np.i0([0.0, 24.9, 25.1, 700.0]), rtol=1e-12)
    same(ops.cbrt([-8.0, 27.0]), [-2, 3])
    assert ops.log2(2.0 ** np.arange(-20.0, 20)).tolist() == list(range(-20, 20))
    assert ops.log10([1000.0]).tolist() == [3.0]
    assert ops.signbit([-0.0, 0.0, -1.0]).tolist() == [True, False, True]
    same(ops.logaddexp(-inf, -inf), -inf)
    same(ops.hypot(1e30, 1e30), 2**0.5 * 1e30)
    same(ops.nextafter(np.float32(1), 2), np.nextafter(np.float32(1), np.float32(2)), rtol=0)
    same(ops.sinc([0.0, 0.5]), np.sinc([0.0, 0.5]))
    same(ops.kaiser(5, 2.0), np.kaiser(5, 2.0))
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        for n in (1, 2, 7):
            same(getattr(ops, name)(n), getattr(np, name)(n), atol=1e-6)


def test_activations_made_of_pieces():
    x = np.array([-2.0, -0.3, 0.0, 0.3, 2.0], "float32")
    same(ops.celu(x), np.where(x > 0, x, np.expm1(x)))
    same(ops.hard_shrink(x), [-2, 0, 0, 0, 2])
    same(ops.soft_shrink(x), [-1.5, 0, 0, 0, 1.5])
    same(ops.tanh_shrink(x), x - np.tanh(x), atol=1e-6)
    same(ops.squareplus(x), (x + np.sqrt(x * x + 4)) / 2)
    same(ops.sparse_plus(x), [0, 0.1225, 0.25, 0.4225, 2])
    same(ops.sparse_sigmoid(x), [0, 0.35, 0.5, 0.65, 1])
    same(ops.threshold(x, 0.1, -7), [-7, -7, -7, 0.3, 2])
    same(ops.glu(np.array([1.0, 2.0, 0.0, 0.0])), [0.5, 1.0])
    same(ops.sparsemax([1.0, 0.5, -1.0]), [0.75, 0.25, 0.0])
    assert ops.multi_hot([[0, 2], [1, 1]], 3).tolist() == [[1, 0, 1], [0, 1, 0]]
    with pytest.raises(ValueError, match="divisible by 2"):
        ops.glu(x)


def test_depth_and_space_are_inverses():
    x = np.arange(2 * 4 * 6 * 3.0).reshape(2, 4, 6, 3)
    deep = ops.space_to_depth(x, 2)
    assert deep.shape == (2, 2, 3, 12)
    same(deep[0, 0, 0], np.concatenate([x[0, 0, 0], x[0, 0, 1], x[0, 1, 0], x[0, 1, 1]]))
    same(ops.depth_to_space(deep, 2), x)


def test_ranges():
    same(ops.linspace(0, 10, 5), np.linspace(0, 10, 5))
    same(ops.linspace([0.0, 1.0], 2.0, 4, endpoint=False, axis=-1),
         np.linspace([0.0, 1.0], 2.0, 4, endpoint=False, axis=-1))  # fmt: skip
    same(ops.logspace(0, 3, 4), np.logspace(0, 3, 4))
    same(ops.geomspace(1.0, 1000.0, 4), [1, 10, 100, 1000])
    same(ops.vander([1, 2, 3]), np.vander([1, 2, 3]))
    same(ops.trapezoid([1.0, 2.0, 4.0], x=[0.0, 1.0, 3.0]), 7.5)


def test_unknown_batches():
    x = pronghorn.Input((3, 4))
    outputs = [
        ops.cumsum(x, axis=1), ops.sort(x), ops.top_k(x, 2)[0], ops.tile(x, (1, 2, 1)),
        ops.einsum("bij,jk->bik", x, np.ones((4, 2), "float32")), ops.tril(x),
        ops.take_along_axis(x, ops.argsort(x), axis=-1), ops.roll(x, 1, axis=2), ops.tan(x),
        ops.arctan2(x, x),
    ]  # fmt: skip
    value = RANDOM.rand(5, 3, 4).astype("float32") + 0.1
    have = pronghorn.Model(x, outputs).predict(value, verbose=0)
    for y, symbolic in zip(have, outputs):
        assert symbolic.shape == (None, *y.shape[1:])
    same(have[0], np.cumsum(value, 1))
    same(have[3], np.tile(value, (1, 2, 1)))
    same(have[4], value.sum(-1, keepdims=True).repeat(2, -1))
    same(have[6], np.sort(value, -1))
    same(have[9], np.full_like(value, np.pi / 4))


@pytest.mark.parametrize(
    "equation, shapes, message",
    [
        ("ij,jk->ik", [(2, 3), (4, 5)], "'j'.*3 and 4"),
        ("ij", [(2, 3), (2,)], "names 1 operands.*2"),
        ("ij->ijk", [(2, 3)], r"\['k'\].*no operand"),
        ("ijk->i", [(2, 3)], "does not fit an operand of 2 axes"),
        ("i?->i", [(2, 3)], r"'\?'"),
        ("ij->ii", [(2, 3)], "names a label twice"),
    ],
)
def test_equations_that_do_not_fit(equation, shapes, message):
    with pytest.raises(ValueError, match=message):
        ops.einsum(equation, *(np.zeros(s) for s in shapes))
