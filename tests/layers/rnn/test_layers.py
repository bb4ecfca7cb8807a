"""Recurrent layers: states, masks, dropout, own cells, bad input; closed forms are the oracle."""

import numpy as np
import pronghorn as ph
import pytest
from layers.rnn.own_cells import Counting, X, close
from layers.rnn.own_lstm import OwnLSTM
from pronghorn import layers, ops

KINDS = {"SimpleRNN": 1, "LSTM": 2, "GRU": 1}


# Own cells.


def test_own_cell_sees_each_step():
    y, count = layers.RNN(Counting(), return_sequences=True, return_state=True)(X)
    close(y[..., 0], X.sum(-1) + np.arange(1, 7))
    close(count, np.full((4, 1), 6.0))


@pytest.mark.parametrize("mask", [None, X[..., 0] > 0])
def test_own_cell_equals_the_built_in_one(mask):
    own = layers.RNN(OwnLSTM(5), return_sequences=True, return_state=True)
    built_in = layers.LSTM(5, return_sequences=True, return_state=True)
    own(X), built_in(X)
    built_in.set_weights(own.get_weights())
    for a, b in zip(own(X, mask=mask), built_in(X, mask=mask)):
        close(a, b)
    assert own.ran_as == "steps" and built_in.ran_as in ("fused", "projected")


def test_own_cell_trains_in_a_model_of_unknown_length():
    model = ph.Sequential([ph.Input((None, 3)), layers.RNN(OwnLSTM(4)), layers.Dense(1)])
    model.compile("adam", "mse")
    first = model.fit(X, X[:, 0, :1], epochs=1, verbose=0).history["loss"][0]
    last = model.fit(X, X[:, 0, :1], epochs=40, verbose=0).history["loss"][-1]
    assert last < first
    assert model.predict(X[:, :2], verbose=0).shape == (4, 1)


def test_a_cell_that_is_no_layer():
    class Cell:
        state_size = 3
        output_size = 3

        def call(self, inputs, states):
            return inputs + states[0], [inputs + states[0]]

    close(layers.RNN(Cell())(X), X.sum(1))


def test_a_cell_of_other_layers_is_built_by_the_layer():
    class Cell(layers.Layer):
        state_size = 4

        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(4)

        def call(self, inputs, states):
            h = self.dense(ops.concatenate([inputs, states[0]], axis=-1))
            return h, [h]

    layer = layers.RNN(Cell())
    assert layer(ph.Input((None, 3))).shape == (None, 4)
    assert [tuple(w.shape) for w in layer.weights] == [(7, 4), (4,)]


# States.


