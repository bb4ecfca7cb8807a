"""Batches made ahead by threads, as loops of one's own took them from Keras 2's enqueuers."""

from __future__ import annotations

import functools
import queue
import random
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_END = object()
_LOOK = 0.05  # seconds between two looks at whether the other side still wants to


class SequenceEnqueuer:
    """Makes batches beside the one that uses them: `start`, `get`, `stop`.

    Args:
        sequence: Where the batches come from.
        use_multiprocessing: Kept; the workers are threads.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.workers = 0
        self.queue: Any = None
        self.stop_signal: threading.Event | None = None

    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self.stop_signal is not None and not self.stop_signal.is_set()

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Starts threads.

        Args:
            workers: How many.
            max_queue_size: Batches that may be ready or under way.
        """
        if self.is_running():
            raise ValueError("The enqueuer runs; call stop() before start().")
        self.workers = max(1, workers)
        self.queue = queue.Queue(max(1, max_queue_size))
        self.stop_signal = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Stops the threads.

        Args:
            timeout: Seconds to wait for them; None for as long as it takes.
        """
        if self.stop_signal is None:
            return
        self.stop_signal.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def get(self) -> Iterator[Any]:
        """The batches, as a generator. What is None is left out.

        Raises:
            Exception: what a worker met; the enqueuer is stopped then.
        """
        while self.is_running():
            try:
                future = self.queue.get(timeout=_LOOK)
            except queue.Empty:
                continue
            try:
                batch = future.result()
            except BaseException:
                self.stop()
                raise
            finally:
                self.queue.task_done()
            if batch is _END:
                self.stop()
                return
            if batch is not None:
                yield batch

    def _run(self) -> None:
        from concurrent.futures import Future, ThreadPoolExecutor

        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for task in self._tasks():
                    if not self._put(pool.submit(task)):
                        return
            except BaseException as error:
                failed: Any = Future()
                failed.set_exception(error)
                self._put(failed)

    def _put(self, future: Any) -> bool:
        while self.is_running():
            try:
                self.queue.put(future, timeout=_LOOK)
                return True
            except queue.Full:
                continue
        return False

    def _tasks(self) -> Iterator[Callable[[], Any]]:
        raise NotImplementedError(f"{type(self).__name__} must implement `_tasks()`.")


class OrderedEnqueuer(SequenceEnqueuer):
    """Batches of a `Sequence`, in order and without an end; `on_epoch_end` is called in between.

    Args:
        sequence: Has `__getitem__(index)` and `__len__`.
        use_multiprocessing: Kept; the workers are threads.
        shuffle: Whether each epoch has another order, by Python's `random`.

    Example:

    >>> class Squares(Sequence):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> enqueuer = OrderedEnqueuer(Squares())
    >>> enqueuer.start(workers=2)
    >>> batches = enqueuer.get()
    >>> [next(batches) for _ in range(4)]
    [0, 1, 4, 0]
    >>> enqueuer.stop()
    """

    def __init__(
        self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False
    ) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle
        self.end_of_epoch_signal = threading.Event()

    def join_end_of_epoch(self) -> None:
        """Waits until the sequence's `on_epoch_end` was called, at most 30 seconds."""
        self.end_of_epoch_signal.wait(timeout=30)
        self.end_of_epoch_signal.clear()

    def _tasks(self) -> Iterator[Callable[[], Any]]:
        while True:
            order = list(range(len(self.sequence)))
            if not order:
                raise ValueError(f"{type(self.sequence).__name__} has no batches.")
            if self.shuffle:
                random.shuffle(order)
            for index in order:
                yield functools.partial(self.sequence.__getitem__, index)
            while self.queue.unfinished_tasks:  # on_epoch_end may change what is read
                if self.stop_signal is None or self.stop_signal.wait(_LOOK / 10):
                    return
            self.sequence.on_epoch_end()
            self.end_of_epoch_signal.set()


class GeneratorEnqueuer(SequenceEnqueuer):
    """What a generator yields, made ahead by a thread; a generator cannot run in two.

    Args:
        sequence: The generator; where it ends, `get` ends.
        use_multiprocessing: Kept; the worker is a thread.
        wait_time, random_seed: Kept.

    Example:

    >>> enqueuer = GeneratorEnqueuer(iter([1, 2, 3]))
    >>> enqueuer.start()
    >>> list(enqueuer.get())
    [1, 2, 3]
    """

    def __init__(
        self,
        sequence: Any,
        use_multiprocessing: bool = False,
        wait_time: float | None = None,
        random_seed: int | None = None,
    ) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.random_seed = random_seed

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        super().start(1, max_queue_size)

    def _tasks(self) -> Iterator[Callable[[], Any]]:
        items = iter(self.sequence)
        while True:
            yield functools.partial(next, items, _END)
