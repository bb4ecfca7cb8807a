"""Threads, forks and the end of the interpreter while programs run."""

import functools
import threading
import time

import numpy as np
import pronghorn
import pytest
from processes import run_python
from pronghorn import engine, layers, ops
from pronghorn.engine.trace import Function


def counting(size=200_000, count=2):
    """Variables whose elements all hold one number, and a step that adds 1 to each."""
    variables = [engine.Variable(np.zeros(size, "float32")) for _ in range(count)]

    def step(x):
        for v in variables:
            v.assign_add(x + 1)
        return x

    return variables, Function(step, "count")


class Background:
    """Calls work() over and over in a thread, until the block ends."""

    def __init__(self, work):
        self.errors, self.runs = [], 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, args=(work,))

    def _loop(self, work):
        while not self._stop.is_set():
            try:
                work()
            except BaseException as error:
                self.errors.append(error)
                return
            self.runs += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        if not any(exc):
            assert not self.errors and self.runs


class TestReads:
    def test_values_are_whole_while_another_thread_trains(self):
        (v, w), f = counting()
        zero = np.float32(0)
        with Background(lambda: f(zero)) as training:
            until = time.monotonic() + 2
            seen = set()
            while time.monotonic() < until or training.runs < 50:
                a = v.numpy()
                assert a.min() == a.max()
                seen.add(float(a[0]))
        assert len(seen) > 3

    def test_views_stay_as_they_are(self):
        (v, w), f = counting()
        zero = np.float32(0)
        with Background(lambda: f(zero)) as training:
            for _ in range(50):
                views = [v.numpy(), np.asarray(v.value), np.from_dlpack(v.value)]
                kept = [x.copy() for x in views]
                before = training.runs
                while training.runs < before + 2 and not training.errors:
                    time.sleep(0)
                for x, k in zip(views, kept):
                    assert k.min() == k.max()
                    np.testing.assert_array_equal(x, k)

    def test_values_of_one_moment(self):
        variables, f = counting(20_000, 8)
        zero = np.float32(0)
        with Background(lambda: f(zero)):
            for _ in range(300):
                arrays = engine.variable.values_of(variables)
                assert len({float(x) for a in arrays for x in (np.min(a), np.max(a))}) == 1

    def test_weights_of_a_model_in_training(self):
        class Falling(layers.Layer):
            """Every step takes 1 off every weight."""

            def build(self, shape):
                self.w = [self.add_weight((n,), "zeros") for n in (50_000, 7, 20_000)]

            def call(self, x):
                self.add_loss(ops.sum(self.w[0]) + ops.sum(self.w[1]) + ops.sum(self.w[2]))
                return x

        model = pronghorn.Sequential([pronghorn.Input((4,)), Falling()])
        model.compile(pronghorn.optimizers.SGD(1.0))
        x = np.ones((256, 4), "float32")
        model.train_on_batch(x)
        seen = set()
        for work in (model.train_on_batch, lambda data: model.fit(data, verbose=0)):
            with Background(functools.partial(work, x)):
                until = time.monotonic() + 1.5
                while time.monotonic() < until:
                    weights = model.get_weights()
                    assert len({float(y) for w in weights for y in (w.min(), w.max())}) == 1
                    seen.add(float(weights[0][0]))
        assert len(seen) > 10

    def test_assignments_take_turns_with_runs(self):
        (v, w), f = counting()
        zero = np.float32(0)
        fives = np.full(v.shape, 5e6, "float32")
        with Background(lambda: f(zero)):
            for _ in range(100):
                v.assign(fives)
                a = v.numpy()
                assert a.min() == a.max() >= 5e6

    @pytest.mark.parametrize("size", [3, 100_000])
    def test_no_addition_is_lost(self, size):
        v, w = (engine.Variable(np.zeros(size, "float32")) for _ in range(2))
        zero = np.float32(0)
        traced = Function(lambda x: v.assign_add(x + 1))
        traced(zero)

        def add():
            for _ in range(100):
                v.assign_add(np.ones(size, "float32"))
                w.assign_sub(np.ones(size, "float32"))
                traced(zero)

        crew = [threading.Thread(target=add) for _ in range(4)]
        for t in crew:
            t.start()
        for t in crew:
            t.join()
        np.testing.assert_array_equal(v, np.full(size, 801))
        np.testing.assert_array_equal(w, np.full(size, -400))

    def test_nobody_starves(self):
        (v, w), f = counting(1_000_000)
        zero = np.float32(0)
        reader = Function(lambda x: ops.sum(v.value) + ops.sum(w.value) + x, "reader")
        done = threading.Event()

        def write():
            for _ in range(50):
                f(zero)
            done.set()

        with Background(lambda: reader(zero)), Background(lambda: reader(zero)):
            writer = threading.Thread(target=write)
            writer.start()
            assert done.wait(60)
            writer.join()


