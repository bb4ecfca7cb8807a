"""K.rnn against sums by hand."""

import numpy as np
import pytest
from pronghorn import backend as K
from pronghorn.layers import Input

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
        K.rnn(step, Input((None, 3)), [Input((3,))])
