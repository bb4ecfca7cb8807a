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

    Returns:
        None.

    Example:

    >>> import subprocess, sys
    >>> program = (
    ...     "from pronghorn import alias; alias.serve();"
    ...     "from keras.layers import Dense; print(Dense(3).units)"
    ... )
    >>> int(subprocess.run([sys.executable, "-c", program], capture_output=True).stdout)
    3
    """
    from . import importing

    importing.install(also)


def stop_serving() -> None:
    """Ends `serve`; what was imported stays."""
    from . import importing

    importing.remove()


def load_ipython_extension(shell: "object") -> None:
    """`%load_ext pronghorn`: serves Keras's names to the notebook.

    Args:
        shell: IPython's shell, which is not needed.

    Returns:
        None.

    Example:

    >>> load_ipython_extension(None)
    >>> unload_ipython_extension(None)
    """
    serve()


def unload_ipython_extension(shell: "object") -> None:
    """`%unload_ext pronghorn`: ends what `load_ipython_extension` began; what was imported stays.

    Args:
        shell: IPython's shell, which is not needed.

    Returns:
        None.

    Example:

    >>> load_ipython_extension(None)
    >>> unload_ipython_extension(None)
    """
    stop_serving()