class TestForeignMemory:
    def test_a_bytearray_that_changes(self):
        memory = bytearray(4 * 8)
        array = np.frombuffer(memory, "float32")
        array.flags.writeable = False
        t = engine.convert_to_tensor(array)
        memory[0:4] = np.float32(7).tobytes()
        assert np.asarray(t).tolist() == [0] * 8

    def test_a_file_that_changes(self, tmp_path):
        path = tmp_path / "numbers"
        np.zeros(1000, "float32").tofile(path)
        t = engine.convert_to_tensor(np.memmap(path, "float32", "r"))
        writer = np.memmap(path, "float32", "r+")
        writer[:] = 9
        writer.flush()
        assert float(ops.max(t)) == 0

    @pytest.mark.parametrize("view", [lambda a: a, lambda a: a[2:], lambda a: a.reshape(2, 4)])
    def test_a_flag_that_is_set_back(self, view):
        array = np.zeros(8, "float32")
        array.flags.writeable = False
        t = engine.convert_to_tensor(view(array))
        v = engine.Variable(view(array))
        array.flags.writeable = True
        array[:] = 3
        assert float(ops.max(t)) == 0 and float(ops.max(v)) == 0

    def test_memory_from_another_library(self):
        array = np.zeros(8, "float32")

        class Foreign:
            def __dlpack__(self, **kwargs):
                return array.__dlpack__(**kwargs)

            def __dlpack_device__(self):
                return array.__dlpack_device__()

        t = engine.convert_to_tensor(Foreign())
        array[:] = 3
        assert float(ops.max(t)) == 0

    @pytest.mark.parametrize("make", [bytes, lambda b: np.asarray(engine.convert_to_tensor(
        np.frombuffer(b, "float32")))])  # fmt: skip
    def test_what_never_changes_is_not_copied(self, make):
        memory = make(bytes(4 * 8))
        array = np.frombuffer(memory, "float32") if isinstance(memory, bytes) else memory
        t = engine.convert_to_tensor(array)
        assert np.asarray(t).ctypes.data == array.ctypes.data


def test_long_eager_work_lets_other_threads_go_on():
    x = ops.ones((1500, 1500))
    np.asarray(ops.matmul(x, x))
    ticks = []

    def tick():
        ticks.append(time.perf_counter())
        time.sleep(0.001)

    with Background(tick):
        for _ in range(5):
            ops.matmul(x, x)
            ops.conv(ops.ones((8, 128, 128, 16)), ops.ones((3, 3, 16, 64)), padding="same")
            ops.exp(x)
            begin = time.perf_counter()
            ops.matmul(x, x)
            end = time.perf_counter()
            if end - begin > 0.02:
                assert sum(begin < t < end for t in ticks) >= 2


def test_threads_use_eager_ops_at_once():
    rng = np.random.RandomState(0)
    x = ops.convert_to_tensor(rng.standard_normal((400, 300)).astype("float32"))
    v = engine.Variable(rng.standard_normal((300, 200)).astype("float32"))

    def work():
        with engine.GradientTape() as t:
            y = ops.sum(ops.tanh(ops.matmul(x, v)))
        return np.asarray(t.gradient(y, v))

    expected = work()

    def check():
        np.testing.assert_array_equal(work(), expected)

    with Background(check), Background(check), Background(check):
        for _ in range(10):
            check()


