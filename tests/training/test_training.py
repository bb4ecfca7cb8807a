"""What training must keep true beyond Keras's numbers: state, programs, sources, stops."""

import gc
import weakref

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import engine, layers
from training.cases import data, mlp

X, Y, INDEX, ONE_HOT, WEIGHT = data()


def compiled(**options):
    model = mlp(ph, 1, "sigmoid")
    model.compile("sgd", "mse", **options)
    return model


def test_a_second_fit_reuses_its_programs():
    model = compiled()
    model.fit(X, Y, batch_size=20, verbose=0)
    programs = list(model.train_function.function.programs)
    assert len(programs) == 2  # 50 samples: 20, 20 and a smaller one of 10
    model.fit(X, Y, batch_size=20, epochs=3, verbose=0)
    assert model.train_function.function.programs == programs


def test_fit_without_batch_hooks_is_few_native_calls(monkeypatch):
    model = compiled()
    model.fit(X, Y, batch_size=1, verbose=0)
    calls = []
    run = model.train_function.run_batches
    monkeypatch.setattr(
        model.train_function, "run_batches", lambda *a: calls.append(a[1:3]) or run(*a)
    )
    model.fit(X, Y, batch_size=1, verbose=0)
    assert len(calls) < 10
    calls.clear()
    model.fit(X, Y, batch_size=1, verbose=0, callbacks=[ph.callbacks.TerminateOnNaN()])
    assert calls == [(i, i + 1) for i in range(50)]


def test_programs_die_with_their_model():
    model = compiled()
    model.fit(X, Y, verbose=0)
    model.predict(X, verbose=0)
    ref = weakref.ref(model)
    function = weakref.ref(model.train_function)
    del model
    gc.collect()
    assert ref() is None and function() is None


def test_runs_repeat_after_set_random_seed():
    def weights():
        ph.utils.set_random_seed(3)
        model = ph.Sequential([ph.Input((6,)), layers.Dropout(0.5), layers.Dense(1)])
        model.compile("adam", "mse")
        model.fit(X, Y, epochs=2, verbose=0)
        return model.get_weights()

    for a, b in zip(weights(), weights()):
        np.testing.assert_array_equal(a, b)


def test_shuffling_differs_between_epochs_and_seeds():
    source = ph.training.data.make_source(X, Y, shuffle=True)
    orders = []
    for _ in range(3):
        source.start_pass()
        orders.append(source.order.tolist())
    assert sorted(orders[0]) == list(range(50))
    assert orders[0] != orders[1] != orders[2]
    within = ph.training.data.make_source(X, Y, batch_size=10, shuffle="batch")
    within.start_pass()
    for start in range(0, 50, 10):
        assert sorted(within.order[start : start + 10]) == list(range(start, start + 10))


def test_weights_of_layers_without_an_input_shape():
    model = ph.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="`trainable` state has changed.*dense"):
        model.fit(X, Y, batch_size=25, verbose=0)
    assert len(model.optimizer.variables) == 2 + 2 * 4  # all were trainable at compile()
    assert model.predict(X[:3], verbose=0).shape == (3, 1)
    assert model.output_shape == (None, 1)


def test_subclassed_model_with_its_own_step_and_parts():
    class Two(ph.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(3, activation="tanh")
            self.second = layers.Dense(1)
            self.seen = ph.metrics.Mean(name="seen")

        def call(self, x):
            return self.second(self.first(x))

        def train_step(self, batch):
            x, y = batch
            with engine.GradientTape() as tape:
                loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            self.seen.update_state(loss)
            return {"seen": self.seen.result()}

    model = Two()
    model.compile("sgd", "mse")
    history = model.fit(X, Y, epochs=3, verbose=0).history
    assert list(history) == ["seen"]
    assert history["seen"][2] < history["seen"][0]
    assert "seen" in model.metrics_names


def test_own_compute_loss_and_compute_metrics():
    class Own(ph.Sequential):
        def compute_loss(self, x, y, y_pred, sample_weight):
            return ph.ops.mean(ph.ops.abs(y_pred[:, 0] - y))

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            logs = super().compute_metrics(x, y, y_pred, sample_weight)
            logs["largest"] = ph.ops.max(y_pred)
            return logs

    model = Own([ph.Input((6,)), layers.Dense(1)])
    model.compile("sgd")
    history = model.fit(X, Y, verbose=0).history
    assert sorted(history) == ["largest", "loss"]


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_eager_and_compiled_agree_on_all_paths(run_eagerly):
    model = compiled(metrics=["mae"], run_eagerly=run_eagerly)
    history = model.fit(X, Y, shuffle=False, epochs=2, verbose=0, validation_split=0.2).history
    reference = compiled(metrics=["mae"])
    expected = reference.fit(X, Y, shuffle=False, epochs=2, verbose=0, validation_split=0.2).history
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-5)
    np.testing.assert_allclose(
        model.predict(X, batch_size=7, verbose=0),
        reference.predict(X, verbose=0),
        rtol=1e-5,
    )


