"""Gradients of recurrent ops: against finite differences of NumPy's definition, against the plain
definition, of order 2, in programs, and for any number of threads."""

import itertools

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import engine, ops
from pronghorn.engine import device
from pronghorn.ops import recurrent as ours
from recurrent_reference import ACTIVATIONS, mask_of, problem, recurrent

KINDS = [("simple_rnn", {}), ("lstm", {}), ("gru", {}), ("gru", {"reset_after": False})]
kinds = pytest.mark.parametrize(
    "kind, options", KINDS, ids=["simple_rnn", "lstm", "gru", "gru-reset_before"]
)
STEP = 1e-6


class Scalar:
    """sum(outputs * fixed weights), of all float inputs: ours, its gradients, and NumPy's."""

    def __init__(self, kind, sizes, dtype="float64", bias=True, only=None, **options):
        self.kind, self.options = kind, options
        x, states, weights = problem(kind, options, *sizes, bias=bias, dtype=dtype)
        self.inputs, self.count = [x, *states, *weights], len(states)
        rng = np.random.default_rng(5)
        shapes = [np.shape(o) for o in self.oracle(self.inputs)]
        self.weights = [rng.uniform(-1, 1, s).astype(dtype) for s in shapes]
        self.only = range(len(shapes)) if only is None else only
        self.directions = [rng.uniform(-1, 1, i.shape).astype(dtype) for i in self.inputs]

    def oracle(self, inputs):
        x, states, weights = inputs[0], inputs[1 : 1 + self.count], inputs[1 + self.count :]
        return recurrent(self.kind, x, states, *weights, **self.options)

    def oracle_value(self, inputs):
        found = self.oracle(inputs)
        return sum(np.sum(found[k] * self.weights[k]) for k in self.only)

    def value(self, inputs):
        found = getattr(ours, self.kind)(*inputs, **self.options)
        return sum(ops.sum(found[k] * self.weights[k]) for k in self.only)

    def gradients(self, function, inputs):
        inputs = [engine.convert_to_tensor(i) for i in inputs]
        with engine.GradientTape() as tape:
            for i in inputs:
                tape.watch(i)
            y = function(inputs)
        return tape.gradient(y, inputs)

    def slope(self, inputs):
        found = self.gradients_of(inputs)
        return sum(ops.sum(g * g * d) for g, d in zip(found, self.directions))

    def gradients_of(self, inputs):
        with engine.GradientTape() as tape:
            for i in inputs:
                tape.watch(i)
            y = self.value(inputs)
        return tape.gradient(y, inputs)

    def check(self, function, oracle, tolerance):
        found = self.gradients(function, self.inputs)
        for g, i in zip(found, self.inputs):
            assert g.shape == i.shape
        for k, (g, d) in enumerate(zip(found, self.directions)):
            ends = []
            for step in (STEP, -STEP):
                moved = list(self.inputs)
                moved[k] = moved[k] + step * d
                ends.append(float(oracle(moved)))
            slope = (ends[0] - ends[1]) / (2 * STEP)
            np.testing.assert_allclose(np.sum(np.asarray(g) * d), slope, rtol=tolerance, atol=1e-7)


@kinds
@pytest.mark.parametrize("how", ["none", "random", "ends", "row"])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("zero", [False, True])
def test_finite_differences(kind, options, how, backwards, sequences, zero):
    device.reset_compose_count()
    scalar = Scalar(
        kind, (3, 5, 2, 3), mask=mask_of(how, 3, 5), go_backwards=backwards,
        return_sequences=sequences, zero_output_for_mask=zero, **options,
    )  # fmt: skip
    scalar.check(scalar.value, scalar.oracle_value, 1e-6)
    assert device.compose_count() == 0


@kinds
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (2, 4, 3, 9), (17, 2, 3, 5)], ids=str)
@pytest.mark.parametrize("only", [(0,), (1,), (-1,)])
@pytest.mark.parametrize("bias", [False, True])
def test_one_output_and_no_bias(kind, options, sizes, only, bias, width):
    scalar = Scalar(kind, sizes, only=only, bias=bias, **options)
    scalar.check(scalar.value, scalar.oracle_value, 1e-5)


@kinds
@pytest.mark.parametrize("pair", list(itertools.product(ACTIVATIONS, ACTIVATIONS)), ids="-".join)
def test_activations(kind, options, pair):
    if kind != "simple_rnn":
        options = {**options, "recurrent_activation": pair[1]}
    elif pair[1] != "tanh":
        return  # it has one activation
    scalar = Scalar(kind, (2, 3, 2, 3), activation=pair[0], **options)
    scalar.check(scalar.value, scalar.oracle_value, 1e-5)


@kinds
@pytest.mark.parametrize("how", ["none", "random"])
def test_gradient_of_gradient(kind, options, how):
    scalar = Scalar(kind, (2, 3, 2, 3), mask=mask_of(how, 2, 3), **options)
    as_tensors = lambda inputs: scalar.slope([engine.convert_to_tensor(i) for i in inputs])
    scalar.check(scalar.slope, as_tensors, 1e-5)


