"""Writes a stub (.pyi) beside every module of the package that loads names when they are asked for,
so that editors and mypy see the names.

    python tools/stubs.py            # writes those that are not current
    python tools/stubs.py --check    # names them, and fails where there are any

A stub says where each name lives; signatures and docstrings are read there. What an `__init__`
defines itself stands in its stub with its signature. `_core.pyi` is written by hand.
"""

import ast
import importlib
import pkgutil
import re
import sys
import types
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "python" / "pronghorn"
HEAD = "# Written by tools/stubs.py; `make stubs` writes it anew.\n# ruff: noqa\n# fmt: off\n"
PLAIN = (bool, int, float, str, tuple, list, dict, set)


def modules():
    """Modules of the package with a `__getattr__` and a `__dir__` of their own."""
    import pronghorn

    yield pronghorn
    for found in pkgutil.walk_packages(pronghorn.__path__, "pronghorn."):
        path = Path(found.module_finder.path, *found.name.split(".")[-1:])
        source = path / "__init__.py" if found.ispkg else path.with_suffix(".py")
        # legacy is for programs of another age: their names are served, but not offered
        if not source.exists() or found.name.startswith("pronghorn.legacy"):
            continue
        if "\ndef __dir__(" in source.read_text():
            yield importlib.import_module(found.name)


def bound(tree):
    """Names that a module's source binds at its top, with the statement; of its own package."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield from (((alias.asname or alias.name), node) for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            yield from ((t.id, node) for t in node.targets if isinstance(t, ast.Name))


def origin(module, name):
    """(module, name there) of a name that the module's `__getattr__` finds."""
    asked = []
    real = importlib.import_module

    def recording(target, package=None):
        asked.append(importlib.util.resolve_name(target, package))
        return real(target, package)

    with mock.patch.object(importlib, "import_module", recording):
        value = module.__getattr__(name)
    if isinstance(value, types.ModuleType):
        place, _, last = value.__name__.rpartition(".")
        return place, last
    for place in (*asked[:1], value.__module__):
        there = sys.modules[place]
        # a class may go by another name than the one that it is bound to
        for other in (name, getattr(value, "__name__", name), *vars(there)):
            if getattr(there, other, None) is value:
                return place, other
    raise TypeError(f"{name}: a stub cannot say where a {type(value)} lives")


def relative(place, package):
    """`pronghorn.ops.image` seen from the package `pronghorn.layers`: `..ops.image`."""
    there, here = place.split("."), package.split(".")
    same = 0
    while same < min(len(there), len(here)) and there[same] == here[same]:
        same += 1
    return "." * (len(here) - same + 1) + ".".join(there[same:])


def imported(place, there, name):
    """What makes `there` of a module a name of the stub: `import a as b` alone would be private."""
    if there == name:
        return f"from {place} import {name} as {name}\n"
    return f"from {place} import {there}\n{name} = {there}\n"


def own_text(name, node, value):
    """The stub of what the module's source says itself; None for what is not for others."""
    if isinstance(node, ast.ImportFrom):
        real = next(a.name for a in node.names if (a.asname or a.name) == name)
        return imported("." * node.level + (node.module or ""), real, name)
    if isinstance(node, ast.FunctionDef):
        bare = ast.FunctionDef(
            name, node.args, [ast.Expr(ast.Constant(...))], [], node.returns, lineno=1
        )
        return ast.unparse(ast.fix_missing_locations(bare)) + "\n"
    if isinstance(node, ast.Assign) and type(value) in PLAIN:
        return f"{name}: {type(value).__name__}\n"
    raise TypeError(f"{name}: a stub cannot say a {type(value)}; move it to a module of its own")


def typing_imports(tree):
    """(name, line) of what signatures may be written with: typing, and imports for mypy."""
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            found = [n for n in node.body if isinstance(n, ast.ImportFrom)]
        else:
            places = ("typing", "collections.abc")
            found = [node] if isinstance(node, ast.ImportFrom) and node.module in places else []
        for n in found:
            for a in n.names:
                yield a.name, f"from {'.' * n.level}{n.module} import {a.name}\n"


def stub(module):
    """The text of a module's stub; None where nothing in it is lazy."""
    tree = ast.parse(Path(module.__file__).read_text())
    own = {n: node for n, node in bound(tree) if not n.startswith("_")}
    outside = {a.asname or a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names}
    outside |= {name for name, _ in typing_imports(tree)} | {"annotations", "TYPE_CHECKING"}
    lines = [own_text(n, node, getattr(module, n)) for n, node in own.items() if n not in outside]
    if any(n == "__version__" for n, _ in bound(tree)):
        lines.append("__version__: str\n")
    lazy = []
    for name in sorted(dir(module)):
        if name.startswith("_") or name in own or name in outside:
            continue
        try:
            place, there = origin(module, name)
        except AttributeError:  # a module of the package that was imported meanwhile
            continue
        lazy.append(imported(relative(place, module.__package__), there, name))
    if not lazy:
        return None
    lines = [part for text in [*lines, *lazy] for part in text.splitlines(keepends=True)]
    imports = {line for line in lines if line.startswith("from")}
    imports -= {re.sub(r" as \w+$", "", line) for line in imports if " as " in line}
    rest = [line for line in lines if not line.startswith("from")]
    used = set(re.findall(r"\w+", "".join(rest)))
    types_used = sorted({line for name, line in typing_imports(tree) if name in used})
    return HEAD + "".join([*types_used, *sorted(imports), *rest])


def stubs():
    """(path, text) of every stub."""
    for module in modules():
        path = PACKAGE.joinpath(*module.__name__.split(".")[1:])
        path = path / "__init__.pyi" if hasattr(module, "__path__") else path.with_suffix(".pyi")
        text = stub(module)
        if text is not None:
            yield path, text


def main(check):
    found = dict(stubs())
    old = {
        path: text for path, text in found.items() if not path.exists() or path.read_text() != text
    }
    written = {p for p in PACKAGE.rglob("*.pyi") if p.read_text().startswith(HEAD.splitlines()[0])}
    names = sorted(str(path.relative_to(ROOT)) for path in [*old, *(written - found.keys())])
    if not check:
        for path, text in old.items():
            path.write_text(text)
        for path in written - found.keys():
            path.unlink()
    if names:
        print("not current (`make stubs`):" if check else "written:", *names)
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
