"""Regions: control flow inside compiled functions. Oracles: the same code eagerly, where loops are
Python's own, NumPy, closed forms."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine.tape import GradientTape
from pronghorn.engine.trace import Function


def numbers(x):
    return np.asarray(ops.convert_to_numpy(x))


def f32(shape, seed=0, scale=1.0):
    return ops.array((np.random.default_rng(seed).normal(size=shape) * scale).astype("float32"))


def flat(x):
    return [numbers(leaf) for leaf in ph.tree.flatten(x)]


def same(fn, *args, rtol=1e-5, atol=1e-6):
    """fn gives eagerly what it gives compiled; returns the Function."""
    function = Function(fn)
    got, want = flat(function(*args)), flat(fn(*args))
    assert len(got) == len(want)
    for g, w in zip(got, want):
        assert g.dtype == w.dtype
        np.testing.assert_allclose(g, w, rtol=rtol, atol=atol)
    for g, w in zip(flat(function(*args)), want):  # once more, bound
        np.testing.assert_allclose(g, w, rtol=rtol, atol=atol)
    return function


def with_gradients(fn, order=1):
    """A function that returns fn's sum and its derivatives up to an order, by all arguments."""

    def run(*args):
        if order == 0:
            return [ops.sum(leaf) for leaf in ph.tree.flatten(fn(*args))]
        with GradientTape() as tape:
            tape.watch(args)
            results = ph.tree.flatten(with_gradients(fn, order - 1)(*args))
            total = sum(ops.sum(ops.sin(r)) for r in results if r is not None)
        return results, tape.gradient(total, list(args), unconnected_gradients="zero")

    return run


class TestScan:
    def test_values(self):
        xs = f32((5, 3))
        same(lambda xs: ops.scan(lambda c, x: (c + x, c * x), ops.zeros((3,)), xs), xs)
        same(lambda xs: ops.scan(lambda c, x: (c + x, c), xs[0], xs, reverse=True), xs)
        same(lambda xs: ops.scan(lambda c, x: (c + x, None), xs[0], xs), xs)
        same(lambda xs: ops.scan(lambda c, _: ((c[1], c[0] + c[1]), c[0]), (xs[0], xs[1]),
                                 length=7), xs)  # fmt: skip
        same(lambda xs: ops.scan(lambda c, x: (c, {"s": x["a"] * 2}), 0.0, {"a": xs}), xs)
        same(lambda xs: ops.scan(lambda c, x: (c + x, c), xs[0], xs[:0]), xs)

    def test_carries_that_change_places(self):
        def turn(c, _):
            a, b, d = c
            return (b, d, a), ops.stack([a, b])

        same(lambda x: ops.scan(turn, (x[0], x[1], x[2]), length=4), f32((3, 2)))

    def test_its_size_does_not_grow_with_the_steps(self):
        def run(xs):
            return ops.scan(lambda c, x: (ops.tanh(c + x), c), xs[0], xs)

        few, many = Function(run), Function(run)
        few(f32((3, 4))), many(f32((300, 4)))
        assert few.programs[0].nodes == many.programs[0].nodes
        # neither does memory, but for the slices and the result: what nobody reads is not stacked
        assert many.programs[0].arena_bytes < 3 * 300 * 4 * 4

    @pytest.mark.parametrize("order", [1, 2])
    @pytest.mark.parametrize("reverse", [False, True])
    def test_gradients(self, order, reverse):
        def run(xs, init, w):
            def step(c, x):
                new = ops.tanh(c * w + x)
                return new, new * x

            return ops.scan(step, init, xs, reverse=reverse)

        args = f32((6, 3)), f32((3,), 1), f32((3,), 2)
        same(with_gradients(run, order), *args, rtol=1e-4, atol=1e-5)

    def test_gradient_where_only_the_carry_or_the_slices_count(self):
        args = f32((6, 3)), f32((3,), 1)
        same(with_gradients(lambda xs, c: ops.scan(lambda c, x: (c * x, x), c, xs)[0]), *args)
        same(with_gradients(lambda xs, c: ops.scan(lambda c, x: (c * x, x * x), c, xs)[1]), *args)
        same(with_gradients(lambda xs, c: ops.map(lambda x: ops.sum(x * c), xs)), *args)
        counted = lambda xs, c: ops.scan(lambda c, x: ((c[0] + 1, c[1] * x), x), (0, c), xs)[0][1]
        same(with_gradients(counted), *args)

    def test_nested(self):
        def run(xs, w):
            def outer(c, rows):
                inner, ys = ops.scan(lambda d, x: (d * w + x, ops.sin(d)), c, rows)
                return inner, ops.sum(ys, 0)

            return ops.scan(outer, ops.zeros((2,)), xs)

        args = f32((3, 4, 2)), f32((2,), 1)
        same(run, *args)
        same(with_gradients(run), *args, rtol=1e-4, atol=1e-5)
        same(with_gradients(run, 2), *args, rtol=1e-3, atol=1e-4)

    def test_custom_gradient_inside(self):
        @ops.custom_gradient
        def clipped(x):
            return x * 1.0, lambda upstream: upstream * x / 10

        run = lambda xs: ops.scan(lambda c, x: (clipped(c + x), c), xs[0], xs)
        same(with_gradients(run), f32((4, 2)))

    def test_a_carry_of_another_kind_is_refused(self):
        with pytest.raises(ValueError, match="float32 \\(\\)"):
            Function(lambda x: ops.scan(lambda c, v: (c + v, c), 0, x))(f32((3,)))

    def test_lstm_of_500_steps(self):
        units, steps = 4, 500
        args = [
            f32((steps, 2, 3), 1),
            f32((3, 4 * units), 2, 0.3),
            f32((units, 4 * units), 3, 0.3),
            f32((4 * units,), 4, 0.3),
        ]

        def run(xs, kernel, recurrent, bias):
            def cell(state, x):
                h, c = state
                i, f, g, o = ops.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
                c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
                h = ops.sigmoid(o) * ops.tanh(c)
                return (h, c), h

            zero = ops.zeros((2, units))
            (h, c), hs = ops.scan(cell, (zero, zero), xs)
            return h, c, hs

        function = same(with_gradients(run), *args, rtol=2e-4, atol=2e-5)
        assert function.programs[0].nodes < 120


