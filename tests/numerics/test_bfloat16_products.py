"""Products and convolutions of bfloat16 at every width: avx512bf16 sums them by dot products of
pairs, the others convert to float32. Operands are exact in float64, which is the oracle."""

import itertools

import numpy as np
import pytest
from pronghorn import engine, layers, ops
from reference import padding_of

RNG = np.random.default_rng(11)
MATRICES = [
    (1, 1, 1),
    (1, 1, 7),
    (2, 3, 1),
    (3, 2, 5),
    (5, 17, 33),
    (14, 32, 64),
    (15, 33, 65),
    (1, 70, 101),
    (70, 1, 101),
    (1, 1100, 403),
    (1100, 1, 403),
    (1, 3, 9001),
    (29, 31, 2051),
    (130, 257, 127),
    (6, 5, 9001),
]


def halves(*shape, scale=1.0):
    """Random bfloat16 and the same numbers in float64."""
    return pair(RNG.standard_normal(shape) * scale)


def pair(x):
    x = ops.cast(np.asarray(x, "float32"), "bfloat16")
    return x, exact(x)


def exact(x):
    return np.array(ops.cast(x, "float64"))


def rounded(x):
    """float64 to the nearest bfloat16, as float64; x is exact in float32."""
    return exact(ops.cast(np.asarray(x, "float32"), "bfloat16"))


def check(found, want, sizes, terms):
    """Float32 sums of `terms` products, rounded once to bfloat16: half a unit in the last place,
    2^-8 of the result, and for each addition 2^-24 of the magnitudes. A dot product of a pair
    rounds twice, as two additions do; 2 more for bias and activation, and twice that to be safe."""
    assert found.dtype == "bfloat16" and found.shape == want.shape
    allowed = 2.0**-8 * np.abs(want) + 2 * (terms + 2) * 2.0**-24 * sizes * (1 + 2.0**-8)
    error = np.abs(exact(found) - want)
    assert (error <= allowed).all(), (error / np.maximum(allowed, 1e-300)).max()


@pytest.mark.parametrize("m, n, k", MATRICES)
def test_matmul(m, n, k, width):
    a, left = halves(m, k)
    b, right = halves(k, n)
    want, sizes = left @ right, np.abs(left) @ np.abs(right)
    check(ops.matmul(a, b), want, sizes, k)
    across, down = ops.cast(left.T, "bfloat16"), ops.cast(right.T, "bfloat16")
    for call, x, y in (
        ("mk,nk->mn", a, down),
        ("km,kn->mn", across, b),
        ("km,nk->mn", across, down),
        ("mk,kn->mn", a, b),
    ):
        check(ops.einsum(call, x, y), want, sizes, k)


@pytest.mark.parametrize("k", [1, 2, 3, 31, 128])
def test_sums_of_integers_are_exact(k, width):
    a, b = (RNG.integers(-8, 9, shape).astype("float64") for shape in ((37, k), (k, 45)))
    found = ops.matmul(ops.cast(a, "bfloat16"), ops.cast(b, "bfloat16"))
    np.testing.assert_array_equal(exact(found), rounded(a @ b))


@pytest.mark.parametrize("batch, m, n, k", [(3, 5, 6, 7), (9, 40, 33, 21), (2, 150, 140, 160)])
def test_batches(batch, m, n, k, width):
    a, left = halves(batch, m, k)
    b, right = halves(batch, k, n)
    sizes = np.abs(left) @ np.abs(right)
    check(ops.matmul(a, b), left @ right, sizes, k)
    turned = ops.cast(right.swapaxes(1, 2), "bfloat16")
    check(ops.einsum("bmk,bnk->bmn", a, turned), left @ right, sizes, k)
    heads = ops.einsum("bmk,bnk->nbm", a, turned)
    check(heads, (left @ right).transpose(2, 0, 1), sizes.transpose(2, 0, 1), k)


@pytest.mark.parametrize("act", [None, "relu", "relu6", "tanh", "sigmoid"])
@pytest.mark.parametrize("k", [33, 1500])
def test_bias_and_activation(act, k, width):
    """As a layer's program fuses them, and the gradients, which are products too."""
    x, left = halves(19, k)
    layer = layers.Dense(35, activation=act, dtype="bfloat16", bias_initializer="random_normal")
    layer.build((None, k))
    w, bias = (exact(v.value) for v in layer.weights)

    def step(x):
        with engine.GradientTape() as tape:
            weights = [v.value for v in layer.weights]
            tape.watch([x, *weights])
            y = layer(x)
        return y, *tape.gradient(y, [x, *weights])

    found, dx, dw, db = engine.trace.Function(step)(x)
    sums, sizes = left @ w + bias, np.abs(left) @ np.abs(w) + np.abs(bias)
    want = {
        None: sums,
        "relu": np.maximum(sums, 0),
        "relu6": np.clip(sums, 0, 6),
        "tanh": np.tanh(sums),
        "sigmoid": 1 / (1 + np.exp(-sums)),
    }[act]
    check(found, want, sizes + 1, k)  # an activation enlarges no error
    y = exact(found)
    if act in ("tanh", "sigmoid"):
        return  # their slope is rounded before it meets the product
    slope = np.ones_like(y) if act is None else (y > 0) * 1.0
    if act == "relu6":
        slope *= y < 6
    check(dx, slope @ w.T, slope @ np.abs(w).T, 35)
    check(dw, left.T @ slope, np.abs(left).T @ slope, 19)
    check(db, slope.sum(0), slope.sum(0), 19)


