"""Locks that a forked child finds free: the threads that held them in the parent are not there."""

import os
import threading
import weakref

_locks = weakref.WeakSet()


def fork_safe_rlock():
    """A threading.RLock that starts anew in a child process."""
    lock = threading.RLock()
    _locks.add(lock)
    return lock


def _renew():
    for lock in list(_locks):
        lock._at_fork_reinit()  # as logging and concurrent.futures do with theirs


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
