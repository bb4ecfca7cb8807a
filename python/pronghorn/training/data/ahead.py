"""Batches made beside the step: in a thread of their own once making them takes time."""

import time

import numpy as np

from ...data import threads
from ...engine import nest

# A batch that takes longer than this, in seconds, is worth the hand-over between two threads.
WORTH_A_THREAD = 2e-4
# Batches that are made ahead of the step.
AHEAD = 2
_END = object()


def ahead(iterator, size=AHEAD, own=False):
    """The items of an iterator, made in a thread as soon as two of them took their time.

    Args:
        iterator: makes the items.
        size: items that may wait.
        own: whether items are arrays of the iterator's own that it may write to again, so that
            those that wait must be copies.
    """
    slow = 0
    try:
        while slow < 2:
            start = time.perf_counter()
            item = next(iterator, _END)
            if item is _END:
                return
            slow += time.perf_counter() - start > WORTH_A_THREAD
            yield item
        make = (lambda: _copied(iterator)) if own else (lambda: iterator)
        yield from threads.prefetched(make, size, "batches")
    finally:
        if slow < 2:
            getattr(iterator, "close", _nothing)()


def _copied(iterator):
    for item in iterator:
        yield nest.map_structure(lambda x: x.copy() if isinstance(x, np.ndarray) else x, item)


def _nothing():
    pass
