"""`tensorflow` and the modules below it that are served: see alias/tf."""

import importlib
import types

from . import modules
from .old_arguments import with_old_arguments
from .tf import KERAS, NAMESPACES, VERSION


def make(name):
    """The alias module of a name that starts with "tensorflow".

    Raises:
        ModuleNotFoundError: for what is not served.
    """
    below = name.partition(".")[2]
    if below in KERAS:
        return modules.load(f"keras.{KERAS[below]}")
    if below not in NAMESPACES:
        raise ModuleNotFoundError(
            f"No module named {name!r}: of TensorFlow, Pronghorn serves tensorflow.keras and a few "
            "names that Keras programs use.",
            name=name,
        )
    return TensorFlowFace(name, f"{__package__}.tf.{NAMESPACES[below]}")


class TensorFlowFace(modules.Face):
    """`tensorflow` or a module below it, with the names of a module in alias/tf."""

    def __init__(self, name, source):
        super().__init__(name, f"The part of {name} that Pronghorn serves.")
        self._source = importlib.import_module(source)
        if name == "tensorflow":
            self.__version__ = VERSION

    def __getattr__(self, name):
        below = f"{self.__name__}.{name}".partition(".")[2]
        if below.startswith(("compat.v1.", "compat.v2.")):
            below = below.split(".", 2)[2]
        if name == "__all__":
            return [n for n in dir(self) if not n.startswith("_")]
        if name == "keras" or below in NAMESPACES or below in KERAS:
            value = modules.load(f"{self.__name__}.{name}")
        elif name.startswith("_") or not hasattr(self._source, name):
            if name.startswith("__"):
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
            raise modules.absent(self.__name__, name, dir(self), lead=_LEAD)
        else:
            value = getattr(self._source, name)
            if isinstance(value, types.FunctionType):
                value = with_old_arguments(value)
        self.__dict__[name] = value
        return value

    def __dir__(self):
        names = {n for n in vars(self._source) if not n.startswith("_")}
        names = {n for n in names if not isinstance(vars(self._source)[n], types.ModuleType)}
        prefix = f"{self.__name__}.".partition(".")[2]
        below = {n[len(prefix) :] for n in (*NAMESPACES, *KERAS) if n.startswith(prefix)}
        names |= {n for n in below if n and "." not in n}
        return sorted(names | ({"keras"} if self.__name__ == "tensorflow" else set()))


_LEAD = "{module}.{name} is not served by Pronghorn, which has only the few names of TensorFlow "
_LEAD += "that Keras programs use"
