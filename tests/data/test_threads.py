"""The threads of Dataset: they end when they should, errors arrive, nothing hangs."""

import gc
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest
from pronghorn.data import Dataset, threads


def own_threads():
    return [t for t in threading.enumerate() if t.name.startswith("pronghorn-")]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    deadline = time.monotonic() + 10
    while own_threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not own_threads()


def slow(x):
    time.sleep(0.01)
    return x


def pipeline():
    return Dataset.range(1000).map(slow, num_parallel_calls=3).batch(2).prefetch(2)


def test_all_threads_end_with_the_pass():
    dataset = Dataset.range(20).map(slow, num_parallel_calls=3).prefetch(2)
    iterator = dataset.as_numpy_iterator()
    next(iterator)
    assert len(own_threads()) == 4
    assert [int(x) for x in iterator] == list(range(1, 20))


def test_dropping_an_iterator_ends_its_threads():
    iterator = iter(pipeline())
    next(iterator)
    assert own_threads()
    del iterator


def test_dropping_one_in_a_circle_ends_its_threads():
    iterator = iter(pipeline())
    next(iterator)
    circle = [iterator]
    circle.append(circle)
    del iterator, circle


def test_closing_and_breaking_end_the_threads():
    iterator = iter(pipeline())
    next(iterator)
    iterator.close()
    with pytest.raises(StopIteration):
        next(iterator)
    for _ in pipeline():
        break
    assert len(list(pipeline().take(3))) == 3


def test_an_iterator_that_was_never_used_starts_nothing():
    iterator = iter(pipeline())
    assert not own_threads()
    del iterator


def test_nobody_runs_far_ahead():
    made = []
    dataset = Dataset.range(1000).map(lambda x: made.append(int(x)) or x).prefetch(3)
    iterator = iter(dataset)
    next(iterator)
    time.sleep(0.2)
    assert len(made) <= 1 + 3 + 1  # taken, waiting, in the thread's hand
    iterator = iter(Dataset.range(1000).map(lambda x: made.append(1) or x, num_parallel_calls=2))
    made.clear()
    next(iterator)
    time.sleep(0.2)
    assert len(made) <= 4


def test_elements_are_freed():
    """No queue, job or frame keeps what was handed on."""
    made = []

    class Array(np.ndarray):
        pass

    def make(x):
        array = np.zeros(8).view(Array)
        made.append(weakref.ref(array))
        return array

    for workers in (None, 2):
        iterator = Dataset.range(60).map(make, num_parallel_calls=workers).prefetch(2)._pipeline
        for _ in iterator.iterate():
            assert sum(ref() is not None for ref in made) <= 12


@pytest.mark.parametrize("workers", [None, 1, 3])
@pytest.mark.parametrize("where", [0, 1, 5, 19])
def test_an_error_arrives_in_its_place(workers, where):
    def fail(x):
        if int(x) == where:
            raise OSError(f"element {where}")
        return x

    found = []
    with pytest.raises(OSError, match=f"element {where}"):
        for x in Dataset.range(20).map(fail, num_parallel_calls=workers).prefetch(4):
            found.append(int(x))
    assert found == list(range(where))


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration])
def test_odd_errors_arrive_too(error):
    def fail(x):
        raise error

    kinds = (error, RuntimeError) if error is StopIteration else error
    for dataset in (
        Dataset.range(5).map(fail).prefetch(1),
        Dataset.range(5).map(fail, num_parallel_calls=2),
        Dataset.range(5).map(fail, num_parallel_calls=2, deterministic=False).prefetch(2),
    ):
        with pytest.raises(kinds):
            list(dataset.as_numpy_iterator())


def test_a_generator_is_closed_in_its_thread():
    closed = []

    def generate():
        try:
            yield from range(1000)
        finally:
            closed.append(threading.current_thread().name)

    iterator = iter(Dataset.from_generator(generate).prefetch(2))
    next(iterator)
    del iterator
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == ["pronghorn-prefetch"]


def test_a_thread_that_dies_is_an_error(monkeypatch):
    """As if the interpreter had ended it: it puts neither an item nor an error."""
    monkeypatch.setattr(threads, "_LOOK", 0.05)
    monkeypatch.setattr(threads, "_fill", lambda make, line: None)
    with pytest.raises(RuntimeError, match="has died"):
        next(iter(Dataset.range(5).map(slow).prefetch(2)))
    monkeypatch.setattr(threads, "_work", lambda *args: None)
    with pytest.raises(RuntimeError, match="have died"):
        next(iter(Dataset.range(5).map(slow, num_parallel_calls=2)))


def test_many_consumers_at_once():
    dataset = Dataset.range(200).map(lambda x: x * 2, num_parallel_calls=2).batch(10).prefetch(2)
    sums = []

    def consume():
        sums.append(sum(int(b.sum()) for b in dataset.as_numpy_iterator()))

    consumers = [threading.Thread(target=consume) for _ in range(6)]
    [t.start() for t in consumers]
    [t.join(30) for t in consumers]
    assert sums == [sum(range(0, 400, 2))] * 6


def _child_of_a_fork(iterator, dataset, pipe):
    try:
        next(iterator)
        pipe.send("no error")
    except RuntimeError as error:
        pipe.send(str(error))
    pipe.send([int(x) for x in dataset.as_numpy_iterator()])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_after_a_fork_an_iterator_says_so_and_a_new_one_works():
    dataset = Dataset.range(6).map(slow, num_parallel_calls=2).prefetch(1)
    iterator = iter(dataset)
    next(iterator)
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_child_of_a_fork, args=(iterator, dataset, there))
    process.start()
    assert here.poll(20) and "made in" in here.recv()
    assert here.poll(20) and here.recv() == list(range(6))
    process.join(20)
    assert process.exitcode == 0
    assert [int(x) for x in iterator] == [1, 2, 3, 4, 5]  # the parent goes on
    here.close()
    there.close()


EXITS = {
    "in the middle": "next(iterator)",
    "with a full line": "next(iterator); time.sleep(0.3)",
    "by an error": "next(iterator); raise SystemExit(3)",
    "while a function sleeps": "sleeping = Dataset.range(9).map(lambda x: time.sleep(60),"
    " num_parallel_calls=2); threading.Thread(target=lambda: next(iter(sleeping)),"
    " daemon=True).start(); time.sleep(0.3)",
    "while native code runs": "it = iter(Dataset.range(10**6).map(lambda x: ph.ops.matmul(a, a))"
    ".prefetch(2)); next(it)",
}


@pytest.mark.parametrize("name", EXITS)
def test_the_interpreter_exits(name):
    code = (
        "import threading, time, pronghorn as ph\n"
        "from pronghorn.data import Dataset\n"
        "a = ph.ops.ones((300, 300))\n"
        "def slow(x):\n    time.sleep(0.01)\n    return x\n"
        "dataset = Dataset.range(10**6).map(slow, num_parallel_calls=3).batch(2).prefetch(2)\n"
        f"iterator = iter(dataset)\n{EXITS[name]}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == (3 if "error" in name else 0), done.stderr
    assert not done.stderr
