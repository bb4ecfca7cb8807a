"""PyDataset: batches that threads and processes make, and what happens when those fail."""

import os
import signal
import threading
import time
import warnings

import numpy as np
import pronghorn as ph
import pytest
from pronghorn import layers
from pronghorn.training.data import make_source

X = np.random.RandomState(0).rand(50, 4).astype("float32")
Y = (X.sum(1, keepdims=True) > 2).astype("float32")


def model():
    ph.utils.set_random_seed(3)
    made = ph.Sequential([ph.Input((4,)), layers.Dense(3, "relu"), layers.Dense(1, "sigmoid")])
    made.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return made


class Batches(ph.utils.PyDataset):
    """Ten batches of five rows; what may go wrong goes wrong at batch `at`."""

    def __init__(self, wrong=None, at=4, **kwargs):
        super().__init__(**kwargs)
        self.wrong, self.at, self.offset = wrong, at, 0

    def __len__(self):
        return 10

    def __getitem__(self, index):
        if index == self.at and self.wrong == "raise":
            raise ArithmeticError(f"batch {index}")
        if index == self.at and self.wrong == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if index == self.at and self.wrong == "exit":
            os._exit(7)
        if index == self.at and self.wrong == "unpicklable":
            raise type("Local", (Exception,), {})("batch")
        rows = slice(index * 5, index * 5 + 5)
        return X[rows], Y[rows]


THREADS = {"workers": 3}
PROCESSES = {"workers": 2, "use_multiprocessing": True}
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.mark.parametrize(
    "kwargs",
    [{}, {"workers": 0}, THREADS, {**THREADS, "max_queue_size": 1}]
    + [pytest.param(PROCESSES, marks=needs_fork)]
    + [pytest.param({**PROCESSES, "max_queue_size": 1}, marks=needs_fork)]
    + [pytest.param({"workers": 1, "use_multiprocessing": True}, marks=needs_fork)],
)
def test_workers_change_nothing_but_time(kwargs):
    made = model()
    made.fit(X, Y, batch_size=5, shuffle=False, epochs=3, verbose=0)
    other = model()
    other.fit(Batches(**kwargs), epochs=3, shuffle=False, verbose=0)
    for a, b in zip(other.get_weights(), made.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(
        made.predict(Batches(**kwargs), verbose=0), made.predict(X, verbose=0), rtol=1e-5
    )


class Makers(ph.utils.PyDataset):
    """Says who made its batches."""

    def __init__(self):
        self.made = set()  # as datasets for Keras 2 do, which do not call the base's

    def __len__(self):
        return 8

    def __getitem__(self, index):
        self.made.add(threading.get_ident())
        time.sleep(0.01)
        return X[:5], Y[:5]


@pytest.mark.parametrize("name", ["workers", "nb_worker"])
def test_workers_may_be_asked_for_in_the_call(name):
    made, data, held_out = model(), Makers(), Makers()
    queue = {name: 3, "max_queue_size": 4}
    made.fit(data, validation_data=held_out, epochs=1, verbose=0, **queue)
    assert len(data.made) >= 3 and len(held_out.made) >= 3
    assert "workers" not in vars(data)
    for call in (made.fit_generator, made.evaluate_generator, made.predict_generator):
        data.made.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(data, verbose=0, **queue)
        assert len(data.made) >= 3
    own = Batches(workers=2)
    made.fit(own, verbose=0, workers=1)
    assert own.workers == 2


@pytest.mark.parametrize("name", ["workers", "max_queue_size"])
@pytest.mark.parametrize("value", [-1, "two", 1.5])
def test_a_queue_is_a_whole_number(name, value):
    for processes in (False, True):
        with pytest.raises(ValueError, match=f"`{name}` must be a whole number"):
            model().fit(Batches(), verbose=0, use_multiprocessing=processes, **{name: value})


@needs_fork
def test_processes_may_be_asked_for_in_the_call():
    data = Makers()
    model().fit(data, verbose=0, workers=2, use_multiprocessing=True)
    assert len(data.made) <= 1  # made elsewhere, but for the batch that tells the shapes


@pytest.mark.parametrize("kwargs", [THREADS, pytest.param(PROCESSES, marks=needs_fork)])
def test_an_error_in_a_worker_ends_fit(kwargs):
    start = time.monotonic()
    with pytest.raises(ArithmeticError, match="batch 4"):
        model().fit(Batches("raise", **kwargs), shuffle=False, verbose=0)
    assert time.monotonic() - start < 20


@needs_fork
@pytest.mark.parametrize(
    ("wrong", "message"),
    [("kill", "signal 9.*SIGKILL.*while it made batch 4"), ("exit", "exited with code 7")],
)
@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_worker_that_dies_ends_fit(wrong, message, at):
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=message.replace("4", str(at))):
        model().fit(Batches(wrong, at, **PROCESSES), shuffle=False, verbose=0)
    assert time.monotonic() - start < 20


