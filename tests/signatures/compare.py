"""What Keras's golden signatures say beside ours; the test and docs/coverage.md read it."""

import inspect
import json
import os
from pathlib import Path

import pronghorn

from .reading import signature

HERE = Path(os.path.dirname(os.path.abspath(__file__)))
KERAS = json.loads((HERE / "keras_signatures.json").read_text())

# Path to our signature; each has its line in docs/differences.md.
LEGACY = "*args, shape=None, initializer=None, dtype=None, trainable=True, autocast=True, "
LEGACY += "regularizer=None, constraint=None, aggregation='none', overwrite_with_gradient=False, "
LEGACY += "name=None, **kwargs"
POOL = "pool_size=(2, 2), strides=None, padding='valid', data_format=None, name=None, **kwargs"
EXCEPTIONS = {
    "KerasTensor.reshape": "*shape",
    "Layer.add_weight": LEGACY,
    "layers.Layer.add_weight": LEGACY,
    "Layer.add_loss": "loss, inputs=None",
    "layers.Layer.add_loss": "loss, inputs=None",
    "callbacks.TensorBoard.__init__": KERAS["classes"]["callbacks.TensorBoard"]["__init__"]
    + ", write_grads=False",
    **{
        f"layers.{name}{rank}D.__init__": POOL.replace("(2, 2)", window)
        for name in ("AveragePooling", "AvgPool")
        for rank, window in ((1, "2"), (2, "(2, 2)"), (3, "(2, 2, 2)"))
    },
    "datasets.reuters.load_data": KERAS["functions"]["datasets.reuters.load_data"] + ", **kwargs",
    "layers.RNN.reset_states": "states=None",
}
ANY = "*args, **kwargs"


def ours(path):
    """The object of that path, or None where it is not here (yet)."""
    found = pronghorn
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except (AttributeError, ImportError):
            return None
    return found


def classes():
    """(path, {method: signature}) of Keras's classes; __init__ is among the methods."""
    for path, methods in KERAS["classes"].items():
        yield path, KERAS["classes"][methods] if isinstance(methods, str) else methods


def wanted():
    """(path, signature) of all of Keras's functions and methods; a class counts as __init__."""
    yield from KERAS["functions"].items()
    for path, methods in classes():
        for name, text in methods.items():
            yield f"{path}.{name}", text


def member(cls, name):
    """A class's method without its binding; a property as it is; None where there is none."""
    found = inspect.getattr_static(cls, name, None)
    return getattr(found, "__func__", found)


def differing(exceptions=EXCEPTIONS):
    """(path, our signature, the one expected) where they differ."""
    for path, text in wanted():
        owner, _, name = path.rpartition(".")
        cls = ours(owner) if owner else None
        if name == "__init__" and cls is not None and not isinstance(cls, type):
            yield path, "is no class", text
            continue
        found = member(cls, name) if isinstance(cls, type) else ours(path)
        if found is None or isinstance(found, (type, property)):
            continue
        expected, here = exceptions.get(path, text), signature(found)
        if name == "__init__" and "__signature__" in vars(cls):
            here = signature(cls)  # what an optimizer shows in the place of *args
        if expected == ANY and name == "__init__" or here == ANY and name not in vars(cls):
            continue  # Keras's wrapper hides the names; or one method here serves all subclasses
        if here != expected:
            yield path, here, expected