class TestCond:
    def test_values_and_gradients(self):
        w = ph.Variable([2.0, 3.0])

        def run(x):
            return ops.cond(ops.sum(x) > 0, lambda: ops.sin(x) * w, lambda: (x * x * w))

        def by_variable(x):
            with GradientTape() as tape:
                y = run(x)
            return tape.gradient(y, w)

        for sign in (1, -1):
            x = ops.array([1.5 * sign, 0.5])
            same(run, x)
            same(by_variable, x)
            same(with_gradients(run, 2), x)

    def test_only_one_branch_assigns(self):
        a, b = ph.Variable(0.0), ph.Variable(0.0)

        def run(x):
            def one():
                a.assign(a + x)
                return a * 2

            def other():
                b.assign(x)
                return x

            return ops.cond(x > 0, one, other), a + b

        function = Function(run)
        y, both = function(ops.array(3.0))
        assert (float(y), float(both), float(a), float(b)) == (6, 3, 3, 0)
        y, both = function(ops.array(-5.0))
        assert (float(y), float(both), float(a), float(b)) == (-5, -2, 3, -5)
        function(ops.array(1.0))
        assert (float(a), float(b)) == (4, -5)

    def test_structures(self):
        run = lambda x: ops.cond(
            x[0] > 0, lambda: {"a": x, "b": None}, lambda: {"a": -x, "b": None}
        )
        out = Function(run)(ops.array([-1.0, 2.0]))
        assert out["b"] is None
        np.testing.assert_array_equal(numbers(out["a"]), [1, -2])
        with pytest.raises(ValueError, match="same kind"):
            Function(lambda x: ops.cond(x > 0, lambda: x, lambda: (x, x)))(ops.array(1.0))
        with pytest.raises(ValueError, match="same kind"):
            Function(lambda x: ops.cond(x > 0, lambda: x, lambda: 2))(ops.array(1.0))
        same(lambda x: ops.cond(True, lambda: x, lambda: (x, x)), ops.array(1.0))

    @pytest.mark.parametrize("index", [-3, 0, 1, 2, 9])
    def test_switch(self, index):
        branches = [lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - 0 * b]
        run = lambda i, a, b: ops.switch(i, branches, a, b)
        args = ops.array(index), ops.array([2.0, 3.0]), ops.array([5.0, 7.0])
        same(run, *args)
        same(with_gradients(lambda a, b: run(args[0], a, b)), *args[1:])
        same(lambda i, a: with_gradients(lambda a: run(i, a, a * a), 2)(a), *args[:2])