# images, size, channels, filters, window, strides, padding, dilation
CONVOLUTIONS = [
    (1, (8, 9), 1, 5, (3, 3), (1, 1), "valid", (1, 1)),
    (4, (28, 28), 1, 32, (3, 3), (1, 1), "valid", (1, 1)),
    (3, (13, 14), 3, 33, (3, 3), (1, 1), "same", (1, 1)),
    (2, (12, 12), 32, 48, (3, 3), (1, 1), "same", (1, 1)),
    (5, (11, 17), 7, 20, (5, 4), (1, 1), "same", (2, 1)),
    (2, (16, 15), 6, 10, (5, 5), (2, 2), "same", (1, 1)),
    (3, (15, 16), 5, 9, (2, 2), (3, 2), "valid", (1, 1)),
    (3, (14, 14), 4, 8, (1, 1), (2, 2), "valid", (1, 1)),
    (3, (10, 9), 19, 21, (1, 1), (1, 1), "valid", (1, 1)),
    (2, (4, 4), 64, 16, (3, 3), (1, 1), "valid", (1, 1)),
    (1, (9, 30), 130, 2, (3, 3), (1, 1), "same", (1, 1)),
]


def convolved(x, w, dy, strides, padding, dilation):
    """y, dx and dw, tap by tap."""
    pads = [
        padding_of(x.shape[i + 1], w.shape[i], strides[i], dilation[i], padding) for i in (0, 1)
    ]
    framed = np.pad(x, [(0, 0), pads[0][:2], pads[1][:2], (0, 0)])
    y, dx, dw = np.zeros_like(dy), np.zeros_like(framed), np.zeros_like(w)
    for i, j in itertools.product(range(w.shape[0]), range(w.shape[1])):
        rows, columns = (
            slice(tap * d, tap * d + (out - 1) * s + 1, s)
            for tap, d, s, (_, _, out) in zip((i, j), dilation, strides, pads, strict=True)
        )
        seen = framed[:, rows, columns]
        y += seen @ w[i, j]
        dx[:, rows, columns] += dy @ w[i, j].T
        dw[i, j] = np.einsum("nhwc,nhwk->ck", seen, dy)
    rows, columns = (slice(p[0], p[0] + n) for p, n in zip(pads, x.shape[1:3], strict=True))
    return y, dx[:, rows, columns], dw


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolutions(case, width):
    images, size, channels, filters, window, strides, padding, dilation = case
    x, image = halves(images, *size, channels)
    w, filter_ = halves(*window, channels, filters)

    def call(x, w):
        return ops.conv(x, w, strides, padding, dilation_rate=dilation)

    dy, slope = halves(*call(x, w).shape)

    def step(x, w, dy):
        with engine.GradientTape() as tape:
            tape.watch([x, w])
            y = call(x, w)
        return y, *tape.gradient(y, [x, w], output_gradients=dy)

    geometry = (strides, padding, dilation)
    want = convolved(image, filter_, slope, *geometry)
    sizes = convolved(np.abs(image), np.abs(filter_), np.abs(slope), *geometry)
    taps = window[0] * window[1]
    terms = (taps * channels, taps * filters, images * slope.shape[1] * slope.shape[2])
    # Winograd's sums have other terms than these: its own checkers hold it to 1e-5 of them
    winograd = window == (3, 3) and strides == dilation == (1, 1) and min(channels, filters) >= 16
    for found, exactly, magnitude, many in zip(step(x, w, dy), want, sizes, terms, strict=True):
        check(found, exactly, magnitude, max(many, 90 if winograd else 0))


def test_convolution_with_bias_and_activation(width):
    x, image = halves(3, 12, 11, 3)
    w, filter_ = halves(3, 3, 3, 24)
    bias, shift = halves(24)
    program = engine.trace.Function(lambda x, w, b: ops.relu(ops.conv(x, w) + b))
    (sums, _, _), (sizes, _, _) = (
        convolved(
            *(f(v) for v in (image, filter_, np.zeros((3, 10, 9, 24)))), (1, 1), "valid", (1, 1)
        )
        for f in (np.asarray, np.abs)
    )
    check(program(x, w, bias), np.maximum(sums + shift, 0), sizes + np.abs(shift), 27)


