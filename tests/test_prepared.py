"""What follows from weights alone is computed once and kept until a weight changes."""

import threading

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers, ops
from pronghorn.engine import Variable
from pronghorn.engine.trace import Function
from test_fold import X, convolved, filled, normed


def make():
    conv, norm = layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization()
    model = filled(ph.Sequential([ph.Input(X.shape[1:]), conv, norm, layers.ReLU()]))
    return model, conv, norm


def expected(conv, norm):
    return np.maximum(normed(convolved(X, np.asarray(conv.kernel)), norm), 0)


def check(model, conv, norm):
    np.testing.assert_allclose(
        model.predict_on_batch(X), expected(conv, norm), rtol=1e-5, atol=1e-5
    )


def program_of(model):
    (program,) = model.predict_function.function.programs
    return program


def test_a_prediction_runs_only_what_depends_on_its_input():
    model, conv, norm = make()
    check(model, conv, norm)
    check(model, conv, norm)
    assert [call["kernel"] for call in program_of(model).calls()] == ["conv"]
    before, after = program_of(model).describe().split("-- in every run\n")
    assert "multiply" in before
    assert "multiply" not in after


def test_every_way_to_change_a_weight_reaches_the_next_prediction():
    model, conv, norm = make()
    check(model, conv, norm)
    model.set_weights([w * 1.25 for w in model.get_weights()])
    check(model, conv, norm)
    norm.moving_variance.assign(np.asarray(norm.moving_variance) * 3)
    check(model, conv, norm)
    conv.kernel.assign_add(np.ones(conv.kernel.shape, "float32"))
    check(model, conv, norm)
    model.compile(ph.optimizers.SGD(0.05), "mse")
    model.train_on_batch(X, np.ones(model.predict_on_batch(X).shape, "float32"))
    check(model, conv, norm)
    model.fit(X, np.ones(model.predict_on_batch(X).shape, "float32"), epochs=2, verbose=0)
    check(model, conv, norm)


def test_frozen_weights_are_kept_in_training_too():
    model, conv, norm = make()
    conv.trainable = norm.trainable = False
    head = layers.Dense(1, kernel_initializer="ones")
    whole = ph.Sequential([model, layers.Flatten(), head])
    whole.compile(ph.optimizers.SGD(1e-4), "mse")
    features = expected(conv, norm).reshape(len(X), -1)
    kernel, bias, rate = np.ones((features.shape[1], 1)), 0.0, 1e-4
    for _ in range(3):
        loss = whole.train_on_batch(X, np.zeros((len(X), 1), "float32"))
        y = features @ kernel + bias
        np.testing.assert_allclose(loss, np.mean(y**2), rtol=1e-4)
        kernel -= rate * features.T @ (2 * y / len(X))
        bias -= rate * np.sum(2 * y / len(X))
    (program,) = whole.train_function.function.programs
    assert "-- in every run" in program.describe()
    conv.kernel.assign(np.asarray(conv.kernel) * 0.5)
    features = expected(conv, norm).reshape(len(X), -1)
    loss = whole.train_on_batch(X, np.zeros((len(X), 1), "float32"))
    np.testing.assert_allclose(loss, np.mean((features @ kernel + bias) ** 2), rtol=1e-4)


def test_a_program_of_weights_alone_computes_them():
    """Nothing here is worth keeping: all of it is what was asked for."""
    a = Variable(np.ones((4, 4), "float32"))
    f = Function(lambda x: (ops.exp(a.value) + 1.0, x * 2.0))
    x = ops.convert_to_tensor(np.ones(3, "float32"))
    np.testing.assert_allclose(f(x)[0], np.exp(np.ones((4, 4))) + 1, rtol=1e-6)
    assert "-- in every run" not in f.program_for(x).describe()


def test_what_grows_is_not_kept():
    a = Variable(np.ones((1, 1), "float32"))
    f = Function(lambda x: ops.matmul(ops.broadcast_to(a.value, (512, 512)), x))
    x = ops.ones((512, 2))
    np.testing.assert_allclose(f(x), np.full((512, 2), 512.0))
    assert "-- in every run" not in f.program_for(x).describe()


def test_a_kept_value_that_is_a_result_too():
    a = Variable(np.full((3,), 2, "float32"))

    def both(x):
        square = ops.reshape(a.value * a.value, (1, 3))
        return x + square, square

    f, x = Function(both), ops.ones((2, 3))
    for value in (2.0, 3.0, 4.0):
        a.assign(np.full((3,), value, "float32"))
        for _ in range(2):
            total, square = f(x)
            np.testing.assert_array_equal(np.asarray(square), np.full((1, 3), value**2))
            np.testing.assert_array_equal(np.asarray(total), np.full((2, 3), value**2 + 1))


def test_what_the_program_itself_writes_is_not_kept():
    a, x = Variable(np.ones((2, 2), "float32")), ops.ones((2, 2))

    def step(x):
        y = x + ops.exp(a.value)
        a.assign(a.value * 2.0)
        return y

    f, value = Function(step), 1.0
    for _ in range(4):
        np.testing.assert_allclose(f(x), np.full((2, 2), 1 + np.exp(value)), rtol=1e-6)
        value *= 2


def test_threads_meet_whole_values():
    model, conv, norm = make()
    wrong, done = [], threading.Event()
    kernels = [np.asarray(conv.kernel), np.asarray(conv.kernel) * 1.5]
    right = [None, None]
    for i in (0, 1):
        conv.kernel.assign(kernels[i])
        right[i] = expected(conv, norm)

    def predict():
        while not done.is_set():
            y = model.predict_on_batch(X)
            if not any(np.allclose(y, r, rtol=1e-4, atol=1e-4) for r in right):
                wrong.append(y)

    threads = [threading.Thread(target=predict) for _ in range(3)]
    for t in threads:
        t.start()
    for i in range(60):
        conv.kernel.assign(kernels[i % 2])
    done.set()
    for t in threads:
        t.join()
    assert not wrong


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_weights_are_cast_once(dtype):
    dense = layers.Dense(8, dtype=dtype)
    model = filled(ph.Sequential([ph.Input((5,)), dense]))
    x = np.random.RandomState(0).normal(0, 1, (3, 5)).astype("float32")
    for scale in (1.0, 2.0):
        dense.kernel.assign(np.asarray(dense.kernel) * scale)
        y = x.astype("float64") @ np.asarray(dense.kernel) + np.asarray(dense.bias)
        np.testing.assert_allclose(
            np.asarray(model.predict_on_batch(x), "float64"), y, rtol=0.05, atol=0.05
        )
    assert "-- in every run" in program_of(model).describe()
