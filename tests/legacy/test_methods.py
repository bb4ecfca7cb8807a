"""Methods of Keras 1 and 2, and metrics whose name had another spelling."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import callbacks, layers
from pronghorn.callbacks.logs import Logs, fill, other_spelling

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
X = np.random.RandomState(0).standard_normal((24, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")


def model(metrics=("acc",), units=1, seed=0):
    keras.utils.set_random_seed(seed)
    made = keras.Sequential([layers.Dense(units, activation="sigmoid", input_dim=4)])
    made.compile("sgd", "binary_crossentropy", metrics=list(metrics))
    return made


def batches(size=6):
    while True:
        for i in range(0, len(X), size):
            yield X[i : i + size], Y[i : i + size]


def test_fit_generator_of_keras_2_is_fit():
    one, two = model(), model()
    a = one.fit_generator(
        batches(), steps_per_epoch=4, epochs=3, verbose=0, validation_data=batches(),
        validation_steps=2, max_queue_size=5, workers=2, use_multiprocessing=False,
    ).history  # fmt: skip
    b = two.fit(
        batches(), steps_per_epoch=4, epochs=3, verbose=0, validation_data=batches(),
        validation_steps=2,
    ).history  # fmt: skip
    assert a == b and len(a["val_loss"]) == 3


@pytest.mark.parametrize("by_place", [False, True])
def test_fit_generator_of_keras_1_counts_samples(by_place):
    seen = []

    class Steps(callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(batch)

    one, two = model(), model()
    arguments = (24, 2) if by_place else ()
    names = {} if by_place else {"samples_per_epoch": 24, "nb_epoch": 2}
    one.fit_generator(
        batches(), *arguments, **names, verbose=0, callbacks=[Steps()], max_q_size=1, nb_worker=1,
        pickle_safe=False, validation_data=batches(), nb_val_samples=7,
    )  # fmt: skip
    two.fit(batches(), steps_per_epoch=4, epochs=2, verbose=0)
    assert seen == [0, 1, 2, 3] * 2
    for a, b in zip(one.get_weights(), two.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_a_tuple_to_validate_on_and_class_weights():
    one, two = model(), model()
    weights = {0: 1.0, 1: 3.0}
    a = one.fit_generator(batches(), 4, 1, 0, None, (X, Y), class_weight=weights)
    b = two.fit(
        X, Y, batch_size=6, shuffle=False, validation_data=(X, Y), class_weight=weights, verbose=0
    )
    for key in a.history:
        np.testing.assert_allclose(a.history[key], b.history[key], rtol=1e-5)


def test_evaluate_and_predict_generator():
    made = model()
    want = made.evaluate(X, Y, batch_size=6, verbose=0)
    assert made.evaluate_generator(batches(), steps=4) == pytest.approx(want, rel=1e-6)
    assert made.evaluate_generator(batches(), val_samples=24) == pytest.approx(want, rel=1e-6)
    assert made.evaluate_generator(batches(), 4, workers=2) == pytest.approx(want, rel=1e-6)
    want = made.predict(X, verbose=0)
    np.testing.assert_allclose(made.predict_generator(batches(), steps=4), want, rtol=1e-6)
    np.testing.assert_allclose(made.predict_generator(batches(), val_samples=24), want, rtol=1e-6)


def test_a_sequence_of_batches_counts_samples_too():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            return X[i * 6 : i * 6 + 6], Y[i * 6 : i * 6 + 6]

    made = model()
    want = made.evaluate(X, Y, verbose=0)
    assert made.evaluate_generator(Batches(), val_samples=24) == pytest.approx(want, rel=1e-6)


def test_predict_classes_and_proba():
    made, three = model(), model(units=3)
    p = made.predict(X, verbose=0)
    np.testing.assert_array_equal(made.predict_proba(X), p)
    np.testing.assert_array_equal(made.predict_classes(X), (p > 0.5).astype("int32"))
    np.testing.assert_array_equal(three.predict_classes(X), three.predict(X, verbose=0).argmax(-1))


def test_old_arguments_of_fit_evaluate_predict_and_compile():
    made = keras.Sequential([layers.Dense(1, input_dim=4)])
    made.compile("sgd", "mse", class_mode="binary", sample_weight_mode=None)
    history = made.fit(X, Y, nb_epoch=2, verbose=0, workers=3, use_multiprocessing=True)
    assert len(history.history["loss"]) == 2
    made.evaluate(X, Y, verbose=0, show_accuracy=True)
    made.predict(X, verbose=0, max_queue_size=3)
    with pytest.raises(TypeError, match="nonsense"):
        made.fit(X, Y, nonsense=1)


@pytest.mark.parametrize("given, other", [("acc", "accuracy"), ("accuracy", "acc")])
def test_acc_is_accuracy_when_read(given, other):
    seen = []

    class Look(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs.get(other), logs.get("val_" + other), other in logs, dict(logs)))

        def on_train_batch_end(self, batch, logs=None):
            assert logs[other] == logs[given]

    made = model([given])
    history = made.fit(
        X, Y, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[Look()]
    ).history
    assert set(history) == {"loss", given, "val_loss", "val_" + given}
    assert history[other] is history[given] and history["val_" + other] == history["val_" + given]
    assert "val_" + other in history and "val_mae" not in history and history.get("mae") is None
    assert seen[0][:3] == (history[given][0], history["val_" + given][0], True)
    assert other not in seen[0][3]
    with pytest.raises(KeyError, match="mae"):
        history["mae"]
    scores = made.evaluate(X, Y, verbose=0, return_dict=True)
    assert scores[other] == scores[given]


def test_early_stopping_on_the_other_spelling():
    made = model(["acc"])
    stop = callbacks.EarlyStopping(monitor="val_accuracy", patience=1, min_delta=2.0)
    history = made.fit(X, Y, epochs=9, verbose=0, validation_data=(X, Y), callbacks=[stop])
    assert len(history.epoch) == 2 and stop.monitor_op is keras.ops.greater


def test_other_spellings():
    cases = {
        "acc": "accuracy", "val_accuracy": "val_acc", "out_acc_1": "out_accuracy_1",
        "binary_accuracy": "binary_acc", "loss": None, "accurate": None, "": None, 3: None,
        "acc_": None, "1": None,
    }  # fmt: skip
    assert {name: other_spelling(name) for name in cases} == cases
    logs = Logs(acc=1.0, accuracy=2.0)
    assert (logs["acc"], logs["accuracy"]) == (1.0, 2.0)


def test_file_templates():
    logs = {"val_accuracy": 0.875, "loss": 1.5}
    assert fill("w.{epoch:02d}-{val_acc:.2f}-{loss}.h5", logs, epoch=3) == "w.03-0.88-1.5.h5"
    with pytest.raises(KeyError, match="val_loss"):
        fill("{val_loss}", logs)


def test_metrics_names_are_those_of_evaluate():
    made = model(["mae", "acc"])
    assert made.metrics_names == ["loss", "mae", "acc"]
    values = made.evaluate(X, Y, verbose=0)
    assert made.metrics_names == ["loss", "mae", "acc"] and len(values) == 3
    i = keras.Input((4,))
    two = keras.Model(i, [layers.Dense(1, name="b")(i), layers.Dense(1, name="a")(i)])
    two.compile("sgd", "mse", metrics={"b": ["mae"], "a": ["mse"]})
    values = two.evaluate(X, [Y, Y], verbose=0)
    named = dict(zip(two.metrics_names, values, strict=True))
    assert named == two.evaluate(X, [Y, Y], verbose=0, return_dict=True)
    two.compile("sgd", "mse")
    assert two.metrics_names[0] == "loss"


def test_a_metric_of_keras_2_resets_itself():
    class Count(keras.metrics.Metric):
        def __init__(self, name="count", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight(name="total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(1.0)

        def result(self):
            return self.total

        def reset_states(self):
            self.total.assign(10.0)

    made = model([Count()])
    history = made.fit(X, Y, batch_size=6, epochs=2, verbose=0).history
    assert history["count"] == [4.0, 14.0]  # made in the first epoch, so not yet set back
    mean = keras.metrics.Mean()
    mean.update_state([2.0, 4.0])
    mean.reset_states()
    assert float(mean.result()) == 0.0


def test_optimizers_of_keras_2():
    w = keras.Variable([3.0, 1.0])
    optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
    optimizer.minimize(lambda: keras.ops.sum(w * w), [w])
    np.testing.assert_allclose(w.numpy(), [1.5, 0.5])
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(w * w)
    ((gradient, variable),) = optimizer.compute_gradients(loss, lambda: [w], tape=tape)
    assert variable is w
    np.testing.assert_allclose(gradient, [3.0, 1.0])
    with pytest.raises(ValueError, match="`tape` is needed"):
        optimizer.compute_gradients(loss, [w])
    kept = optimizer.get_weights()
    assert len(kept) == len(optimizer.weights) == len(optimizer.variables)
    optimizer.minimize(lambda: keras.ops.sum(w * w), [w])
    moved = [np.array(v) for v in optimizer.variables]
    optimizer.set_weights(kept)
    assert any(not np.array_equal(a, b) for a, b in zip(moved, kept))
    for variable, value in zip(optimizer.variables, kept):
        np.testing.assert_array_equal(variable, value)


def test_reset_states_of_a_model_reaches_recurrent_layers():
    calls = []

    class Recurrent(layers.Layer):
        def call(self, x):
            return x

        def reset_states(self):
            calls.append(self.name)

    inner = keras.Sequential([Recurrent(name="inside")])
    keras.Sequential([keras.Input((3,)), Recurrent(name="outside"), inner]).reset_states()
    assert sorted(calls) == ["inside", "outside"]


@pytest.mark.parametrize("keras_1", [False, True])
def test_a_callback_that_makes_the_batches_begins_first(keras_1):
    class Maker(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.row = self.seen = 0

        def batches(self):
            while True:
                self.row += 1
                yield np.full((4, 3), self.row, "float32"), np.zeros((4, 1), "float32")

        def on_epoch_end(self, epoch, logs=None):
            self.seen += 1

        def on_train_batch_end(self, batch, logs=None):
            self.steps = self.params["steps"]

    maker = Maker()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    names = {"samples_per_epoch": 10, "nb_epoch": 2, "nb_val_samples": 8}
    today = {"steps_per_epoch": 3, "epochs": 2, "validation_steps": 2}
    history = model.fit_generator(
        maker.batches(), validation_data=maker.batches(), callbacks=[maker], verbose=0,
        **(names if keras_1 else today),
    )  # fmt: skip
    assert maker.seen == 2 and maker.steps == 3 and len(history.history["val_loss"]) == 2
    assert int(model.optimizer.iterations) == 6


def test_an_empty_generator_is_an_error_of_its_own():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="at least one batch"):
        model.fit(iter(()), verbose=0)
    with pytest.raises(ValueError, match="at least one batch"):
        model.predict(iter(()), verbose=0)


def test_text_under_no_name_of_an_input_is_carried_along():
    inputs = keras.Input((3,), name="a")
    model = keras.Model(inputs, layers.Dense(1, name="out")(inputs))
    model.compile("sgd", "mse")
    numbers = np.ones((4, 3), "float32")

    def batches(text):
        while True:
            yield {"a": numbers, "source": text}, {"out": np.ones((4, 1))}

    want = model.predict(numbers, verbose=0)
    for text in (list("wxyz"), np.array(list("wxyz")), np.array(list("wxyz"), object)):
        got = model.predict({"a": numbers, "source": text}, verbose=0)
        np.testing.assert_array_equal(got, want)
        np.testing.assert_array_equal(model.predict_on_batch({"a": numbers, "s": text}), want)
    for text in (list("wxyz"), np.array(list("wxyz"))):
        losses = model.fit(batches(text), steps_per_epoch=2, epochs=2, verbose=0).history["loss"]
        assert losses[1] < losses[0]
    with pytest.raises(ValueError, match="numbers or booleans"):
        model.predict({"a": np.array(list("wxyz"))}, verbose=0)
