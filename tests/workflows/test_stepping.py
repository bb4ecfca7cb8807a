"""Batches, hooks and schedules: what runs natively in one go must look stepped to the user."""

import numpy as np
import pronghorn as keras
import pytest
from pronghorn import layers, ops


def model_and_data(n=50, **options):
    rng = np.random.RandomState(0)
    x = rng.standard_normal((n, 4)).astype("float32")
    y = x @ rng.standard_normal((4, 1)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    options.setdefault("optimizer", "sgd")
    model.compile(loss="mse", **options)
    return model, x, y


class Hooks(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls = []

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(("begin", batch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("end", batch))


@pytest.mark.parametrize(
    "steps, expected",
    [
        (1, [(w, b) for b in range(5) for w in ("begin", "end")]),
        (2, [("begin", 0), ("end", 1), ("begin", 2), ("end", 3), ("begin", 4), ("end", 5)]),
    ],
)
def test_hooks_with_steps_per_execution(steps, expected):
    model, x, y = model_and_data(steps_per_execution=steps)
    hooks = Hooks()
    model.fit(x, y, batch_size=10, verbose=0, callbacks=[hooks])
    assert hooks.calls == expected


def test_a_hook_set_on_the_instance_is_called():
    model, x, y = model_and_data()
    seen = []
    callback = keras.callbacks.Callback()
    callback.on_train_batch_end = lambda batch, logs=None: seen.append(batch)
    model.fit(x, y, batch_size=10, verbose=0, callbacks=[callback])
    assert seen == list(range(5))


def test_batch_logs_run_as_means():
    """logs["loss"] after batch b is the mean over the samples of batches 0..b, as Keras shows."""
    model, x, y = model_and_data(optimizer=keras.optimizers.SGD(0.0), metrics=["mae"])
    logged = []
    hook = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: logged.append((logs["loss"], logs["mae"]))
    )
    model.fit(x, y, batch_size=20, shuffle=False, verbose=0, callbacks=[hook])
    error = model.predict(x, verbose=0) - y
    for (loss, mae), n in zip(logged, (20, 40, 50)):
        assert loss == pytest.approx((error[:n] ** 2).mean(), rel=1e-5)
        assert mae == pytest.approx(np.abs(error[:n]).mean(), rel=1e-5)


def test_stop_training_from_a_batch_hook():
    model, x, y = model_and_data()

    class Stop(Hooks):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            if batch == 2:
                self.model.stop_training = True

    hooks = Stop()
    history = model.fit(x, y, batch_size=10, epochs=3, verbose=0, callbacks=[hooks])
    assert len(history.epoch) == 1
    assert hooks.calls[-1] == ("end", 2)


def test_learning_rate_schedule():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
    model, x, y = model_and_data(10, optimizer=keras.optimizers.SGD(schedule))
    kernel, bias = model.get_weights()
    model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0)
    for step in range(4):
        rows = slice(0, 5) if step % 2 == 0 else slice(5, 10)
        error = x[rows] @ kernel + bias - y[rows]
        rate = 0.1 * 0.5 ** (step / 2)
        kernel = kernel - rate * 2 * x[rows].T @ error / 5
        bias = bias - rate * 2 * error.sum(0) / 5
    np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.get_weights()[1], bias, rtol=1e-4, atol=1e-6)


def test_shuffle_visits_every_sample_once():
    seen = []

    class Peek(layers.Layer):
        def call(self, x):
            seen.append(np.asarray(x)[:, 0])
            return x

        def compute_output_shape(self, input_shape):
            return input_shape

    model = keras.Sequential([Peek(), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.arange(23, dtype="float32")[:, None]
    model.fit(x, np.zeros((23, 1), "float32"), batch_size=5, verbose=0)
    visited = np.concatenate(seen[-5:])
    assert sorted(visited) == list(range(23))
    assert list(visited) != list(range(23))


def test_values_are_there_when_run_eagerly():
    class Peek(layers.Layer):
        def call(self, x):
            return x * float(ops.max(x))

        def compute_output_shape(self, input_shape):
            return input_shape

    model = keras.Sequential([Peek(), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.ones((8, 2), "float32")
    model.fit(x, x[:, :1], verbose=0)
    model.compile("sgd", "mse")
    with pytest.raises((TypeError, ValueError), match="run_eagerly=True"):
        model.fit(x, x[:, :1], verbose=0)


def test_predict_keeps_order_and_the_last_small_batch():
    model, x, _ = model_and_data(47)
    whole = model.predict_on_batch(x)
    for batch in (1, 5, 46, 47, 100):
        np.testing.assert_allclose(
            model.predict(x, batch_size=batch, verbose=0), whole, rtol=1e-5, atol=1e-6
        )


def test_evaluate_weighs_the_last_small_batch():
    model, x, y = model_and_data(47, metrics=["mae"])
    error = model.predict(x, verbose=0) - y
    loss, mae = model.evaluate(x, y, batch_size=10, verbose=0)
    assert loss == pytest.approx((error**2).mean(), rel=1e-5)
    assert mae == pytest.approx(np.abs(error).mean(), rel=1e-5)


def test_clipping():
    model, x, y = model_and_data(optimizer=keras.optimizers.SGD(1.0, clipnorm=0.01))
    before = model.get_weights()
    model.train_on_batch(x, y * 1000)
    for a, b in zip(model.get_weights(), before):
        assert np.linalg.norm(a - b) == pytest.approx(0.01, rel=1e-3)


def test_gradient_accumulation():
    one, x, y = model_and_data(
        20, optimizer=keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    )
    two, _, _ = model_and_data(20, optimizer=keras.optimizers.SGD(0.1))
    two.set_weights(one.get_weights())
    one.fit(x, y, batch_size=5, shuffle=False, verbose=0)
    two.fit(x, y, batch_size=10, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), two.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_moving_statistics_move_only_in_training():
    model = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(momentum=0.5)])
    model.compile("sgd", "mse")
    x = (np.random.RandomState(0).standard_normal((40, 3)) * 3 + 5).astype("float32")
    start = model.get_weights()
    model.predict(x, verbose=0)
    model.evaluate(x, x, verbose=0)
    for a, b in zip(model.get_weights(), start):
        np.testing.assert_array_equal(a, b)
    model.train_on_batch(x, x)
    np.testing.assert_allclose(model.get_weights()[2], x.mean(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[3], 0.5 + x.var(0) / 2, rtol=1e-5)
