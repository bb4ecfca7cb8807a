"""Checks wheels and source distributions, or without arguments the installed package: size,
contents, version.

python tools/check_wheel.py dist/*
"""

import re
import sys
import tarfile
import zipfile
from pathlib import Path

LIMIT = 5 * 2**20  # bytes of one wheel
SOURCE_LIMIT = 2 * 2**20  # and of one source distribution
NEEDED = ("py.typed", "datasets/digits.npz", "datasets/digits.txt", "cli/__init__.py")


def declared_version():
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    return re.search(r'^version = "(.+)"', text, re.M)[1]


def is_stripped(library):
    """An ELF file without a symbol table section (Mach-O is taken on trust)."""
    return library[:4] != b"\x7fELF" or b".symtab" not in library[-(1 << 16) :]


def check(path):
    size = path.stat().st_size
    problems = [] if size < LIMIT else [f"{size} bytes, limit {LIMIT}"]
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        for name in NEEDED:
            if f"pronghorn/{name}" not in names:
                problems.append(f"lacks {name}")
        if not any("licenses/LICENSE" in name for name in names):
            problems.append("lacks LICENSE")
        cores = [name for name in names if "/_core" in name]
        if len(cores) != 1:
            problems.append(f"extensions: {cores}")
        for name in cores:
            if not is_stripped(wheel.read(name)):
                problems.append(f"{name} is not stripped")
        stray = [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
        problems += [f"holds {name}" for name in stray]
    if f"-{declared_version()}-" not in path.name:
        problems.append(f"version is not {declared_version()}")
    print(f"{path.name}: {size / 2**20:.2f} MiB, {'; '.join(problems) or 'good'}")
    return not problems


def check_source(path):
    size = path.stat().st_size
    problems = [] if size < SOURCE_LIMIT else [f"{size} bytes, limit {SOURCE_LIMIT}"]
    with tarfile.open(path) as source:
        names = [name.partition("/")[2] for name in source.getnames()]
    problems += [
        f"lacks {name}" for name in ("CMakeLists.txt", "csrc/kernels/args.h") if name not in names
    ]
    problems += [
        f"holds {name}" for name in names if name.startswith(("build/", ".venv/", "dist/"))
    ]
    print(f"{path.name}: {size / 2**20:.2f} MiB, {'; '.join(problems[:5]) or 'good'}")
    return not problems


def check_installed():
    import pronghorn
    from pronghorn import engine

    facts = engine.device.info()
    print(facts)
    return pronghorn.__version__ == facts["version"] == declared_version()


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[1:]]
    results = [check(path) if path.suffix == ".whl" else check_source(path) for path in paths]
    results = results or [check_installed()]
    sys.exit(not all(results))
