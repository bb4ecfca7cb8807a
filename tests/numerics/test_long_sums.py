"""Sums of four million float32 terms stay within 1e-5, whatever adds them: products of every shape
and layout, gradients of weights, reductions, statistics, pooling, losses, tables."""

import numpy as np
import pytest
from pronghorn import engine, layers, ops

K = 4_000_000
LIMIT = 1e-5
CONV = ((1, 1), (0, 0, 0, 0), (1, 1))  # strides, padding, dilation


def native(name, inputs, attrs=()):
    return engine.dispatch.op(name)(tuple(engine.convert_to_tensor(x) for x in inputs), attrs)


@pytest.fixture(params=["uniform", "constant"])
def data(request):
    """Numbers in [0, 1), or all 0.1: equal terms are what one chain of additions bears worst."""
    rng = np.random.default_rng(0)

    def make(*shape):
        if request.param == "constant":
            return np.full(shape, 0.1, "float32")
        return rng.random(shape, dtype="float32")

    return make


def close(found, want, limit=LIMIT):
    found, want = np.asarray(found, "float64"), np.asarray(want, "float64")
    assert found.shape == want.shape
    assert np.abs(found - want).max() <= limit * np.abs(want).max()
    assert (np.abs(found - want) <= limit * np.abs(want)).all()


def wide(x):
    return x.astype("float64")


@pytest.mark.parametrize("m, n", [(1, 1), (1, 2), (1, 7), (2, 1), (7, 1), (2, 2), (3, 4), (8, 8)])
def test_products(data, m, n, width):
    a, b = data(m, K), data(K, n)
    want = wide(a) @ wide(b)
    turned_a, turned_b = (engine.convert_to_tensor(np.ascontiguousarray(x.T)) for x in (a, b))
    a, b = engine.convert_to_tensor(a), engine.convert_to_tensor(b)
    for ta, x in ((False, a), (True, turned_a)):
        for tb, y in ((False, b), (True, turned_b)):
            close(native("matmul", (x, y), (ta, tb)), want)


@pytest.mark.parametrize(
    "batch, m, k, n", [(3, 1, 900_000, 2), (40, 2, 20_000, 3), (2, 60, 20_000, 70)]
)
def test_batches_of_products(data, batch, m, k, n, threads):
    a, b = data(batch, m, k), data(batch, k, n)
    found = []
    for count in (1, 3):
        threads(count)
        found.append(np.asarray(ops.matmul(a, b)))
        close(found[-1], wide(a) @ wide(b))
    np.testing.assert_array_equal(*found)


