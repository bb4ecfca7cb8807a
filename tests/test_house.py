"""The plan of docs/architecture.md, enforced: arrows between rooms, file sizes, a light import."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CSRC, PACKAGE = ROOT / "csrc", ROOT / "python" / "pronghorn"
MAX_LINES = 500

# What each room of csrc may include, itself aside.
CSRC_ARROWS = {
    "base": set(),
    "kernels": {"base"},
    "device": {"base", "kernels"},
    "core": {"base", "kernels", "device"},
    "ops": {"base", "kernels", "device", "core"},
    "program": {"base", "kernels", "device", "core", "ops"},
    "python": {"base", "kernels", "device", "core", "ops", "program"},
}

# What each room of the package may import, itself aside; imports within functions and lazy tables
# of an __init__ count as well. No circles: a room stands above all that it names.
_BASIC = {"legacy", "engine", "serialization", "dtype_policies", "ops", "random"}
_PARTS = {"activations", "initializers", "regularizers", "constraints"}
PACKAGE_ARROWS = {
    "_atomic": set(),
    "legacy": set(),
    "engine": {"_core"},
    "tree": {"engine"},
    "serialization": {"legacy", "engine"},
    "dtype_policies": {"engine", "serialization"},
    "mixed_precision": {"legacy", "dtype_policies", "optimizers"},
    "config": {"legacy", "engine", "serialization", "dtype_policies"},
    "ops": {"legacy", "engine"},
    "random": {"legacy", "engine", "ops"},
    "backend": {"legacy", "engine", "ops", "random"},
    "activations": _BASIC,
    "initializers": _BASIC,
    "regularizers": _BASIC,
    "constraints": _BASIC,
    "losses": _BASIC,
    "metrics": _BASIC | {"losses", "activations", "initializers"},
    "text": {"engine"},
    "layers": _BASIC | _PARTS | {"text", "config"},
    "optimizers": _BASIC | {"initializers"},
    "callbacks": _BASIC | {"optimizers", "_atomic"},
    "saving": _BASIC | {"activations", "layers", "_atomic"},
    "training": _BASIC | {"losses", "metrics", "optimizers", "callbacks", "layers", "data"},
    "models": _BASIC | {"layers", "training", "saving", "_atomic"},
    "utils": _BASIC
    | {"files", "preprocessing", "training", "callbacks", "layers", "models", "saving", "_atomic"},
    "visualization": _BASIC | {"layers", "preprocessing", "_atomic"},
    "wrappers": {"legacy", "models"},
    "files": {"callbacks"},
    "data": {"engine", "ops", "_atomic"},
    "datasets": {"legacy", "engine", "files", "_atomic"},
    "preprocessing": {"legacy", "engine", "ops", "data", "callbacks", "training", "_atomic"},
    "applications": _BASIC | {"activations", "initializers", "files", "layers", "models"},
    "alias": _BASIC
    | {"backend", "callbacks", "data", "initializers", "layers", "models", "optimizers"}
    | {"preprocessing", "text", "training", "tree", "_atomic"},
    "cli": _BASIC | {"alias", "callbacks", "datasets", "layers", "models", "saving", "_atomic"},
}
LEAVES = {
    "datasets",
    "preprocessing",
    "applications",
    "cli",
    "alias",
    "utils",
    "visualization",
    "wrappers",
}
HEAVY = ["h5py", "matplotlib", "PIL", "tensorflow", "keras", "torch", "jax", "pandas", "scipy"]


def sources(folder, *endings):
    found = [p for p in folder.rglob("*") if p.suffix in endings and "build" not in p.parts]
    assert found, f"no sources under {folder}"
    return sorted(found)


def room_of(path, top):
    parts = path.relative_to(top).parts
    return parts[0] if len(parts) > 1 else None


def includes(path):
    for quoted in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), flags=re.M):
        for base in (path.parent, CSRC):
            target = (base / quoted).resolve()
            if target.exists():
                yield target
                break


def test_csrc_arrows():
    wrong = []
    for path in sources(CSRC, ".h", ".cpp", ".cu"):
        room = room_of(path, CSRC)
        assert room in CSRC_ARROWS, f"{path}: a room without a line in docs/architecture.md"
        for target in includes(path):
            other = room_of(target, CSRC)
            if other != room and other not in CSRC_ARROWS[room]:
                wrong.append(f"{path.relative_to(ROOT)} includes {other}")
            if room == "kernels" and other == "base" and target.name != "dtype.h":
                wrong.append(f"{path.relative_to(ROOT)} includes {target.name}")
    assert not wrong


def test_kernels_know_no_containers():
    banned = r"#include\s*<(vector|string|map|memory|functional|iostream|stdexcept|unordered_map)>"
    banned += r"|\bmalloc\s*\(|\bthrow\b|\bnew\s+\w|pybind11|\bprintf\s*\("
    for path in sources(CSRC / "kernels", ".h", ".cpp"):
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.S)
        assert not re.search(banned, code), path


def test_only_the_python_room_includes_pybind11():
    for path in sources(CSRC, ".h", ".cpp"):
        if room_of(path, CSRC) != "python":
            assert "pybind11/" not in path.read_text(), path


def test_program_sees_no_op_by_name():
    for path in sources(CSRC / "program", ".h", ".cpp"):
        code = re.sub(r"//[^\n]*", "", path.read_text())
        for name in ("conv", "matmul", "relu", "softmax", "batch_norm", "add", "reduce_sum"):
            assert f'op_by_name("{name}' not in code and f'name == "{name}' not in code, path


def imports(path):
    """(room, module) of every import inside the package: those within functions, and modules that
    the table `_WHERE` of a lazy __init__ names, are counted."""
    package = ("pronghorn", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_WHERE":
            above = (
                'import_module(f"..{' in path.read_text()
            )  # the keys are not modules of this room
            names = [f"pronghorn.{ast.literal_eval(key)}" for key in node.value.keys if above]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            first = node.args[0]
            names = [first.value] if isinstance(first, ast.Constant) else []
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "pronghorn" and len(parts) > 1:
                yield parts[1], name


@pytest.fixture(scope="module")
def graph():
    """(file, its room, its imports); a module at the top is a room of its own."""
    return [
        (p, room_of(p, PACKAGE) or p.stem, list(imports(p)))
        for p in sources(PACKAGE, ".py")
        if p.parent != PACKAGE or p.name not in ("__init__.py", "__main__.py", "as_keras.py")
    ]


def test_only_engine_imports_the_core(graph):
    wrong = [
        p for p, room, found in graph if room != "engine" and any("_core" in n for _, n in found)
    ]
    assert not wrong


def test_package_arrows(graph):
    wrong = []
    for path, room, found in graph:
        assert room in PACKAGE_ARROWS, f"{path}: a room without a row here and in architecture.md"
        for other, name in found:
            if other != room and other not in PACKAGE_ARROWS[room]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_package_arrows_make_no_circle():
    above = {room: set(below) for room, below in PACKAGE_ARROWS.items()}
    while above:
        ground = [room for room, below in above.items() if not below & above.keys()]
        assert ground, f"a circle among {sorted(above)}"
        for room in ground:
            del above[room]
    # utils is a list of names that live elsewhere
    assert {room for room, below in PACKAGE_ARROWS.items() if below & LEAVES} <= {
        "alias",
        "cli",
        "utils",
        "visualization",
    }


def test_no_numpy_maths_in_layers(graph):
    for path in sources(PACKAGE / "layers", ".py"):
        code = path.read_text()
        assert not re.search(r"\bnp\.(exp|log|matmul|dot|einsum|tanh|sqrt|mean|sum)\(", code), path


def closures_that_hold_themselves(tree):
    """Names of functions inside functions that call themselves, or one another in a circle: such a
    closure is garbage that only the collector frees, with all that it has seen."""
    for outer in ast.walk(tree):
        if not isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        inner = {n.name: n for n in ast.walk(outer) if isinstance(n, ast.FunctionDef)}
        inner.pop(outer.name, None)
        uses = {
            name: {n.id for n in ast.walk(f) if isinstance(n, ast.Name)} & inner.keys()
            for name, f in inner.items()
        }
        for name in uses:
            reached = waiting = set(uses[name])
            while waiting:
                waiting = {n for w in waiting for n in uses[w]} - reached
                reached |= waiting
            if name in reached:
                yield name


def test_no_closure_holds_itself():
    wrong = {
        str(p.relative_to(PACKAGE)): found
        for p in sources(PACKAGE, ".py")
        if (found := sorted(set(closures_that_hold_themselves(ast.parse(p.read_text())))))
    }
    assert not wrong
    bad = "def f():\n def g(x):\n  return h(x)\n def h(x):\n  return g(x)\n return g"
    assert set(closures_that_hold_themselves(ast.parse(bad))) == {"g", "h"}


@pytest.mark.parametrize("folder", ["csrc", "python", "tests", "benchmarks"])
def test_file_sizes(folder):
    endings = (".h", ".cpp", ".cu", ".py")
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources(ROOT / folder, *endings)
        if (n := len(p.read_text().splitlines())) > MAX_LINES
    }
    assert not long


def in_a_fresh_python(code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_import_loads_nothing_heavy():
    loaded = in_a_fresh_python(
        f"import sys, json, pronghorn; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    )
    assert not loaded


def test_import_time():
    """The bar is 0.15 s (benchmarks/steps.py shows it); here a bound that a busy machine holds."""
    code = (
        "import time, json, numpy; t = time.perf_counter(); import pronghorn; "
        "print(json.dumps(time.perf_counter() - t))"
    )
    assert min(in_a_fresh_python(code) for _ in range(3)) < 1.0


def test_a_first_fit_loads_little():
    code = """
