"""Programs of Python 2: the built-ins that they miss, and what to do about their syntax."""

import functools
import importlib
import re

_BUILTINS = {
    "xrange": range,
    "raw_input": input,
    "unicode": str,
    "basestring": str,
    "long": int,
    "unichr": chr,
    "reduce": functools.reduce,
    "reload": importlib.reload,
}
_SIGNS = (
    r"^\s*print\b\s*[^\s(=.,)\[:]",
    r"^\s*print\s*>>",
    r"^\s*exec\s+[^\s(=]",
    r"\bexcept\s+[\w.()\s,]+,\s*\w+\s*:",
    r"\braise\s+[\w.]+\s*,",
    r"<>",
    r"`",
    r"\b0[0-7]+\b",
    r"\b(0[xX][0-9a-fA-F]+|\d+)[lL]\b",
    r"\b[uU][rR]['\"]",
    r"\b(def|lambda)\b.*\(\s*\w*\s*,?\s*\(",
)


def builtins_of(code):
    """Built-ins of Python 2 that a program reads and does not have, as Python 3 has them.

    A program that expects to miss them (it names NameError) gets none.
    """
    read, written = set(), set()
    _names(code, read, written)
    if "NameError" in read:
        return {}
    return {name: _BUILTINS[name] for name in (read - written) & _BUILTINS.keys()}


def _names(code, read, written):
    import dis

    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            read.add(step.argval)
        elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            written.add(step.argval)
    for part in code.co_consts:
        if hasattr(part, "co_consts"):
            _names(part, read, written)


def advice(error):
    """What to do about a SyntaxError of Python 2's syntax; "" where it is none."""
    text = error.text or ""
    if not (isinstance(error, TabError) or any(re.search(sign, text) for sign in _SIGNS)):
        return ""
    file = error.filename
    return (
        f"This is Python 2. `2to3 -w {file}` writes it anew for Python 3 and keeps the old file as "
        f"{file}.bak (2to3 comes with Python up to 3.12; after that use "
        f"`pip install modernize` and `modernize -w {file}`).\n"
    )
