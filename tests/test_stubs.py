"""The stubs (.pyi) say what is there: names, arguments, and for every lazy name where it lives."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pronghorn
import pytest
from pronghorn.engine import former_methods, operators

from tools import stubs

PACKAGE = Path(pronghorn.__file__).parent
NATIVE = PACKAGE / "_core.pyi"
HINTS = {"Any", "TYPE_CHECKING", "annotations"}
OBJECT = {*dir(object), "__dict__", "__module__", "__weakref__", "_pybind11_conduit_v1_"}


def members(body):
    """{name: its argument names, or None where it takes none} of the statements of a stub."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            plain = not node.decorator_list
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found[node.name] = [a.arg for a in arguments if a.arg != "self"] if plain else None
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = None
    return found


def native_arguments(function):
    """The names of a native function's arguments, read from the signature in its docstring; `arg0`
    where it has none. Several overloads, or `*args`, give None: the stub decides."""
    signature = re.match(r"\w+\((.*?)\)(?: ->|$)", (function.__doc__ or "").split("\n")[0])
    if not signature or "*" in signature[1]:
        return None
    names = re.findall(r"(?:^|, )(\w+)(?=[:,=]|$)", re.sub(r"\[[^\]]*\]", "", signature[1]))
    return [name for name in names if name != "self"]


def compare(native, stub, where):
    for name, arguments in stub.items():
        real = native_arguments(getattr(native, name, None))
        if arguments is not None and real is not None:
            said = [re.sub(r"^__a(\d)$", r"arg\1", name) for name in arguments]
            assert said == real, f"{where}{name}: {said} in the stub, {real} in the extension"


def test_the_stub_of_the_core():
    from pronghorn.engine.tensor import _core

    tree = ast.parse(NATIVE.read_text())
    classes = {
        node.name: members(node.body) for node in tree.body if isinstance(node, ast.ClassDef)
    }
    functions = members(tree.body)
    public = {name for name in dir(_core) if not name.startswith("_")}
    assert public == {*classes, *functions}
    compare(_core, functions, "")
    for name, stub in classes.items():
        native = getattr(_core, name)
        there = set(vars(native)) - OBJECT
        if name == "Tensor":  # has the operators of ops, and what Python assigns to it
            there -= {*operators.names(), *operators.PROPERTIES, "tolist", "__format__"}
            there -= {*former_methods.METHODS, "_uses_learning_phase"}
            there -= {
                n
                for n in there
                if n.startswith(("__array_f", "__array_p", "__copy", "__deep", "_keras"))
            }
        assert there - {"__init__"} == set(stub) - OBJECT - {"__init__"}, name
        compare(native, stub, f"{name}.")


def test_the_stub_of_the_operators():
    tree = ast.parse((PACKAGE / "engine" / "operator_types.pyi").read_text())
    (cls,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    said = members(cls.body)
    extra = {"__array_priority__", "__array_function__", "__format__", "tolist", "__hash__"}
    assert said.keys() - extra == {*operators.names(), *operators.PROPERTIES}
    for name in operators.METHODS:
        real = inspect.signature(pronghorn.ops.methods.METHODS[name]).parameters
        assert said[name] == [
            n for n, p in real.items() if n != "self" and p.kind is not p.VAR_POSITIONAL
        ], name


@pytest.fixture(scope="module")
def lazy():
    return dict(stubs.stubs())


def test_stubs_are_current(lazy):
    old = [str(p) for p, text in lazy.items() if not p.exists() or p.read_text() != text]
    assert not old, "run `make stubs`"


def test_stubs_offer_what_dir_offers(lazy):
    """Each name once, and all that the module offers, modules it happened to import aside."""
    assert len(lazy) >= 12
    for path, text in lazy.items():
        parts = path.relative_to(stubs.PACKAGE).with_suffix("").parts
        module = pronghorn
        for part in parts:
            module = getattr(module, part) if part != "__init__" else module
        said = re.findall(r"^(?:from .* as |def |class |(?=\w+ = ))(\w+)", text, re.M)
        assert len(said) == len(set(said)), path
        offered = {n for n in dir(module) if not n.startswith("_")} - HINTS
        missing = {n for n in offered - set(said) if not inspect.ismodule(getattr(module, n))}
        assert not missing and set(said) <= offered | set(module.__dict__), path


def test_stubs_name_what_is_there(lazy):
    """The name that a stub imports is bound where it says: no name that only objects go by."""
    for path, text in lazy.items():
        package = ".".join(("pronghorn", *path.relative_to(stubs.PACKAGE).parts[:-1]))
        for place, name in re.findall(r"^from (\.\S*) import (\w+)", text, re.M):
            there = importlib.import_module(place, package)
            if not hasattr(there, name):  # a module
                importlib.import_module(f"{there.__name__}.{name}")


def test_a_new_lazy_name_is_noticed(monkeypatch, lazy):
    monkeypatch.setitem(pronghorn.layers._ROOM_OF, "Brand", "core")
    monkeypatch.setattr(pronghorn.layers, "__all__", [*pronghorn.layers.__all__, "Brand"])
    from pronghorn.layers import core

    monkeypatch.setattr(core, "Brand", core.Dense, raising=False)
    text = stubs.stub(pronghorn.layers)
    assert "from .core import Brand as Brand\n" in text
    assert text not in lazy.values()
