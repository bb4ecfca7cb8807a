"""Many programs, random numbers, sparse tables and fork: more that the mechanism must keep true."""

import gc
import os
import warnings

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, layers, ops
from pronghorn.engine import device
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


class TestManyShapesManyPrograms:
    def test_one_warning_names_the_changing_dimension(self):
        f = Function(lambda x: x + 1, "grower")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for n in range(1, 60):
                f(np.zeros((2, n), "float32"))
        assert len(caught) == 1
        text = str(caught[0].message)
        assert "grower" in text and "(2, " in text

    def test_models_built_and_dropped_leave_memory_flat(self):
        x, y = data()

        def cycle(count):
            for _ in range(count):
                model = small_model()
                model.train_on_batch(x, y)
                model.predict_on_batch(x)
                del model
            gc.collect()

        def resident():
            with open("/proc/self/statm") as f:
                return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        cycle(20)
        start = resident()
        cycle(80)
        assert resident() - start < 6 << 20

    def test_shipped_workloads_never_fall_back(self):
        device.reset_compose_count()
        model = pronghorn.Sequential(
            [
                pronghorn.Input((8, 8, 3)),
                layers.Conv2D(4, 3, padding="same", activation="relu"),
                layers.BatchNormalization(),
                layers.MaxPooling2D(2),
                layers.AveragePooling2D(2),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(3, activation="softmax"),
            ]
        )
        x = np.random.RandomState(0).standard_normal((8, 8, 8, 3)).astype("float32")
        y = np.arange(8) % 3
        for optimizer in ("sgd", "rmsprop", "adam"):
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.fit(x, y, verbose=0)
            model.evaluate(x, y, verbose=0)
            model.predict(x, verbose=0)
        assert device.compose_count() == 0


class TestRandomness:
    def test_every_draw_advances_the_global_generator(self):
        pronghorn.utils.set_random_seed(3)
        a, b = pronghorn.random.normal((5,)), pronghorn.random.normal((5,))
        assert not np.array_equal(a, b)
        pronghorn.utils.set_random_seed(3)
        np.testing.assert_array_equal(pronghorn.random.normal((5,)), a)

    def test_draws_differ_from_step_to_step_inside_a_program(self):
        f = Function(lambda x: x + pronghorn.random.uniform((50,)))
        zero = np.zeros(50, "float32")
        a, b = np.array(f(zero)), np.array(f(zero))
        assert not np.array_equal(a, b)
        assert 0 <= a.min() and a.max() < 1

    def test_program_continues_the_eager_sequence(self):
        draw = lambda x: x + pronghorn.random.normal((20,))
        zero = np.zeros(20, "float32")
        pronghorn.utils.set_random_seed(8)
        eager = [np.array(draw(engine.convert_to_tensor(zero))) for _ in range(3)]
        pronghorn.utils.set_random_seed(8)
        f = Function(draw)
        for expected in eager:
            np.testing.assert_array_equal(f(zero), expected)

    def test_dropout_gradient_reuses_the_mask(self):
        layer = layers.Dropout(0.4, seed=3)

        def step(x):
            with engine.GradientTape() as tape:
                tape.watch(x)
                y = layer(x, training=True)
                total = ops.sum(y)
            return y, tape.gradient(total, x)

        x = ops.ones((500,))
        for f in (step, Function(step)):
            y, g = f(x)
            np.testing.assert_array_equal(y, g)
            kept = np.count_nonzero(np.asarray(y))
            assert 240 < kept < 360

    def test_runs_repeat_bit_for_bit(self):
        results = []
        for _ in range(2):
            pronghorn.utils.set_random_seed(11)
            model = pronghorn.Sequential(
                [layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(3)]
            )
            model.compile("adam", "mse")
            x, _ = data()
            model.fit(x, x[:, :3], epochs=3, batch_size=7, verbose=0)
            results.append(model.get_weights())
        assert same(*results)


class TestEmbedding:
    def test_gradient_is_dense_and_sums_repeats(self):
        table = variable(np.zeros((5, 2)))
        with engine.GradientTape() as tape:
            rows = ops.take(table, np.array([1, 3, 1, 1], "int32"), axis=0)
            y = ops.sum(rows * np.array([[1], [2], [3], [4]], "float32"))
        g = np.asarray(tape.gradient(y, table))
        assert g.shape == (5, 2)
        np.testing.assert_array_equal(g[:, 0], [0, 8, 0, 2, 0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_threads_survive_fork(threads):
    threads(2)
    x = np.random.RandomState(0).standard_normal((300, 300)).astype("float32")
    expected = np.array(ops.matmul(x, x))
    child = os.fork()
    if child == 0:
        ok = False
        try:
            ok = all(np.array_equal(ops.matmul(x, x), expected) for _ in range(20))
        finally:
            os._exit(0 if ok else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    np.testing.assert_array_equal(ops.matmul(x, x), expected)


class TestCheaperForms:
    @pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min"])
    @pytest.mark.parametrize("keepdims", [False, True])
    def test_a_reduction_over_axes_of_size_one_moves_nothing(self, name, keepdims):
        reduce = getattr(ops, name)
        x = np.arange(12, dtype="float32").reshape(3, 1, 4, 1)

        def step(x):
            return reduce(x, axis=(1, 3), keepdims=keepdims)

        f = Function(step, "step")
        assert np.array_equal(f(x).numpy(), x if keepdims else x.reshape(3, 4))
        assert name not in f.program_for(x).describe()
        long = np.repeat(x, 2, axis=1)
        assert name in f.program_for(long).describe()


@pytest.mark.parametrize("dtype, ulps", [("float32", 3), ("float64", 1.01)])
@pytest.mark.parametrize("size", [10, 1000])
def test_division_by_a_root(dtype, ulps, size):
    # float32 programs multiply by rsqrt instead: the same numbers, specials included
    rng = np.random.RandomState(3)
    a = rng.standard_normal(size).astype(dtype)
    b = (10.0 ** rng.uniform(-30, 30, size)).astype(dtype)
    b[:8] = [0, -0.0, np.inf, np.nan, -1, np.finfo(dtype).tiny / 8, np.finfo(dtype).max, 1]
    a[8:10], b[8:10] = 0, [0, np.inf]
    got = np.asarray(Function(lambda x, y: x / ops.sqrt(y), "divides")(a, b))
    with np.errstate(all="ignore"):
        want = a.astype("float64") / np.sqrt(b.astype("float64"))
        far = np.abs(got - want) > ulps * np.finfo(dtype).eps * np.abs(want)
    assert np.array_equal(np.isnan(got), np.isnan(want))
    infinite = np.isinf(want)
    assert np.array_equal(got[infinite], want[infinite])
    assert not far[~infinite & ~np.isnan(want)].any()


def test_a_root_that_is_also_read_stays_exact():
    b = np.linspace(0.1, 9, 1000, dtype="float32")
    quotient, root = Function(lambda y: (2 / ops.sqrt(y), ops.sqrt(y)), "keeps")(b)
    assert np.array_equal(np.asarray(root), np.sqrt(b))
    assert np.allclose(np.asarray(quotient), 2 / np.sqrt(b), rtol=3e-7)
