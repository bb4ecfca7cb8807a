"""Writes python/pronghorn/legacy/keras_names.json: the public names of installed Kerases.

Run where keras 3.15, tensorflow and tf_keras are installed: python tools/keras_names.py. The list
says which names are Keras's, so that an error can tell "not yet here" from a slip of the pen.
"""

import json
import os
import types
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
TARGET = Path(__file__).parents[1] / "python" / "pronghorn" / "legacy" / "keras_names.json"
PRIVATE = ("src", "_tf_keras", "_legacy")


def public(module, name="", seen=None):
    """Yields (module's name below its root, sorted names) of a package and all its modules."""
    seen = set() if seen is None else seen
    if name in seen:
        return
    seen.add(name)
    names = []
    for attribute in sorted(dir(module)):
        if attribute.startswith("_") or attribute in PRIVATE:
            continue
        value = getattr(module, attribute)
        if not isinstance(value, types.ModuleType):
            names.append(attribute)
            continue
        # a module of the public tree, and not one that it happens to import
        if value.__name__ == f"{module.__name__}.{attribute}" or ".api." in value.__name__:
            names.append(attribute)
            yield from public(value, f"{name}.{attribute}".lstrip("."), seen)
    yield name, names


def collect(*packages):
    found = {}
    for package in packages:
        for name, names in public(package):
            found.setdefault(name, set()).update(names)
    return found


def main():
    import importlib

    import keras
    import keras._tf_keras.keras as tf_face
    import tf_keras

    new = collect(keras, tf_face)
    old = collect(*(importlib.import_module(f"tf_keras.api._v{n}.keras") for n in (1, 2)))
    lists = {
        keras.__version__: new,
        f"2 ({tf_keras.__version__})": {
            name: names - new.get(name, set()) for name, names in old.items()
        },
    }
    lines = []
    for version, modules in lists.items():
        rows = [
            f"    {json.dumps(name)}: {json.dumps(' '.join(sorted(names)))}"
            for name, names in sorted(modules.items())
            if names
        ]
        lines.append(f"  {json.dumps(version)}: {{\n" + ",\n".join(rows) + "\n  }")
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print({version: sum(map(len, modules.values())) for version, modules in lists.items()})


if __name__ == "__main__":
    main()
