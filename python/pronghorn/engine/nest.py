"""Nested dicts, lists, tuples, named tuples and deques; everything else, None too, is a leaf.

The rules are those of optree, on which Keras stands: exact types (a subclass of list or dict is a
leaf unless it is registered), dicts in the order of their sorted keys, OrderedDicts in their own.
The public names are in pronghorn.tree.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from typing import Any


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


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in the place of what it saw."""


_SEQUENCE, _NAMED = _Sequence(), _Named()
_DICTS = (dict, OrderedDict, defaultdict)  # stand for one another where keys agree
_KINDS = {
    list: _SEQUENCE,
    tuple: _SEQUENCE,
    dict: _Dict(),
    OrderedDict: _Ordered(),
    defaultdict: _DefaultDict(),
    deque: _Deque(),
}


def register(cls):
    """Decorator: lets a subclass of list, set, dict or OrderedDict be looked into."""
    if issubclass(cls, OrderedDict):
        _KINDS[cls] = _Ordered()
    else:
        _KINDS[cls] = _OwnDict() if issubclass(cls, dict) else _SEQUENCE
    return cls


def _kind(x):
    """How x comes apart; None for a leaf."""
    kind = _KINDS.get(type(x))  # type: ignore[call-overload]
    if kind is None and isinstance(x, tuple):
        if isinstance(getattr(x, "_fields", None), tuple):
            return _NAMED
        if hasattr(x, "n_sequence_fields"):  # what C code returns, such as time.struct_time
            return _SEQUENCE
    return kind


def keys(structure):
    """Keys or positions of a container's direct children, in the order of `flatten`."""
    return list(_kind(structure).keys(structure))


def is_nested(structure: Any) -> bool:
    """Whether a value is a container that `flatten` looks into.

    Args:
        structure: Any value.

    Returns:
        True for lists, tuples, named tuples, dicts and deques, empty ones too.

    Example:

    >>> is_nested({"a": 1}), is_nested("text")
    (True, False)
    """
    return _kind(structure) is not None


def flatten(structure: Any) -> Any:
    """The leaves of a structure, depth first.

    Args:
        structure: Nested dicts, lists, tuples, named tuples and deques. Values of a dict come in
            the order of its sorted keys, those of an OrderedDict in its own.

    Returns:
        A list; that of a lone leaf, None too, holds the leaf.

    Example:

    >>> flatten({"b": [2, 3], "a": (1,)})
    [1, 2, 3]
    """
    cls = type(structure)
    if cls is list or cls is tuple:
        children = structure
    else:
        kind = _kind(structure)
        if kind is None:
            return [structure]
        children = kind.values(structure)
    leaves = []
    for child in children:
        if type(child) not in _KINDS and not isinstance(child, tuple):
            leaves.append(child)
        else:
            leaves.extend(flatten(child))
    return leaves


def flatten_with_path(structure: Any) -> Any:
    """The leaves with the way to each.

    Args:
        structure: As of `flatten`.

    Returns:
        A list of (path, leaf); a path is a tuple of positions and dict keys.

    Example:

    >>> flatten_with_path([{"a": 1}, 2])
    [((0, 'a'), 1), ((1,), 2)]
    """
    return _with_path(structure, (), [])


def _with_path(x, path, found):
    kind = _kind(x)
    if kind is None:
        found.append((path, x))
    else:
        for key, child in zip(kind.keys(x), kind.values(x)):
            _with_path(child, (*path, key), found)
    return found


def _type_name(x):
    cls = type(x)
    if _kind(x) is _NAMED:
        return f"namedtuple {cls.__name__}"
    return cls.__name__


def _checked_like(first, kind, other):
    """The children of `other`, in the order of those of `first`; ValueError if it is built else."""
    if type(other) is not type(first):
        alike = type(first) in _DICTS and type(other) in _DICTS
        if not alike:
            raise ValueError(
                "The structures don't have the same nested structure: expected an instance of "
                f"{_type_name(first)}, as in {first!r}; received {other!r} of type "
                f"{_type_name(other)}."
            )
    if kind.keyed and set(first) != set(other):
        raise ValueError(
            "The structures don't have the same nested structure (Mismatch custom node data, "
            f"dictionary key mismatch): expected the keys {kind.keys(first)}, received "
            f"{kind.keys(other)}."
        )
    if len(first) != len(other):
        raise ValueError(
            "The structures don't have the same nested structure (arity mismatch): expected a "
            f"{_type_name(first)} with a number of {len(first)} elements, received {len(other)}: "
            f"{other!r}."
        )
    return [other[key] for key in kind.keys(first)] if kind.keyed else other


