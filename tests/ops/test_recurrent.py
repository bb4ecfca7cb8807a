"""Recurrent ops against NumPy float64."""

import numpy as np
import pytest
from pronghorn.engine import device
from pronghorn.ops import recurrent as ours
from recurrent_reference import ACTIVATIONS, mask_of, problem, recurrent

KINDS = [("simple_rnn", {}), ("lstm", {}), ("gru", {}), ("gru", {"reset_after": False})]
kinds = pytest.mark.parametrize(
    "kind, options", KINDS, ids=["simple_rnn", "lstm", "gru", "gru-reset_before"]
)


def check(kind, x, states, weights, tolerance=3e-6, **options):
    got = getattr(ours, kind)(x, *states, *weights, **options)
    expected = recurrent(kind, x, states, *weights, **options)
    assert len(got) == len(expected)
    for g, e in zip(got, expected):
        g = np.asarray(g)
        assert g.shape == e.shape and g.dtype == x.dtype
        np.testing.assert_allclose(g, e, atol=tolerance, rtol=tolerance)


@pytest.fixture(autouse=True)
def kernels():
    device.reset_compose_count()
    yield
    assert device.compose_count() == 0


@kinds
@pytest.mark.parametrize("how", ["none", "random", "ends", "row"])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("zero", [False, True])
def test_forward(kind, options, how, backwards, sequences, zero):
    x, states, weights = problem(kind, options, 3, 7, 4, 5)
    check(
        kind, x, states, weights, mask=mask_of(how, 3, 7), go_backwards=backwards,
        return_sequences=sequences, zero_output_for_mask=zero, **options,
    )  # fmt: skip


@kinds
@pytest.mark.parametrize("sizes", [(0, 3, 2, 4), (2, 0, 2, 4), (1, 1, 1, 1), (1, 1, 3, 17),
                                   (19, 2, 1, 33), (2, 3, 0, 5), (1, 9, 8, 64), (5, 3, 40, 16)],
                         ids=str)  # fmt: skip
@pytest.mark.parametrize("bias", [False, True])
def test_sizes(kind, options, sizes, bias, width):
    x, states, weights = problem(kind, options, *sizes, bias=bias)
    check(kind, x, states, weights, 2e-5, **options)
    check(kind, x, states, weights, 2e-5, return_sequences=False, **options)


@kinds
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("recurrent_activation", ACTIVATIONS)
def test_activations(kind, options, activation, recurrent_activation):
    if kind != "simple_rnn":
        options = {**options, "recurrent_activation": recurrent_activation}
    x, states, weights = problem(kind, options, 2, 3, 4, 5)
    check(kind, x, states, [w / 2 for w in weights], activation=activation, **options)


@kinds
def test_float64(kind, options, width):
    x, states, weights = problem(kind, options, 3, 4, 5, 6, dtype="float64")
    check(kind, x, states, weights, 1e-13, mask=mask_of("random", 3, 4), **options)


def test_supported():
    assert ours.supported("lstm", "tanh", "hard_sigmoid") and ours.supported("gru", None, "sigmoid")
    assert not ours.supported("lstm", "gelu", "sigmoid")
    assert not ours.supported("gru", "tanh", np.tanh) and not ours.supported("cnn", "tanh")
    with pytest.raises(ValueError, match="gelu"):
        x, states, weights = problem("simple_rnn", {}, 2, 3, 4, 5)
        ours.simple_rnn(x, *states, *weights, activation="gelu")
