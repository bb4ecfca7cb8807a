"""fit, evaluate and predict on Dataset and on generators, with threads beside the step."""

import gc
import threading
import time

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.data import Dataset
from pronghorn.training.data import ahead as ahead_module
from pronghorn.training.data import make_source
from pronghorn.training.data.pipeline import PipelineSource, RowsSource

X = np.random.RandomState(0).rand(50, 4).astype("float32")
Y = (X.sum(1, keepdims=True) > 2).astype("float32")


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    deadline = time.monotonic() + 10
    while _own() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _own()


def _own():
    return [t for t in threading.enumerate() if t.name.startswith("pronghorn-")]


def model():
    ph.utils.set_random_seed(3)
    made = ph.Sequential([ph.Input((4,)), layers.Dense(3, "relu"), layers.Dense(1, "sigmoid")])
    made.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return made


def slices():
    return Dataset.from_tensor_slices((X, Y))


def mapped(dataset):
    return dataset.map(lambda x, y: (x * 1.0, y))


def trained(data, **kwargs):
    made = model()
    history = made.fit(data, verbose=0, **kwargs)
    return history.history, made.get_weights()


def assert_alike(a, b):
    for key in a[0]:
        np.testing.assert_allclose(a[0][key], b[0][key], rtol=1e-5)
    for x, y in zip(a[1], b[1]):
        np.testing.assert_allclose(x, y, rtol=1e-5, atol=1e-7)


# ---- Dataset ---------------------------------------------------------------------------------


def test_rows_run_natively_and_others_in_python():
    native = slices().shuffle(50).take(40).repeat(2).batch(8).prefetch(2)
    assert isinstance(make_source(native), RowsSource)
    for dataset, kwargs in (
        (mapped(slices()).batch(8), {}),
        (slices().batch(8).map(lambda x, y: (x, y)), {}),
        (slices().batch(8), {"steps": 3}),
        (slices().batch(8), {"class_weight": {0: 1.0}}),
    ):
        assert isinstance(make_source(dataset, **kwargs), PipelineSource)


@pytest.mark.parametrize("change", [lambda d: d, mapped])
def test_a_dataset_trains_as_its_arrays_do(change):
    made = model()
    history = made.fit(X, Y, batch_size=8, shuffle=False, epochs=3, verbose=0).history
    expected = history, made.get_weights()
    assert_alike(expected, trained(change(slices()).batch(8), epochs=3))
    assert_alike(expected, trained(change(slices()).batch(8).prefetch(1), epochs=3))


def test_native_and_python_see_the_same_shuffles():
    def build(change):
        ph.utils.set_random_seed(9)
        return change(slices().shuffle(20, seed=5)).batch(7, drop_remainder=True)

    assert_alike(trained(build(lambda d: d), epochs=3), trained(build(mapped), epochs=3))


