"""The main module of a process that a program under `pronghorn run` starts afresh.

multiprocessing's "spawn" and "forkserver" run the program's main module once more in the child, by
the name in its `__spec__`. That name is this module's, which serves Keras's names there too.
"""

import os

from pronghorn import alias

VARIABLE = "PRONGHORN_RUN"  # the program's path and the packages of --also, for children


def announce(script, also):
    """Lets later children know what to run; returns the name for the program's `__spec__`."""
    os.environ[VARIABLE] = os.pathsep.join([os.path.abspath(script), *also])
    return __name__


if __name__ == "__mp_main__":
    __file__, *_also = os.environ[VARIABLE].split(os.pathsep)
    alias.serve(_also)
    with open(__file__, "rb") as _file:
        exec(compile(_file.read(), __file__, "exec"), globals())
