"""Batches of a PyDataset made by worker processes.

Each worker has a pipe. A worker that raises, dies or is killed ends the pass with an error; closing
the pass ends the workers. Nothing waits for a process that is gone.
"""

import multiprocessing
import os
import pickle
import random
import signal
import threading
import traceback
import warnings
from multiprocessing.connection import wait

import numpy as np

from ...engine.random import make_default_seed

# Seconds after which an idle worker looks whether its parent still lives.
_LOOK = 5.0


class WorkerError(RuntimeError):
    """A worker process ended without a result."""


class _Remote(Exception):
    """Where in the worker an error arose."""

    def __str__(self):
        return "\n" + self.args[0]


class Workers:
    """Processes that make batches.

    Args:
        dataset: makes batch i by `dataset[i]`; it goes to the workers (by fork where that is the
            platform's way, else by pickle).
        count: number of processes.
    """

    def __init__(self, dataset, count):
        context = multiprocessing.get_context()
        seed = make_default_seed()
        self._workers = []
        self._closing = threading.Lock()
        try:
            for number in range(count):
                here, there = context.Pipe()
                process = context.Process(
                    target=_serve, args=(there, dataset, seed + number), daemon=True,
                    name=f"pronghorn-batches-{number}",
                )  # fmt: skip
                with warnings.catch_warnings():
                    # the native threads know about forks, and Python's are not in the child
                    warnings.filterwarnings("ignore", "(?s).*fork", DeprecationWarning)
                    process.start()
                there.close()
                self._workers.append(_Worker(process, here))
        except BaseException as error:
            self.close()
            if isinstance(error, (pickle.PicklingError, AttributeError, TypeError)):
                raise ValueError(
                    f"The dataset cannot be sent to worker processes: {error}. Define its class at "
                    "the top of a module, or use threads (use_multiprocessing=False)."
                ) from error
            raise

    def results(self, indices, limit, known=None):
        """(index, batch) for each index, in order.

        Args:
            indices: iterable of indices.
            limit: batches that may be under way or wait.
            known: dict from indices to batches that are there already.
        """
        known = known or {}
        ready, waiting = {}, iter(enumerate(indices))
        given = done = 0
        try:
            more = True
            while True:
                while more and given - done < limit:
                    worker = min(self._workers, key=lambda w: len(w.jobs))
                    if len(worker.jobs) > 1:  # one at work and one that waits
                        break
                    job = next(waiting, None)
                    if job is None:
                        more = False
                        break
                    if job[1] in known:
                        ready[job[0]] = job[1], known[job[1]]
                    else:
                        worker.send(job)
                    given += 1
                if done == given:
                    return
                while done not in ready:
                    self._receive(ready)
                yield ready.pop(done)
                done += 1
        finally:
            self.close()

    def _receive(self, ready):
        """Takes what has come; raises what a worker raised, or WorkerError for one that is gone."""
        busy = {w.pipe: w for w in self._workers if w.jobs}
        sentinels = {w.process.sentinel: w for w in busy.values()}
        found = wait([*busy, *sentinels])
        for worker in {busy.get(f) or sentinels.get(f) for f in found}:
            try:
                if worker.pipe.poll():
                    (number, index), batch = worker.receive()
                    ready[number] = index, batch
                    continue
            except (EOFError, OSError):
                pass
            raise worker.gone()

    def close(self):
        """Ends the workers; when it returns they are gone, whoever called it first."""
        with self._closing:
            workers, self._workers = self._workers, []
            for worker in workers:
                worker.process.terminate()
            for worker in workers:
                worker.process.join(2)
                if worker.process.is_alive():
                    worker.process.kill()
                    worker.process.join(2)
                worker.pipe.close()


class _Worker:
    """A process, this end of its pipe, and the jobs that it was given."""

    def __init__(self, process, pipe):
        self.process, self.pipe = process, pipe
        self.jobs = []

    def send(self, job):
        try:
            self.pipe.send(job)
        except OSError:
            raise self.gone() from None
        self.jobs.append(job)

    def receive(self):
        job, failed, payload = _receive(self.pipe)
        self.jobs.remove(job)
        if failed:
            error, text = payload
            raise error from _Remote(text)
        return job, payload

    def gone(self):
        self.process.join(2)
        code = self.process.exitcode
        how = f"exited with code {code}"
        if code is not None and code < 0:
            how = f"was ended by signal {-code} ({signal.Signals(-code).name})"
        at = f" while it made batch {self.jobs[0][1]}" if self.jobs else ""
        return WorkerError(f"The worker process {self.process.pid} {how}{at}.")


def _send(pipe, message):
    """A message whose arrays follow it as they lie in memory."""
    buffers = []
    head = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    pipe.send_bytes(len(buffers).to_bytes(4, "little") + head)
    for buffer in buffers:
        pipe.send_bytes(buffer.raw())


def _receive(pipe):
    head = pipe.recv_bytes()
    buffers = [pipe.recv_bytes() for _ in range(int.from_bytes(head[:4], "little"))]
    return pickle.loads(memoryview(head)[4:], buffers=buffers)


def _serve(pipe, dataset, seed):
    """What a worker does: batch after batch, until the pipe or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    random.seed(seed)
    np.random.seed(seed % 2**32)
    parent = os.getppid()
    try:
        while True:
            while not pipe.poll(_LOOK):
                if os.getppid() != parent:
                    return
            job = pipe.recv()
            try:
                message = (job, False, dataset[job[1]])
            except BaseException as error:
                message = (job, True, (_sendable(error), traceback.format_exc()))
            _send(pipe, message)
    except (EOFError, OSError):
        return


def _sendable(error):
    """The error, or one that says the same where it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