import sys, json, numpy as np, pronghorn as ph
model = ph.Sequential([ph.Input((3,)), ph.layers.Dense(1)])
model.compile(optimizer="rmsprop", loss="mse")
model.fit(np.ones((8, 3), "float32"), np.ones((8, 1), "float32"), batch_size=4, verbose=0)
print(json.dumps([m for m in ("numpy.ma", "h5py", "PIL", "asyncio") if m in sys.modules]))
"""
    assert in_a_fresh_python(code) == []


def test_public_names_load_lazily():
    few = in_a_fresh_python(
        "import sys, json, pronghorn; print(json.dumps(sorted(m for m in sys.modules "
        "if m.startswith(('pronghorn.layers', 'pronghorn.training', 'pronghorn.optimizers')))))"
    )
    assert not few


def test_the_hooks_and_the_extra_have_the_same_tools():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    for repository, package in (
        ("ruff-pre-commit", "ruff"),
        ("mirrors-clang-format", "clang-format"),
    ):
        hook = re.search(rf"{repository}\n\s+rev: v([\d.]+)", hooks)[1]
        assert hook == re.search(rf'"{package}==([\d.]+)"', project)[1]


def test_workflows_run_what_is_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text()
        assert set(re.findall(r"\bmake ([a-z]+)", text)) <= targets, path
        for script in re.findall(r"(?:tools|\.ci)/\w+(?:\.\w+)?", text):
            assert (ROOT / script).exists(), script
