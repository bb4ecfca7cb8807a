"""predict_on_batch of arrays like the last one goes straight to the program: it must still see
every change that a look at model and data would have seen."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import config, layers
from pronghorn.engine import Function

RNG = np.random.default_rng(3)
X = RNG.standard_normal((4, 3)).astype("float32")


def dense(units=2):
    return ph.Sequential([ph.Input((3,)), layers.Dense(units)])


def by_hand(model, x):
    kernel, bias = model.layers[-1].get_weights()
    return x @ kernel + bias


def runs_quickly(model, x):
    """The result, which must not have come by `batch`."""
    step = model.predict_function
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(step), "batch", None)
        return model.predict_on_batch(x)


def test_the_second_call_is_quick_and_equal():
    model = dense()
    first = model.predict_on_batch(X)
    again = runs_quickly(model, X)
    np.testing.assert_array_equal(first, again)
    assert type(again) is np.ndarray
    again[:] = 0  # its own memory
    np.testing.assert_array_equal(first, runs_quickly(model, X))
    np.testing.assert_allclose(runs_quickly(model, X + 1), by_hand(model, X + 1), rtol=1e-5)


def test_new_weights_are_seen():
    model = dense()
    model.compile("sgd", "mse")
    model.predict_on_batch(X)
    model.set_weights([np.ones((3, 2)), np.ones(2)])
    np.testing.assert_allclose(runs_quickly(model, X), by_hand(model, X), rtol=1e-5)
    model.fit(X, np.zeros((4, 2)), verbose=0)
    np.testing.assert_allclose(runs_quickly(model, X), by_hand(model, X), rtol=1e-5)


@pytest.mark.parametrize(
    "other",
    [X[:2], X[::2], np.asfortranarray(X), X.astype("float64"), X.astype("int32"), X.astype(">f4")],
    ids=["fewer", "strided", "columns", "float64", "int32", "big"],
)
def test_other_arrays_go_the_long_way(other):
    model = dense()
    model.predict_on_batch(X)
    np.testing.assert_allclose(model.predict_on_batch(other), by_hand(model, other), rtol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(X), by_hand(model, X), rtol=1e-5)


def test_changed_layers_are_seen():
    model = dense()
    model.predict_on_batch(X)
    model.add(layers.Dense(1))
    assert model.predict_on_batch(X).shape == (4, 1)
    model.pop()
    assert model.predict_on_batch(X).shape == (4, 2)


def test_floatx_is_seen():
    model = dense()
    model.predict_on_batch(X)
    config.set_floatx("float64")
    try:
        assert dense().predict_on_batch(X).dtype == np.float64
        np.testing.assert_allclose(model.predict_on_batch(X), by_hand(model, X), rtol=1e-5)
    finally:
        config.set_floatx("float32")


def test_stateful_layers_keep_their_states():
    one, other = (
        ph.Sequential([ph.Input(batch_shape=(1, 1, 3)), layers.LSTM(5, stateful=True)])
        for _ in range(2)
    )
    other.set_weights(one.get_weights())
    steps = RNG.standard_normal((6, 1, 1, 3)).astype("float32")
    for x in steps:
        expected = other.predict_on_batch(np.array(x, "float64"))
        np.testing.assert_array_equal(one.predict_on_batch(x), expected)
    one.layers[0].reset_states()
    other.layers[0].reset_states()
    expected = other.predict_on_batch(np.array(steps[0], "float64"))
    np.testing.assert_array_equal(runs_quickly(one, steps[0]), expected)


def test_bad_words_are_named():
    model = ph.Sequential([ph.Input((2,), dtype="int32"), layers.Embedding(10, 3)])
    good = np.array([[1, 2]], "int32")
    before = model.predict_on_batch(good)
    with pytest.raises(ValueError, match="index of 12"):
        model.predict_on_batch(np.array([[1, 12]], "int32"))
    np.testing.assert_array_equal(runs_quickly(model, good), before)


def test_many_outputs_and_masks_go_the_long_way():
    inputs = ph.Input((3,))
    model = ph.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(2)(inputs)])
    for _ in range(2):
        assert [y.shape for y in model.predict_on_batch(X)] == [(4, 1), (4, 2)]
    model = ph.Model(inputs, {"a": layers.Dense(1)(inputs)})
    for _ in range(2):
        assert list(model.predict_on_batch(X)) == ["a"]
    model = ph.Sequential([ph.Input((2,), dtype="int32"), layers.Embedding(9, 3, mask_zero=True)])
    words = np.array([[1, 0]], "int32")
    np.testing.assert_array_equal(model.predict_on_batch(words), model.predict_on_batch(words))


def test_inside_a_trace_it_is_traced():
    with ph.device("cpu:0"):  # from now on models look where they live
        model = dense()
    model.predict_on_batch(X)
    with pytest.raises(TypeError):  # no array can come out of it there
        Function(lambda x: model.predict_on_batch(X))(X)


def test_eager_models_run_eagerly():
    model = dense()
    model.compile(run_eagerly=True)
    model.predict_on_batch(X)
    assert model.predict_function.quick(X, model.__dict__.get("_functional")) is None
