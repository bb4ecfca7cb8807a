"""Keras's names for programs that import Keras: `keras`, `tf_keras`, `tensorflow.keras`, and the
few names of `tensorflow` that Keras programs use, all served from Pronghorn.

They are served to the program alone and to packages that are asked for. Other installed packages
see what is installed: to TensorBoard there is no TensorFlow here.
"""


def serve(also: "tuple[str, ...] | list[str]" = ()) -> None:
    """Serves Keras's names to the program from now on; `import pronghorn.as_keras` does the same.

    Args:
        also: Names of installed packages, or of modules and packages within them, that shall see
            them too ("keras_tuner", "shop.nets", ...).

    Example:

    >>> from pronghorn import alias
    >>> alias.serve()
    >>> from keras.layers import Dense
    >>> Dense(3).units
    3
    """
    from . import importing

    importing.install(also)


def stop_serving() -> None:
    """Ends `serve`; what was imported stays."""
    from . import importing

    importing.remove()


def load_ipython_extension(shell: "object") -> None:
    """`%load_ext pronghorn`: serves Keras's names to the notebook."""
    serve()


def unload_ipython_extension(shell: "object") -> None:
    """`%unload_ext pronghorn`."""
    stop_serving()