def test_the_number_of_threads_set_during_fit(threads):
    rng = np.random.RandomState(0)
    x, y = rng.standard_normal((512, 64)).astype("float32"), rng.randint(0, 10, 512)
    turn = iter(range(10**9))

    def set_threads():
        threads(1 + next(turn) % 4)
        time.sleep(0.0005)

    results = []
    for change in (False, True):
        pronghorn.utils.set_random_seed(3)
        model = pronghorn.Sequential(
            [
                pronghorn.Input((64,)),
                layers.Dense(256, activation="relu"),
                layers.BatchNormalization(),
                layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        if change:
            with Background(set_threads):
                model.fit(x, y, epochs=15, verbose=0)
        else:
            model.fit(x, y, epochs=15, verbose=0)
        results.append(model.get_weights())
    for a, b in zip(*results):
        np.testing.assert_array_equal(a, b)


def test_a_number_of_threads_set_meanwhile_counts_from_the_next_program_on(threads):
    threads(1)
    f = Function(lambda x: ops.matmul(x, x))
    x = np.ones((600, 600), "float32")
    program = f.program_for(x)
    threads(3)
    assert f.program_for(x) is not program
    assert len(f.programs) == 1  # the other would never run again
    np.testing.assert_array_equal(program.run([ops.convert_to_tensor(x)])[0], f(x))


MODEL = """
    import os, sys, threading, time
    import numpy as np, pronghorn
    from pronghorn import engine, layers, ops
    rng = np.random.RandomState(0)
    x, y = rng.standard_normal((256, 32)).astype("float32"), rng.randint(0, 10, 256)
    model = pronghorn.Sequential([
        pronghorn.Input((32,)), layers.Dense(64, activation="relu"), layers.Dense(10),
        layers.Softmax()])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    model.predict(x, verbose=0)
"""

AT_EXIT = {
    "fit": "model.fit(x, y, epochs=1000, verbose=0)",
    "train_on_batch": "model.train_on_batch(x, y)",
    "predict": "model.predict(x, verbose=0)",
    "small ops": "ops.sum(ops.exp(ops.add(x, 1.0)))",
    "long ops": "ops.matmul(big, big)",
    "gradients": "slope()",
    "evaluate": "model.evaluate(x, y, verbose=0)",
}


@pytest.mark.parametrize("work", AT_EXIT)
def test_the_interpreter_ends_while_a_daemon_works(work):
    code = (
        MODEL
        + f"""
    big = np.ones((500, 500), "float32")

    def slope():
        v = engine.Variable(big)
        with engine.GradientTape() as t:
            z = ops.sum(ops.matmul(v, v))
        return t.gradient(z, v)

    def loop():
        while True:
            {AT_EXIT[work]}

    for _ in range(2):
        threading.Thread(target=loop, daemon=True).start()
    time.sleep(rng_time)
    print("end")
    """
    )
    for i in range(4):
        assert run_python(code.replace("rng_time", str(0.1 + 0.017 * i))) == "end\n"


FORK = """
    import signal, warnings
    warnings.simplefilter("ignore")
    stop = threading.Event()

    def train():
        while not stop.is_set():
            WORK

    threads = [threading.Thread(target=train) for _ in range(2)]
    for t in threads:
        t.start()
    for i in range(8):
        time.sleep(0.03)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            signal.alarm(40)
            weights = [w.copy() for w in model.get_weights()]
            out = model.predict(x, verbose=0)
            assert np.isfinite(out).all() and out.shape == (256, 10)
            model.fit(x, y, epochs=2, batch_size=64, verbose=0)  # traces anew, trains, assigns
            model.set_weights(weights)
            v = engine.Variable(np.ones(3, "float32"))
            v.assign_add(v * 2)
            np.testing.assert_array_equal(model.predict(x, verbose=0), out)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print("child", i, os.waitstatus_to_exitcode(status))
    stop.set()
    for t in threads:
        t.join()
    print("end")
"""


@pytest.mark.parametrize("work", ["fit", "predict", "train_on_batch", "trace", "long ops"])
def test_fork_while_another_thread_uses_the_model(work):
    call = {
        **AT_EXIT,
        "fit": "model.fit(x, y, epochs=2, verbose=0)",
        "trace": "model.predict(x, batch_size=1 + rng.randint(200), verbose=0)",
    }[work]
    code = MODEL + '    big = np.ones((500, 500), "float32")\n' + FORK.replace("WORK", call)
    assert run_python(code, 200) == "end\n"


def test_a_child_gets_weights_of_one_moment():
    code = """
    import os, threading, warnings
    import numpy as np
    from pronghorn import engine
    from pronghorn.engine.trace import Function
    warnings.simplefilter("ignore")
    variables = [engine.Variable(np.zeros(300_000, "float32")) for _ in range(3)]

    def step(x):
        for v in variables:
            v.assign_add(x + 1)

    f, stop = Function(step), threading.Event()

    def train():
        while not stop.is_set():
            f(np.float32(0))

    thread = threading.Thread(target=train)
    thread.start()
    for i in range(30):
        child = os.fork()
        if child == 0:
            os._exit(len({float(y) for v in variables for y in (np.min(v), np.max(v))}) != 1)
        _, status = os.waitpid(child, 0)
        assert status == 0, i
    stop.set()
    thread.join()
    """
    run_python(code)
