"""Finding what has weights inside a model, and the path of each in a weights file.

The paths are Keras 3's: attribute names, or the class's snake-case name with a number inside lists,
dicts and tuples; the layers of Sequential and functional models stand under "layers".
"""

import functools
from typing import NamedTuple

from ..engine.naming import to_snake_case
from ..layers.base import Layer


@functools.cache
def _skipped():
    """Attributes that every layer has, and our own bookkeeping: never part of a path."""
    names = set(dir(Layer())) | {"operations", "_operations", "_functional", "_graph"}
    return frozenset(names - {"layers", "optimizer"})


def has_weights(x):
    """Whether x is a layer or an optimizer."""
    return hasattr(x, "save_own_variables") and not isinstance(x, type)


def children(owner):
    """(attribute, value) in Keras's order: public names first, each alphabetically."""
    if not isinstance(owner, Layer):
        return
    if owner._obj_type() in ("Sequential", "Functional"):
        yield "layers", owner.layers
    skipped, own = _skipped(), getattr(owner, "_not_in_files", None)
    skipped = skipped | own if own else skipped
    for name in sorted(dir(owner), key=lambda n: "~" + n if n.startswith("_") else n):
        if name.startswith("__") or name in skipped:
            continue
        try:
            value = getattr(owner, name)
        except Exception:
            continue  # a property that is not defined yet
        yield name, value


class Place(NamedTuple):
    """Where an object with weights stands.

    `missing_container` is the path of the outermost nested container around it that the file being
    read has no group for; None where there is none, or nothing is read.
    """

    path: str
    owner: object
    missing_container: str | None


def walk(owner, has=None, skip=()):
    """Yields the Place of every layer and optimizer, an owner before its parts; one can come twice.

    `walk` is a generator with a memory: send True where the visit was successful, so that the thing
    is not visited again.

    Args:
        owner: The model.
        has: Whether a path is in the file being read; None when writing.
        skip: Objects that are passed over, with all that is in them.
    """
    yield from _walk_one(owner, "", _Visit(has, skip), None)


class _Visit:
    def __init__(self, has, skip):
        self.has = has
        self.done = {id(x) for x in skip}
        self.open = set()  # what is being visited: it can be a part of its parts


def _walk_one(owner, path, visit, missing):
    if id(owner) in visit.done or id(owner) in visit.open:
        return
    visit.open.add(id(owner))
    yield from _walk_parts(owner, path, visit, missing)
    visit.open.remove(id(owner))


def _walk_parts(owner, path, visit, missing):
    if (yield Place(path, owner, missing)):
        visit.done.add(id(owner))
    for name, value in children(owner):
        inner = f"{path}/{name}" if path else name
        if has_weights(value):
            yield from _walk_one(value, inner, visit, missing)
        elif isinstance(value, (list, dict, tuple)):
            yield from _walk_container(value, inner, visit, missing, frozenset())


def _walk_container(container, path, visit, missing, outer):
    if id(container) in outer:
        return
    outer = outer | {id(container)}
    used = {}
    for item in container.values() if isinstance(container, dict) else container:
        if has_weights(item):
            name = _unique(to_snake_case(type(item).__name__), used)
            yield from _walk_one(item, f"{path}/{name}", visit, missing)
        elif isinstance(item, (list, dict, tuple)):
            inner = f"{path}/{_unique('container', used)}"
            absent = missing
            if absent is None and visit.has is not None and not visit.has(inner):
                absent = inner
            yield from _walk_container(item, inner, visit, absent, outer)


def _unique(name, used):
    used[name] = used.get(name, -1) + 1
    return f"{name}_{used[name]}" if used[name] else name