@pytest.mark.parametrize("kind", KINDS)
def test_initial_state_in_all_its_spellings(kind):
    layer = getattr(layers, kind)(4, return_state=True)
    layer(X)
    states = [np.full((4, 4), 0.1 * i, "float32") for i in range(1, KINDS[kind] + 1)]
    expected = layer(X, initial_state=states)
    for other in (layer([X, *states]), layer(X, states), layer(X, initial_state=tuple(states))):
        for a, b in zip(expected, other):
            close(a, b)
    if KINDS[kind] == 1:
        close(layer(X, initial_state=states[0])[0], expected[0])
    inputs, tensors = ph.Input((6, 3)), [ph.Input((4,)) for _ in states]
    for call in (layer(inputs, initial_state=tensors), layer([inputs, *tensors])):
        model = ph.Model([inputs, *tensors], call)
        for a, b in zip(model.predict([X, *states], verbose=0), expected):
            close(a, b)
        again = ph.Model.from_config(model.get_config())
        again.set_weights(model.get_weights())
        for a, b in zip(again.predict([X, *states], verbose=0), expected):
            close(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_two_halves_with_states_are_the_whole(kind):
    layer = getattr(layers, kind)(4, return_sequences=True, return_state=True)
    whole = layer(X)
    first, *states = layer(X[:, :2])
    second, *last = layer(X[:, 2:], initial_state=states)
    close(ops.concatenate([first, second], axis=1), whole[0])
    for a, b in zip(last, whole[1:]):
        close(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_stateful(kind):
    layer = getattr(layers, kind)(4, stateful=True)
    plain = getattr(layers, kind)(4)
    first = layer(X)
    plain(X)
    plain.set_weights(layer.get_weights())
    second = layer(X)
    close(second, plain(np.concatenate([X, X], axis=1)))
    layer.reset_state()
    close(layer(X), first)
    layer.reset_states()
    assert all((v.numpy() == 0).all() for v in layer.states)
    values = [np.full((4, 4), 0.5, "float32")] * KINDS[kind]
    layer.reset_states(values)
    close(layer(X), plain(X, initial_state=values))
    with pytest.raises(ValueError, match="states of the shapes"):
        layer.reset_states([np.zeros((3, 4))] * KINDS[kind])
    assert len(layer.weights) == 3  # states are no weights


def test_stateful_model_keeps_states_between_batches_and_drops_them():
    model = ph.Sequential([ph.Input(batch_shape=(2, 6, 3)), layers.GRU(4, stateful=True)])
    one = model.predict(X, batch_size=2, verbose=0)
    model.reset_states()
    close(model.predict(X, batch_size=2, verbose=0), one)
    both = model.layers[0]
    plain = layers.GRU(4)
    plain(X)
    plain.set_weights(both.get_weights())
    close(one[2:], plain(X[2:], initial_state=[plain(X[:2])]))
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((4, 4)), batch_size=2, verbose=0, shuffle=False)


# Masks.


@pytest.mark.parametrize("kind", KINDS)
def test_padding_in_front_changes_nothing(kind):
    model = ph.Sequential([
        layers.Embedding(10, 3, mask_zero=True),
        layers.Bidirectional(getattr(layers, kind)(4, return_sequences=True)),
        layers.Dropout(0.1),
        getattr(layers, kind)(2),
    ])  # fmt: skip
    rows = np.array([[3, 1, 4], [1, 5, 9]])
    close(model(rows), model(np.pad(rows, ((0, 0), (2, 0)))))
    close(model(rows), model.predict(np.pad(rows, ((0, 0), (2, 0))), verbose=0))


def test_mask_reaches_a_layer_that_is_given_states():
    masked = layers.Masking()(np.pad(X, ((0, 0), (2, 0), (0, 0))))
    layer = layers.LSTM(4)
    states = [np.ones((4, 4), "float32")] * 2
    close(layer(masked, initial_state=states), layer(X, initial_state=states))
    both = layers.Bidirectional(layers.GRU(4))
    close(both(masked, initial_state=states), both(X, initial_state=states))


def test_masks_of_outputs():
    masked = layers.Masking()(X)
    assert layers.GRU(2, return_sequences=True)(masked)._keras_mask is not None
    assert getattr(layers.GRU(2)(masked), "_keras_mask", None) is None
    y, state = layers.GRU(2, return_sequences=True, return_state=True)(masked)
    assert y._keras_mask is not None and getattr(state, "_keras_mask", None) is None
    both = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode=None)(masked)
    assert [y._keras_mask is not None for y in both] == [True, True]
    assert layers.TimeDistributed(layers.Dense(2))(masked)._keras_mask is not None


