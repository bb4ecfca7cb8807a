"""`pronghorn info`: what this build is, what it found on the machine, what Keras has beyond it."""

import platform

import pronghorn
from pronghorn import engine
from pronghorn.legacy import missing as legacy


def text():
    """The lines that `pronghorn info` prints."""
    facts = engine.device.info()
    widths = ", ".join(
        f"{width} (in use)" if width == facts["isa"] else width for width in facts["available"]
    )
    rows = {
        "version": facts["version"],
        "compiler": facts["compiler"],
        "python": platform.python_version(),
        "widths": widths,
        "threads": facts["threads"],
        "devices": ", ".join(facts["devices"]) + _no_gpu(facts["no_gpu"]),
    }
    return "\n".join(f"{name:<9} {value}" for name, value in rows.items())


def _no_gpu(reason):
    return f"; no gpu:0: {reason}" if reason else ""


def missing():
    """The public names of Keras that are not here yet, a module a line."""
    lines = []
    for module, names in sorted(legacy.keras_names().items()):
        here = _module(module)
        lacking = [
            name
            for name, version in sorted(names.items())
            if version[0] == "3" and not (here and _has(here, name))
        ]
        if lacking:
            lines.append(f"{'.'.join(filter(None, ('keras', module)))}: {' '.join(lacking)}")
    return "\n".join(lines)


def _has(module, name):
    try:
        return hasattr(module, name)
    except ImportError:  # the name is here; the package that it needs is not
        return True


def _module(name):
    found = pronghorn
    for part in filter(None, name.split(".")):
        found = getattr(found, part, None)
    return found
