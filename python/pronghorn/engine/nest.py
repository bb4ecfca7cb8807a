"""Nested dicts, lists, tuples, named tuples and deques; everything else, None too, is a leaf.

The rules are those of optree, on which Keras stands: exact types (a subclass of list or dict is a
leaf unless it is registered), dicts in the order of their sorted keys, OrderedDicts in their own.
The public names are in pronghorn.tree.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from .containers import DICTS, KINDS, NAMED, kind_of, sorted_keys


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in the place of what it saw.

    Example:

    >>> traverse(lambda x: MAP_TO_NONE if x == 2 else None, [1, 2])
    [1, None]
    """


def keys(structure):
    """Keys or positions of a container's direct children, in the order of `flatten`."""
    return list(kind_of(structure).keys(structure))


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
    return kind_of(structure) is not None


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
        kind = kind_of(structure)
        if kind is None:
            return [structure]
        children = kind.values(structure)
    leaves = []
    for child in children:
        if type(child) not in KINDS and not isinstance(child, tuple):
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
    kind = kind_of(x)
    if kind is None:
        found.append((path, x))
    else:
        for key, child in zip(kind.keys(x), kind.values(x)):
            _with_path(child, (*path, key), found)
    return found


def _type_name(x):
    cls = type(x)
    if kind_of(x) is NAMED:
        return f"namedtuple {cls.__name__}"
    return cls.__name__


def _checked_like(first, kind, other):
    """The children of `other`, in the order of those of `first`; ValueError if it is built else."""
    if type(other) is not type(first):
        alike = type(first) in DICTS and type(other) in DICTS
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
    kind = kind_of(first)
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
        if any(kind_of(x) is not None for x in leaves):
            raise ValueError(
                f"The structures don't have the same nested structure: {leaves[0]!r} is a leaf "
                f"where another has {next(x for x in leaves if kind_of(x) is not None)!r}."
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
    kind = kind_of(structure)
    if kind is None:
        return func(structure)
    values = []
    for child in kind.values(structure):
        leaf = type(child) not in KINDS and not isinstance(child, tuple)
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

    Example:

    >>> assert_same_structure({"a": [1, 2]}, {"a": [3, 4]})
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

    Example:

    >>> assert_same_paths([1, (2, 3)], (4, [5, 6]))
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

    Raises:
        TypeError: for a `func` that cannot be called.

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
    kind = kind_of(x)
    if kind is None:
        return x
    return kind.rebuild(x, [_traverse(func, child, top_down) for child in kind.values(x)])


def lists_to_tuples(structure: Any) -> Any:
    """A structure with tuples in the place of its lists.

    Args:
        structure: Nested containers.

    Returns:
        A new structure with the same leaves.

    Example:

    >>> lists_to_tuples({"a": [1, [2]]})
    {'a': (1, (2,))}
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def map_shape_structure(func: Any, structure: Any) -> Any:
    """As `map_structure`, with shapes (lists and tuples of int and None) as the leaves.

    Args:
        func: Function of one shape.
        structure: Nested containers with shapes in them.

    Returns:
        A structure of the same form with `func`'s results for leaves.

    Example:

    >>> map_shape_structure(len, {"a": (None, 3), "b": [(2,), (4, 7)]})
    {'a': 2, 'b': [1, 2]}
    """
    x = structure
    is_shape = isinstance(x, (list, tuple)) and all(e is None or isinstance(e, int) for e in x)
    kind = None if is_shape else kind_of(x)
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
        if type(x) in KINDS or isinstance(x, tuple):
            parts[i] = flatten_to(leaves, x)
        else:
            leaves.append(x)
    return type(structure), tuple(parts)


def skeleton(structure):
    """A hashable key of the structure alone: its containers and dict keys."""
    kind = kind_of(structure)
    if kind is None:
        return None
    if kind.keyed:
        return type(structure), tuple((type(k), k, skeleton(structure[k])) for k in structure)
    return type(structure), tuple(skeleton(x) for x in structure)
