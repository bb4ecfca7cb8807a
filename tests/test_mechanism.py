"""Values, first calls, states and errors: what the mechanism must keep true, a test a line."""

import warnings

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops
from pronghorn.engine.trace import Function


def variable(value, **options):
    return engine.Variable(np.asarray(value, "float32"), **options)


def small_model(**options):
    model = pronghorn.Sequential(
        [
            pronghorn.Input((6,)),
            layers.Dense(5, activation="relu", name="a"),
            layers.Dense(3, activation="softmax", name="b"),
        ]
    )
    options.setdefault("optimizer", "sgd")
    model.compile(loss="sparse_categorical_crossentropy", **options)
    return model


def data(n=24, seed=0):
    rng = np.random.RandomState(seed)
    return rng.standard_normal((n, 6)).astype("float32"), rng.randint(0, 3, n).astype("int32")


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


class TestValues:
    def test_numpy_export_survives_assignment(self):
        v = variable([1, 2, 3])
        before = v.numpy()
        v.assign([7, 8, 9])
        v.assign_add([1, 1, 1])
        np.testing.assert_array_equal(before, [1, 2, 3])
        np.testing.assert_array_equal(v.numpy(), [8, 9, 10])

    def test_numpy_export_is_read_only(self):
        array = np.asarray(ops.ones((3,)))
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5

    def test_dlpack_export_survives_assignment(self):
        v = variable([1, 2, 3])
        exported = np.from_dlpack(v.value)
        v.assign([7, 8, 9])
        np.testing.assert_array_equal(exported, [1, 2, 3])

    def test_view_survives_assignment(self):
        v = variable([[1, 2], [3, 4]])
        view = ops.reshape(v.value, (4,))
        v.assign([[7, 7], [7, 7]])
        np.testing.assert_array_equal(view, [1, 2, 3, 4])

    def test_tape_keeps_the_value_it_saw(self):
        v = variable([2.0, 3.0])
        with engine.GradientTape() as tape:
            y = ops.sum(v * v)
            v.assign([100.0, 100.0])
        np.testing.assert_array_equal(tape.gradient(y, v), [4, 6])

    def test_import_does_not_follow_later_writes(self):
        array = np.ones(1000, "float32")
        t = engine.convert_to_tensor(array)
        total = float(ops.sum(t))
        array[:] = 5
        assert float(ops.sum(t)) == total == 1000

    def test_old_value_is_read_before_it_is_overwritten(self):
        v = variable([1.0, 2.0])

        def step(x):
            old = v.value
            v.assign(old * 10 + x)
            middle = v.value
            v.assign(middle + 1)
            return old + 0, middle, v.value

        f = Function(step)
        x = engine.convert_to_tensor(np.zeros(2, "float32"))
        for start in ([1, 2], [11, 21], [111, 211]):
            start = np.array(start, "float32")
            old, middle, new = (np.array(t) for t in f(x))
            np.testing.assert_array_equal(old, start)
            np.testing.assert_array_equal(middle, start * 10)
            np.testing.assert_array_equal(new, start * 10 + 1)

    def test_gradient_uses_the_value_before_the_update(self):
        v = variable([3.0])

        def step(x):
            with engine.GradientTape() as tape:
                loss = ops.sum(v * v * x)
            g = tape.gradient(loss, v)
            v.assign_sub(g)
            return loss, g

        f = Function(step)
        value = 3.0
        for _ in range(3):
            loss, g = f(np.array([0.25], "float32"))
            assert float(loss) == pytest.approx(value**2 / 4)
            assert float(g[0]) == pytest.approx(value / 2)
            value -= value / 2

    def test_two_variables_swap(self):
        a, b = variable([1.0]), variable([2.0])

        def swap(x):
            left, right = a.value, b.value
            a.assign(right)
            b.assign(left)
            return x + 0

        f = Function(swap)
        for expected in ((2, 1), (1, 2), (2, 1)):
            f(np.zeros(1, "float32"))
            assert (float(a), float(b)) == expected

    def test_results_leave_the_arena_by_copy(self):
        f = Function(lambda x: ops.exp(x) * 2)
        one = f(np.zeros(100, "float32"))
        array = np.asarray(one)
        f(np.ones(100, "float32"))
        np.testing.assert_array_equal(one, np.full(100, 2, "float32"))
        np.testing.assert_array_equal(array, np.full(100, 2, "float32"))

    def test_result_that_is_the_variable_does_not_follow_it(self):
        v = variable([1.0])

        def step(x):
            v.assign_add(x)
            return v.value

        f = Function(step)
        first = f(np.ones(1, "float32"))
        f(np.ones(1, "float32"))
        assert float(first[0]) == 2 and float(v) == 3

    def test_exported_weights_survive_fit(self):
        model = small_model()
        x, y = data()
        exported = [w.numpy() for w in model.weights]
        kept = [w.copy() for w in exported]
        model.fit(x, y, verbose=0)
        assert same(exported, kept)
        assert not same(model.get_weights(), kept)