@kinds
@pytest.mark.parametrize("how", ["none", "random", "ends"])
@pytest.mark.parametrize("sizes", [(1, 3, 2, 17), (19, 3, 4, 33)], ids=str)
def test_kernels_equal_plain(kind, options, how, sizes, width):
    batch, time = sizes[:2]
    mask = mask_of(how, batch, time)
    x, states, weights = problem(kind, options, *sizes, dtype="float64")
    cell = 1 if kind == "lstm" else 0 if kind == "simple_rnn" else 3 - (len(options) > 0)
    inputs = [x, *weights[:2], *states, weights[2]] + ([mask] if mask is not None else [])
    inputs = tuple(engine.convert_to_tensor(i) for i in inputs)
    attrs = (cell, 2, 3, True, mask is not None, True, False, True)
    rnn, rnn_grad = engine.dispatch.op("rnn"), engine.dispatch.op("rnn_grad")
    results = rnn(inputs, attrs)
    for have, want in zip(results, rnn.compose(inputs, attrs), strict=True):
        np.testing.assert_allclose(have, want, atol=1e-12)
    n = len(states)
    rng = np.random.default_rng(2)
    seeds = [engine.convert_to_tensor(rng.normal(size=r.shape)) for r in results[: 1 + n]]
    given = (*inputs, *results[1 + n :], *seeds)
    attrs = (*attrs, 2 ** (len(inputs) - (mask is not None)) - 1, True, True, n == 2)
    for have, want in zip(rnn_grad(given, attrs), rnn_grad.compose(given, attrs), strict=True):
        np.testing.assert_allclose(have, want, atol=1e-11)


@kinds
@pytest.mark.parametrize("dtype, tolerance", [("float16", 2e-2), ("bfloat16", 1e-1)])
def test_halves(kind, options, dtype, tolerance):
    exact = Scalar(kind, (3, 4, 5, 6), mask=mask_of("random", 3, 4), **options)
    half = [ops.cast(i, dtype) for i in exact.inputs]
    found = getattr(ours, kind)(*half, **exact.options)
    for have, want in zip(found, exact.oracle(exact.inputs)):
        assert have.dtype == dtype
        np.testing.assert_allclose(ops.cast(have, "float64"), want, atol=tolerance)
    with engine.GradientTape() as tape:
        for h in half:
            tape.watch(h)
        y = sum(ops.sum(o) for o in getattr(ours, kind)(*half, **exact.options))
    assert [g.dtype for g in tape.gradient(y, half)] == [dtype] * len(half)


@kinds
def test_bitwise_equal_for_any_thread_count(kind, options, threads, width):
    scalar = Scalar(kind, (70, 9, 8, 40), dtype="float32", mask=mask_of("random", 70, 9), **options)
    results = []
    for count in (1, 2, 3, 16):
        threads(count)
        found = getattr(ours, kind)(*scalar.inputs, **scalar.options)
        found = [*found, *scalar.gradients(scalar.value, scalar.inputs)]
        results.append([np.array(f) for f in found])
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("layer", ["SimpleRNN", "LSTM", "GRU"])
@pytest.mark.parametrize("masks", [False, True])
def test_training_uses_the_kernels(layer, masks):
    device.reset_compose_count()
    model = ph.Sequential(
        [
            ph.Input((None,), dtype="int32"),
            ph.layers.Embedding(20, 8, mask_zero=masks),
            getattr(ph.layers, layer)(6, return_sequences=True),
            getattr(ph.layers, layer)(5),
            ph.layers.Dense(1, activation="sigmoid"),
        ]
    )
    rng = np.random.default_rng(0)
    x = rng.integers(0, 20, (64, 7))
    y = (x[:, -1] > 10).astype("float32")[:, None]
    model.compile(ph.optimizers.Adam(0.02), "binary_crossentropy")
    losses = model.fit(x, y, epochs=30, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.6 * losses[0]
    model.predict(x, verbose=0)
    assert device.compose_count() == 0


def test_one_state_given_twice():
    x, states, weights = problem("lstm", {}, 2, 3, 4, 5, dtype="float64")
    state = engine.convert_to_tensor(states[0])
    with engine.GradientTape() as outer:
        outer.watch(state)
        with engine.GradientTape() as tape:
            tape.watch(state)
            y, h, c = ours.lstm(x, state, state, *weights)
            total = ops.sum(y * y)
        first = tape.gradient(total, state)
        second = ops.sum(first * first)
    found = outer.gradient(second, state)
    both = lambda s: sum(np.sum(o * o) for o in recurrent("lstm", x, [s, s], *weights)[:1])
    direction = np.random.default_rng(1).normal(size=states[0].shape)
    ends = [both(states[0] + s * direction) for s in (STEP, -STEP)]
    np.testing.assert_allclose(
        np.sum(np.asarray(first) * direction), (ends[0] - ends[1]) / (2 * STEP), rtol=1e-6
    )
    assert found.shape == state.shape and np.isfinite(np.asarray(found)).all()


@pytest.mark.parametrize(
    "change, words",
    [
        ({"h0": (2, 6)}, r"initial state has shape \(2, 6\); expected \(2, 5\)"),
        ({"c0": (3, 5)}, r"second initial state has shape \(3, 5\)"),
        ({"kernel": (3, 20)}, r"kernel has shape \(3, 20\); expected \(4, 20\)"),
        ({"recurrent_kernel": (5, 19)}, r"recurrent kernel has shape \(5, 19\)"),
        ({"bias": (2, 20)}, r"bias has shape \(2, 20\)"),
        ({"mask": (2, 4)}, r"mask has shape \(2, 4\); expected \(2, 3\)"),
        ({"x": (2, 4)}, r"\(2, 4\); expected \(batch, time, features\)"),
    ],
)
def test_wrong_shapes(change, words):
    shapes = {
        "x": (2, 3, 4), "h0": (2, 5), "c0": (2, 5), "kernel": (4, 20), "recurrent_kernel": (5, 20),
        "bias": (20,), "mask": (2, 3), **change,
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        ours.lstm(**{name: np.ones(shape, "float32") for name, shape in shapes.items()})
