"""Wrong input: each a clear error, raised before anything changes."""

import os
import signal
import threading

import numpy as np
import pronghorn
import pytest
from pronghorn import layers, ops


def model_of(units=3, compiled=True, **options):
    model = pronghorn.Sequential(
        [
            pronghorn.Input((6,)),
            layers.Dense(5, activation="relu", name="first"),
            layers.Dense(units, activation="softmax", name="last"),
        ]
    )
    if compiled:
        options.setdefault("loss", "sparse_categorical_crossentropy")
        model.compile("sgd", **options)
    return model


X = np.random.RandomState(0).standard_normal((24, 6)).astype("float32")
Y = np.arange(24) % 3


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


class TestShapes:
    def test_layer_named_with_expected_and_received(self):
        model = model_of()
        with pytest.raises(ValueError, match=r"(?s)6.*\(24, 7\)|\(24, 7\).*6"):
            model.predict(np.zeros((24, 7), "float32"), verbose=0)
        with pytest.raises(ValueError, match=r"(?s)first.*6.*7"):
            model.layers[0](np.zeros((2, 7), "float32"))

    def test_too_few_dimensions(self):
        with pytest.raises(ValueError, match=r"(?s)conv.*ndim=4.*ndim=3|conv.*4.*3"):
            layers.Conv2D(3, 3, name="conv")(np.zeros((2, 5, 5), "float32"))

    def test_image_smaller_than_the_window(self):
        with pytest.raises(ValueError, match=r"\(1, 2, 2, 3\)|negative|small|2"):
            layers.Conv2D(3, 3)(pronghorn.Input((2, 2, 3)))

    def test_labels_of_another_shape(self):
        model = model_of(loss="categorical_crossentropy")
        with pytest.raises(ValueError, match=r"(?s)4.*3|3.*4"):
            model.fit(X, np.zeros((24, 4), "float32"), verbose=0)

    def test_unequal_sample_counts(self):
        model = model_of()
        for call in (model.fit, model.evaluate):
            with pytest.raises(ValueError, match=r"(?s)24.*23"):
                call(X, Y[:23], verbose=0)

    def test_merge_of_unequal_shapes(self):
        with pytest.raises(ValueError, match=r"3,?\).*4,?\)"):
            layers.Add()([pronghorn.Input((3,)), pronghorn.Input((4,))])
        with pytest.raises(ValueError, match=r"\(None, 3, 2\).*\(None, 4, 3\)"):
            layers.Concatenate(axis=1)([pronghorn.Input((3, 2)), pronghorn.Input((4, 3))])

    def test_set_weights(self):
        model = model_of()
        with pytest.raises(ValueError, match="(?s)4.*3|3.*4"):
            model.set_weights(model.get_weights()[:3])
        weights = model.get_weights()
        weights[0] = weights[0].T
        before = model.get_weights()
        with pytest.raises(ValueError, match=r"\(6, 5\)"):
            model.set_weights(weights)
        assert same(model.get_weights(), before)

    def test_wrong_number_of_inputs(self):
        a, b = pronghorn.Input((3,)), pronghorn.Input((3,))
        model = pronghorn.Model([a, b], layers.Add()([a, b]))
        with pytest.raises(ValueError, match="2"):
            model(np.zeros((2, 3), "float32"))


class TestDtypes:
    def test_strings(self):
        model = model_of()
        with pytest.raises((TypeError, ValueError), match=r"(?i)dtype|str|<U"):
            model.fit(np.array([["a"] * 6] * 24), Y, verbose=0)

    def test_objects(self):
        with pytest.raises((TypeError, ValueError), match="(?i)object|dtype|None"):
            ops.convert_to_tensor(np.array([1, None, 2], dtype=object))

    def test_ragged_lists(self):
        with pytest.raises(
            (TypeError, ValueError), match="(?i)ragged|inhomogeneous|rectang|shape|length"
        ):
            ops.convert_to_tensor([[1.0, 2.0], [3.0]])

    def test_float_indices(self):
        with pytest.raises((TypeError, ValueError), match="(?i)integer|float32"):
            ops.take(ops.ones((3, 2)), ops.ones((2,)), axis=0)

    def test_unknown_dtype_name(self):
        with pytest.raises((TypeError, ValueError), match="float33"):
            ops.zeros((2,), dtype="float33")


class TestEmpty:
    def test_fit_on_nothing(self):
        with pytest.raises(ValueError, match="(?i)empty|no (data|samples|batch)|0 samples"):
            model_of().fit(X[:0], Y[:0], verbose=0)

    def test_predict_on_nothing(self):
        with pytest.raises(ValueError, match="(?i)empty|no (data|samples|batch)|0 samples"):
            model_of().predict(X[:0], verbose=0)

    def test_reduction_of_nothing(self):
        with pytest.raises(ValueError, match="(?i)empty|size 0|zero"):
            ops.argmax(ops.zeros((0,)))


class TestNotCompiled:
    @pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
    def test_names_compile(self, method):
        with pytest.raises(ValueError, match=r"compile\(\)"):
            getattr(model_of(compiled=False), method)(X, Y)

    def test_no_loss(self):
        model = model_of(compiled=False)
        model.compile("sgd")
        with pytest.raises(ValueError, match="(?i)loss"):
            model.fit(X, Y, verbose=0)

    def test_not_built(self):
        with pytest.raises(ValueError, match="(?i)built|build"):
            pronghorn.Sequential([layers.Dense(3)]).count_params()


