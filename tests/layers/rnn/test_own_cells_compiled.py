"""Users' cells in compiled steps: one loop that holds the cell once, whatever the steps."""

import numpy as np
import pronghorn as ph
import pytest
from layers.rnn.own_cells import X, close
from layers.rnn.own_lstm import OwnLSTM
from pronghorn import layers, ops
from pronghorn.engine.tape import GradientTape
from pronghorn.engine.trace import Function
from pronghorn.ops.time_loop import over_time

MASK = np.array([[0, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0] * 6], bool)


def loss_of(layer, masked):
    """x, mask -> the states and outputs, and the gradients of a weighted sum of all of them."""

    def everything(x, mask):
        with GradientTape() as tape:
            tape.watch(x)
            results = layer(x, mask=mask if masked else None)
            total = sum(ops.sum(r * ops.cos(7.0 * r)) for r in results)
        return results, tape.gradient(total, [x, *[w.value for w in layer.weights]])

    return everything


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"return_sequences": True},
        {},
        {"go_backwards": True, "return_sequences": True, "zero_output_for_mask": True},
        {"unroll": True},
    ],
    ids=str,
)
def test_a_compiled_own_cell_equals_the_built_in_one(options, masked):
    own = layers.RNN(OwnLSTM(5), return_state=True, **options)
    built_in = layers.LSTM(5, return_state=True, **options)
    own(X), built_in(X)
    built_in.set_weights(own.get_weights())
    x = ops.convert_to_tensor(X)
    expected = loss_of(built_in, masked)(x, MASK)
    found = Function(loss_of(own, masked))(x, MASK)
    for a, b in zip(ph.tree.flatten(found), ph.tree.flatten(expected), strict=True):
        close(a, b, 2e-5)
    assert own.ran_as == "steps" and built_in.ran_as == "fused"


def calls(steps, **options):
    model = ph.Sequential([ph.Input((steps, 3)), layers.RNN(OwnLSTM(4), **options)])
    model.compile("sgd", "mse")
    model.train_on_batch(np.ones((2, steps, 3), "float32"), np.ones((2, 4), "float32"))
    (program,) = model.train_function.function.programs
    return len(program.calls())


def test_a_program_holds_the_cell_once():
    assert calls(300) == calls(8)
    assert calls(8, unroll=True) > 2 * calls(8)


def test_dropout_in_an_own_cell_draws_at_each_step():
    class Dropping(layers.Layer):
        state_size = 50

        def __init__(self):
            super().__init__()
            self.dropout = layers.Dropout(0.5, seed=3)

        def call(self, inputs, states, training=False):
            out = self.dropout(inputs, training=training)
            return out, [states[0] + out]

    layer = layers.RNN(Dropping(), return_sequences=True)
    model = ph.Sequential([ph.Input((6, 50)), layer])
    ones = np.ones((1, 6, 50), "float32")
    run = Function(lambda x: model(x, training=True))
    first, second = (np.asarray(run(ones))[0] for _ in range(2))
    assert set(np.unique(first)) == {0.0, 2.0}
    assert len({row.tobytes() for row in np.concatenate([first, second])}) == 12
    np.testing.assert_array_equal(np.asarray(model(ones)), ones)


def test_nests_of_inputs_states_and_constants():
    """A cell of two inputs and two sizes of states, with what it needs at each step."""

    def step(inputs, states):
        first, second, scale = states
        total = first + inputs["a"] * scale
        return {"sum": total, "last": second}, [total, inputs["b"]]

    rng = np.random.RandomState(0)
    inputs = {"a": rng.rand(2, 5, 3).astype("f4"), "b": rng.rand(2, 5, 4).astype("f4")}
    states = [np.zeros((2, 3), "f4"), np.zeros((2, 4), "f4")]

    def run(inputs, states):
        return over_time(step, inputs, states, constants=[np.float32(2)])

    last, outputs, states = Function(run)(inputs, states)
    close(outputs["sum"], 2 * inputs["a"].cumsum(1))
    close(outputs["last"][:, 1:], inputs["b"][:, :-1])
    close(last["sum"], 2 * inputs["a"].sum(1))
    close(states[1], inputs["b"][:, -1])


def test_a_state_that_changes_shape_is_a_clear_error():
    def step(x, states):
        return x, [ops.concatenate([states[0], x], -1)]

    def run(x):
        return over_time(step, x, [x[:, 0]])

    with pytest.raises(ValueError, match="over time steps"):
        Function(run)(X)
