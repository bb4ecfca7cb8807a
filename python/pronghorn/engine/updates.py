"""Updates of variables that are meant all at once: what code in the manner of Keras 2 wrote as a
list, every new value computed from the old ones.
"""

import contextlib
import threading

_here = threading.local()


class Collector:
    """What ran inside `collected`.

    Args:
        made: Variables of an earlier run, which this one gets in place of new ones; None for the
            first run, which makes them.
    """

    def __init__(self, made=None):
        self.made = [] if made is None else made
        self.updates = []
        self._next = None if made is None else iter(made)

    def variable(self, make):
        """A variable of the first run, at each run the same."""
        if self._next is None:
            self.made.append(make())
            return self.made[-1]
        variable = next(self._next, None)
        if variable is None:
            raise ValueError(
                "A step made more variables than the first one did. Make them in every step, or "
                "in the constructor."
            )
        return variable

    def add(self, variable, value):
        """Notes a new value."""
        self.updates.append((variable, value))

    def apply(self):
        """Gives the variables their new values."""
        for variable, value in self.updates:
            variable.assign(value)
        self.updates.clear()


def collector():
    """The one that is at work in this thread, or None."""
    return getattr(_here, "collector", None)


@contextlib.contextmanager
def collected(made=None):
    """Inside, K's functions note updates in place of doing them, and make each variable once."""
    outer = collector()
    _here.collector = found = Collector(made)
    try:
        yield found
    finally:
        _here.collector = outer