def _map_up_to(func, first, others):
    kind = _kind(first)
    if kind is None:
        return func(first, *others)
    children = [_checked_like(first, kind, other) for other in others]
    values = [_map_up_to(func, child, rest) for child, *rest in zip(kind.values(first), *children)]
    return kind.rebuild(first, values)


def map_structure(func: Any, *structures: Any, none_is_leaf: bool = True) -> Any:
    """A function's results for corresponding leaves, in the first structure's form.

    Args:
        func: Called with one leaf of each structure.
        *structures: Structures of one form. A dict, an OrderedDict and a defaultdict with the same
            keys count as one form.
        none_is_leaf: Whether func sees None too; otherwise None stays None.

    Returns:
        A structure like the first.

    Raises:
        TypeError: where func cannot be called.
        ValueError: without a structure, or where the structures differ.

    Example:

    >>> map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"b": [20], "a": 10})
    {'a': 11, 'b': [22]}
    """
    if not structures:
        raise ValueError("map_structure() needs at least one structure; received none.")
    if not callable(func):
        raise TypeError(f"map_structure() expects a callable. Received: {func!r}")
    if len(structures) == 1:
        if not none_is_leaf:
            return _map_one(lambda x: None if x is None else func(x), structures[0])
        return _map_one(func, structures[0])

    def checked(*leaves):
        if any(_kind(x) is not None for x in leaves):
            raise ValueError(
                f"The structures don't have the same nested structure: {leaves[0]!r} is a leaf "
                f"where another has {next(x for x in leaves if _kind(x) is not None)!r}."
            )
        if not none_is_leaf and any(x is None for x in leaves):
            if any(x is not None for x in leaves):
                raise ValueError(
                    "The structures don't have the same nested structure: not all of these are "
                    f"None: {leaves}."
                )
            return None
        return func(*leaves)

    return _map_up_to(checked, structures[0], structures[1:])


def _map_one(func, structure):
    kind = _kind(structure)
    if kind is None:
        return func(structure)
    values = []
    for child in kind.values(structure):
        leaf = type(child) not in _KINDS and not isinstance(child, tuple)
        values.append(func(child) if leaf else _map_one(func, child))
    return kind.rebuild(structure, values)


