"""Data sets under Keras's names. `digits` is in the package; the others are read from
KERAS_HOME (`~/.keras` when unset), where Keras keeps them, and fetched where they lack."""

import importlib

_MODULES = (
    "boston_housing", "california_housing", "cifar10", "cifar100", "digits", "fashion_mnist",
    "imdb", "mnist", "reuters",
)  # fmt: skip
__all__ = list(_MODULES)


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(list(globals()) + list(_MODULES))