class TestFirstCall:
    def test_learning_rate_between_steps(self):
        model = small_model()
        x, y = data()
        model.train_on_batch(x, y)
        model.optimizer.learning_rate = 0.0
        before = model.get_weights()
        model.train_on_batch(x, y)
        assert same(model.get_weights(), before)

    def test_learning_rate_from_a_callback(self):
        class Stop(pronghorn.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.model.optimizer.learning_rate = 0.1 if epoch == 0 else 0.0

            def on_epoch_end(self, epoch, logs=None):
                seen.append(self.model.get_weights())

        seen = []
        model = small_model()
        model.fit(*data(), epochs=3, verbose=0, callbacks=[Stop()])
        assert same(seen[0], seen[1]) and same(seen[1], seen[2])

    def test_set_weights_between_steps(self):
        model = small_model()
        x, y = data()
        start = model.get_weights()
        first = model.train_on_batch(x, y)
        model.set_weights(start)
        assert model.train_on_batch(x, y) == pytest.approx(first, rel=1e-6)

    def test_python_attributes_are_frozen_at_the_trace(self):
        factor = {"value": 2.0}
        f = Function(lambda x: x * factor["value"])
        one = np.ones(3, "float32")
        f(one)
        factor["value"] = 5.0
        np.testing.assert_array_equal(f(one), [2, 2, 2])
        np.testing.assert_array_equal(f(np.ones(4, "float32")), [5, 5, 5, 5])

    def test_abstract_tensor_after_its_trace(self):
        kept = []
        f = Function(lambda x: kept.append(x * 2) or x, "leaky")
        f(np.ones(3, "float32"))
        with pytest.raises((TypeError, ValueError, RuntimeError), match="(?i)trac"):
            np.asarray(kept[0])
        with pytest.raises((TypeError, ValueError, RuntimeError), match="(?i)trac"):
            np.asarray(kept[0] + 1)

    @pytest.mark.parametrize("use", [bool, float, np.asarray], ids=["bool", "float", "asarray"])
    def test_values_are_not_there_while_tracing(self, use):
        f = Function(lambda x: x * use(ops.sum(x)))
        with pytest.raises((TypeError, ValueError), match="run_eagerly=True"):
            f(np.ones(3, "float32"))

    def test_failed_trace_changes_no_state(self):
        v = variable([1.0])

        def step(x):
            v.assign_add(x)
            raise RuntimeError("in the middle")

        f = Function(step)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="in the middle"):
                f(np.ones(1, "float32"))
        assert float(v) == 1.0
        assert not engine.trace.is_tracing()
        v.assign([4.0])
        assert float(v) == 4.0

    def test_variables_made_in_a_trace_are_real(self):
        class Lazy(layers.Layer):
            def build(self, shape):
                self.w = self.add_weight(shape=(shape[-1],), initializer="ones")

            def call(self, x):
                return x * self.w

        layer = Lazy()
        f = Function(layer)
        np.testing.assert_array_equal(f(np.full((2, 3), 4, "float32")), np.full((2, 3), 4))
        np.testing.assert_array_equal(layer.w.numpy(), np.ones(3))

    def test_signature_holds_shapes_dtypes_and_structure(self):
        traces = []
        f = Function(lambda x: traces.append(1) or ops.sum(x["a"]) + ops.sum(x["b"][0]))
        a, b = np.ones(3, "float32"), np.ones(2, "float32")
        f({"a": a, "b": [b]})
        f({"a": a * 2, "b": [b]})
        assert len(traces) == 1
        f({"a": a, "b": [a]})
        f({"a": a.astype("float64"), "b": [b]})
        f({"a": a, "b": (b,)})
        assert len(traces) == 4

    def test_initializers_run_outside_recorders(self):
        with engine.GradientTape() as tape:
            layer = layers.Dense(3)
            y = ops.sum(layer(np.ones((2, 4), "float32")))
        g = tape.gradient(y, layer.kernel)
        np.testing.assert_array_equal(g, np.full((4, 3), 2))