@pytest.mark.parametrize("change", [lambda d: d, mapped])
def test_evaluate_and_predict(change):
    made = model()
    made.fit(X, Y, epochs=2, verbose=0)
    dataset = change(slices()).batch(8)
    expected = made.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(made.evaluate(dataset, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(
        made.predict(dataset, verbose=0), made.predict(X, verbose=0), rtol=1e-5
    )
    np.testing.assert_allclose(
        made.predict(dataset.map(lambda x, y: x), verbose=0), made.predict(X, verbose=0), rtol=1e-5
    )
    history = made.fit(dataset, validation_data=dataset, verbose=0).history
    np.testing.assert_allclose(history["val_loss"], made.evaluate(X, Y, verbose=0)[0], rtol=1e-5)


def test_batches_without_a_remainder():
    dataset = slices().batch(8, drop_remainder=True)
    assert model().predict(dataset, verbose=0).shape == (48, 1)
    assert model().predict(mapped(dataset), verbose=0).shape == (48, 1)


def test_steps_go_on_where_the_last_epoch_stopped():
    seen = []
    dataset = Dataset.range(12).map(lambda i: (X[int(i)], seen.append(int(i)) or Y[int(i)]))
    with pytest.warns(UserWarning, match="ran out of data"):
        model().fit(dataset.batch(2), steps_per_epoch=4, epochs=2, verbose=0)
    seen.clear()
    model().fit(dataset.repeat().batch(2), steps_per_epoch=4, epochs=2, verbose=0)
    assert [i % 12 for i in range(16)] == seen[:16]


def test_endless_data_need_steps():
    with pytest.raises(ValueError, match="infinitely repeating dataset.*steps_per_epoch"):
        model().fit(slices().repeat().batch(8), verbose=0)
    model().fit(slices().repeat().batch(8), steps_per_epoch=2, verbose=0)
    with pytest.raises(ValueError, match="infinitely"):
        model().predict(slices().repeat().batch(8), verbose=0)
    assert model().predict(slices().repeat().batch(8), steps=2, verbose=0).shape == (16, 1)


def test_class_and_sample_weights():
    expected = trained_on_arrays(class_weight={0: 1.0, 1: 3.0})
    assert_alike(expected, trained(slices().batch(10), class_weight={0: 1.0, 1: 3.0}))
    weights = np.linspace(0, 1, 50).astype("float32")
    expected = trained_on_arrays(sample_weight=weights)
    weighted = Dataset.from_tensor_slices((X, Y, weights)).batch(10)
    assert_alike(expected, trained(weighted))
    assert_alike(expected, trained(weighted.map(lambda x, y, w: (x, y, w))))


def trained_on_arrays(**kwargs):
    made = model()
    history = made.fit(X, Y, batch_size=10, shuffle=False, verbose=0, **kwargs)
    return history.history, made.get_weights()


def test_dicts_of_inputs():
    inputs = {"a": ph.Input((4,), name="a"), "b": ph.Input((1,), name="b")}
    joined = layers.Concatenate()([inputs["a"], inputs["b"]])
    made = ph.Model(inputs, layers.Dense(1)(joined))
    made.compile("sgd", "mse")
    dataset = Dataset.from_tensor_slices(({"b": Y, "a": X}, Y)).batch(16)
    np.testing.assert_allclose(
        made.evaluate(dataset, verbose=0), made.evaluate({"a": X, "b": Y}, Y, verbose=0), rtol=1e-5
    )


def test_what_does_not_go_with_a_dataset():
    for kwargs, message in (
        ({"y": Y}, "`y` should not be passed"),
        ({"sample_weight": Y}, "`sample_weight` should not be passed"),
        ({"validation_split": 0.2}, "validation_split"),
    ):
        with pytest.raises(ValueError, match=message):
            model().fit(slices().batch(8), verbose=0, **kwargs)
    with pytest.raises(ValueError, match="0 batches|gave no batch|at least one"):
        model().fit(slices().take(0).batch(8), verbose=0)


def test_a_function_that_raises_ends_fit_with_its_error():
    def fail(x, y):
        if count.append(1) or len(count) > 20:
            raise FloatingPointError("element 20")
        return x, y

    for workers in (None, 3):
        count = []
        made = model()
        with pytest.raises(FloatingPointError, match="element 20"):
            made.fit(slices().map(fail, num_parallel_calls=workers).batch(4), verbose=0)
        made.fit(X, Y, verbose=0)  # and nothing is broken


def test_a_callback_that_raises_ends_the_threads_at_once():
    class Stop(ph.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 5:
                raise RuntimeError("enough")

    def slow(x, y):
        time.sleep(0.002)
        return x, y

    dataset = slices().map(slow, num_parallel_calls=2).batch(2).repeat()
    with pytest.raises(RuntimeError, match="enough") as caught:
        model().fit(dataset, steps_per_epoch=100, verbose=0, callbacks=[Stop()])
    deadline = time.monotonic() + 5
    while _own() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _own() and caught.traceback  # though the traceback is still here


def test_the_data_are_made_while_the_step_computes(monkeypatch):
    """A step waits until the next batch is made, which only another thread can do. The first two
    show whether a thread is worth it."""
    monkeypatch.setattr(ahead_module, "WORTH_A_THREAD", -1)
    made, waited = [], []
    next_one = threading.Condition()

    class Waits(ph.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            with next_one:
                enough = min(batch + 2, 25) if batch > 1 else 0
                waited.append(next_one.wait_for(lambda: len(made) >= enough, timeout=60))

    def note(x, y):
        with next_one:
            made.append(1)
            next_one.notify()
        return x, y

    model().fit(slices().take(50).batch(2).map(note), verbose=0, callbacks=[Waits()])
    assert waited == [True] * 25


# ---- generators ------------------------------------------------------------------------------


def test_a_slow_generator_is_not_read_beyond_the_epochs():
    taken = []

    def generate():
        for i in range(1000):
            time.sleep(0.001)
            taken.append(i)
            yield X[:4], Y[:4]

    generator = generate()
    model().fit(generator, steps_per_epoch=5, epochs=3, verbose=0)
    assert len(taken) == 15
    next(generator)


def test_a_generator_may_reuse_its_arrays():
    def generate():
        x, y = np.empty((4, 4), "float32"), np.empty((4, 1), "float32")
        for i in range(0, 48, 4):
            time.sleep(0.001)
            x[:], y[:] = X[i : i + 4], Y[i : i + 4]
            yield x, y

    made = model()
    made.fit(X[:48], Y[:48], batch_size=4, shuffle=False, verbose=0)
    for a, b in zip(trained(generate())[1], made.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_a_generator_that_raises_ends_fit():
    def generate():
        for _ in range(10):
            time.sleep(0.001)
            yield X[:4], Y[:4]
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        model().fit(generate(), verbose=0)


def test_quick_batches_need_no_thread():
    started = []
    original = threading.Thread.start
    threading.Thread.start = lambda self: started.append(self) or original(self)
    try:
        list(ahead_module.ahead(iter(range(100))))
        assert not started
        list(ahead_module.ahead(time.sleep(0.001) for _ in range(10)))
        assert len(started) == 1
    finally:
        threading.Thread.start = original
