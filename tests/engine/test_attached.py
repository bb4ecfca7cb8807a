"""Elementwise programs that a product runs over its own result."""

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, ops
from pronghorn.engine import Function


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape, dtype="float32") for shape in shapes]


def lines(f, *inputs):
    return f.program_for(*inputs).describe().splitlines()


def attached(text):
    return [line for line in text if " + elementwise[" in line.split(":")[0]]


def alone(text):
    return [line for line in text if line.startswith("elementwise[")]


def erf(x):
    from math import erf as one

    return np.vectorize(one)(x)


FOLLOWING = {
    "gelu": (lambda z, r: ops.gelu(z, False), lambda z, r: z * 0.5 * (1 + erf(z / 2**0.5))),
    "silu": (lambda z, r: ops.silu(z), lambda z, r: z / (1 + np.exp(-z))),
    "leaky_relu": (lambda z, r: ops.leaky_relu(z, 0.1), lambda z, r: np.where(z > 0, z, 0.1 * z)),
    "scale": (lambda z, r: z * 0.125, lambda z, r: z * 0.125),
    "add": (lambda z, r: z + r, lambda z, r: z + r),
    "add, relu": (lambda z, r: ops.relu(z + r), lambda z, r: np.maximum(z + r, 0)),
    "softplus": (lambda z, r: ops.softplus(z), lambda z, r: np.log1p(np.exp(z))),
}  # fmt: skip


@pytest.mark.parametrize("rows, cols", [(7, 10), (300, 520), (40, 2100)])  # in and beyond a cache
@pytest.mark.parametrize("name", FOLLOWING)
def test_what_follows_a_product_runs_in_it(name, rows, cols):
    call, expected = FOLLOWING[name]
    x, w, b, r = arrays((rows, 30), (30, cols), (cols,), (rows, cols))
    w /= 6

    def layer(x, w, b, r):
        return call(ops.matmul(x, w) + b, r)

    f = Function(layer)
    text = lines(f, x, w, b, r)
    assert len(attached(text)) == 1 and not alone(text), text
    result = f(x, w, b, r)
    z = x.astype("float64") @ w + b
    np.testing.assert_allclose(result, expected(z, r.astype("float64")), rtol=1e-5, atol=2e-6)
    eager = layer(*map(ops.convert_to_tensor, (x, w, b, r)))
    np.testing.assert_allclose(result, eager, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("winograd", [True, False])
@pytest.mark.parametrize("strides", [1, 2])
def test_a_residual_block_adds_in_its_convolution(strides, winograd):
    x, w, b = arrays((3, 29, 30, 24), (3, 3, 24, 40), (40,))
    size = (3, -(-29 // strides), -(-30 // strides), 40)
    (r,) = arrays(size, seed=1)
    w /= 15
    exact = strides > 1 or not winograd
    if exact:  # of multiples of 1/64 every partial sum is exact, in whatever order it comes
        x, w, b, r = (np.round(64 * a) / 64 for a in (x, w, b, r))

    def block(x, w, b, r):
        y = ops.conv(x, w, strides=strides, padding="same") + b
        return ops.relu(y + r)

    if not winograd:
        pronghorn.config.disable_winograd()
    try:
        f = Function(block)
        text = lines(f, x, w, b, r)
        assert len(attached(text)) == 1 and not alone(text), text
        eager = block(*map(ops.convert_to_tensor, (x, w, b, r)))
        if exact:
            np.testing.assert_array_equal(f(x, w, b, r), eager)
        np.testing.assert_allclose(f(x, w, b, r), eager, rtol=2e-6, atol=2e-6)
    finally:
        pronghorn.config.enable_winograd()


@pytest.mark.parametrize("activation", ["gelu", "silu", "leaky_relu"])
def test_gradients_are_factors_of_the_product_behind(activation):
    """Forward keeps the value before the activation, backward multiplies in the next product."""
    x, u, w = arrays((200, 30), (30, 400), (400, 500))

    def step(x, u, w):
        with engine.GradientTape() as tape:
            tape.watch([x, u, w])
            y = getattr(ops, activation)(ops.matmul(x, u / 6))
            loss = ops.sum(ops.square(ops.matmul(y, w / 20)))
        return loss, *tape.gradient(loss, [x, u, w])

    f = Function(step)
    text = lines(f, x, u, w)
    assert len(attached(text)) >= 2, text
    eager = step(*map(ops.convert_to_tensor, (x, u, w)))
    for a, b in zip(f(x, u, w), eager, strict=True):
        b = np.array(b)
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * np.abs(b).max())


def test_a_result_that_others_read_is_kept():
    x, w = arrays((300, 30), (30, 400))

    def layer(x, w):
        z = ops.matmul(x, w)
        return ops.silu(z), ops.sum(z, axis=0), z

    f = Function(layer)
    assert len(attached(lines(f, x, w))) == 1
    for a, b in zip(f(x, w), layer(*map(ops.convert_to_tensor, (x, w))), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_a_program_waits_for_who_reads_the_result_before():
    """The norm of the result is one of the program's inputs: it must be there first."""
    x, w = arrays((50, 30), (30, 40))

    def layer(x, w):
        z = ops.matmul(x, w)
        return z / ops.sqrt(ops.sum(ops.square(z), axis=-1, keepdims=True))

    f = Function(layer)
    z = x.astype("float64") @ w
    expected = z / np.linalg.norm(z, axis=-1, keepdims=True)
    np.testing.assert_allclose(f(x, w), expected, rtol=1e-5, atol=1e-6)


def test_columns_and_other_dtypes_join():
    x, w, c = arrays((300, 30), (30, 400), (300, 1))
    mask = np.arange(300 * 400).reshape(300, 400) % 3 == 0

    def layer(x, w, c, mask):
        return ops.where(mask, ops.matmul(x, w) * c, 0.0)

    f = Function(layer)
    text = lines(f, x, w, c, mask)
    assert len(attached(text)) == 1 and not alone(text), text
    expected = np.where(mask, (x @ w) * c, 0)
    np.testing.assert_allclose(f(x, w, c, mask), expected, rtol=1e-4, atol=1e-5)


def test_states_are_written_by_programs_of_their_own():
    """An update that reads its gradient from a product may still fail: it waits for the check."""
    x, y = arrays((32, 20), (32, 3))
    model = pronghorn.Sequential([pronghorn.Input((20,)), pronghorn.layers.Dense(3)])
    model.compile("adam", "mse")
    first = model.train_on_batch(x, y)
    for _ in range(30):
        last = model.train_on_batch(x, y)
    assert last < first