def test_predict_of_several_outputs_and_sources():
    inputs = ph.Input((6,))
    model = ph.Model(inputs, {"a": layers.Dense(1)(inputs), "b": layers.Dense(2)(inputs)})
    whole = model.predict(X, batch_size=50, verbose=0)
    parts = model.predict(X, batch_size=8, verbose=0)
    given = model.predict((batch for batch in [(X[:20],), (X[20:],)]), verbose=0)
    for name in ("a", "b"):
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(given[name], whole[name], rtol=1e-6, atol=1e-7)
        assert whole[name].flags.writeable
    assert model.predict(X[0:1], verbose=0)["b"].shape == (1, 2)
    assert model.predict(X, batch_size=10, steps=2, verbose=0)["a"].shape == (20, 1)


def test_dict_and_list_inputs():
    a, b = ph.Input((6,), name="a"), ph.Input((4,), name="b")
    model = ph.Model({"a": a, "b": b}, layers.Dense(1)(layers.Concatenate()([a, b])))
    model.compile("sgd", "mse")
    given = {"b": ONE_HOT, "a": X}
    assert len(model.fit(given, Y, verbose=0, validation_split=0.2).history["val_loss"]) == 1
    assert model.predict(given, verbose=0).shape == (50, 1)


def test_data_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X.astype("float64"), columns=list("abcdef"))
    series = pandas.Series(Y.astype("float64"))
    model, other = compiled(), compiled()
    model.fit(frame, series, shuffle=False, verbose=0)
    other.fit(X, Y[:, None], shuffle=False, verbose=0)
    for ours, expected in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(ours, expected)


def test_arrays_of_other_layouts_and_dtypes():
    model, other = compiled(), compiled()
    model.fit(np.asfortranarray(X.astype("float64")), Y.astype("int8"), shuffle=False, verbose=0)
    other.fit(X, Y, shuffle=False, verbose=0)
    for ours, expected in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_class_weight_of_columns_and_one_hot_rows():
    weights = ph.training.data.class_weight_to_sample_weights
    table = {0: 2.0, 3: 0.5}
    expected = [table.get(int(i), 1.0) for i in INDEX]
    for labels in (INDEX, INDEX[:, None], ONE_HOT, INDEX.astype("float32")):
        assert weights(labels, table).tolist() == expected


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(x=X, y=Y[:5]), "'x' sizes: 50; 'y' sizes: 5"),
        (dict(x=X[:0], y=Y[:0]), "0 samples"),
        (dict(x=[[1.0, 2.0], [1.0]], y=[1.0]), "Unrecognized data type.*list"),
        (dict(x=None, y=Y), "Unrecognized data type: x=None"),
        (dict(x=X), "'mse' needs targets"),
        (dict(x=X, y=Y, batch_size=-1), "batch_size=-1"),
        (dict(x=X, y=Y, sample_weight=WEIGHT, class_weight={0: 1.0}), "cannot be given together"),
        (dict(x=X, y=Y, validation_split=0.999), "not sufficient to split"),
        (dict(x=X, y=Y, validation_data=(X, Y), validation_freq="1"), "validation_freq=1"),
        (dict(x=X.astype(str), y=Y), "dtype <U"),
        (dict(x=iter(()), y=None), "at least one batch"),
        (dict(x=iter([X]), y=None), "must yield a tuple"),
    ],
)
def test_wrong_data(arguments, message):
    model = compiled()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.fit(verbose=0, **arguments)
    if "validation_freq" not in arguments:
        for a, b in zip(before, model.get_weights()):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(loss="msee"), "Did you mean 'mse'"),
        (dict(loss="mse", metrics=["accurcy"]), "Did you mean 'accuracy'"),
        (dict(loss="mse", metrics="mae"), "list, tuple, or dict.*metrics=mae"),
        (dict(loss="mse", loss_weights="two"), "loss_weights=two"),
        (dict(loss="mse", steps_per_execution=0), "steps_per_execution=0"),
        (dict(optimizer="adamm", loss="mse"), "Did you mean.*adam"),
    ],
)
def test_wrong_compile(arguments, message):
    with pytest.raises(ValueError, match=message):
        mlp(ph, 1, None).compile(**arguments)


