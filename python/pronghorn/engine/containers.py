"""How the containers of a nest come apart and together again: one row of KINDS a type."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque


def sorted_keys(keys):
    """The keys in order; by type first where they cannot be compared, else as they come."""
    keys = list(keys)
    try:
        return sorted(keys)
    except TypeError:
        pass
    try:
        return sorted(keys, key=lambda k: (f"{type(k).__module__}.{type(k).__qualname__}", k))
    except TypeError:
        return keys


class _Sequence:
    """How a sequence comes apart: keys are positions."""

    keyed = False

    def values(self, x):
        return x

    def keys(self, x):
        return range(len(x))

    def rebuild(self, like, values):
        return type(like)(values)


class _Named(_Sequence):
    def rebuild(self, like, values):
        return type(like)(*values)


class _Deque(_Sequence):
    def rebuild(self, like, values):
        return deque(values, like.maxlen)


class _Dict:
    """How a dict comes apart: in the order of its keys; its copy keeps the order of insertion."""

    keyed = True

    def values(self, x):
        if len(x) < 2:
            return list(x.values())
        return [x[key] for key in self.keys(x)]

    def keys(self, x):
        return sorted_keys(x)

    def rebuild(self, like, values):
        new = dict(zip(self.keys(like), values))
        return {key: new[key] for key in like}


class _DefaultDict(_Dict):
    def rebuild(self, like, values):
        return defaultdict(like.default_factory, super().rebuild(like, values))


class _Ordered(_Dict):
    def keys(self, x):
        return list(x)

    def rebuild(self, like, values):
        return type(like)(zip(like, values))


class _OwnDict(_Dict):
    def rebuild(self, like, values):
        return type(like)(zip(self.keys(like), values))


SEQUENCE, NAMED = _Sequence(), _Named()
DICTS = (dict, OrderedDict, defaultdict)  # stand for one another where keys agree
KINDS = {
    list: SEQUENCE,
    tuple: SEQUENCE,
    dict: _Dict(),
    OrderedDict: _Ordered(),
    defaultdict: _DefaultDict(),
    deque: _Deque(),
}


def register(cls):
    """Decorator: lets a subclass of list, set, dict or OrderedDict be looked into."""
    if issubclass(cls, OrderedDict):
        KINDS[cls] = _Ordered()
    else:
        KINDS[cls] = _OwnDict() if issubclass(cls, dict) else SEQUENCE
    return cls


def kind_of(x):
    """How x comes apart; None for a leaf."""
    kind = KINDS.get(type(x))  # type: ignore[call-overload]
    if kind is None and isinstance(x, tuple):
        if isinstance(getattr(x, "_fields", None), tuple):
            return NAMED
        if hasattr(x, "n_sequence_fields"):  # what C code returns, such as time.struct_time
            return SEQUENCE
    return kind
