"""Attribute tracking: what a layer's attributes add to its variables, sublayers and metrics.

Lists, dicts and sets assigned to a layer are replaced by versions of themselves that track what is
put into them later.
"""

import functools
import itertools
import threading
from collections import OrderedDict

from ..engine import Variable
from ..engine.containers import register
from ..engine.random import SeedGenerator
from ..engine.symbolic import Operation

_UNTRACKED = frozenset((str, int, float, bool, type(None), type(lambda: 0), bytes, complex))


class _Off(threading.local):
    depth = 0


_off = _Off()


class DotNotTrackScope:
    """Attributes set inside are stored as they are."""

    def __enter__(self):
        _off.depth += 1

    def __exit__(self, *exc):
        _off.depth -= 1


def no_automatic_dependency_tracking(function):
    """Decorator: runs a method with tracking off."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with DotNotTrackScope():
            return function(*args, **kwargs)

    return wrapper


def is_metric(x):
    cls = type(x)
    return hasattr(cls, "update_state") and hasattr(cls, "result") and hasattr(cls, "reset_state")


class _Revision:
    """Counts the changes of all layers' structure, so that what was derived from it can be kept."""

    number = 0
    _next = itertools.count(1).__next__

    @classmethod
    def advance(cls):
        cls.number = cls._next()


revision = _Revision