@needs_fork
def test_a_worker_killed_from_outside_ends_fit():
    import multiprocessing

    class Slow(Batches):
        def __getitem__(self, index):
            time.sleep(0.05)
            return super().__getitem__(index)

    class Kill(ph.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    with pytest.raises(RuntimeError, match="SIGKILL"):
        model().fit(Slow(**PROCESSES), epochs=3, verbose=0, callbacks=[Kill()])


@needs_fork
def test_an_error_that_cannot_be_sent_is_told():
    with pytest.raises(RuntimeError, match="Local: batch"):
        model().fit(Batches("unpicklable", **PROCESSES), verbose=0)


@needs_fork
def test_no_process_is_left():
    import multiprocessing

    before = multiprocessing.active_children()
    with pytest.raises(RuntimeError):
        model().fit(Batches("kill", **PROCESSES), verbose=0)
    model().fit(Batches(**PROCESSES), epochs=2, verbose=0)
    assert multiprocessing.active_children() == before


@needs_fork
def test_processes_see_what_on_epoch_end_changed():
    class Changing(Batches):
        def __getitem__(self, index):
            return X[:2] * 0 + self.offset, Y[:2]

        def on_epoch_end(self):
            self.offset += 1

    class Seen(ph.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            means.append(float(self.model.layers[0].seen))

    class Keep(layers.Layer):
        def build(self, shape):
            self.seen = self.add_weight(shape=(), trainable=False, name="seen")

        def call(self, x):
            self.seen.assign(ph.ops.mean(x))
            return x

    means = []
    made = ph.Sequential([ph.Input((4,)), Keep(), layers.Dense(1)])
    made.compile("sgd", "mse")
    made.fit(Changing(**PROCESSES), epochs=3, verbose=0, callbacks=[Seen()])
    assert means == [0.0, 1.0, 2.0]


@needs_fork
def test_processes_draw_different_random_numbers():
    class Random(Batches):
        def __getitem__(self, index):
            time.sleep(0.02)
            return np.random.rand(5, 4).astype("float32"), Y[:5]

    source = make_source(Random(**PROCESSES))
    batches = [x for x, _ in source.iterate()]
    assert len({b.tobytes() for b in batches}) == 10


@needs_fork
def test_batches_larger_than_a_pipe():
    class Large(Batches):
        def __getitem__(self, index):
            return np.full((64, 20000), index, "float32"), {"y": np.full((64,), index)}

    found = list(make_source(Large(**PROCESSES)).iterate())
    assert [(x[5, 7], y["y"][3]) for x, y in found] == [(i, i) for i in range(10)]


def test_interrupting_fit_while_batches_are_made():
    """Ctrl-C with threads and processes at work: one KeyboardInterrupt, and the process ends."""
    import subprocess
    import sys

    code = (
        "import sys, time, numpy as np, pronghorn as ph\n"
        "class Slow(ph.utils.PyDataset):\n"
        "    def __len__(self): return 1000\n"
        "    def __getitem__(self, i): time.sleep(0.05); return np.ones((2, 4)), np.ones((2, 1))\n"
        "model = ph.Sequential([ph.layers.Dense(1)]); model.compile('sgd', 'mse')\n"
        "class Say(ph.callbacks.Callback):\n"
        "    def on_train_batch_end(self, batch, logs=None):\n"
        "        if batch == 2: print('go', flush=True)\n"
        "model.fit(Slow(workers=2, use_multiprocessing=sys.argv[1] == 'p'), verbose=0,"
        " callbacks=[Say()])\n"
    )
    for kind in ("t", "p") if hasattr(os, "fork") else ("t",):
        process = subprocess.Popen(
            [sys.executable, "-c", code, kind], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            assert process.stdout.readline() == b"go\n"
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=30)
        finally:
            process.kill()
        assert error.count(b"KeyboardInterrupt") == 1 and process.returncode != 0


SPAWNED = """
import multiprocessing, os, sys, time
import numpy as np
import pronghorn as ph

class Rows(ph.utils.PyDataset):
    def __len__(self):
        return 400
    def __getitem__(self, i):
        time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 0)
        return np.full((2, 4), i, "float32"), np.ones((2, 1), "float32")

class Say(ph.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            print(*[p.pid for p in multiprocessing.active_children()], flush=True)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    model = ph.Sequential([ph.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(Rows(workers=2, use_multiprocessing=True), verbose=0, callbacks=[Say()])
"""


@pytest.mark.parametrize("way", ["spawn", "forkserver"])
def test_processes_that_are_not_forked(way, tmp_path):
    import multiprocessing
    import subprocess
    import sys

    if way not in multiprocessing.get_all_start_methods():
        pytest.skip(f"needs {way}")
    (tmp_path / "script.py").write_text(SPAWNED)
    command = [sys.executable, str(tmp_path / "script.py"), way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 2 and not done.stderr


@needs_fork
def test_workers_end_when_their_parent_is_killed(tmp_path):
    import subprocess
    import sys

    (tmp_path / "script.py").write_text(SPAWNED)
    command = [sys.executable, str(tmp_path / "script.py"), "fork", "0.05"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        workers = [int(pid) for pid in process.stdout.readline().split()]
        assert len(workers) == 2
        process.kill()
    deadline = time.monotonic() + 20
    while any(_runs(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(_runs(pid) for pid in workers)


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_dataset_that_cannot_be_sent_is_an_error(monkeypatch):
    import multiprocessing

    class Local(Batches):
        pass

    monkeypatch.setattr(
        multiprocessing, "get_context", lambda: multiprocessing.context.SpawnContext()
    )
    with pytest.raises(ValueError, match="cannot be sent to worker processes"):
        model().fit(Local(**PROCESSES), verbose=0)
