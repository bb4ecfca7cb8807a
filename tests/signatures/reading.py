"""Signatures as text, read from either side in the same way."""

import inspect

EMPTY = inspect.Parameter.empty


class _Text:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def signature(function):
    """The parameters as text, without self and types; None where Python knows no signature."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None
    if found and found[0].name in ("self", "cls"):
        found = found[1:]
    plain = [
        p.replace(annotation=EMPTY, default=p.default if p.default is EMPTY else _described(p))
        for p in found
    ]
    return str(inspect.Signature(plain))[1:-1]


def _described(parameter):
    value = parameter.default
    if callable(value):
        return _Text(f"<{getattr(value, '__name__', type(value).__name__)}>")
    if value is None or isinstance(value, (bool, int, float, str, tuple, list, dict)):
        return _Text(repr(value))
    return _Text(f"<{type(value).__name__}>")


def methods_of(cls, root):
    """{name: function} of public methods that the library itself defines, inherited ones too."""
    found = {}
    for name in dir(cls):
        if name.startswith("_") and name != "__call__":
            continue
        try:
            member = inspect.getattr_static(cls, name)
        except AttributeError:
            continue
        member = getattr(member, "__func__", member)
        if inspect.isfunction(member) and member.__module__.split(".")[0] == root:
            found[name] = member
    return found


def public_paths(root, name):
    """{path: object} of all public classes and functions of a package, without its sources."""
    found, seen = {}, set()

    def walk(module, path):
        if id(module) in seen:
            return
        seen.add(id(module))
        for key in sorted(dir(module)):
            if key.startswith("_") or key in ("src", "engine", "legacy"):
                continue
            try:
                value = getattr(module, key)
            except (AttributeError, ImportError):
                continue
            if inspect.ismodule(value):
                if value.__name__.startswith(f"{name}.") and ".src" not in value.__name__:
                    walk(value, f"{path}.{key}" if path else key)
            elif inspect.isclass(value) or inspect.isfunction(value):
                found[f"{path}.{key}" if path else key] = value

    walk(root, "")
    return found