def test_specs_that_do_not_fit_the_outputs():
    inputs = ph.Input((6,))
    outputs = [layers.Dense(1, name="a")(inputs), layers.Dense(1, name="b")(inputs)]
    for spec, message in (
        (dict(loss=["mse"] * 3), "one entry for each of the model's 2 outputs"),
        (dict(loss={"a": "mse", "c": "mse"}), r"Expected keys \['a', 'b'\]"),
        (dict(loss="mse", metrics=["mae"]), "list matching the model's 2 outputs"),
    ):
        model = ph.Model(inputs, outputs)
        model.compile("sgd", **spec)
        with pytest.raises(ValueError, match=message):
            model.fit(X, [Y, Y], verbose=0)
    model = ph.Model(inputs, outputs)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="different structures"):
        model.fit(X, [Y, Y, Y], verbose=0)


def test_an_exhausted_generator_stops_training_with_a_warning():
    model = compiled()
    with pytest.warns(UserWarning, match="ran out of data"):
        history = model.fit(iter([(X, Y), (X, Y)]), epochs=3, verbose=0).history
    assert len(history["loss"]) == 1


def test_generator_goes_on_in_the_next_epoch():
    drawn = []

    def batches():
        while True:
            drawn.append(len(drawn))
            yield X[:10], Y[:10]

    compiled().fit(batches(), steps_per_epoch=4, epochs=3, verbose=0)
    assert len(drawn) == 12


def test_unpacking():
    unpack = ph.training.data.unpack_x_y_sample_weight
    assert unpack(1) == (1, None, None)
    assert unpack([1, 2]) == (1, 2, None)
    with pytest.raises(ValueError, match="expected to be in format"):
        unpack((1, 2, 3, 4))


def test_compile_config_round_trip():
    model = compiled(metrics=["mae"])
    other = mlp(ph, 1, "sigmoid")
    other.compile_from_config(model.get_compile_config())
    a = model.fit(X, Y, shuffle=False, verbose=0).history
    b = other.fit(X, Y, shuffle=False, verbose=0).history
    assert a == b


def test_weights_follow_their_averages_after_fit():
    model = mlp(ph, 1, "sigmoid")
    model.compile(ph.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5), "mse")
    model.fit(X, Y, verbose=0)
    averages = model.optimizer._model_variables_moving_average
    for weight, average in zip(model.trainable_weights, averages):
        np.testing.assert_array_equal(weight.numpy(), average.numpy())


def test_train_function_takes_an_iterator():
    model = compiled()
    step = model.make_train_function()
    logs = step(iter([(X[:4], Y[:4])]))
    assert set(logs) == {"loss"}
    with pytest.raises(StopIteration):
        step(iter([]))


def test_outputs_that_are_not_rows_are_joined():
    class Three(ph.Sequential):
        def predict_step(self, data):
            return ph.ops.sum(super().predict_step(data), axis=0)

    model = Three([ph.Input((6,)), layers.Dense(3)])
    assert model.predict(X, batch_size=20, verbose=0).shape == (9,)


def test_predict_writes_each_batch_where_it_belongs():
    model = mlp(ph, 4, "softmax")
    x = np.random.default_rng(0).random((1003, 6), "float32")
    calls = []
    model.predict(
        x, verbose=0, callbacks=[ph.callbacks.LambdaCallback(on_predict_begin=calls.append)]
    )
    expected = np.concatenate([model.predict_on_batch(x[i : i + 32]) for i in range(0, 1003, 32)])
    np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
    looked = ph.callbacks.LambdaCallback(on_predict_batch_end=lambda b, logs: calls.append(b))
    np.testing.assert_array_equal(model.predict(x, verbose=0, callbacks=[looked]), expected)
    assert calls == [{}, *range(32)]


def test_stopping_predict():
    model = mlp(ph, 1, None)

    class Stop(ph.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            self.model.stop_predicting = batch == 2

    assert model.predict(X, batch_size=10, verbose=0, callbacks=[Stop()]).shape == (30, 1)


def test_datasets_say_what_they_lack():
    class Endless(ph.utils.PyDataset):
        def __getitem__(self, index):
            return X[:10], Y[:10]

    assert len(compiled().fit(Endless(), steps_per_epoch=2, verbose=0).history["loss"]) == 1
    with pytest.raises(NotImplementedError, match="__getitem__"):
        compiled().fit(ph.utils.Sequence(), steps_per_epoch=2, verbose=0)


def test_layers_added_and_removed_after_training():
    model = compiled()
    first = model.predict(X[:4], verbose=0)
    model.add(layers.Dense(2, kernel_initializer="ones"))
    both = model.predict(X[:4], verbose=0)
    np.testing.assert_allclose(both, np.repeat(first, 2, axis=1), rtol=1e-6)
    model.pop()
    np.testing.assert_array_equal(model.predict(X[:4], verbose=0), first)
    model.add(layers.Dense(3))
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((50, 3), "float32"), verbose=0)
    assert model.predict(X, verbose=0).shape == (50, 3)
