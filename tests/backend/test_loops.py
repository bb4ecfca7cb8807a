"""K's loops against sums by hand."""

import numpy as np
import pytest
from pronghorn import backend as K
from pronghorn.layers import Dense, Input, Layer
from pronghorn.models import Model, Sequential

X = np.arange(24.0, dtype="float32").reshape(2, 4, 3)


def step(x, states):
    total = states[0] + x
    return total * states[1] if len(states) > 1 else total, [total]


def run(*args, **kwargs):
    last, outputs, states = K.rnn(step, *args, **kwargs)
    return np.asarray(last), np.asarray(outputs), np.asarray(states[0])


def test_sums():
    zeros = [np.zeros((2, 3), "float32")]
    last, outputs, state = run(X, zeros)
    np.testing.assert_array_equal(outputs, X.cumsum(1))
    np.testing.assert_array_equal(last, state)
    last, outputs, _ = run(X, zeros, go_backwards=True, unroll=True)
    np.testing.assert_array_equal(outputs, X[:, ::-1].cumsum(1))
    last, outputs, _ = run(X, zeros, return_all_outputs=False)
    assert outputs.shape == (2, 1, 3)
    last, outputs, _ = run(X, zeros, constants=[np.float32(2)])
    np.testing.assert_array_equal(outputs, 2 * X.cumsum(1))
    last, outputs, _ = run(X.swapaxes(0, 1), zeros, time_major=True)
    np.testing.assert_array_equal(outputs, X.swapaxes(0, 1).cumsum(0))


def test_masks():
    zeros = [np.zeros((2, 3), "float32")]
    mask = np.array([[0, 1, 0, 1], [1, 1, 1, 0]], bool)
    expected = (X * mask[..., None]).cumsum(1)
    last, outputs, state = run(X, zeros, mask=mask)
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(state, expected[:, -1])
    last, outputs, state = run(X, zeros, mask=mask, zero_output_for_mask=True)
    np.testing.assert_array_equal(outputs, expected * mask[..., None])
    last, outputs, state = run(X, zeros, input_length=np.array([1, 3]))
    np.testing.assert_array_equal(state, [X[0, 0], X[1, :3].sum(0)])
    with pytest.raises(ValueError, match="mask of shape"):
        run(X, zeros, mask=mask[:, :2])
    with pytest.raises(ValueError, match="number of time steps"):
        K.rnn(step, Input((None, 3)), [Input((3,))], unroll=True)


def recurrence(steps, units=3):
    x = K.placeholder((2, steps, units))
    w = K.constant(np.full(units, 0.5))
    outputs = K.rnn(lambda x, s: (x, [K.tanh(s[0] * w + x)]), x, [K.zeros((2, units))])[1:]
    return K.function([x], [outputs[0], *outputs[1], *K.gradients(K.sum(outputs[1][0]), x)])


def test_a_graph_loops_over_time_in_one_node():
    assert len(recurrence(500)._graph.steps) == len(recurrence(5)._graph.steps) < 8
    x = np.linspace(-1, 1, 2 * 500 * 3, dtype="float32").reshape(2, 500, 3)
    _, state, gradient = recurrence(500)([x])
    total, slopes = np.zeros((2, 3)), []
    for t in range(500):
        total = np.tanh(total * 0.5 + x[:, t])
        slopes.append(1 - total**2)
    np.testing.assert_allclose(state, total, rtol=1e-5)
    flow = np.ones((2, 3))
    for t in range(499, 489, -1):
        np.testing.assert_allclose(gradient[:, t], flow * slopes[t], rtol=1e-4, atol=1e-7)
        flow = flow * slopes[t] * 0.5


def test_folds_and_maps_are_one_node_each():
    x = K.placeholder((400, 3))
    outputs = [
        K.foldl(lambda a, b: a * 0.5 + b, x),
        K.foldr(lambda a, b: a * 0.5 + b, x, initializer=K.zeros((3,))),
        K.map_fn(K.sum, x),
    ]
    f = K.function([x], outputs)
    assert len(f._graph.steps) < 10
    rows = np.random.RandomState(0).standard_normal((400, 3)).astype("float32")
    left, right, sums = f([rows])
    halves = 0.5 ** np.arange(400.0)[:, None]
    np.testing.assert_allclose(left, (rows[::-1] * halves).sum(0), rtol=1e-5)
    np.testing.assert_allclose(right, (rows * halves).sum(0), rtol=1e-5)
    np.testing.assert_allclose(sums, rows.sum(1), rtol=1e-4, atol=1e-6)


def test_a_fold_whose_value_grows_is_written_out():
    x = K.placeholder((4, 2))
    joined = K.foldl(lambda a, b: K.concatenate([a, b], axis=0), x)
    rows = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(K.function([x], [joined])([rows])[0], rows.ravel())
    with pytest.raises(ValueError, match="number of elements"):
        K.foldl(lambda a, b: K.concatenate([a, b], axis=0), K.placeholder((None, 2)))


def test_layers_in_a_mapped_function_belong_to_the_model():
    inputs = Input((3,), batch_size=4)
    dense = Dense(2)
    outputs = K.map_fn(lambda row: dense(K.expand_dims(row, 0))[0], inputs)
    model = Model(inputs, outputs)
    assert len(model.weights) == 2
    x = np.ones((4, 3), "float32")
    np.testing.assert_allclose(model.predict(x, batch_size=4, verbose=0), np.asarray(dense(x)))


def test_loops_in_a_layer_are_compiled_as_one_node():
    class Decay(Layer):
        def call(self, x):
            rows = K.permute_dimensions(x, (1, 0, 2))
            return K.foldl(lambda a, b: a * 0.5 + b, rows) + K.sum(K.map_fn(K.square, rows), axis=0)

    model = Sequential([Input((30, 2)), Decay(), Dense(1)])
    x = np.random.RandomState(0).standard_normal((4, 30, 2)).astype("float32")
    layer = model.layers[0]
    halves = 0.5 ** np.arange(29.0, -1, -1)[None, :, None]
    expected = (x * halves).sum(1) + (x**2).sum(1)
    np.testing.assert_allclose(np.asarray(layer(x)), expected, rtol=1e-4, atol=1e-5)
    model.compile("sgd", "mse")
    before = model.evaluate(x, np.ones((4, 1)), verbose=0)
    model.fit(x, np.ones((4, 1)), epochs=3, verbose=0)
    assert model.evaluate(x, np.ones((4, 1)), verbose=0) != before
    compiled = Sequential([Input((30, 2)), layer]).predict(x, verbose=0)
    np.testing.assert_allclose(compiled, expected, rtol=1e-4, atol=1e-5)
