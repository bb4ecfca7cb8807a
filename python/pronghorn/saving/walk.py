"""Finding what has weights inside a model, and the path of each in a weights file.

The paths are Keras 3's: attribute names, or the class's snake-case name with a number inside lists,
dicts and tuples; the layers of Sequential and functional models stand under "layers".
"""

import functools

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
    skipped = _skipped()
    for name in sorted(dir(owner), key=lambda n: "~" + n if n.startswith("_") else n):
        if name.startswith("__") or name in skipped:
            continue
        try:
            value = getattr(owner, name)
        except Exception:
            continue  # a property that is not defined yet
        yield name, value


def walk(owner, path=""):
    """Yields (path, layer or optimizer), an owner before its parts; one can come more than once.

    `walk` is a generator with a memory: send True where the visit was successful, so that the thing
    is not visited again.
    """
    done = set()
    yield from _walk_one(owner, path, done, set())


def _walk_one(owner, path, done, containers):
    if id(owner) in done:
        return
    if (yield path, owner):
        done.add(id(owner))
    for name, value in children(owner):
        inner = f"{path}/{name}" if path else name
        if has_weights(value):
            yield from _walk_one(value, inner, done, containers)
        elif isinstance(value, (list, dict, tuple)):
            yield from _walk_container(value, inner, done, containers)


def _walk_container(container, path, done, containers):
    if id(container) in containers:
        return
    containers = containers | {id(container)}
    used = {}

    def unique(name):
        used[name] = used.get(name, -1) + 1
        return f"{name}_{used[name]}" if used[name] else name

    for item in container.values() if isinstance(container, dict) else container:
        if has_weights(item):
            name = unique(to_snake_case(type(item).__name__))
            yield from _walk_one(item, f"{path}/{name}", done, containers)
        elif isinstance(item, (list, dict, tuple)):
            yield from _walk_container(item, f"{path}/{unique('container')}", done, containers)
