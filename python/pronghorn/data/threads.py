"""Threads that make elements beside the one that uses them: a bounded line, and a pool.

Whoever waits notices when nobody will come: an error in a thread travels to the waiting side, a
thread that is gone is an error there, and so is a line taken across a fork. Dropping the consuming
generator stops the threads; at exit all are stopped and, for a moment, waited for.
"""

import atexit
import os
import queue
import threading
import time
import weakref
from collections import deque

# Seconds between two looks at whether the other side still lives.
_LOOK = 1.0
_open = weakref.WeakSet()
_END = object()


class _Failure:
    """An error on its way to the consumer."""

    def __init__(self, error):
        self.error = error


def _check_process(pid):
    if os.getpid() != pid:
        raise RuntimeError(
            "This iterator belongs to the process that it was made in; its threads did not come "
            "along when that process forked. Iterate over the dataset anew."
        )


class Line:
    """A bounded line between one thread that fills it and one that empties it."""

    def __init__(self, size):
        self._items = deque()
        self._size = size
        # Reentrant: a collection of garbage inside `put` may close this very line.
        self._condition = threading.Condition()
        self._closed = False
        self._pid = os.getpid()
        self.thread = None
        _open.add(self)

    def put(self, item):
        """Waits for room. Returns False once nobody wants more."""
        with self._condition:
            while len(self._items) >= self._size and not self._closed:
                self._condition.wait()
            if self._closed:
                return False
            self._items.append(item)
            self._condition.notify_all()
            return True

    def get(self):
        """Waits for the next item. Raises RuntimeError if none can come any more."""
        _check_process(self._pid)
        with self._condition:
            while not self._items:
                if self._closed:
                    raise RuntimeError("This iterator is closed.")
                if not self._condition.wait(_LOOK) and not self.thread.is_alive():
                    if not self._items:
                        raise RuntimeError("The thread that makes the elements has died.")
            item = self._items.popleft()
            self._condition.notify_all()
            return item

    def close(self):
        """Lets the filling thread go."""
        if os.getpid() != self._pid:
            return
        with self._condition:
            self._closed = True
            self._items.clear()
            self._condition.notify_all()

    def threads(self):
        return [self.thread] if self.thread else []


def prefetched(make, size, name="prefetch"):
    """The items of an iterator that a thread runs ahead by at most `size`.

    Args:
        make: function without arguments that returns the iterator; called in the thread.
        size: items that may wait.
        name: of the thread.
    """
    line = Line(size)
    line.thread = threading.Thread(
        target=_fill, args=(make, line), name=f"pronghorn-{name}", daemon=True
    )
    line.thread.start()
    try:
        while (item := line.get()) is not _END:
            if isinstance(item, _Failure):
                raise item.error
            yield item
    finally:
        line.close()


def _fill(make, line):
    try:
        iterator = make()
        try:
            for item in iterator:
                if not line.put(item):
                    return
        finally:
            getattr(iterator, "close", _nothing)()
        line.put(_END)
    except BaseException as error:
        line.put(_Failure(error))


def _nothing():
    pass


class _Job:
    """One call and, later, its result; then it is put into the queue `to`."""

    __slots__ = ("failed", "function", "item", "result", "to")

    def __init__(self, function, item, to):
        self.function, self.item, self.to = function, item, to
        self.failed = False
        self.result = None


class Pool:
    """Threads that call functions."""

    def __init__(self, workers, name="map"):
        self._pid = os.getpid()
        self._jobs = deque()
        self._condition = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=_work, args=(weakref.ref(self), self._jobs, self._condition),
                             name=f"pronghorn-{name}-{i}", daemon=True)
            for i in range(workers)
        ]  # fmt: skip
        _open.add(self)
        for thread in self._threads:
            thread.start()

    def submit(self, function, item, to=None):
        """Queues function(item), whose result goes to the queue `to`; returns that queue."""
        job = _Job(function, item, to or queue.SimpleQueue())
        with self._condition:
            self._jobs.append(job)
            self._condition.notify()
        return job.to

    def result(self, finished):
        """The next result in a queue; raises the error that its function raised."""
        _check_process(self._pid)
        while True:
            try:
                job = finished.get(timeout=_LOOK)
                break
            except queue.Empty:
                if not any(t.is_alive() for t in self._threads) and finished.empty():
                    raise RuntimeError("The threads that make the elements have died.") from None
        if job.failed:
            raise job.result
        return job.result

    def close(self):
        """Lets the threads go after the calls that they are in."""
        if os.getpid() != self._pid:
            return
        with self._condition:
            self._closed = True
            self._jobs.clear()
            self._jobs.extend([None] * len(self._threads))
            self._condition.notify_all()

    def threads(self):
        return self._threads


def _work(pool, jobs, condition):
    """A worker holds nothing that would keep its pool alive."""
    while True:
        with condition:
            while not jobs:
                if not condition.wait(10 * _LOOK) and pool() is None:
                    return
            job = jobs.popleft()
        if job is None:
            return
        try:
            job.result = job.function(job.item)
        except BaseException as error:
            job.result, job.failed = error, True
        job.function = job.item = None
        job.to.put(job)
        del job


def mapped(items, function, workers, ordered=True, ahead=None):
    """function(item) for each item, by a pool of threads, a few items ahead.

    Args:
        items: iterator, read by the consuming thread.
        function: called in the threads.
        workers: number of threads.
        ordered: whether results come in the order of the items; else as they are ready.
        ahead: items under way or ready; two a thread by default.
    """
    pool = Pool(workers)
    ahead = ahead or 2 * workers
    pending = deque()
    shared = None if ordered else queue.SimpleQueue()
    try:
        for item in items:
            pending.append(pool.submit(function, item, shared))
            if len(pending) >= ahead:
                yield pool.result(pending.popleft())
        while pending:
            yield pool.result(pending.popleft())
    finally:
        pool.close()
        getattr(items, "close", _nothing)()


@atexit.register
def stop_all(timeout=2.0):
    """Stops every thread of this room, and waits for them for `timeout` seconds in all."""
    waiting = list(_open)
    for one in waiting:
        one.close()
    end = time.monotonic() + timeout
    for one in waiting:
        for thread in one.threads():
            if thread is not threading.current_thread() and thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))


def worker_count(wanted):
    """Threads for `num_parallel_calls`: the number, or the usable cores for AUTOTUNE (-1)."""
    if wanted == -1:
        try:
            return max(1, min(8, len(os.sched_getaffinity(0))))
        except AttributeError:
            return max(1, min(8, os.cpu_count() or 1))
    return int(wanted)
