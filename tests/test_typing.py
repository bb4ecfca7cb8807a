"""Every public function and method has type hints, which mypy then holds our own code to."""

import ast
import subprocess
import sys
from pathlib import Path

import public_names
import pytest

ROOT = Path(__file__).parents[1]


def unhinted(source, wanted):
    """The functions among `wanted` (qualified names) that lack a hint, of an argument or result."""

    def visit(body, prefix):
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.If):
                yield from visit([*node.body, *node.orelse], prefix)
            elif isinstance(node, ast.FunctionDef) and prefix + node.name in wanted:
                a = node.args
                given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
                static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
                given = given[1:] if prefix and not static else given
                if node.returns is None or any(arg.annotation is None for arg in given):
                    yield prefix + node.name

    return list(visit(ast.parse(source).body, ""))


def test_public_functions_have_hints():
    names = {}
    for file, name in public_names.public():
        names.setdefault(file, set()).add(name)
    assert sum(map(len, names.values())) > 2000
    missing = [
        f"{file}: {name}"
        for file, wanted in names.items()
        for name in unhinted((public_names.PACKAGE / file).read_text(), wanted)
    ]
    assert not missing


def test_what_lacks_a_hint_is_found():
    source = "def f(x: int, *y) -> int: ...\ndef g(x: int): ...\n"
    source += "class C:\n def h(self, x: int) -> int: ..."
    assert unhinted(source, {"f", "g", "C.h"}) == ["f", "g"]


WRONG = """
import pronghorn as ph
from pronghorn import layers, ops
ops.concatenate([[1.0]], axis="rows")
layers.Dense("ten")
layers.Dropout("half")
ph.losses.MeanSquaredError(reduction=3)
model = ph.Sequential([layers.Dense(3)])
model.fit(epochs="ten")
ph.Variable(1.0, name=3)
layers.Conv2D("three", 3)
layers.MaxPooling2D(strides=2.5)
ph.Function([], [], name=3)
good: ph.Tensor = ops.exp(ops.ones((2, 3)) * 2.0)
layers.Dense(3, activation="relu")(good)
"""


@pytest.mark.extended
def test_mypy_sees_wrong_arguments(tmp_path):
    """One error for each wrong line, none for the right ones."""
    pytest.importorskip("mypy")
    (tmp_path / "wrong.py").write_text(WRONG)
    command = [sys.executable, "-m", "mypy", f"--config-file={ROOT / 'pyproject.toml'}", "wrong.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    lines = [int(line.split(":")[1]) for line in done.stdout.splitlines() if " error: " in line]
    assert lines == [4, 5, 6, 7, 9, 10, 11, 12, 13], done.stdout
