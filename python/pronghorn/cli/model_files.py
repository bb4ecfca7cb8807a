"""`pronghorn inspect` and `pronghorn convert`: model files of every Keras, at the command line."""

import os


def inspect(options):
    """Prints what is in a file."""
    from pronghorn.saving import inspection

    print(inspection.text(inspection.inspect(options.file), options.file))


def convert(options):
    """Writes a file that today's Keras loads, and says what was checked."""
    from pronghorn.saving.conversion import convert

    report = convert(
        options.old,
        options.new,
        custom_objects=_objects(options.objects) if options.objects else None,
        architecture=options.config,
        safe_mode=not options.unsafe,
    )
    for note in report.notes:
        print(f"note: {note}")
    if report.needed:
        print(f"to load it, give custom_objects for: {', '.join(report.needed)}")
    shapes = ", ".join(map(str, report.shapes))
    print(
        f"{options.new}: predicts what {os.path.basename(options.old)} does, to "
        f"{report.difference:.1e} of the largest output, on inputs of {shapes}"
    )


def _objects(path):
    """The classes and functions that a Python file defines, by name; `import keras` in it gets
    this package."""
    import types

    from pronghorn import alias

    with open(path, "rb") as file:
        source = file.read()
    alias.serve(())
    module = types.ModuleType("__main__")
    module.__file__ = path
    exec(compile(source, path, "exec"), module.__dict__)
    given = module.__dict__.get("custom_objects")
    if isinstance(given, dict):
        return given
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", None) == "__main__"
    }
