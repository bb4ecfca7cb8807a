"""What answers `import keras`: a layer over `__import__`, `import_module` and `find_spec`.

A finder in sys.meta_path could not tell who asks, and what it finds lies in sys.modules for all to
see. The import functions know the importer; so the alias modules are kept here and given to whom
they are for, and sys.modules never holds them.
"""

import builtins
import functools
import importlib
import importlib.util
import os
import sys
import sysconfig

from . import around, modules

ROOTS = ("keras", "tensorflow", "tf_keras")
# Parts of other packages that a package of `also` imports, and that import tensorflow themselves.
COMPANIONS = {"keras_tuner": ("tensorboard.plugins.hparams",)}
AROUND = frozenset(name.partition(".")[0] for name in (*around.MODULES, *around.names.TABLES))
_also = set()
_originals = {}


def install(also=()):
    """Puts the layer in place once; names in `also` add up."""
    for names in also:
        for name in names.split(","):
            name = name.strip().replace("-", "_")
            _also.update((name, *COMPANIONS.get(name, ())))
    if _originals:
        return
    _originals.update(
        {
            "__import__": builtins.__import__,
            "import_module": importlib.import_module,
            "find_spec": importlib.util.find_spec,
        }
    )
    builtins.__import__ = _import
    importlib.import_module = _import_module
    importlib.util.find_spec = _find_spec


def remove():
    """Takes the layer off again."""
    if _originals:
        builtins.__import__ = _originals["__import__"]
        importlib.import_module = _originals["import_module"]
        importlib.util.find_spec = _originals["find_spec"]
        around.withdraw()
    _originals.clear()
    _also.clear()


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and name.partition(".")[0] in ROOTS and _is_for(globals):
        module = modules.load(name)
        return module if fromlist else modules.load(name.partition(".")[0])
    original = _originals_or(builtins.__import__, "__import__")
    if level or name.partition(".")[0] not in AROUND or not _is_for(globals):
        return original(name, globals, locals, fromlist, level)
    try:
        module = original(name, globals, locals, fromlist, level)
    except ModuleNotFoundError as error:
        whole = around.stand_in(name, error)
        if whole is None:
            raise
        if fromlist or "." not in name:
            return whole
        root = name.partition(".")[0]
        served = root in around.MODULES
        module = around.serve(root) if served else original(root, globals, locals, (), 0)
    around.complete(name, fromlist, _is_for)
    return module


def _import_module(name, package=None):
    if name.partition(".")[0] in ROOTS and _is_for(sys._getframe(1).f_globals):
        return modules.load(name)
    original = _originals_or(importlib.import_module, "import_module")
    if name.partition(".")[0] not in AROUND or not _is_for(sys._getframe(1).f_globals):
        return original(name, package)
    try:
        module = original(name, package)
    except ModuleNotFoundError as error:
        module = around.stand_in(name, error)
        if module is None:
            raise
    around.complete(name, (), _is_for)
    return module


def _find_spec(name, package=None):
    if name.partition(".")[0] in ROOTS and _is_for(sys._getframe(1).f_globals):
        try:
            return modules.load(name).__spec__
        except ModuleNotFoundError:
            return None
    return _originals_or(importlib.util.find_spec, "find_spec")(name, package)


def _originals_or(current, name):
    # a reference taken before remove() may still be called after it
    return _originals.get(name, current)


# ---- who asks --------------------------------------------------------------------------------


def _is_for(importer):
    """Whether the module with these globals is part of the program or of an `also` package."""
    if importer is None:
        importer = sys._getframe(2).f_globals
    name = importer.get("__name__") or ""
    if name in ("__main__", "__mp_main__") or _is_also(name):
        return True
    if name.partition(".")[0] == "pronghorn":
        return False
    spec = importer.get("__spec__")
    file = importer.get("__file__") or getattr(spec, "origin", None)
    # without a file: code that the program made, a notebook's cell
    return file is None or not (file in ("built-in", "frozen") or _is_installed(file))


def _is_also(name):
    """Whether a module, or a package that it lies in, is named in `also`."""
    while name:
        if name in _also:
            return True
        name = name.rpartition(".")[0]
    return False


@functools.cache
def _is_installed(file):
    file = os.path.realpath(file)
    parts = file.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        return True
    return file.startswith(_library())


_LIBRARY = []


def _library():
    if not _LIBRARY:
        paths = sysconfig.get_paths()
        found = {os.path.realpath(paths[key]) + os.sep for key in ("stdlib", "platstdlib")}
        _LIBRARY.append(tuple(sorted(found)))
    return _LIBRARY[0]
