"""Nested dicts, lists, tuples and named tuples; everything else, None too, is a leaf."""


def is_nested(x) -> bool:
    """Whether x is a container that flatten() looks into."""
    return isinstance(x, (list, tuple, dict))


def flatten(structure) -> list:
    """The leaves, depth first; dict values in insertion order."""
    if isinstance(structure, dict):
        structure = structure.values()
    elif not isinstance(structure, (list, tuple)):
        return [structure]
    out = []
    for item in structure:
        if isinstance(item, (list, tuple, dict)):
            out.extend(flatten(item))
        else:
            out.append(item)
    return out


def _rebuild(like, items):
    if isinstance(like, dict):
        pairs = zip(like, items)
        try:
            return type(like)(pairs)
        except TypeError:
            return dict(pairs)
    if isinstance(like, tuple) and hasattr(like, "_fields"):
        return type(like)(*items)
    return (
        type(like)(items)
        if type(like) in (list, tuple)
        else (tuple(items) if isinstance(like, tuple) else list(items))
    )


def map_structure(fn, *structures):
    """fn over corresponding leaves; raises ValueError where the structures differ."""
    first = structures[0]
    if not is_nested(first):
        return fn(*structures)
    for other in structures[1:]:
        if not is_nested(other) or len(other) != len(first):
            raise ValueError(f"The structures differ: {first!r} against {other!r}.")
    if isinstance(first, dict):
        for other in structures[1:]:
            if not isinstance(other, dict) or set(other) != set(first):
                raise ValueError(f"The dictionaries' keys differ: {list(first)} against {other!r}.")
        return _rebuild(first, [map_structure(fn, *(s[k] for s in structures)) for k in first])
    return _rebuild(first, [map_structure(fn, *items) for items in zip(*structures)])


def pack_as(structure, flat):
    """The structure with its leaves replaced, in flatten()'s order, by those of flat."""
    leaves = iter(flat)
    packed = map_structure(lambda _: next(leaves, _END), structure)
    if any(leaf is _END for leaf in flatten(packed)) or next(leaves, _END) is not _END:
        raise ValueError(
            f"The structure has {len(flatten(structure))} leaves; received {len(list(flat))}."
        )
    return packed


_END = object()


def assert_same_structure(a, b) -> None:
    """Raises ValueError where the two structures differ."""
    map_structure(lambda x, y: None, a, b)


def skeleton(structure):
    """A hashable key of the structure alone: its containers and dict keys."""
    if isinstance(structure, dict):
        return ("dict", tuple((k, skeleton(v)) for k, v in structure.items()))
    if isinstance(structure, (list, tuple)):
        return (type(structure).__name__, tuple(skeleton(v) for v in structure))
    return None