class TestWhile:
    def test_values(self):
        collatz = lambda n: ops.while_loop(
            lambda n, steps: n != 1,
            lambda n, steps: (ops.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1),
            (n, 0),
        )
        assert [int(x) for x in Function(collatz)(ops.array(27))] == [1, 111]
        same(lambda x: ops.while_loop(lambda v: v < 100, lambda v: v * 2, x), ops.array(3))
        same(lambda x: ops.while_loop(lambda v: v < 9, lambda v: v * 2, x, 2), ops.array(3))
        same(lambda x: ops.while_loop(lambda v: v < 9, lambda v: v * 2, x, 0), ops.array(3))
        same(lambda x: ops.while_loop(lambda v: False, lambda v: v * 2, x), ops.array(3))

    def test_gradient_with_a_limit(self):
        def run(x, w):
            return ops.while_loop(lambda y: ops.sum(y) < 50, lambda y: y * w + x, x, 30)

        args = ops.array([1.0, 2.0]), ops.array([1.5, 1.1])
        same(with_gradients(run), *args, rtol=1e-4)
        same(with_gradients(run, 2), *args, rtol=1e-4)

    def test_gradient_without_a_limit_says_why_not(self):
        run = lambda x: ops.while_loop(lambda y: y < 50, lambda y: y * y, x)
        with pytest.raises(ValueError, match="maximum_iterations"):
            Function(with_gradients(run))(ops.array(2.0))

    def test_fori_loop(self):
        body = lambda i, v: v * 2 + ops.cast(i, "float32")
        same(lambda x: ops.fori_loop(2, 7, body, x), ops.array(1.0))
        same(lambda n, x: ops.fori_loop(0, n, body, x), ops.array(6), ops.array(1.0))
        same(lambda x: ops.fori_loop(5, 2, body, x), ops.array(1.0))
        same(
            with_gradients(lambda x: ops.fori_loop(0, 4, lambda i, v: v * v, x), 2), ops.array(1.1)
        )

    def test_branch_in_loop_in_branch(self):
        def run(x, w):
            def body(i, v):
                return ops.cond(i % 2 == 0, lambda: v * w, lambda: v + ops.sin(w))

            return ops.cond(x[0] > 0, lambda: ops.fori_loop(0, 5, body, x), lambda: x)

        for sign in (1, -1):
            args = ops.array([0.5 * sign, 2.0]), ops.array([1.5, 1.1])
            same(run, *args)
            same(with_gradients(run), *args, rtol=1e-4)
            same(with_gradients(run, 2), *args, rtol=1e-3)

    def test_variables_assigned_in_the_body(self):
        total = ph.Variable(1.0)

        def run(xs):
            def step(c, x):
                total.assign(total * x)
                return c + 1.0, total * 1.0

            return ops.scan(step, 0.0, xs)[1], total * 1.0

        ys, after = Function(run)(ops.array([2.0, 3.0, 4.0]))
        np.testing.assert_array_equal(numbers(ys), [2, 6, 24])
        assert float(after) == 24 and float(total) == 24


class ScanCell(ph.layers.Layer):
    def __init__(self, units, rate=0.0):
        super().__init__()
        self.units, self.drop = units, ph.layers.Dropout(rate)

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")

    def call(self, x, training=False):
        def step(h, row):
            h = ops.tanh(row @ self.kernel + h @ self.recurrent)
            return h, self.drop(h, training=training)

        first = ops.zeros((ops.shape(x)[0], self.units))
        return ops.scan(step, first, ops.transpose(x, (1, 0, 2)))[1][-1]


class TestModels:
    def model(self, eager, rate=0.0):
        ph.utils.set_random_seed(0)
        model = ph.Sequential([ph.Input((7, 3)), ScanCell(4, rate), ph.layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=eager)
        return model

    @pytest.mark.parametrize("rate", [0.0, 0.4])
    def test_fit_is_as_eagerly(self, rate):
        x = np.random.default_rng(0).normal(size=(20, 7, 3)).astype("float32")
        y = x.sum((1, 2), keepdims=False)[:, None]
        results = []
        for eager in (True, False):
            model = self.model(eager, rate)
            history = model.fit(x, y, batch_size=8, epochs=3, verbose=0, shuffle=False)
            results.append(
                (history.history["loss"], model.get_weights(), model.predict(x, verbose=0))
            )
        np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-4)
        for a, b in zip(results[0][1], results[1][1]):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(results[0][2], results[1][2], rtol=1e-3, atol=1e-5)

    def test_a_bad_index_in_a_body_leaves_state_alone(self):
        table, calls = ops.array([[1.0], [2.0]]), ph.Variable(0.0)

        def run(ids):
            calls.assign(calls + 1.0)
            return ops.map(lambda i: ops.take(table, i, axis=0), ids)

        function = Function(run)
        np.testing.assert_array_equal(numbers(function(ops.array([1, 0]))), [[2.0], [1.0]])
        embed = ph.layers.Embedding(2, 1)
        embed.build()

        def looked_up(ids):
            calls.assign(calls + 1.0)
            return ops.map(lambda i: embed(i), ids)

        with pytest.raises(ValueError, match="out of range"):
            Function(looked_up)(ops.array([1, 5]))
        assert float(calls) == 1.0
