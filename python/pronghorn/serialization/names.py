"""Keras's names of our classes, and our classes of Keras's names.

A config holds the public module of a class ("keras.layers"), which is the room it is in here. Old
Kerases wrote other modules, or none; then the name alone decides.
"""

import importlib
import inspect
import sys

_PACKAGE = __name__.split(".")[0]
_ROOTS = ("keras", _PACKAGE, "tf_keras", "keras_core", "tensorflow")
_FAMILY = ("keras", "keras_hub", "keras_cv", "keras_nlp")  # packages that Keras itself looks into

# Rooms whose classes and functions models are made of, in the order in which a bare name is looked
# for. Nothing else of the package can be had through a config.
CLASS_ROOMS = (
    "layers", "models", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers",
    "regularizers", "constraints", "dtype_policies", "quantizers", "random", "callbacks",
)  # fmt: skip
FUNCTION_ROOMS = (
    "activations", "losses", "metrics", "initializers", "regularizers", "constraints", "optimizers",
)  # fmt: skip
_OPS = ("ops", "ops.numpy", "ops.nn", "ops.image", "ops.linalg", "ops.math", "random")
_ROOMS = frozenset((*CLASS_ROOMS, *FUNCTION_ROOMS, *_OPS, ""))
_NO_PART_OF_A_MODEL = frozenset(
    ("saving", "utils", "config", "datasets", "backend", "preprocessing", "applications", "export")
    + ("tree", "visualization", "wrappers", "distribution", "distillation", "engine", "cli")
)

# Classes that Keras exports at the top, and one that it exports under another name or not at all.
_AT_TOP = frozenset(
    ("Model", "Sequential", "Layer", "Loss", "Metric", "Optimizer", "Initializer", "Regularizer")
    + ("DTypePolicy", "FloatDTypePolicy", "Quantizer", "Variable", "InputSpec", "Operation")
)
_ELSEWHERE = {
    "SeedGenerator": ("keras.random", "SeedGenerator"),
    "GroupedQueryAttention": ("keras.layers", "GroupQueryAttention"),
}
_NOT_EXPORTED = {"Functional": "keras.src.models.functional"}


def is_ours(obj):
    """Whether a class or function belongs to this package."""
    return (getattr(obj, "__module__", None) or "").split(".")[0] == _PACKAGE


def public_name(cls):
    """(module, name) of one of our classes as Keras exports it; None for any other class."""
    if not is_ours(cls):
        return None
    name = cls.__name__
    if name in _NOT_EXPORTED:
        return None
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    if name in _AT_TOP:
        return "keras", name
    room = cls.__module__.split(".")[1]
    if room not in _ROOMS:
        return None
    if room == "optimizers" and cls.__module__.split(".")[2:] == ["schedules"]:
        room = "optimizers.schedules"
    return f"keras.{room}", name


def own_module(cls):
    """The module to write for a class without a public name."""
    module = _NOT_EXPORTED.get(cls.__name__) if is_ours(cls) else None
    module = module or cls.__module__
    return None if module == "__main__" else module


def _room(module):
    """The room that a module's name stands for; None where it is of another age or not Keras's."""
    parts = module.split(".")
    if parts[0] == "tensorflow" and "keras" in parts:
        parts = parts[parts.index("keras") :]
    parts = parts[1:]
    if parts[:1] == ["src"]:
        parts = parts[1:2]
    while parts and ".".join(parts) not in _ROOMS:
        parts = parts[:-1]
    if not parts:
        return "" if "." not in module else None
    return ".".join(parts)


def is_keras_module(module):
    return module is None or module.split(".")[0] in _ROOTS


def refuses(module):
    """Whether a module is a public one of Keras whose names do not belong into a model."""
    parts = module.split(".")
    return parts[0] in ("keras", _PACKAGE) and parts[1:2] and parts[1] in _NO_PART_OF_A_MODEL


def _lookup(room, name, wanted):
    if not isinstance(name, str) or name.startswith("_") or not name.isidentifier():
        return None
    rooms = CLASS_ROOMS + ("",) if wanted == "class" else FUNCTION_ROOMS + _OPS
    if room not in rooms:
        return None
    place = importlib.import_module(_PACKAGE)
    try:
        for part in filter(None, room.split(".")):
            place = getattr(place, part)
        found = getattr(place, name)
    except AttributeError:
        return None
    if not is_ours(found):
        return None
    if wanted == "class":
        fits = isinstance(found, type) and hasattr(found, "from_config")
    else:
        fits = inspect.isroutine(found)
    return found if fits else None


def resolve(module, name, wanted):
    """The class or function of this package that a config means, or None.

    Args:
        module: The config's module; None where it has none.
        name: Name of the class or function.
        wanted: "class" or "function".
    """
    if not is_keras_module(module):
        return None
    room = None if module is None else _room(module)
    if room is not None:
        found = _lookup(room, name, wanted)
        if found is not None or module.startswith(f"keras.{room}"):
            return found
    rooms = CLASS_ROOMS if wanted == "class" else FUNCTION_ROOMS
    return next((found for r in rooms if (found := _lookup(r, name, wanted)) is not None), None)


def loaded(module, name):
    """The class of a config in a package of Keras's family, made of our classes; None for others.
    The module is one that the program has imported: a file makes nothing be imported."""
    if not isinstance(module, str) or module.split(".")[0] not in _FAMILY:
        return None
    found = vars(sys.modules.get(module, object)).get(name)
    made = isinstance(found, type) and found.__module__ == module and hasattr(found, "from_config")
    return found if made and any(map(is_ours, found.__mro__)) else None


def known_names():
    """All names that a bare name is looked up in, for messages."""
    root = importlib.import_module(_PACKAGE)
    known = set()
    for room in ("layers", "losses", "metrics", "optimizers", "initializers", "activations"):
        try:
            known.update(n for n in dir(getattr(root, room)) if not n.startswith("_"))
        except AttributeError:
            continue
    return known
