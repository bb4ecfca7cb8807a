"""Pronghorn: a small, fast deep-learning framework with Keras's API and native kernels.

Names load when first used, so that `import pronghorn` is quick.
"""

import importlib

__version__ = "0.1.0"

_MODULES = (
    "activations", "applications", "callbacks", "constraints", "data", "datasets",
    "dtype_policies", "initializers",
    "layers", "losses", "metrics", "models", "ops", "optimizers", "preprocessing", "random",
    "regularizers", "mixed_precision", "legacy",
    "saving", "training", "tree", "utils", "backend", "config", "engine", "wrappers",
    "visualization",
)  # fmt: skip
_NAMES = {
    "Input": "layers",
    "InputSpec": "layers",
    "Layer": "layers",
    "Model": "models",
    "Sequential": "models",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "Initializer": "initializers",
    "Regularizer": "regularizers",
    "KerasTensor": "engine",
    "Operation": "engine.symbolic",
    "StatelessScope": "engine.stateless",
    "SymbolicScope": "engine.stateless",
    "RematScope": "engine.stateless",
    "remat": "engine.stateless",
    "device": "engine.device",
    "Variable": "initializers.variable",
    "Tensor": "engine",
    "GradientTape": "engine",
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "name_scope": "engine.naming",
    "load_ipython_extension": "alias",
    "unload_ipython_extension": "alias",
}


def version() -> str:
    """The version, as a string."""
    return __version__


def __getattr__(name):
    if name == "Function":
        return importlib.import_module(".engine.graph_function", __name__).GraphFunction
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _NAMES:
        value = getattr(importlib.import_module(f".{_NAMES[name]}", __name__), name)
        globals()[name] = value
        return value
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .legacy.missing import absent

    raise absent(__name__, name, [*_MODULES, *_NAMES])


def __dir__():
    return sorted([*globals(), *_MODULES, *_NAMES, "Function"])
