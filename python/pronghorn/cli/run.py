"""`pronghorn run`: a Keras program as it stands, with Pronghorn in Keras's place."""

import os
import sys
import types
from importlib.machinery import ModuleSpec, SourceFileLoader


def run(script, arguments=(), also=(), module=False):
    """Runs a program as `python script arguments` would; `import keras` there gets Pronghorn.

    Args:
        script: Path of the program; or a module's name, with `module`.
        arguments: The program's own arguments.
        also: Names of installed packages that shall see Keras's names too.
        module: Whether to run a module, as `python -m` does.

    Returns:
        The exit status, where the program does not exit by itself.

    Raises:
        FileNotFoundError, IsADirectoryError: if there is no such program.
        SyntaxError: if it is no Python.
    """
    from pronghorn import alias

    sys.argv = [script, *arguments]
    if module:
        _first_on_path("" if not getattr(sys.flags, "safe_path", False) else None)
        alias.serve(also)
        import runpy

        return _guarded(lambda: runpy.run_module(script, run_name="__main__", alter_sys=True))
    with open(script, "rb") as file:  # before anything changes
        source = file.read()
    path = os.path.abspath(script)
    _first_on_path(os.path.dirname(os.path.realpath(script)))
    alias.serve(also)
    from pronghorn.alias import child
    from pronghorn.cli import python2

    main = types.ModuleType("__main__")
    main.__dict__.update(
        __file__=script,
        __builtins__=__builtins__,
        __loader__=SourceFileLoader("__main__", path),
        __spec__=ModuleSpec(child.announce(script, also), None, origin=path),
        __annotations__={},
    )
    sys.modules["__main__"] = main

    def program():
        code = compile(source, script, "exec")
        main.__dict__.update(python2.builtins_of(code))
        exec(code, main.__dict__)

    return _guarded(program)


def _first_on_path(folder):
    """The program's folder where the folder of the command was."""
    if folder is None:
        return
    if getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder


def _guarded(program):
    """Runs the program; its errors are shown as Python shows them, without the frames above it."""
    try:
        program()
    except (Exception, KeyboardInterrupt) as error:
        trace = error.__traceback__
        while trace is not None and _is_above(trace.tb_frame):
            trace = trace.tb_next
        _without_imports(trace)
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        if isinstance(error, SyntaxError):
            from pronghorn.cli import python2

            print(python2.advice(error), end="", file=sys.stderr)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _is_above(frame):
    name = frame.f_globals.get("__name__")
    return name in (__name__, "runpy") or frame.f_code.co_filename == "<frozen runpy>"


def _without_imports(trace):
    """Takes the frames of the layer over `import` out, as Python does with those of its own."""
    while trace is not None:
        below = trace.tb_next
        while below is not None and below.tb_frame.f_globals.get("__name__") == _IMPORTING:
            below = below.tb_next
        trace.tb_next = below
        trace = below


_IMPORTING = "pronghorn.alias.importing"
