"""Plans without running them: the null device binds every step and executes nothing."""

import numpy as np
import pytest
from pronghorn import ops
from pronghorn.engine import Function, GradientTape, Variable


def make_step(w, b):
    def step(x):
        with GradientTape() as tape:
            loss = ops.sum(ops.square(ops.relu(ops.matmul(x, w) + b)))
        for v, g in zip((w, b), tape.gradient(loss, [w, b])):
            v.assign(v - 0.1 * g)
        return loss

    return step


def test_a_step_is_planned_bound_and_not_run():
    w = Variable(np.ones((3, 4), "float32"))
    b = Variable(np.zeros(4, "float32"))
    function = Function(make_step(w, b), device="null:0")
    function(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(w.numpy(), np.ones((3, 4)))
    np.testing.assert_array_equal(b.numpy(), np.zeros(4))


def test_the_plan_is_the_same_as_on_the_cpu():
    w = Variable(np.ones((3, 4), "float32"))
    b = Variable(np.zeros(4, "float32"))
    x = np.ones((2, 3), "float32")
    texts = [
        Function(make_step(w, b), device=d).program_for(x).describe() for d in ("null:0", "cpu:0")
    ]
    lines = [t.splitlines()[:-1] for t in texts]  # the last line counts scratch, a kernel's matter
    assert lines[0] == lines[1]
    assert "matmul_epilogue" in texts[0]


def test_updates_are_in_place():
    w = Variable(np.ones((3, 4), "float32"))
    b = Variable(np.zeros(4, "float32"))
    program = Function(make_step(w, b), device="null:0").program_for(np.ones((2, 3), "float32"))
    assert program.copies == 0


def test_an_unknown_device_is_named():
    with pytest.raises(ValueError, match="cpu:0"):
        Function(lambda x: x, device="tpu:0")(np.ones(2, "float32"))
