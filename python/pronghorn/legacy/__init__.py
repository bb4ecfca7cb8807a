"""What Keras 1 and 2 called things, as tables, and what reads them.

    modules.py     modules that moved:           keras.layers.core -> layers
    names.py       classes and functions:        Deconvolution2D   -> Conv2DTranspose
    arguments.py   arguments and their values:   border_mode="same" -> padding="same"

The tables are data without logic. They serve constructors, methods, imports and the reading of old
files. This room imports nothing of the package, so that every other may use it, and nothing here is
loaded before an old spelling is met.
"""


def __getattr__(name):
    if name != "saving":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return importlib.import_module(".saving", __name__)