class TestUnknownNames:
    @pytest.mark.parametrize(
        "make, near",
        [
            (lambda: layers.Dense(3, activation="rellu"), "relu"),
            (lambda: layers.Dense(3, kernel_initializer="glorot_unifrom"), "glorot_uniform"),
            (lambda: layers.Dense(3, kernel_regularizer="l22"), "l2"),
            (lambda: pronghorn.optimizers.get("adamm"), "adam"),
            (lambda: pronghorn.losses.get("mean_squared_eror"), "mean_squared_error"),
            (lambda: pronghorn.metrics.get("acuracy"), "accuracy"),
            (lambda: model_of(loss="sparse_crossentropy").fit(X, Y, verbose=0), "sparse_categ"),
        ],
    )
    def test_message_lists_near_ones(self, make, near):
        with pytest.raises(ValueError, match=near):
            make()

    def test_unknown_argument(self):
        with pytest.raises((TypeError, ValueError), match="unitz"):
            layers.Dense(3, unitz=4)

    def test_bad_values(self):
        for make in (
            lambda: layers.Dense(-3),
            lambda: layers.Conv2D(0, 3),
            lambda: layers.Conv2D(3, 0),
            lambda: layers.Conv2D(3, 3, padding="sideways"),
            lambda: layers.Dropout(1.5),
            lambda: layers.MaxPooling2D(0),
            lambda: pronghorn.optimizers.SGD(momentum=-1),
        ):
            with pytest.raises(ValueError, match=r"-3|0|sideways|1\.5|-1"):
                make()

    def test_missing_public_name(self):
        with pytest.raises(AttributeError, match="Densee"):
            _ = layers.Densee
        with pytest.raises(AttributeError, match="laeyrs"):
            _ = pronghorn.laeyrs


class TestRanges:
    @pytest.mark.parametrize("bad", [3, -1])
    def test_labels(self, bad):
        model = model_of(metrics=["accuracy"])
        labels = Y.copy()
        labels[20] = bad
        before = model.get_weights()
        with pytest.raises(ValueError, match="(?i)label"):
            model.fit(X, labels, batch_size=24, verbose=0)
        assert same(model.get_weights(), before)

    def test_eager_labels(self):
        with pytest.raises(ValueError, match="(?i)label"):
            ops.sparse_categorical_crossentropy(
                np.array([0, 9], "int32"), np.ones((2, 3), "float32"), from_logits=True
            )

    @pytest.mark.parametrize("bad", [5, -6, 2**31 - 1])
    def test_eager_indices(self, bad):
        with pytest.raises(ValueError, match="(?i)index|indices|range"):
            ops.take(np.ones((5, 2), "float32"), np.array([0, bad], "int64"), axis=0)

    def test_axis(self):
        with pytest.raises(ValueError, match=r"2"):
            ops.sum(np.ones((2, 3), "float32"), axis=2)


class TestData:
    def test_generator_that_ends_early(self):
        def batches():
            for i in range(3):
                yield X[i * 4 : i * 4 + 4], Y[i * 4 : i * 4 + 4]

        model = model_of()
        with pytest.warns(UserWarning, match="(?i)ran out of data"):
            history = model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
        assert np.isfinite(history.history["loss"][0])

    def test_generator_that_raises(self):
        def batches():
            yield X[:4], Y[:4]
            raise KeyError("lost file")

        with pytest.raises(KeyError, match="lost file"):
            model_of().fit(batches(), verbose=0)

    def test_generator_of_the_wrong_thing(self):
        with pytest.raises((TypeError, ValueError), match="(?i)tuple|expected|received|4"):
            model_of().fit(iter([(1, 2, 3, 4)]), verbose=0)

    def test_y_with_a_generator(self):
        with pytest.raises(ValueError, match="`?y`?"):
            model_of().fit(iter([(X, Y)]), Y, verbose=0)

    def test_class_weight_and_validation_split(self):
        with pytest.raises(ValueError, match=r"1\.5|validation_split"):
            model_of().fit(X, Y, validation_split=1.5, verbose=0)


class TestInterruption:
    def test_exception_in_a_callback(self):
        class Broken(pronghorn.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if batch == 1:
                    raise RuntimeError("callback broke")

        model = model_of()
        before = model.get_weights()
        with pytest.raises(RuntimeError, match="callback broke"):
            model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Broken()])
        assert not same(model.get_weights(), before)
        model.fit(X, Y, batch_size=4, verbose=0)
        assert np.isfinite(model.predict(X, verbose=0)).all()

    @pytest.fixture
    def interruptible(self):
        """Control-C arrives even where the tests run in the background of a shell."""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, before)

    def test_control_c_leaves_usable_weights(self, interruptible):
        x = np.zeros((60000, 256), "float32")
        y = np.zeros((60000,), "int32")
        model = pronghorn.Sequential([layers.Dense(256), layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(x[:64], y[:64], batch_size=8, verbose=0)
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, batch_size=8, epochs=100, verbose=0)
        timer.join()
        assert all(np.isfinite(w).all() for w in model.get_weights())
        history = model.fit(x[:64], y[:64], batch_size=8, verbose=0)
        assert np.isfinite(history.history["loss"][0])

    def test_nan_loss_does_not_stop_by_itself(self):
        model = model_of()
        x = X.copy()
        x[0, 0] = np.nan
        history = model.fit(x, Y, epochs=2, verbose=0)
        assert len(history.history["loss"]) == 2
        assert np.isnan(history.history["loss"][-1])

    def test_terminate_on_nan_by_a_callback(self):
        class TerminateOnNaN(pronghorn.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if not np.isfinite((logs or {})["loss"]):
                    stopped.append(batch)
                    self.model.stop_training = True

        stopped = []
        x = X.copy()
        x[9, 0] = np.nan
        model = model_of()
        model.fit(
            x, Y, batch_size=4, shuffle=False, epochs=5, verbose=0, callbacks=[TerminateOnNaN()]
        )
        assert stopped[0] == 2 and len(stopped) <= 4