def test_a_product_with_its_epilogue(data):
    x, w, bias = data(2, K // 4), data(K // 4, 3) / K, np.array([-0.1, 0.2, -9], "float32")
    layer = layers.Dense(3, "relu")
    layer.build(x.shape)
    layer.set_weights([w, bias])
    program = engine.trace.Function(lambda x: layer(x))
    want = np.maximum(wide(x) @ wide(w) + bias, 0)
    for y in (layer(x), program(engine.convert_to_tensor(x))):
        np.testing.assert_allclose(y, want, rtol=LIMIT, atol=LIMIT)


def test_the_gradient_of_weights(data):
    layer = layers.Dense(2)
    x = data(K // 2, 3)
    layer.build(x.shape)
    with engine.GradientTape() as tape:
        y = ops.sum(layer(x) * np.array([1, 3], "float32"))
    kernel, bias = tape.gradient(y, [layer.kernel, layer.bias])
    close(kernel, wide(x).sum(0)[:, None] * [1, 3])
    close(bias, [K // 2, 3 * (K // 2)])


def test_sums_over_any_axes(data, width):
    x = data(K)
    for name in ("sum", "mean"):
        close(getattr(ops, name)(x), getattr(wide(x), name)())
    close(ops.dot(x, x), wide(x) @ wide(x))
    close(ops.logsumexp(x), np.log(np.exp(wide(x)).sum()))
    for shape in ((K, 3), (3, K), (2, K // 4, 2, 2), (K // 40, 40)):
        x = data(*shape)
        for axes in (None, 0, 1, -1, (0, -1), (0, 1)):
            close(ops.sum(x, axis=axes), wide(x).sum(axis=axes))


def test_statistics(data, width):
    for shape in ((K, 1), (K // 4, 4), (K // 200, 200)):
        x = data(*shape)
        x[::2] += 1  # constants vary too
        dy = data(*shape)
        _, mean, variance, rstd = native("batch_norm_train", (x,), (1e-3, False, False))
        close(mean, wide(x).mean(0))
        close(variance, wide(x).var(0))
        unit = (wide(x) - wide(x).mean(0)) / np.sqrt(wide(x).var(0) + 1e-3)
        _, dgamma, dbeta = native("batch_norm_grad", (x, mean, rstd, dy), (False,))
        close(dbeta, wide(dy).sum(0))
        assert (
            np.abs(np.asarray(dgamma) - (dy * unit).sum(0)).max()
            < LIMIT * np.abs(dy * unit).sum(0).max()
        )
        close(ops.std(x, axis=0), wide(x).std(0))


def test_losses(data, width):
    x = data(1, K)
    shifted = wide(x)[0] - wide(x).max()
    total = np.exp(shifted).sum()
    close(ops.softmax(x)[0], np.exp(shifted) / total)
    close(ops.log_softmax(x)[0], shifted - np.log(total))
    close(
        ops.sparse_categorical_crossentropy(np.array([7]), x, from_logits=True),
        [np.log(total) - shifted[7]],
    )
    labels = (wide(x) / wide(x).sum()).astype("float32")
    loss = ops.categorical_crossentropy(labels, x, from_logits=True)
    close(loss, [(wide(labels)[0] * (np.log(total) - shifted)).sum()])
    y, dy = (np.exp(shifted) / total)[None].astype("float32"), data(1, K)
    dy[0, 0] = 3
    want = wide(y) * (wide(dy) - (wide(y) * dy).sum())
    assert np.abs(np.asarray(native("softmax_grad", (y, dy))) - want).max() < LIMIT * want.max()


def test_pooling(data, width):
    for shape, window in (((1, 2000, 2000, 2), (2000, 2000)), ((1, 1, K, 1), (1, K))):
        x = data(*shape)
        close(ops.average_pool(x, window), wide(x).mean((1, 2), keepdims=True))


@pytest.mark.parametrize("size, channels, filters", [(3, 1, 4), (3, 2, 3), (1, 2, 3), (3, 16, 16)])
def test_the_gradient_of_filters(data, size, channels, filters, width):
    side = 2000 if channels < 16 else 600
    x, out = data(1, side, side, channels), side - size + 1
    dy = data(1, out, out, filters)
    found = native("conv2d_grad_filter", (x, dy), (*CONV, 1, size, size))
    turned = np.ascontiguousarray(wide(dy[0]).reshape(-1, filters))
    want = np.empty((size, size, channels, filters))
    for i in range(size):
        for j in range(size):
            part = wide(x[0, i : i + out, j : j + out]).reshape(-1, channels)
            want[i, j] = part.T @ turned
    close(found, want)


def test_the_gradient_of_filters_over_long_rows(data, width):
    x, dy = data(1, 1, K, 1), data(1, 1, K - 2, 2)
    found = native("conv2d_grad_filter", (x, dy), (*CONV, 1, 1, 3))
    close(found[0, :, 0], [wide(x)[0, 0, i : i + K - 2, 0] @ wide(dy)[0, 0] for i in range(3)])
    x = data(1, 1, K // 4, 3)
    found = native("conv2d_grad_filter", (x, x), (*CONV, 3, 1, 1))
    close(found.numpy().ravel(), (wide(x) ** 2).sum((0, 1, 2)))


def test_the_gradient_of_depthwise_filters(data, width):
    x, dy = data(1, 1000, 1000, 5), data(1, 998, 998, 5)
    found = native("conv2d_grad_filter", (x, dy), (*CONV, 5, 3, 3))
    want = [
        [(wide(x[0, i : i + 998, j : j + 998]) * dy[0]).sum((0, 1)) for j in range(3)]
        for i in range(3)
    ]
    close(found[:, :, 0], want)


def test_the_gradient_of_large_filters(data):
    x, dy = data(1, 700, 700, 1), data(1, 680, 689, 2)
    found = native("conv2d_grad_filter", (x, dy), (*CONV, 1, 21, 12))
    want = wide(x)[0, 20:, 11:, 0].ravel() @ wide(dy)[0].reshape(-1, 2)
    close(found[20, 11, 0], want)


def test_deep_convolutions(data, width):
    x, w = data(1, 1, 2, K), data(1, 1, K, 2)
    close(ops.reshape(ops.conv(x, w), (2, 2)), wide(x)[0, 0] @ wide(w)[0, 0])
    deep = K // 9
    x, w, bias = data(1, 3, 8, deep), data(3, 3, deep, 2), data(2)
    layer = layers.Conv2D(2, 3, activation="relu")
    layer.build(x.shape)
    layer.set_weights([w, bias])
    want = [np.einsum("hwc,hwck->k", wide(x[0, :, j : j + 3]), wide(w)) + bias for j in range(6)]
    close(layer(x)[0, 0], want)
    dy, w = data(1, 2, 2, deep), data(3, 3, 1, deep)
    dx = native("conv2d_grad_input", (w, dy), ((2, 2), *CONV[1:], 1, 5, 5))
    want = (wide(dy)[0, 0, 0] * w[2, 2, 0] + wide(dy)[0, 1, 0] * w[0, 2, 0]
            + wide(dy)[0, 0, 1] * w[2, 0, 0] + wide(dy)[0, 1, 1] * w[0, 0, 0]).sum()  # fmt: skip
    close(dx[0, 2, 2, 0], want)


def test_a_row_that_meets_every_update(data, width, threads):
    for rows, inner in ((3, 2), (500, 3), (3, 600)):
        n = K if inner < 4 else 70_000
        index = np.zeros(n, "int32")
        index[::1000] = rows - 1
        updates = data(n, inner)
        found = []
        for count in (1, 3):
            threads(count)
            found.append(np.asarray(ops.scatter_add(index, updates, rows)))
        np.testing.assert_array_equal(*found)
        for row in (0, rows - 1):
            close(found[0][row], wide(updates[index == row]).sum(0))
    updates = data(70_000, 1)
    updates[5] = np.inf
    assert np.isposinf(ops.scatter_add(np.zeros(70_000, "int32"), updates, 1).numpy()).all()
