"""Many signatures and much state: which programs are kept; state in place is written right."""

from contextlib import nullcontext

import numpy as np
import pronghorn
import pytest
from pronghorn import engine, ops
from pronghorn.engine import trace


def test_two_hundred_lengths_are_traced_once_each():
    traced = []

    def total(x):
        traced.append(x.shape)
        return ops.sum(x * 2)

    f = engine.Function(total)
    for _ in range(2):
        for n in range(1, 201):
            with (
                pytest.warns(UserWarning, match="signatures")
                if len(traced) == 11
                else nullcontext()
            ):
                assert float(f(np.ones(n, "float32"))) == 2 * n
    assert len(traced) == len(f.programs) == 200


def test_programs_go_when_they_hold_too_many_bytes(monkeypatch):
    traced = []

    def scaled(x):
        traced.append(x.shape)
        return x * np.arange(x.shape[0], dtype="float32")

    f = engine.Function(scaled)
    f(np.ones(1000, "float32"))
    monkeypatch.setattr(trace, "MAX_PROGRAM_BYTES", int(3.5 * f.programs[0].bytes))
    for n in (1001, 1002, 1000, 1003):  # 1001 was not asked for again
        f(np.ones(n, "float32"))
    assert len(f.programs) == 3
    before = len(traced)
    f(np.ones(1003, "float32"))
    f(np.ones(1000, "float32"))
    assert len(traced) == before
    f(np.ones(1001, "float32"))
    assert len(traced) == before + 1


@pytest.mark.parametrize("seed", range(12))
def test_state_that_is_read_and_written_in_any_order(seed):
    """Variables become functions of each other, old and new; the same in NumPy."""
    rng = np.random.default_rng(seed)
    count = 6
    start = rng.normal(size=(count, 3))
    plan = [(rng.integers(4), *rng.integers(0, 40, 3)) for _ in range(40)]

    def play(read, write, multiply_add, total):
        values = []
        for kind, a, b, c in plan:
            if kind == 0 or len(values) < 2:
                values.append(read(a % count))
            elif kind == 1:
                values.append(multiply_add(values[a % len(values)], values[b % len(values)]))
            elif kind == 2:
                values.append(total(values[a % len(values)], values[b % len(values)]))
            else:
                write(c % count, values[a % len(values)])
        return values[-1]

    variables = [pronghorn.Variable(v, dtype="float64") for v in start]

    def step():
        return play(
            lambda i: variables[i].value,
            lambda i, x: variables[i].assign(x),
            lambda x, y: x * 0.5 + y * 0.25,
            lambda x, y: ops.mean(x) + y,
        )

    state = start.copy()

    def assign(i, x):
        state[i] = x

    f = engine.Function(step)
    for _ in range(3):
        want = play(
            lambda i: state[i].copy(),
            assign,
            lambda x, y: x * 0.5 + y * 0.25,
            lambda x, y: x.mean() + y,
        )
        np.testing.assert_allclose(f(), want, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose([np.array(v) for v in variables], state, rtol=1e-12, atol=1e-12)


def test_a_rotation_of_many_variables():
    variables = [pronghorn.Variable(float(i)) for i in range(300)]

    def rotate():
        old = [v.value for v in variables]
        for v, x in zip(variables, old[1:] + old[:1]):
            v.assign(x * 1.0 + 0.0)

    f = engine.Function(rotate)
    f()
    assert [float(v) for v in variables] == [*map(float, range(1, 300)), 0.0]
