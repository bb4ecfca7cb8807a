"""Sizes that only the run knows, used as numbers: in the `call` of layers on inputs of unknown
lengths, and on KerasTensors. What comes out is what the same function gives on arrays."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops

X = np.arange(60, dtype="float32").reshape(2, 3, 10) / 10

# x is (batch, n, 10) with unknown batch and n; the shape is the one that can be known beforehand
TABLE = {
    "pad to a length": (lambda x, b, n: ops.pad(x, ((0, 0), (0, 8 - n), (0, 0))), (None, 8, 10)),
    "pad by a length": (lambda x, b, n: ops.pad(x, [[0, 0], [n, 0], [1, 0]]), (None, None, 11)),
    "one_hot": (lambda x, b, n: ops.one_hot(ops.cast(x[..., 0], "int32"), n), (None, None, None)),
    "eye": (lambda x, b, n: ops.eye(n), (None, None)),
    "eye of two": (lambda x, b, n: ops.eye(n, 4, k=1), (None, 4)),
    "tri": (lambda x, b, n: ops.tri(n), (None, None)),
    "repeat": (lambda x, b, n: ops.repeat(x[:, :1], n, axis=1), (None, None, 10)),
    "roll by a size": (lambda x, b, n: ops.roll(x, n - 1, axis=1), (None, None, 10)),
    "roll by more": (lambda x, b, n: ops.roll(x, 5, axis=1), (None, None, 10)),
    "roll back": (lambda x, b, n: ops.roll(x, (-1, -n), axis=(0, 2)), (None, None, 10)),
    "linspace": (lambda x, b, n: ops.linspace(0.0, 1.0, n), (None,)),
    "top_k": (lambda x, b, n: ops.top_k(x[..., 0], n - 1)[0], (None, None)),
    "last step": (lambda x, b, n: x[:, n - 1], (None, 10)),
    "first of last two": (lambda x, b, n: x[:, n - 2, n:], (None, None)),
    "beginning": (lambda x, b, n: x[..., :n], (None, None, None)),
    "end": (lambda x, b, n: x[..., -n:], (None, None, None)),
    "rows of a table": (lambda x, b, n: ops.reshape(ops.arange(40), (10, 4))[:n], (None, 4)),
    "slice": (lambda x, b, n: ops.slice(x, (0, 0, 0), (1, 1, n)), (1, 1, None)),
    "slice from": (lambda x, b, n: ops.slice(x, (0, 1, n), (b, 1, 2)), (None, 1, 2)),
    "slice_update": (
        lambda x, b, n: ops.slice_update(x, (0, n - 1, 0), x[:, :1]),
        (None, None, 10),
    ),
    "scatter": (lambda x, b, n: ops.scatter([[0], [2]], [1.0, 2.0], (n,)), (None,)),
    "segments": (lambda x, b, n: ops.segment_sum(x[0], ops.arange(n), n), (None, 10)),
    "multi_hot": (lambda x, b, n: ops.multi_hot(ops.cast(x[..., 0], "int32"), n), (None, None)),
}  # fmt: skip
# what a KerasTensor cannot tell before the run
ONLY_IN_LAYERS = {
    "condition": (lambda x, b, n: x * 2 if n > 2 else x, (None, None, 10)),
    "cond": (lambda x, b, n: ops.cond(n > 3, lambda: x, lambda: x * 2), (None, None, 10)),
    "loop": (lambda x, b, n: ops.stack([x[:, i % 3] for i in range(2 * int(n > 1))], 1), None),
    "float": (lambda x, b, n: x / float(n), (None, None, 10)),
    "window": (lambda x, b, n: ops.hanning(n), (None,)),
    "arange of floats": (lambda x, b, n: ops.arange(ops.cast(n, "float32")), (None,)),
    "smaller": (lambda x, b, n: x[:, : min(n, 16)], (None, None, 10)),
}


class Through(ph.layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x, *ops.shape(x)[:2])


def agrees(outputs, inputs, function, shape):
    want = function(ops.convert_to_tensor(X), 2, 3)
    if shape is not None:
        assert outputs.shape == shape
    found = ph.Model(inputs, outputs)(X)
    assert found.dtype == outputs.dtype == want.dtype
    np.testing.assert_allclose(found, want)


@pytest.mark.parametrize("name", [*TABLE, *ONLY_IN_LAYERS])
def test_in_the_call_of_a_layer(name):
    function, shape = {**TABLE, **ONLY_IN_LAYERS}[name]
    inputs = ph.Input((None, 10))
    agrees(Through(function)(inputs), inputs, function, shape)


@pytest.mark.parametrize("name", TABLE)
def test_on_symbolic_tensors(name):
    function, shape = TABLE[name]
    inputs = ph.Input((None, 10))
    agrees(function(inputs, *ops.shape(inputs)[:2]), inputs, function, shape)


def test_weights_are_those_of_the_known_axes():
    class Padded(ph.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = ph.layers.Dense(4)

        def call(self, x):
            return self.dense(ops.pad(x, ((0, 0), (0, 8 - ops.shape(x)[1]), (0, 0))))

    inputs = ph.Input((None, 10))
    layer = Padded()
    outputs = layer(inputs)
    assert outputs.shape == (None, 8, 4) and layer.dense.kernel.shape == (10, 4)
    model = ph.Model(inputs, outputs)
    model.compile("sgd", "mse")
    assert model.predict(X, verbose=0).shape == (2, 8, 4)
    model.fit(X, np.zeros((2, 8, 4)), verbose=0)


def test_errors_stay_those_of_the_call():
    def wrong(x, b, n):
        raise ValueError(f"no {ops.eye(n).shape[0] and 'way'}")

    with pytest.raises(ValueError, match="no "):
        Through(wrong)(ph.Input((None, 10)))
    with pytest.raises(TypeError, match="is not known while the model is being built"):
        Through(lambda x, b, n: ops.ones((7, 3)) if n == 5 else [][n])(ph.Input((None, 10)))


def test_results_that_differ_in_rank_have_no_shape():
    with pytest.raises(TypeError, match="is not known while the model is being built"):
        Through(lambda x, b, n: x if n > 12 else x[0])(ph.Input((None, 10)))


def test_sizes_as_results_of_layers():
    class Lengths(ph.layers.Layer):
        def call(self, x):
            return x, ops.shape(x)[1], ops.shape(x)[1] / 2, ops.size(x)

    inputs = ph.Input((None, 10))
    x, length, half, count = Lengths()(inputs)
    assert length.shape == half.shape == count.shape == ()
    assert (length.dtype, half.dtype, count.dtype) == ("int32", "float32", "int32")
    outputs = x * ops.cast(length, "float32") + half
    model = ph.Model(inputs, [outputs, length, count])
    found, n, total = model.predict(X, verbose=0)
    np.testing.assert_allclose(found, X * 3 + 1.5, rtol=1e-6)
    assert n == 3 and total == 60


def test_numbers_of_sizes_are_not_those_of_a_try():
    class Sized(ph.layers.Layer):
        def call(self, x):
            n = ops.shape(x)[1]
            return ops.matmul(ops.eye(n), x), n, n * 2, n / 2

    x = ph.Input((None, 3))
    found = Sized()(x)
    assert [y.shape for y in found] == [(None, None, 3), (), (), ()]
    assert [y.dtype for y in found[1:]] == ["int32", "int32", "float32"]
    y, *sizes = ph.Model(x, found)(np.ones((2, 7, 3), "float32"))
    assert y.shape == (2, 7, 3) and [float(n) for n in sizes] == [7, 14, 3.5]
