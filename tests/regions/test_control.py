"""Control flow over real values, under tapes, and on KerasTensors. Oracles: NumPy, closed forms."""

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import ops
from pronghorn.engine.tape import GradientTape


def f32(*values):
    return ops.array(np.array(values, "float32"))


def numbers(x):
    return np.asarray(ops.convert_to_numpy(x))


class TestEager:
    def test_cond_runs_one_branch(self):
        ran = []
        assert (
            ops.cond(ops.array(3) > 2, lambda: ran.append(1) or "a", lambda: ran.append(2)) == "a"
        )
        assert ran == [1]
        assert ops.cond(False, lambda: 0, lambda: None) is None
        with pytest.raises(TypeError, match="true_fn"):
            ops.cond(True, 1, lambda: 2)
        with pytest.raises(TypeError, match="pred"):
            ops.cond(3, lambda: 1, lambda: 2)

    @pytest.mark.parametrize("index,want", [(-9, 3.0), (0, 3.0), (1, -1.0), (7, -1.0)])
    def test_switch_clamps(self, index, want):
        assert float(ops.switch(index, [ops.add, ops.subtract], f32(1.0), 2.0)) == want
        with pytest.raises(ValueError, match="at least one"):
            ops.switch(index, [], 1.0)

    def test_while_loop(self):
        assert int(ops.while_loop(lambda i: i < 10, lambda i: i * 2, 1)) == 16
        out = ops.while_loop(lambda i, s: i < 4, lambda i, s: [i + 1, s + i], [0, 1.5])
        assert isinstance(out, tuple) and [float(x) for x in out] == [4.0, 7.5]
        out = ops.while_loop(lambda d: d["a"] < 3, lambda d: {"a": d["a"] + 1}, {"a": 0})
        assert int(out["a"]) == 3
        capped = ops.while_loop(lambda i: i < 10, lambda i: i + 1, 0, maximum_iterations=4)
        assert int(capped) == 4
        with pytest.raises(ValueError, match="same structure"):
            ops.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1,), (0, 1.5))

    def test_fori_loop(self):
        a, b = ops.fori_loop(0, 3, lambda i, v: (v[0] + i, v[1] * 2), (f32(1.0, 2.0), 1.0))
        np.testing.assert_array_equal(numbers(a), [4.0, 5.0])
        assert float(b) == 8.0
        assert float(ops.fori_loop(5, 3, lambda i, v: v * 0, 1.0)) == 1.0

    def test_scan(self):
        xs = f32(1, 2, 3)
        carry, ys = ops.scan(lambda c, x: (c + x, c * x), 0.0, xs)
        assert float(carry) == 6.0
        np.testing.assert_array_equal(numbers(ys), [0, 2, 9])
        carry, ys = ops.scan(lambda c, x: (c + x, c), 0.0, xs, reverse=True)
        np.testing.assert_array_equal(numbers(ys), [5, 3, 0])
        carry, ys = ops.scan(lambda c, x: (c + x, None), 0.0, xs)
        np.testing.assert_array_equal(numbers(ys), [0, 0, 0])
        carry, ys = ops.scan(lambda c, x: (None, c + x), 5.0, xs)
        assert float(carry) == 5.0
        (a, b), _ = ops.scan(lambda c, _: ((c[1], c[0] + c[1]), c), (0, 1), length=6)
        assert (int(a), int(b)) == (8, 13)
        carry, ys = ops.scan(lambda c, x: (c, {"s": x["a"] + x["b"]}), 0.0, {"a": xs, "b": xs})
        np.testing.assert_array_equal(numbers(ys["s"]), [2, 4, 6])
        carry, ys = ops.scan(lambda c, x: (c + x, ops.stack([c, x])), 2.0, xs[:0])
        assert float(carry) == 2.0 and tuple(ys.shape) == (0, 2)

    def test_scan_says_what_is_wrong(self):
        with pytest.raises(TypeError, match="callable"):
            ops.scan(3, 0.0, f32(1))
        with pytest.raises(ValueError, match="`length`"):
            ops.scan(lambda c, x: (c, c), 0.0)
        with pytest.raises(ValueError, match="unroll"):
            ops.scan(lambda c, x: (c, c), 0.0, f32(1), unroll=0)
        with pytest.raises(ValueError, match="leading size"):
            ops.scan(lambda c, x: (c, c), 0.0, (f32(1, 2), f32(1)))
        with pytest.raises(ValueError, match="says 5"):
            ops.scan(lambda c, x: (c, c), 0.0, f32(1, 2), length=5)
        with pytest.raises(ValueError, match="same structure"):
            ops.scan(lambda c, x: ((c, c), c), 0.0, f32(1, 2))

    def test_map(self):
        x = np.arange(6, dtype="float32").reshape(3, 2)
        out = ops.map(lambda r: {"a": ops.sum(r), "b": r * 2}, x)
        np.testing.assert_array_equal(numbers(out["a"]), x.sum(1))
        np.testing.assert_array_equal(numbers(out["b"]), x * 2)
        np.testing.assert_array_equal(numbers(ops.map(lambda p: p[0] * p[1], (x, x))), x * x)
        np.testing.assert_array_equal(numbers(ops.vectorized_map(lambda r: 1, x)), [1, 1, 1])
        with pytest.raises(ValueError, match="None"):
            ops.map(lambda r: None, x)

    @pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 13])
    @pytest.mark.parametrize("axis,reverse", [(0, False), (1, True), (-1, False)])
    def test_associative_scan(self, n, axis, reverse):
        shape = [3, 3]
        shape[axis] = n
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        got = ops.associative_scan(lambda a, b: [a[0] + b[0]], [x], reverse=reverse, axis=axis)[0]
        want = np.flip(np.cumsum(np.flip(x, axis), axis), axis) if reverse else np.cumsum(x, axis)
        np.testing.assert_allclose(numbers(got), want, rtol=1e-5, atol=1e-6)

    def test_associative_scan_keeps_the_order(self):  # matrix products do not commute
        m = np.random.default_rng(1).normal(size=(6, 2, 2)).astype("float32")
        got = numbers(ops.associative_scan(lambda a, b: ops.matmul(a, b), m))
        want = [m[0]]
        for x in m[1:]:
            want.append(want[-1] @ x)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)

    def test_vectorize(self):
        a, b = np.arange(6.0).reshape(3, 2), np.arange(2.0)
        np.testing.assert_allclose(numbers(ops.vectorize(lambda x, y: x * y)(a, b)), a * b)
        dot = ops.vectorize(lambda x, y: ops.sum(x * y), signature="(n),(n)->()")
        np.testing.assert_allclose(numbers(dot(a, b)), a @ b)
        scaled = ops.vectorize(lambda x, how: x * how["by"], excluded={1})
        np.testing.assert_allclose(numbers(scaled(a, {"by": 3})), a * 3)
        with pytest.raises(ValueError, match="callable"):
            ops.vectorize(3)

    def test_gradients(self):
        x, w = f32(1, 2, 3), ph.Variable(2.0)
        with GradientTape() as outer:
            outer.watch(x)
            with GradientTape() as tape:
                tape.watch(x)
                carry, ys = ops.scan(lambda c, v: (c * w + v, c), 0.0, x)
            first = tape.gradient(carry, w)  # x0 w^2 + x1 w + x2
        assert float(first) == 2 * 2 * 1 + 2
        np.testing.assert_array_equal(numbers(outer.gradient(first, x)), [4, 1, 0])
        with GradientTape() as tape:
            y = ops.while_loop(lambda y: y < 20, lambda y: y * w, w.value)
        assert float(y) == 32 and float(tape.gradient(y, w)) == 5 * 2**4


