"""Host calls: what a library does beside the kernels, in every mode."""

import threading

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine.host import host_op
from pronghorn.engine.trace import Function

CALLS = []


def _run(x, times):
    CALLS.append(x.shape)
    if np.isnan(x).any():
        raise ValueError("no nan, please")
    return x * times, x.sum(axis=-1)


def _infer(x, times):
    shape, dtype = x
    if not shape:
        raise ValueError("host_test: a scalar has no last axis")
    return [(shape, dtype), (shape[:-1], dtype)]


def _gradient(inputs, outputs, grads, times):
    parts = []
    if grads[0] is not None:
        parts.append(ops.multiply(grads[0], times))
    if grads[1] is not None:
        parts.append(ops.broadcast_to(ops.expand_dims(grads[1], -1), inputs[0].shape))
    return [sum(parts[1:], parts[0])]


double = host_op("host_test", _run, _infer, _gradient, [("times", "real", 2.0)])


def call(x, times=2.0):
    return double((ops.convert_to_tensor(x),), (times,))


X = np.arange(6, dtype="float32").reshape(2, 3)


def test_eager_in_a_program_and_on_keras_tensors():
    y, s = call(X)
    np.testing.assert_array_equal(y, 2 * X)
    np.testing.assert_array_equal(s, X.sum(1))
    program = Function(lambda x: call(x, 3.0))
    CALLS.clear()
    for _ in range(2):
        y, s = program(ops.convert_to_tensor(X))
        np.testing.assert_array_equal(y, 3 * X)
    assert CALLS == [(2, 3)] * 2  # not while tracing
    inputs = ph.Input((3,))
    y, s = double((inputs,), (2.0,))
    assert y.shape == (None, 3) and s.shape == (None,)
    model = ph.Model(inputs, [y, s])
    np.testing.assert_array_equal(model.predict(X, verbose=0)[0], 2 * X)


def test_gradients_of_every_order():
    x = ops.convert_to_tensor(X)

    def value(x):
        y, s = call(x * x)
        return ops.sum(y) + ops.sum(s * s)

    with ph.engine.GradientTape() as outer:
        outer.watch(x)
        with ph.engine.GradientTape() as tape:
            tape.watch(x)
            loss = value(x)
        (g,) = tape.gradient(loss, [x])
        total = ops.sum(g)
    (h,) = outer.gradient(total, [x])
    sums = (X * X).sum(1, keepdims=True)
    np.testing.assert_allclose(g, 4 * X + 4 * X * sums, rtol=1e-6)
    np.testing.assert_allclose(h, 4 + 4 * sums + 8 * X * X.sum(1, keepdims=True), rtol=1e-6)


def test_what_it_raises_leaves_state_alone():
    v = ph.Variable(np.zeros(3, "float32"))
    w = ph.Variable(np.zeros(3, "float32"))

    @Function
    def step(x):
        v.assign(v + 1)
        y, _ = call(x)
        w.assign(w + y[0])
        return y

    step(ops.convert_to_tensor(X))
    with pytest.raises(ValueError, match="no nan, please"):
        step(ops.convert_to_tensor(X * np.nan))
    np.testing.assert_array_equal(v.numpy(), [1, 1, 1])
    np.testing.assert_array_equal(w.numpy(), 2 * X[0])
    step(ops.convert_to_tensor(X))
    np.testing.assert_array_equal(v.numpy(), [2, 2, 2])


def test_arguments_are_judged_before_it_runs():
    CALLS.clear()
    with pytest.raises(ValueError, match="a scalar has no last axis"):
        call(1.0)
    with pytest.raises(TypeError, match="host_test: `times` should be a number"):
        double((ops.convert_to_tensor(X),), ("two",))
    assert CALLS == []


def test_a_wrong_result_is_noticed():
    wrong = host_op("host_wrong", lambda x: x[:1], lambda x: [x])
    with pytest.raises(RuntimeError, match=r"host_wrong: made \(1, 3\) for a result of \(2, 3\)"):
        wrong((ops.convert_to_tensor(X),))


def test_it_is_counted_and_named():
    program = Function(lambda x: call(x)[0])
    program(ops.convert_to_tensor(X))
    (native,) = program.programs
    (one,) = [c for c in native.calls() if c["kernel"] == "host"]
    assert one["name"].startswith("host_test") and one["bytes"] == 24 + 24 + 8


def test_long_work_and_threads():
    """Inputs so large that the lock is given up around the call, from several threads."""
    big = np.ones((400, 400), "float32")
    program = Function(lambda x: call(x)[0])
    program(ops.convert_to_tensor(big))
    results, problems = [], []

    def work():
        try:
            for _ in range(5):
                results.append(float(ops.sum(program(ops.convert_to_tensor(big)))))
                results.append(float(ops.sum(call(big)[0])))
        except Exception as error:  # noqa: BLE001
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems and results == [320000.0] * 40


def test_ops_inside_a_call():
    """What runs may use ops itself."""
    inner = host_op("host_inner", lambda x: ops.add(x, 1).numpy(), lambda x: [x])
    np.testing.assert_array_equal(inner((ops.convert_to_tensor(X),)), X + 1)
    again = Function(lambda x: inner((x,)) * 2)
    np.testing.assert_array_equal(again(ops.convert_to_tensor(X)), 2 * X + 2)


def test_it_trains():
    """A step with a factorisation inside: fit a matrix to a covariance."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 3)).astype("float32") @ np.diag([1.0, 2.0, 0.5]).astype("float32")

    class Gaussian(ph.layers.Layer):
        def build(self, shape):
            self.factor = self.add_weight(shape=(3, 3), initializer="identity", name="factor")

        def call(self, x):
            covariance = ops.matmul(self.factor, ops.transpose(self.factor))
            white = ops.solve(covariance, ops.transpose(x))
            distance = ops.sum(ops.transpose(x) * white, axis=0)
            return ops.logdet(covariance) + distance

    model = ph.Sequential([ph.Input((3,)), Gaussian()])
    model.compile(ph.optimizers.Adam(0.05), loss=lambda y, p: ops.mean(p))
    model.fit(x, np.zeros(256, "float32"), epochs=150, batch_size=256, verbose=0)
    factor = model.get_weights()[0]
    np.testing.assert_allclose(factor @ factor.T, x.T @ x / 256, atol=0.05)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (2, 4, 4)])
def test_lu_has_lapacks_pivots(shape):
    x = np.random.default_rng(2).normal(size=shape)
    lu, pivots = (np.array(part) for part in ops.lu_factor(x))
    m, n = shape[-2:]
    for i in np.ndindex(shape[:-2]):
        product = (np.tril(lu[i], -1) + np.eye(m, n))[:, : min(m, n)] @ np.triu(lu[i])[: min(m, n)]
        exchanged = np.array(x[i])
        for k, p in enumerate(pivots[i]):
            exchanged[[k, p]] = exchanged[[p, k]]
        np.testing.assert_allclose(product, exchanged, atol=1e-12)


@pytest.mark.parametrize("name, args", [
    ("cholesky", (-np.eye(2, dtype="float32"),)),
    ("solve", (np.zeros((2, 2), "float32"), np.ones(2, "float32"))),
    ("inv", (np.zeros((2, 2), "float32"),)),
])  # fmt: skip
def test_a_matrix_that_will_not_do_names_the_op(name, args):
    with pytest.raises(ValueError, match=name):  # LinAlgError is one
        getattr(ops, name)(*args)
