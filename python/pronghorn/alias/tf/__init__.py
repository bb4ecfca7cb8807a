"""The names of TensorFlow that Keras programs use in layers, losses and training steps, each a few
words over ops and engine with TensorFlow's argument names, order and defaults.

A namespace of TensorFlow is a module here. What is not listed is not served.
"""

# tensorflow.X -> the module here, or the module of Keras that has the same names
NAMESPACES = {
    "": "core",
    "compat": "compat",
    "compat.v1": "compat",
    "compat.v1.logging": "logs",
    "config": "settings",
    "config.experimental": "settings",
    "config.optimizer": "settings",
    "config.threading": "settings",
    "data": "data",
    "data.experimental": "data",
    "debugging": "debugging",
    "distribute": "distribute",
    "dtypes": "dtypes",
    "io": "io",
    "io.gfile": "gfile",
    "linalg": "linalg",
    "logging": "logs",
    "math": "math",
    "nn": "nn",
    "random": "random",
    "test": "settings",
}
KERAS = {
    "initializers": "initializers",
    "losses": "losses",
    "metrics": "metrics",
    "optimizers": "optimizers",
    "optimizers.schedules": "optimizers.schedules",
}
VERSION = "2.21.0"  # whose signatures these are