# Dropout.


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_is_the_same_at_all_steps(kind):
    layer = getattr(layers, kind)(64, dropout=0.5, recurrent_dropout=0.4, seed=1)
    plain = getattr(layers, kind)(64)
    ones = np.ones((2, 5, 8), "float32")
    plain(ones)
    layer(ones)
    layer.set_weights(plain.get_weights())
    close(layer(ones), plain(ones))
    cell = layer.cell
    one, other = layer(ones, training=True), layer(ones, training=True)
    assert not np.allclose(one, other) and not np.allclose(one, plain(ones))
    states = cell.get_initial_state(2)
    for _ in range(5):  # by hand: the cell keeps its masks until they are reset
        output, states = cell(ones[:, 0], states, training=True)
    mask = cell.get_dropout_mask(ones[:, 0])
    assert set(np.unique(np.asarray(mask[0] if isinstance(mask, list) else mask))) <= {0.0, 2.0}
    again, states = output, cell.get_initial_state(2)
    for _ in range(5):
        output, states = cell(ones[:, 0], states, training=True)
    close(output, again)
    cell.reset_dropout_mask()
    cell.reset_recurrent_dropout_mask()
    assert cell._dropout_mask is None and cell._recurrent_dropout_mask is None


def test_dropout_of_inputs_keeps_their_mean():
    layer = layers.SimpleRNN(
        1, "linear", use_bias=False, kernel_initializer="ones", recurrent_initializer="zeros",
        dropout=0.25,
    )  # fmt: skip
    y = layer(np.ones((4000, 2, 5), "float32"), training=True)
    assert abs(float(ops.mean(y)) - 5.0) < 0.1
    plain = layers.LSTM(4, dropout=0.5)
    plain(X, training=True)
    assert plain.ran_as in ("fused", "projected")


# What ran, and what is kept.


def test_config_files_and_copies(tmp_path):
    model = ph.Sequential([
        ph.Input((6, 3)),
        layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="sum"),
        layers.TimeDistributed(layers.Dense(3)),
        layers.RNN([layers.GRUCell(3), layers.SimpleRNNCell(2)], return_sequences=True),
        layers.GRU(2, reset_after=False),
    ])  # fmt: skip
    expected = model(X)
    model.compile("sgd", "mse")
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        close(ph.models.load_model(tmp_path / name)(X), expected)
    model.save_weights(tmp_path / "one.weights.h5")
    clone = ph.models.clone_model(model)
    clone.load_weights(tmp_path / "one.weights.h5")
    close(clone(X), expected)