def map_structure_up_to(shallow_structure: Any, func: Any, *structures: Any) -> Any:
    """As `map_structure`, but no deeper than a shallow structure goes.

    Args:
        shallow_structure: The form to go by; its leaves, None too, are not looked at.
        func: Called with what each structure has in the place of a leaf.
        *structures: Structures that have that form at least.

    Returns:
        A structure like the shallow one.

    Raises:
        ValueError: without a structure, or where one is not as deep.

    Example:

    >>> map_structure_up_to([0, [0]], str, [[1, 2], [[3, 4]]])
    ['[1, 2]', ['[3, 4]']]
    """
    if not structures:
        raise ValueError("map_structure_up_to() needs at least one structure; received none.")
    return _map_up_to(lambda _, *parts: func(*parts), shallow_structure, structures)


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Compares the forms of two structures: types, lengths and keys of all containers.

    Args:
        a, b: Structures. A dict, an OrderedDict and a defaultdict count as one type.
        check_types: Of old; without effect.

    Raises:
        ValueError: where they differ, saying where.
    """
    if check_types is not None:
        warnings.warn(
            "`check_types` no longer has any effect; `assert_same_paths` takes lists, tuples and "
            "named tuples for alike.",
            DeprecationWarning,
            stacklevel=2,
        )
    map_structure(lambda x, y: None, a, b)


def assert_same_paths(a: Any, b: Any) -> None:
    """Compares the paths of all leaves of two structures; lists, tuples and the like are alike.

    Args:
        a, b: Structures.

    Raises:
        ValueError: listing the paths that only one has.
    """
    paths = [{path for path, _ in flatten_with_path(x)} for x in (a, b)]
    if paths[0] != paths[1]:
        raise ValueError(
            "The two structures don't have the same paths. Only in the first: "
            f"{sorted_keys(paths[0] - paths[1])}; only in the second: "
            f"{sorted_keys(paths[1] - paths[0])}."
        )


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """A structure with its leaves replaced, in the order of `flatten`.

    Args:
        structure: The form.
        flat_sequence: Iterable with one value for each leaf.

    Returns:
        A structure like the given one.

    Raises:
        TypeError: where `flat_sequence` is not iterable.
        ValueError: for too few or too many values.

    Example:

    >>> pack_sequence_as({"b": 0, "a": (0, 0)}, "xyz")
    {'b': 'z', 'a': ('x', 'y')}
    """
    if not isinstance(flat_sequence, Iterable):
        raise TypeError(f"`flat_sequence` must be an iterable. Received: {flat_sequence!r}")
    flat = list(flat_sequence)
    wanted = len(flatten(structure))
    if len(flat) != wanted:
        raise ValueError(
            f"Too {'few' if len(flat) < wanted else 'many'} leaves for the structure: expected "
            f"{wanted}, received {len(flat)}."
        )
    leaves = iter(flat)
    return _map_one(lambda _: next(leaves), structure)


pack_as = pack_sequence_as


def traverse(func: Any, structure: Any, top_down: bool = True) -> Any:
    """Visits every part of a structure, containers and leaves, and replaces what it is told to.

    Args:
        func: Called with each part. What it returns takes the part's place: None leaves it as it
            is, MAP_TO_NONE stands for None. What came in place of a container is not visited.
        structure: The structure.
        top_down: Whether a container is visited before its parts.

    Returns:
        The structure with the replacements.

    Example:

    >>> traverse(lambda x: sum(x) if isinstance(x, tuple) else None, [(1, 2), 5])
    [3, 5]
    """

    if not callable(func):
        raise TypeError(f"traverse() expects a callable. Received: {func!r}")
    return _traverse(func, structure, top_down)


def _traverse(func, x, top_down):
    if top_down:
        new = func(x)
        if new is None:
            return _traverse_children(func, x, top_down)
    else:
        x = _traverse_children(func, x, top_down)
        new = func(x)
        if new is None:
            return x
    return None if new is MAP_TO_NONE else new


def _traverse_children(func, x, top_down):
    kind = _kind(x)
    if kind is None:
        return x
    return kind.rebuild(x, [_traverse(func, child, top_down) for child in kind.values(x)])


def lists_to_tuples(structure: Any) -> Any:
    """A structure with tuples in the place of its lists.

    Example:

    >>> lists_to_tuples({"a": [1, [2]]})
    {'a': (1, (2,))}
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def map_shape_structure(func: Any, structure: Any) -> Any:
    """As `map_structure`, with shapes (lists and tuples of int and None) as the leaves.

    Example:

    >>> map_shape_structure(len, {"a": (None, 3), "b": [(2,), (4, 7)]})
    {'a': 2, 'b': [1, 2]}
    """
    x = structure
    is_shape = isinstance(x, (list, tuple)) and all(e is None or isinstance(e, int) for e in x)
    kind = None if is_shape else _kind(x)
    if kind is None:
        return func(x)
    return kind.rebuild(x, [map_shape_structure(func, child) for child in kind.values(x)])


def copy(structure):
    """The same leaves in containers of its own."""
    return map_structure(lambda x: x, structure) if is_nested(structure) else structure


def flatten_to(leaves, structure):
    """Adds the leaves of a structure to a list, in `flatten`'s order; returns its `skeleton`."""
    if type(structure) is not tuple and type(structure) is not list:
        leaves.extend(flatten(structure))
        return skeleton(structure)
    parts = [None] * len(structure)
    for i, x in enumerate(structure):
        if type(x) in _KINDS or isinstance(x, tuple):
            parts[i] = flatten_to(leaves, x)
        else:
            leaves.append(x)
    return type(structure), tuple(parts)


def skeleton(structure):
    """A hashable key of the structure alone: its containers and dict keys."""
    kind = _kind(structure)
    if kind is None:
        return None
    if kind.keyed:
        return type(structure), tuple((type(k), k, skeleton(structure[k])) for k in structure)
    return type(structure), tuple(skeleton(x) for x in structure)
