"""The stack of recorders: tapes left in any order, by any thread, or by nobody at all."""

import gc
import threading

import numpy as np
import pytest
from processes import run_python
from pronghorn import engine, ops
from pronghorn.engine.trace import Function


def variable(value=(1.0, 1.0, 1.0)):
    return engine.Variable(np.asarray(value, "float32"))


def eager_still_works():
    """What a dead recorder on the stack would break, or a live one record."""
    gc.collect()
    x = variable([3.0])
    for _ in range(3):
        y = ops.sum(x * x)
    assert float(y) == 9
    assert not engine.trace.is_tracing()
    assert not engine.trace.is_recording()


@pytest.fixture(autouse=True)
def clean():
    yield
    eager_still_works()


def slope(tape, y, v):
    g = tape.gradient(y, v)
    return None if g is None else np.asarray(g).tolist()


def test_gradient_inside_stop_recording():
    v = variable()
    with engine.GradientTape() as t:
        y = ops.sum(v * v)
        with t.stop_recording():
            assert slope(t, y, v) == [2, 2, 2]
        z = v * 3  # recorded anew, as in TensorFlow
    assert slope(t, z, v) == [3, 3, 3]


def test_stop_recording_over_gradient_of_another_tape():
    v = variable()
    with engine.GradientTape() as outer:
        with engine.GradientTape() as t:
            y = v * v * v
        with outer.stop_recording():
            first = t.gradient(y, v)
    assert np.asarray(first).tolist() == [3, 3, 3]
    assert outer.gradient(first, v) is None


def test_stop_recording_stops_one_tape():
    v = variable()
    with engine.GradientTape() as outer, engine.GradientTape() as t, t.stop_recording():
        y = v * v
    assert t.gradient(y, v) is None
    assert slope(outer, y, v) == [2, 2, 2]


def test_stop_recording_stops_all_where_no_tape_is_named():
    v = variable()
    with engine.GradientTape() as outer, engine.GradientTape() as t:
        with engine.stop_recording():
            y = v * v
            with engine.GradientTape() as inner:
                z = v * v
    assert t.gradient(y, v) is None and outer.gradient(y, v) is None
    assert slope(inner, z, v) == [2, 2, 2]


@pytest.mark.parametrize("stop", ["this tape", "every tape"])
def test_a_stop_recording_object_entered_twice(stop):
    v = variable()
    with engine.GradientTape(persistent=True) as t:
        pause = t.stop_recording() if stop == "this tape" else engine.stop_recording()
        with pause:
            with pause:
                pass
            hidden = v * v
        y = v * v
        with pause:
            pass
        y = y + v * 2
    assert t.gradient(hidden, v) is None
    assert slope(t, y, v) == [4, 4, 4]


def test_stop_recording_needs_a_tape_that_records():
    t = engine.GradientTape()
    with pytest.raises(RuntimeError, match="not recording"), t.stop_recording():
        pass


def test_the_same_tape_entered_twice():
    v = variable()
    with engine.GradientTape() as t:
        with pytest.raises(ValueError, match="recording already"), t:
            pass
        y = v * v
    assert slope(t, y, v) == [2, 2, 2]


def test_a_tape_entered_again_goes_on():
    v = variable()
    t = engine.GradientTape()
    with t:
        y = v * v
    with t:
        z = y * 3
    assert slope(t, z, v) == [6, 6, 6]
    with t:  # asked for its gradient, it starts anew
        y = v * 5
    assert slope(t, y, v) == [5, 5, 5]


def test_a_tape_that_dies_while_it_records():
    t = engine.GradientTape()
    t.__enter__()
    del t
    eager_still_works()


def test_tapes_left_out_of_order():
    v = variable()
    a, b = engine.GradientTape(), engine.GradientTape()
    a.__enter__()
    b.__enter__()
    a.__exit__(None, None, None)
    y = v * v
    b.__exit__(None, None, None)
    assert a.gradient(y, v) is None
    assert slope(b, y, v) == [2, 2, 2]


def test_a_pause_that_outlives_its_tape():
    v = variable()
    outer = engine.GradientTape()
    outer.__enter__()
    pause = engine.stop_recording()
    pause.__enter__()
    outer.__exit__(None, None, None)
    del outer
    gc.collect()
    pause.__exit__(None, None, None)
    eager_still_works()
    with engine.GradientTape() as t:
        y = v * v
    assert slope(t, y, v) == [2, 2, 2]


def suspended(v):
    with engine.GradientTape() as t:
        yield t, v * v
        yield t, v * v * v


@pytest.mark.parametrize("how", ["close", "forget", "thread", "next in a thread"])
def test_a_generator_suspended_inside_a_tape(how):
    v = variable()
    generator = suspended(v)
    t, y = next(generator)
    assert slope(t, y, v) == [2, 2, 2] if how == "close" else True
    del t
    if how == "close":
        with engine.GradientTape() as other:
            generator.close()
            y = v * v
        assert slope(other, y, v) == [2, 2, 2]
    elif how == "forget":
        del generator
    else:
        action = generator.close if how == "thread" else lambda: next(generator)
        thread = threading.Thread(target=action)
        thread.start()
        thread.join()
        if how != "thread":
            generator.close()
    eager_still_works()


def test_a_thread_that_ends_inside_a_tape():
    tapes = [engine.GradientTape() for _ in range(3)]
    thread = threading.Thread(target=lambda: [t.__enter__() for t in tapes])
    thread.start()
    thread.join()
    tapes.clear()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_a_trace_that_is_interrupted(error):
    v = variable()

    def step(x):
        with engine.GradientTape():
            v.assign_add(x)
            raise error

    f = Function(step)
    for _ in range(2):
        with pytest.raises(error):
            f(np.ones(3, "float32"))
        eager_still_works()
    assert np.asarray(v.numpy()).tolist() == [1, 1, 1]


INTERRUPTS = """
    import random, signal, time
    import numpy as np
    from pronghorn import engine, ops
    from pronghorn.engine.trace import Function, eval_shape

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    def running():  # an interrupt in a finalizer is printed and lost: then the work ends by itself
        return time.monotonic() < until

    v = engine.Variable(np.ones(3, "float32"))
    kept = []  # as a notebook keeps the last traceback, with all its frames

    def eager():
        while running():
            with engine.GradientTape() as t:
                y = ops.sum(v * v)
                with t.stop_recording():
                    v * v
            t.gradient(y, v)

    def traced():
        while running():
            Function(lambda x: ops.sum(v * v * x))(np.ones(3, "float32"))

    def shapes():
        while running():
            eval_shape(lambda x: ops.sum(v * v * x), np.ones(3, "float32"))

    def made():
        while running():
            engine.Variable(np.ones(3, "float32"))

    random.seed(5)
    for work in (eager, traced, shapes, made):
        for _ in range(100):
            until = time.monotonic() + 0.05
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-4, 4e-3))
                work()
            except KeyboardInterrupt as error:
                if random.random() < 0.5:
                    kept.append(error)
            assert not engine.trace.is_tracing() and not engine.trace.is_recording(), work
            with engine.GradientTape() as t:
                y = ops.sum(v * v)
            assert np.asarray(t.gradient(y, v)).tolist() == [2, 2, 2], work
    print("clean")
"""


def test_interrupts_at_any_moment():
    assert "clean" in run_python(INTERRUPTS)
