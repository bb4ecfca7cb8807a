"""The names of TensorFlow that Keras programs use in layers, losses and training steps, each a few
words over ops and engine with TensorFlow's argument names, order and defaults.

A namespace of TensorFlow is a module here. What is not listed is not served.
"""

from . import inside

# tensorflow.X (and tensorflow.compat.v1.X) -> the module here, or that of Keras with the same names
NAMESPACES = {
    "": "core",
    "audio": "audio",
    "autograph": "autograph",
    "compat": "compat",
    "compat.v1": "core",
    "compat.v2": "core",
    "config": "settings",
    "config.experimental": "settings",
    "config.optimizer": "settings",
    "config.threading": "settings",
    "data": "data",
    "data.experimental": "data",
    "debugging": "debugging",
    "distribute": "distribute",
    "dtypes": "dtypes",
    "errors": "errors",
    "image": "image",
    "io": "io",
    "io.gfile": "gfile",
    "linalg": "linalg",
    "logging": "logs",
    "lookup": "lookup",
    "lookup.experimental": "lookup",
    "math": "math",
    "nest": "nest",
    "nn": "nn",
    "python": "compat",
    "python.client": "compat",
    "python.client.device_lib": "client",
    "random": "random",
    "signal": "signal",
    "sets": "sets",
    "sparse": "sparse",
    "strings": "strings",
    "summary": "summary",
    "test": "testing",
    "train": "train",
    "version": "version",
    **inside.MODULES,
}
KERAS = {
    "initializers": "initializers",
    "losses": "losses",
    "metrics": "metrics",
    "optimizers": "optimizers",
    "optimizers.schedules": "optimizers.schedules",
}
VERSION = "2.21.0"  # whose signatures these are