def _telling(name):
    method = getattr(list, name)

    @functools.wraps(method)
    def told(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        finally:
            self.changes += 1
            _Revision.advance()

    return told


class _Store(list):
    """The sublayers or metrics of a layer: a list whose changes are counted."""

    changes = 0


for _name in (
    "append clear extend insert pop remove reverse sort __delitem__ __iadd__ __imul__ __setitem__"
).split():
    setattr(_Store, _name, _telling(_name))


class Tracker:
    """The collections of one layer, by kind, in the order of assignment."""

    def __init__(self):
        self.stores = {
            "trainable_variables": [],
            "non_trainable_variables": [],
            "metrics": _Store(),
            "layers": _Store(),
            "seed_generators": [],
        }
        self.locked = False
        self._forget()

    def _forget(self):
        self._below = (0, [])
        self._known = (None, set())  # what the stores hold, by identity, when they were like that

    def __getstate__(self):
        found = ("_below", "_known")
        return {key: value for key, value in self.__dict__.items() if key not in found}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._forget()

    def below(self, layer):
        """All layers inside a layer, whose tracker this is; not to be changed."""
        number = _Revision.number
        if self._below[0] != number:
            self._below = (number, layer._flatten_layers(include_self=False))
        return self._below[1]

    def track(self, value):
        """Adds what `value` holds; returns what to store in the attribute."""
        if type(value) in _UNTRACKED or _off.depth:
            return value
        kind = self._kind(value)
        if kind is not None:
            self.add(kind, value)
            return value
        if isinstance(value, TRACKED) and value.tracker is self:
            return value
        if isinstance(value, tuple):
            items = [self.track(x) for x in value]
            if hasattr(value, "_fields"):
                return type(value)(*items)
            return type(value)(items) if items else value
        if isinstance(value, list):
            return TrackedList(value, self)
        if isinstance(value, OrderedDict):
            return TrackedOrderedDict(value, self)
        if isinstance(value, dict):
            return TrackedDict(value, self)
        if isinstance(value, set):
            return TrackedSet(value, self)
        return value

    def _kind(self, value):
        if isinstance(value, Variable):
            return "trainable_variables" if value.trainable else "non_trainable_variables"
        if isinstance(value, Operation):
            return "layers" if hasattr(value, "_tracker") else None
        if isinstance(value, SeedGenerator):
            return "seed_generators"
        return "metrics" if is_metric(value) else None

    def _stamp(self):
        return [getattr(store, "changes", len(store)) for store in self.stores.values()]

    def has(self, value):
        stamp = self._stamp()
        if self._known[0] != stamp:
            self._known = (stamp, {id(x) for store in self.stores.values() for x in store})
        return id(value) in self._known[1]

    def add(self, kind, value):
        if self.has(value):
            return
        if self.locked:
            raise ValueError(
                "You cannot add new elements of state (variables or sub-layers) to a layer that is "
                "already built. All state must be created in the `__init__()` method or in the "
                "`build()` method."
            )
        self.stores[kind].append(value)
        self._known[1].add(id(value))
        self._known = (self._stamp(), self._known[1])

    def untrack(self, value):
        for store in self.stores.values():
            store[:] = [x for x in store if x is not value]
        self._known = (None, set())


class StateBefore:
    """The attributes of a layer and of all layers inside it, to be put back if a build fails.

    Lists, dicts and sets among them are put back with what they held.
    """

    def __init__(self, layer):
        self._kept = []
        self._contents = []
        for one in layer._flatten_layers():
            state = dict(one.__dict__)
            self._kept.append((one, state, one._tracker.locked))
            for value in (*state.values(), *one._tracker.stores.values()):
                if isinstance(value, (list, dict, set)):
                    self._contents.append((value, value.copy()))

    def restore(self):
        for layer, state, locked in self._kept:
            layer.__dict__.clear()
            layer.__dict__.update(state)
            layer._tracker.locked = locked
        for value, contents in self._contents:
            if isinstance(value, _Store):
                value[:] = contents
            elif isinstance(value, list):
                list.__setitem__(value, slice(None), contents)
            else:
                kind = next(k for k in (OrderedDict, dict, set) if isinstance(value, k))
                kind.clear(value)  # type: ignore[arg-type]
                kind.update(value, contents)  # type: ignore[arg-type]
        _Revision.advance()


@register
class TrackedList(list):
    """A list that tells its tracker what is added or removed."""

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__(self._track(v) for v in values)

    def _track(self, value):
        return self.tracker.track(value) if self.tracker is not None else value

    def _untrack(self, value):
        if self.tracker is not None:
            self.tracker.untrack(value)

    def append(self, value):
        super().append(self._track(value))

    def insert(self, index, value):
        super().insert(index, self._track(value))

    def extend(self, values):
        super().extend([self._track(v) for v in values])

    def __iadd__(self, values):
        self.extend(values)
        return self

    def __setitem__(self, key, value):
        if isinstance(key, slice):
            value = [self._track(v) for v in value]
        else:
            value = self._track(value)
        super().__setitem__(key, value)

    def __delitem__(self, key):
        gone = self[key]
        for value in gone if isinstance(key, slice) else [gone]:
            self._untrack(value)
        super().__delitem__(key)

    def remove(self, value):
        self._untrack(value)
        super().remove(value)

    def pop(self, index=-1):
        value = super().pop(index)
        self._untrack(value)
        return value

    def clear(self):
        for value in self:
            self._untrack(value)
        super().clear()

    def __reduce__(self):
        return list, (list(self),)


class _TrackedMapping:
    """What the two kinds of tracked dict share."""

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__()
        self.update(values)

    def __setitem__(self, key, value):
        super().__setitem__(key, self.tracker.track(value) if self.tracker is not None else value)

    def update(self, *args, **kwargs):
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key, default=None):
        if key not in self:  # type: ignore[operator]
            self[key] = default
        return self[key]  # type: ignore[index]

    def __delitem__(self, key):
        self.pop(key)

    def pop(self, key, *default):
        value = super().pop(key, *default)
        if self.tracker is not None:
            self.tracker.untrack(value)
        return value

    def popitem(self):
        key = next(reversed(self))  # type: ignore[call-overload]
        return key, self.pop(key)

    def clear(self):
        for key in list(self):  # type: ignore[call-overload]
            self.pop(key)

    def __reduce__(self):
        plain = OrderedDict if isinstance(self, OrderedDict) else dict
        return plain, (plain(self),)  # type: ignore[call-overload]


@register
class TrackedDict(_TrackedMapping, dict):
    """A dict that tells its tracker what is added or removed."""


@register
class TrackedOrderedDict(_TrackedMapping, OrderedDict):
    """An OrderedDict that tells its tracker what is added or removed."""


@register
class TrackedSet(set):
    """A set that tells its tracker what is added or removed."""

    def __init__(self, values=(), tracker=None):
        self.tracker = tracker
        super().__init__(tracker.track(v) if tracker is not None else v for v in values)

    def add(self, value):
        super().add(self.tracker.track(value) if self.tracker is not None else value)

    def update(self, *others):
        for values in others:
            for value in values:
                self.add(value)

    def remove(self, value):
        super().remove(value)
        if self.tracker is not None:
            self.tracker.untrack(value)

    def discard(self, value):
        if value in self:
            self.remove(value)

    def __reduce__(self):
        return set, (set(self),)


TRACKED = (TrackedList, TrackedDict, TrackedOrderedDict, TrackedSet)
