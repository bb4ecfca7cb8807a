"""tf.Module: an object that knows its variables and those of the objects in it."""

from ...engine import Variable as _Variable


class Module:
    def __init__(self, name=None):
        self._name = name

    @property
    def name(self):
        return self.__dict__.get("_name") or type(self).__name__.lower()

    @property
    def variables(self):
        return tuple(_found(self, {id(self)}))

    @property
    def trainable_variables(self):
        return tuple(v for v in self.variables if v.trainable)

    @property
    def submodules(self):
        return tuple(x for x in _parts(self) if isinstance(x, Module))

    @classmethod
    def with_name_scope(cls, method):
        return method


def _parts(thing):
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, (list, tuple)):
        return list(thing)
    return [value for _, value in sorted(vars(thing).items())]


def _found(thing, seen):
    """The variables below a thing, each once, by the names of the attributes."""
    out = []
    for part in _parts(thing):
        if id(part) in seen or isinstance(part, (str, bytes, int, float, type)):
            continue
        seen.add(id(part))
        if isinstance(part, _Variable):
            out.append(part)
        elif isinstance(part, (Module, dict, list, tuple)):
            out += _found(part, seen)
        elif hasattr(part, "trainable_variables"):
            out += [v for v in part.variables if id(v) not in seen and not seen.add(id(v))]
    return out
