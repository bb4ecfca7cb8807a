"""The alias modules: `keras`, `keras.layers`, `keras.layers.core`, ... each a face of a room.

What a face does not find in its room, but Keras has, is a `NotYet`: it can be imported and says
what is the matter when it is used.
"""

import importlib
import types
from importlib.machinery import ModuleSpec

from ..legacy.missing import absent, keras_names, keras_version, not_yet
from ..legacy.modules import MODULES
from ..legacy.names import NAMES

_PACKAGE = __name__.partition(".")[0]
_loaded = {}


def load(name):
    """The alias module of a full name ("keras.layers", "tensorflow.keras.utils", "tensorflow").

    Raises:
        ModuleNotFoundError: for a module that Keras has never had, or that Pronghorn does not have.
    """
    name = _canonical(name)
    module = _loaded.get(name)
    if module is None:
        if name.partition(".")[0] == "tensorflow":
            from . import tensorflow_face

            module = tensorflow_face.make(name)
        else:
            module = _make(name)
        module = _loaded.setdefault(name, module)
    return module


def _canonical(name):
    """One module for all of its names."""
    parts = name.split(".")
    if parts[0] == "tensorflow":
        if parts[1:2] == ["compat"] and parts[2:3] in (["v1"], ["v2"]) and len(parts) > 3:
            del parts[1:3]
        if parts[1:3] in (["python", "keras"], ["contrib", "keras"]):
            del parts[1]
        if parts[1:2] == ["keras"]:
            del parts[0]
    if parts[0] == "tf_keras":
        parts[0] = "keras"
    if parts[:2] == ["keras", "api"] or (parts[1:2] == ["src"] and _is_public(parts[2:])):
        del parts[1]
    return ".".join(parts)


def _is_public(parts):
    """Whether a module of keras.src has the name of a public one, which then stands for it."""
    return ".".join(parts) in keras_names()


def _make(name):
    below = name.partition(".")[2]
    room = MODULES.get(below, below)
    target = _room(room)
    ours = room.startswith("datasets.") or room in ("initializers.former", "legacy.interfaces")
    if room not in keras_names() and (target is None or not ours):
        reason = f"Keras {keras_version()} does not have it either"
        if below.partition(".")[0] == "src":
            reason = "keras.src is the private part of Keras"
        raise ModuleNotFoundError(
            f"No module named {name!r} in Pronghorn, which stands for Keras here; {reason}.",
            name=name,
        )
    kind = MergeFace if below == "layers.merge" else KerasFace
    return kind(name, room, target)


def _room(room):
    """The module of the package that a room's name stands for; None where there is none."""
    place = importlib.import_module(_PACKAGE)
    for part in filter(None, room.split(".")):
        if part in ("former", "interfaces") or part[0] == "_":
            importlib.import_module(f"{place.__name__}.{part}")
        place = place.__dict__.get(part) or getattr(place, part, None)
        if not isinstance(place, types.ModuleType):
            return None
    return place


class Face(types.ModuleType):
    """A module whose names come from elsewhere, by `_find`."""

    def __init__(self, name, doc):
        super().__init__(name, doc)
        self.__path__ = []
        self.__spec__ = ModuleSpec(name, None, origin="pronghorn", is_package=True)
        self.__package__ = name

    def __repr__(self):
        return f"<module {self.__name__!r} served by pronghorn>"

    def _submodule(self, name):
        try:
            return load(f"{self.__name__}.{name}")
        except ModuleNotFoundError:
            return None


class KerasFace(Face):
    """`keras` or a module below it.

    Args:
        name: Its full name.
        room: The room below keras and below the package that its names are in.
        target: The room's module; None where Pronghorn does not have it yet.
    """

    def __init__(self, name, room, target):
        super().__init__(name, f"{name} as Pronghorn has it.")
        self._room, self._target = room, target
        if not room:
            self.__version__ = keras_version()
            self.version, self.src = keras_version, self

    def __getattr__(self, name):
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_")]
        if name.startswith("__"):
            raise absent(self.__name__, name, ())
        value = self._find(name)
        if value is None:
            raise absent(self.__name__, name, dir(self))
        self.__dict__[name] = value
        return value

    def _find(self, name):
        below = f"{self.__name__.partition('.')[2]}.{name}".lstrip(".")
        if below in MODULES or below in keras_names():
            return load(f"keras.{below}")
        if self._room in ("", "layers") and name in ("merge", "Merge"):
            from . import merge

            return getattr(merge, name)
        former = NAMES["engine"].get(name) if self.__name__.startswith("keras.engine") else None
        if former is not None:
            home, _, former = former.rpartition(".")
            return getattr(importlib.import_module(f"{_PACKAGE}.{home}"), former)
        value = getattr(self._target, name, None)
        renamed = NAMES.get(self._room, {}).get(name)
        if isinstance(value, types.ModuleType):  # "adam" was a class and is a file
            value = getattr(self._target, renamed, None) if renamed else self._submodule(name)
        if value is None and (renamed or name in keras_names().get(self._room, ())):
            return NotYet(self._room, renamed or name)
        return value

    def __dir__(self):
        names = {n for n in self.__dict__ if not n.startswith("_")}
        names.update(keras_names().get(self._room, ()), NAMES.get(self._room, ()))
        if self._room == "layers":
            names.update(("Merge", "merge"))
        return sorted(names)


class MergeFace(KerasFace):
    """`keras.layers.merge`: a module in Keras 2, a function in Keras 1."""

    def __call__(self, *args, **kwargs):
        from .merge import merge

        return merge(*args, **kwargs)


class NotYet:
    """A public name of Keras that Pronghorn lacks: importable, and an error when used."""

    def __init__(self, module, name):
        self.__dict__["_message"] = not_yet(module, name) + "."
        self.__dict__["__name__"] = name

    def __repr__(self):
        return f"<{self._message}>"

    def _fail(self, *args, **kwargs):
        raise NotImplementedError(self._message)

    __call__ = __mro_entries__ = __iter__ = __getitem__ = _fail
    __setattr__ = __enter__ = __exit__ = _fail

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self._fail()

    def __instancecheck__(self, instance):
        return False  # there can be no instance
