"""The answer to a name that is not here: an old name's new object, or an error that says why.

`keras_names.json` (written by tools/keras_names.py from installed Kerases) lists Keras's public
names, so that what is owed can be told from a slip of the pen.
"""

import functools
import importlib
import json
import sys
from pathlib import Path

from .names import NAMES, ONCE


def owed(rooms, name, known=()):
    """`not_yet` of the first of Keras's modules that has the name, also in another spelling
    ("adagrad", "log_cosh" of LogCosh); "" where none has it, or `known` has."""
    plain = _plain(str(name))
    for room in rooms:
        names = keras_names().get(room, {})
        like = name if name in names else next((n for n in names if _plain(n) == plain), None)
        if like is not None and like not in known and not _offered(room, like):
            return not_yet(room, like)
    return ""


def _offered(room, name):
    """Whether a room of the package has the name, though it is none to look up."""
    package = __name__.partition(".")[0]
    return hasattr(importlib.import_module(f"{package}.{room}"), name)


def _plain(name):
    return name.lower().replace("_", "")


_LEAD = "module {module!r} has no attribute {name!r}"


@functools.cache
def keras_names():
    """Module below keras ("" for keras itself) -> name -> the Keras that has it ("3.15.1", "2")."""
    lists = json.loads(Path(__file__).with_name("keras_names.json").read_text())
    found = {}
    for version, modules in lists.items():
        for module, names in modules.items():
            known = found.setdefault(module, {})
            for name in names.split():
                known.setdefault(name, version)
    for module, names in ONCE.items():
        for name in names.split():
            found[module].setdefault(name, "2")
    return found


def keras_version():
    """The version of Keras whose names, signatures and defaults are the measure here."""
    return next(iter(json.loads(Path(__file__).with_name("keras_names.json").read_text())))


def not_yet(module, name):
    """ "keras.layers.X is part of Keras, not yet of Pronghorn", or "" where it is no part of it.

    Args:
        module: Module below keras; "" for keras itself.
        name: Name in that module.
    """
    version = keras_names().get(module, {}).get(name)
    if version is None:
        return ""
    owner = "Keras" if version[0] == "3" else "Keras 2"
    full = ".".join(filter(None, ("keras", module, name)))
    return f"{full} is part of {owner}, not yet of Pronghorn"


def old_or_absent(module, name, known):
    """What a room's `__getattr__` answers: today's object of an old name, or `absent`'s error."""
    room = module.partition(".")[2]
    new = NAMES.get(room, {}).get(name)
    if new is None:
        raise absent(module, name, known, frame=sys._getframe(2))
    owner, _, new = new.rpartition(".")
    owner = f"{module.partition('.')[0]}.{owner}" if owner else module
    value = getattr(importlib.import_module(owner), new)
    if new != name and not keras_names().get(room, {}).get(name, "2").startswith("3"):
        from .telling import tell

        tell(name, f"`{name}` is an old spelling; write `{owner}.{new}`.")
    return value


def absent(module, name, known, lead=_LEAD, frame=None):
    """The error for a name that a module lacks, for its `__getattr__` to raise.

    Args:
        module: Name of the module ("pronghorn.layers").
        name: What was asked for.
        known: The module's public names, for "did you mean".
        lead: How the message starts, where the name is not Keras's.
        frame: Who asks; by default the caller of the caller.

    Returns:
        AttributeError; ImportError where `from module import name` asks, since Python replaces
        the message of an AttributeError there.
    """
    if name.startswith("__"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    text = not_yet(module.partition(".")[2], name)
    if not text:
        text = lead.format(module=module, name=name)
        import difflib

        near = difflib.get_close_matches(name, [n for n in known if n[:1] != "_"], 3)
        text += f"; did you mean {', '.join(map(repr, near))}?" if near else "."
    else:
        text += "."
    if _asked_by_import(frame or sys._getframe(2)):
        return ImportError(text, name=module)
    return AttributeError(text)


def _asked_by_import(frame):
    """Whether the instruction that a frame is at is the `import x` of `from ... import x`."""
    import opcode

    return opcode.opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM"