class TestSymbolic:
    def test_shapes(self):
        x = ph.KerasTensor((None, 5))
        assert ops.map(lambda r: r**2, x).shape == (None, 5)
        out = ops.vectorized_map(lambda r: {"a": ops.sum(r)}, x)
        assert out["a"].shape == (None,)
        carry, ys = ops.scan(lambda c, r: (c + r, ops.sum(r)), ph.KerasTensor((5,)), x)
        assert carry.shape == (5,) and ys.shape == (None,)
        assert ops.while_loop(lambda v: True, lambda v: v, x).shape == (None, 5)
        assert ops.fori_loop(0, 3, lambda i, v: v, x).shape == (None, 5)
        assert ops.switch(ph.KerasTensor((), "int32"), [lambda v: v], x).shape == (None, 5)
        assert ops.associative_scan(ops.add, x).shape == (None, 5)
        pred = ph.KerasTensor((), "bool")
        assert ops.cond(pred, lambda: ops.ones((2,)), lambda: ops.zeros((2,))).shape == (2,)
        with pytest.raises(ValueError, match="same kind"):
            ops.cond(pred, lambda: ops.ones((2,)), lambda: ops.zeros((3,)))

    def test_model_of_unknown_length(self):
        inputs = ph.Input((None, 2))
        by_time = ops.transpose(inputs, (1, 0, 2))
        _, ys = ops.scan(lambda c, x: (c + x, c + x), by_time[0] * 0, by_time)
        model = ph.Model(inputs, ops.transpose(ys, (1, 0, 2)))
        for steps in (3, 5):
            x = np.random.default_rng(steps).normal(size=(4, steps, 2)).astype("float32")
            np.testing.assert_allclose(model.predict(x, verbose=0), x.cumsum(1), atol=1e-5)
            np.testing.assert_allclose(numbers(model(x)), x.cumsum(1), atol=1e-5)


@pytest.mark.parametrize(
    "result", [lambda c: c, lambda c: (c,), lambda c: (c, c, c), lambda c: None]
)
def test_scan_wants_a_carry_and_a_result(result):
    with pytest.raises(ValueError, match="scan: `f` must return two things"):
        ops.scan(lambda c, x: result(c), np.zeros(()), np.ones(3))