def test_penalties_and_constraints():
    layer = layers.LSTM(
        3, kernel_regularizer="l2", recurrent_regularizer="l1", activity_regularizer="l2",
        kernel_constraint="non_neg", bias_regularizer=ph.regularizers.L2(0.1),
    )  # fmt: skip
    y = layer(X)
    kernel, recurrent, bias = layer.get_weights()
    expected = [0.01 * (kernel**2).sum(), 0.01 * abs(recurrent).sum(), 0.1 * (bias**2).sum()]
    close(sorted(layer.losses), sorted([*expected, 0.01 * (np.asarray(y) ** 2).sum() / 4]))
    model = ph.Sequential([layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((4, 1)), verbose=0)
    assert (layer.get_weights()[0] >= 0).all()


def test_half_precision():
    model = ph.Sequential([ph.Input((6, 3)), layers.LSTM(4, dtype="mixed_float16")])
    assert model(X).dtype == "float16"
    assert model.layers[0].cell.kernel.dtype == "float32"


def test_recurrent_kernels_start_orthogonal():
    layer = layers.SimpleRNN(8)
    layer.build((None, 2, 3))
    kernel = layer.get_weights()[1]
    close(kernel @ kernel.T, np.eye(8))
    lstm = layers.LSTM(2)
    lstm.build((None, 2, 3))
    assert lstm.get_weights()[2].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


# Bad input.


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.LSTM(0), "units"),
        (lambda: layers.GRU(2.5), "positive integer"),
        (lambda: layers.RNN(object()), "`call` method"),
        (lambda: layers.RNN(layers.Dense(2)), "state_size"),
        (lambda: layers.StackedRNNCells([object()]), "`call` method"),
        (lambda: layers.LSTM(2)(X[0]), "ndim=3"),
        (lambda: layers.LSTM(2)(X, initial_state=[np.zeros((4, 2))]), "2 state"),
        (lambda: layers.LSTM(2)(X, initial_state=[np.zeros((4, 3))] * 2), "wrong shape"),
        (lambda: layers.GRU(2)(X, initial_state=np.zeros((3, 2))), "wrong shape"),
        (lambda: layers.GRU(2)(ph.Input((6, 3)), initial_state=ph.Input((5,))), "wrong shape"),
        (lambda: layers.GRU(2)(X, mask=np.ones((4, 5), bool)), "mask of shape"),
        (lambda: layers.GRU(2)(X, mask=np.ones((4, 6, 3), bool)), "mask of shape"),
        (lambda: layers.GRU(2)(X[:, :0]), "time step"),
        (lambda: layers.GRU(2, stateful=True)(ph.Input((6, 3))), "batch size must be static"),
        (lambda: layers.LSTM(2, use_cudnn="no"), "use_cudnn"),
        (lambda: layers.LSTM(2, dropout="a"), "dropout"),
        (lambda: layers.LSTM(2, no_such=1), "no_such"),
        (lambda: layers.Bidirectional("lstm"), "keras.layers.Layer"),
        (lambda: layers.Bidirectional(layers.GRU(2), merge_mode="max"), "merge mode"),
        (
            lambda: layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(2)),
            "go_backwards",
        ),
        (lambda: layers.Bidirectional(layers.GRU(2))(X, initial_state=[X[:, 0]]), "as many"),
        (lambda: layers.TimeDistributed(2), "keras.layers.Layer"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X[0]), "at least 3"),
        (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "dilation_rate"),
        (lambda: layers.ConvLSTM1D(2, 3)(X), "ndim=4"),
    ],
)
def test_bad_input_is_a_clear_error(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_stateful_layer_refuses_another_batch_size():
    layer = layers.LSTM(2, stateful=True)
    layer(X)
    before = [v.numpy() for v in layer.states]
    with pytest.raises(ValueError, match="batch size"):
        layer(X[:3])
    for a, b in zip(before, layer.states):
        np.testing.assert_array_equal(a, b.numpy())


def test_old_arguments():
    with pytest.warns(DeprecationWarning):
        layer = layers.LSTM(output_dim=4, inner_activation="hard_sigmoid", consume_less="gpu")
    assert layer.units == 4 and layer.recurrent_activation is ph.activations.hard_sigmoid
    with pytest.warns(DeprecationWarning):
        assert layers.SimpleRNN(4, implementation=1).units == 4
    assert layers.LSTM(4, implementation=1).cell.implementation == 1
    with pytest.warns(DeprecationWarning):
        assert isinstance(layers.CuDNNLSTM(3), layers.LSTM)
    with pytest.raises(ValueError, match="time_major"):
        layers.GRU(4, time_major=True)


def test_time_to_compile_grows_with_the_steps_alone():
    import time

    def seconds(steps):
        model = ph.Sequential([ph.Input((None, 3)), layers.GRU(4, recurrent_dropout=0.3)])
        model.compile("sgd", "mse")
        start = time.process_time()
        model.train_on_batch(np.ones((2, steps, 3), "float32"), np.ones((2, 4), "float32"))
        return time.process_time() - start

    seconds(4)
    # 4 times the steps; work that grew with their square would take 16 times as long
    assert seconds(160) < 12 * max(seconds(40), 0.02)


def test_only_layers_with_the_argument_have_use_cudnn():
    for kind in (layers.GRU, layers.LSTM):
        for value in (True, False, "auto"):
            both = layers.Bidirectional(kind(1, use_cudnn=value))
            assert both.forward_layer.use_cudnn == both.backward_layer.use_cudnn == value
    both = layers.Bidirectional(layers.SimpleRNN(1))
    assert not hasattr(both.forward_layer, "use_cudnn")
    assert not hasattr(both.backward_layer, "use_cudnn")
