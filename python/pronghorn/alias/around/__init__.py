"""What old Keras programs import besides Keras, and what is gone there since: `numpy.float`,
`scipy.misc.imresize`, `sklearn.cross_validation`, `six` ...

The program alone gets it. A module of NumPy's stays the same object, with a `__getattr__` that
Python asks only for what the module lacks, and that looks at who asks: to all others the name is
as absent as before. A module touched so is one that the program imports. Modules that are gone are
served where the import has failed, and sys.modules never holds them.
"""

import importlib
import sys
import types
from importlib.machinery import ModuleSpec

from ...legacy.telling import tell
from . import names

# Modules that are gone -> the one here that stands for them.
MODULES = {
    "six": "six",
    "six.moves": "six_moves",
    "six.moves.urllib": "six_urllib",
    "six.moves.urllib.parse": "urllib.parse",
    "six.moves.urllib.request": "urllib.request",
    "six.moves.urllib.error": "urllib.error",
    "six.moves.cPickle": "pickle",
    "six.moves.queue": "queue",
    "six.moves.configparser": "configparser",
    "cPickle": "pickle",
    "scipy.misc": "scipy_misc",
    "sklearn.cross_validation": "cross_validation",
    "sklearn.grid_search": "grid_search",
    "sklearn.learning_curve": "grid_search",
    "sklearn.externals.joblib": "joblib",
    "sklearn.externals.six": "six",
}
_served = {}
_touched = {}


def stand_in(name, error):
    """The module that stands for one that is gone; None where there is none.

    Args:
        name: Its full name.
        error: The ModuleNotFoundError that its import gave.
    """
    missing = error.name or ""
    if name not in MODULES or not f"{name}.".startswith(f"{missing}."):
        return None
    if name not in _served:
        tell(missing, f"There is no `{missing}` here; Pronghorn serves it to this program.")
    return serve(name)


def serve(name):
    """The module that stands for a row of MODULES."""
    if name not in _served:
        source = MODULES[name]
        own = "." not in source and importlib.util.find_spec(f"{__name__}.{source}") is not None
        module = importlib.import_module(f"{__name__}.{source}" if own else source)
        _served[name] = _StandIn(name, module) if own else module
    return _served[name]


class _StandIn(types.ModuleType):
    """A module of this package under the name of the one that is gone."""

    def __init__(self, name, source):
        super().__init__(name, source.__doc__)
        self.__dict__.update({k: v for k, v in vars(source).items() if k[:1] != "_"})
        self.__path__ = []
        self.__spec__ = ModuleSpec(name, None, origin="pronghorn", is_package=True)
        self.__all__ = [k for k in self.__dict__ if k[:1] != "_"]


def complete(name, fromlist, is_for):
    """Lets modules that the program has imported answer for what they once had.

    Args:
        name: The name that was imported; modules above it count too.
        fromlist: What was imported from it, which may be modules.
        is_for: Tells from a module's globals whether it belongs to the program.
    """
    parts = name.split(".")
    asked = [".".join(parts[: i + 1]) for i in range(len(parts))]
    for full in (*asked, *(f"{name}.{part}" for part in fromlist or ())):
        module = sys.modules.get(full)
        if full in names.TABLES and module is not None and full not in _touched:
            _touched[full] = module.__dict__.get("__getattr__")
            module.__getattr__ = _answer(full, module, _touched[full], is_for)


def withdraw():
    """Gives every module back its own `__getattr__`."""
    for full, own in _touched.items():
        module = sys.modules.get(full)
        if module is None:
            continue
        if own is None:
            del module.__getattr__
        else:
            module.__getattr__ = own
    _touched.clear()


def _answer(full, module, own, is_for):
    def __getattr__(name):
        if name[:2] != "__" and is_for(sys._getframe(1).f_globals):
            found, value, today = names.find(full, name)
            if found:
                text = f"write `{today}`" if today else "Pronghorn serves it to this program"
                tell(f"{full}.{name}", f"`{full}.{name}` is gone; {text}.")
                return value
        if own is not None:
            return own(name)
        text = f"module {full!r} has no attribute {name!r}"
        error = AttributeError(text)
        error.name, error.obj = name, module
        raise error

    return __getattr__
