"""Every public function, class and method of the package, and where its source is.

Public is what a user reaches by names without an underscore, from `pronghorn` down through the
namespaces; the methods of a class are those of its bases within the package too.
"""

import functools
import importlib
import inspect
import sys
from pathlib import Path

import pronghorn

PACKAGE = Path(pronghorn.__file__).parent
ROOMS = """activations alias applications backend callbacks config constraints data datasets
dtype_policies initializers layers losses metrics mixed_precision models ops optimizers
optimizers.schedules preprocessing preprocessing.image preprocessing.sequence preprocessing.text
random regularizers saving tree utils utils.bounding_boxes visualization
wrappers wrappers.scikit_learn""".split()
FOLDERS = ("applications", "datasets")  # whose modules are namespaces too
SPECIAL = {"__init__", "__call__"}


def namespaces():
    """Every public module, once."""
    names = [*ROOMS]
    for folder in FOLDERS:
        names += [f"{folder}.{m}" for m in importlib.import_module(f"pronghorn.{folder}")._MODULES]
    return [pronghorn, *(importlib.import_module(f"pronghorn.{name}") for name in names)]


def inside(module_name):
    return module_name == "pronghorn" or str(module_name).startswith("pronghorn.")


def own(value):
    """The function as it is written: without decorators and descriptors."""
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, functools.cached_property):
        value = value.func
    value = getattr(value, "__func__", value)
    return inspect.unwrap(value) if callable(value) else value


@functools.cache
def public():
    """{(file, qualified name): (the object, the name users reach it by)}, in order."""
    found = {}

    def add(value, path):
        code = getattr(value, "__code__", None)
        if code is not None and inside(value.__module__) and "<" not in value.__qualname__:
            file = Path(code.co_filename)
            if file.is_relative_to(PACKAGE):
                key = str(file.relative_to(PACKAGE)), value.__qualname__
                found.setdefault(key, (value, path))

    for module in namespaces():
        for name in sorted(dir(module)):
            if name.startswith("_"):
                continue
            value = getattr(module, name)
            path = f"{module.__name__}.{name}".partition(".")[2]
            if isinstance(value, type) and inside(value.__module__):
                for cls in reversed(value.__mro__):
                    if not inside(cls.__module__):
                        continue
                    for attribute, method in vars(cls).items():
                        if not attribute.startswith("_") or attribute in SPECIAL:
                            add(own(method), f"{path}.{attribute}")
                source = getattr(sys.modules.get(value.__module__), "__file__", "")
                if source.endswith(".py"):
                    key = str(Path(source).relative_to(PACKAGE)), value.__qualname__
                    found.setdefault(key, (value, path))
            elif callable(value):
                add(own(value), path)
    return dict(sorted(found.items()))