class TestWhichWeightsTrain:
    def test_change_after_compile_warns_and_waits(self):
        model = small_model()
        x, y = data()
        model.train_on_batch(x, y)
        model.layers[0].trainable = False
        before = model.layers[0].get_weights()
        with pytest.warns(UserWarning, match="(?i)compile"):
            model.fit(x, y, verbose=0)
        assert not same(model.layers[0].get_weights(), before)
        model.compile("sgd", "sparse_categorical_crossentropy")
        before = model.layers[0].get_weights()
        other = model.layers[1].get_weights()
        model.fit(x, y, verbose=0)
        assert same(model.layers[0].get_weights(), before)
        assert not same(model.layers[1].get_weights(), other)

    def test_frozen_discriminator(self):
        """Trains alone as compiled, and stays put inside the GAN."""
        judge = pronghorn.Sequential([pronghorn.Input((4,)), layers.Dense(1, activation="sigmoid")])
        judge.compile("sgd", "binary_crossentropy")
        maker = pronghorn.Sequential([pronghorn.Input((2,)), layers.Dense(4)])
        judge.trainable = False
        noise = pronghorn.Input((2,))
        gan = pronghorn.Model(noise, judge(maker(noise)))
        gan.compile("sgd", "binary_crossentropy")
        judge_w, maker_w = judge.get_weights(), maker.get_weights()
        gan.train_on_batch(np.ones((4, 2), "float32"), np.ones((4, 1), "float32"))
        assert same(judge.get_weights(), judge_w)
        assert not same(maker.get_weights(), maker_w)
        maker_w = maker.get_weights()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            judge.train_on_batch(np.ones((4, 4), "float32"), np.zeros((4, 1), "float32"))
        assert not same(judge.get_weights(), judge_w)
        assert same(maker.get_weights(), maker_w)


class TestErrorsInsideAStep:
    @pytest.mark.parametrize("optimizer", ["sgd", "adam"])
    def test_label_out_of_range_changes_nothing(self, optimizer):
        model = small_model(optimizer=optimizer, metrics=["accuracy"])
        x, y = data()
        model.train_on_batch(x, y)
        state = [v.numpy().copy() for v in model.weights + model.optimizer.variables]
        bad = y.copy()
        bad[5] = 3
        with pytest.raises(ValueError, match=r"(?i)label"):
            model.train_on_batch(x, bad)
        assert same([v.numpy() for v in model.weights + model.optimizer.variables], state)
        model.train_on_batch(x, y)
        assert all(np.isfinite(w).all() for w in model.get_weights())

    def test_index_out_of_range_changes_nothing(self):
        model = pronghorn.Sequential(
            [
                pronghorn.Input((2,), dtype="int32"),
                layers.Embedding(5, 3),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        model.compile("adam", "mse")
        y = np.zeros((2, 1), "float32")
        good = np.array([[0, 1], [2, 4]], "int32")
        model.train_on_batch(good, y)
        before = model.get_weights()
        with pytest.raises(ValueError, match="(?i)index|indices|out of range"):
            model.train_on_batch(np.array([[0, 1], [2, 5]], "int32"), y)
        assert same(model.get_weights(), before)
        model.train_on_batch(good, y)


class TestGradients:
    def test_custom_gradient_eager_and_traced(self):
        @engine.custom_gradient
        def doubled_back(x):
            return x * 1.0, lambda upstream: upstream * 10

        def slope(x):
            with engine.GradientTape() as tape:
                tape.watch(x)
                y = ops.sum(doubled_back(x) * 3)
            return tape.gradient(y, x)

        x = ops.ones((2,))
        np.testing.assert_array_equal(slope(x), [30, 30])
        np.testing.assert_array_equal(Function(slope)(x), [30, 30])

    def test_tape_can_be_asked_once_unless_persistent(self):
        x = ops.ones((2,))
        with engine.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        tape.gradient(y, x)
        with pytest.raises(RuntimeError, match="persistent"):
            tape.gradient(y, x)
        with engine.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y, z = x * x, x * 3
        np.testing.assert_array_equal(tape.gradient(y, x), [2, 2])
        np.testing.assert_array_equal(tape.gradient(z, x), [3, 3])

    def test_unconnected_source(self):
        v, w = variable([1.0]), variable([1.0])
        with engine.GradientTape(persistent=True) as tape:
            y = v * 2
        assert tape.gradient(y, w) is None
        zero = tape.gradient(y, w, unconnected_gradients="zero")
        np.testing.assert_array_equal(zero, [0])

    def test_stop_gradient_and_stop_recording(self):
        x = ops.ones((2,)) * 3
        with engine.GradientTape() as tape:
            tape.watch(x)
            y = x * ops.stop_gradient(x)
            with tape.stop_recording():
                z = x * x
            total = ops.sum(y) + ops.sum(z)
        np.testing.assert_array_equal(tape.gradient(total, x), [3, 3])