@pytest.mark.parametrize("k", [6, 7, 64, 65])
@pytest.mark.parametrize("turned", [False, True])
def test_infinity_and_nan_stay_in_their_rows(k, turned, width):
    _, left = halves(20, k)
    _, right = halves(k, 40)
    right[-1] = 1.5
    right[-1, 3], right[0, 5] = 0, np.nan
    left[2, -1], left[3, -1], left[4, 0], left[5, -1] = np.inf, -np.inf, np.nan, np.inf
    left[5, 0] = -np.inf
    with np.errstate(invalid="ignore"):
        want, sizes = left @ right, np.abs(left) @ np.abs(right)
    a, b = (ops.cast(v.astype("float32"), "bfloat16") for v in (left, right))
    if turned:
        rows, columns = (ops.cast(v.T.astype("float32"), "bfloat16") for v in (left, right))
        found = exact(ops.einsum("km,nk->mn", rows, columns))
    else:
        found = exact(ops.matmul(a, b))
    assert np.isnan(want[2, 3]) and np.isnan(want[4]).all() and np.isnan(want[:, 5]).all()
    np.testing.assert_array_equal(np.isnan(found), np.isnan(want))
    infinite = np.isinf(want)
    assert infinite.sum() > 60
    np.testing.assert_array_equal(found[infinite], want[infinite])
    finite = np.isfinite(want)
    found, want, sizes = found[finite], want[finite], sizes[finite]
    assert (np.abs(found - want) <= 2.0**-8 * np.abs(want) + 1e-5 * sizes).all()


@pytest.mark.parametrize("images", [2, 3])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_pixel_that_is_not_finite_reaches_its_windows_alone(images, channels, width):
    _, image = halves(images, 9, 9, channels)
    w, filter_ = halves(2, 3, channels, 18)
    image[0, 4, 5, channels - 1] = np.inf
    image[images - 1, 2, 3, 0] = np.nan
    x = ops.cast(image.astype("float32"), "bfloat16")
    dy, slope = halves(images, 8, 7, 18)

    def step(x, w, dy):
        with engine.GradientTape() as tape:
            tape.watch([x, w])
            y = ops.conv(x, w)
        return y, *tape.gradient(y, [x, w], output_gradients=dy)

    y, dx, dw = step(x, w, dy)
    with np.errstate(invalid="ignore"):
        want = convolved(image, filter_, slope, (1, 1), "valid", (1, 1))
    assert 0 < np.isnan(want[0]).sum() < want[0].size / 2
    np.testing.assert_array_equal(np.isnan(exact(y)), np.isnan(want[0]))
    np.testing.assert_array_equal(np.isposinf(exact(y)), np.isposinf(want[0]))
    assert np.isfinite(exact(dx)).all()
    np.testing.assert_array_equal(np.isfinite(exact(dw)), np.isfinite(want[2]))


def test_numbers_below_the_normal_ones(width):
    """avx512bf16 takes them as 0, which its documentation says; the others multiply them."""
    tiny = 2.0**-130
    a = ops.cast(np.full((3, 5), tiny, "float32"), "bfloat16")
    b = ops.cast(np.full((5, 20), 2.0**100, "float32"), "bfloat16")
    assert (exact(a) == tiny).all()
    found = exact(ops.matmul(a, b))
    assert (found == (0 if width == "avx512bf16" else 5 * 2.0**-30)).all()
    least = ops.cast(np.full((3, 5), 2.0**-126, "float32"), "bfloat16")
    assert (exact(ops.matmul(least, b)) == 5 * 2.0**-26).all()


def test_nothing_to_sum(width):
    zeros = ops.matmul(ops.zeros((3, 0), "bfloat16"), ops.zeros((0, 20), "bfloat16"))
    assert zeros.shape == (3, 20) and (exact(zeros) == 0).all()
    assert ops.matmul(ops.zeros((0, 4), "bfloat16"), ops.zeros((4, 2), "bfloat16")).shape == (0, 2)


def test_float32_is_the_same_with_dot_products():
    if "avx512bf16" not in engine.device.available_isas():
        pytest.skip("needs a processor with dot products of bfloat16")
    x = RNG.standard_normal((70, 210)).astype("float32")
    image = RNG.standard_normal((3, 20, 20, 17)).astype("float32")
    before, results = engine.device.isa(), []
    for name in ("avx512", "avx512bf16"):
        engine.device.force_isa(name)
        results.append(
            [np.asarray(ops.matmul(x, x.T)), np.asarray(ops.conv(image, image[0, :3, :3, :, None]))]
        )
    engine.device.force_isa(before)
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)
