"""Checks wheels and source distributions: size, contents, version.

    python tools/check_wheel.py dist/*

Without arguments the installed package: contents, version, a light import, and that every width
of this machine computes.
"""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

LIMIT = 5 * 2**20  # bytes of one wheel
CUDA_LIMIT = 40 * 2**20  # of the one with CUDA's kernels, once for every architecture
SOURCE_LIMIT = 2 * 2**20  # and of one source distribution
NEEDED = (
    "py.typed", "datasets/digits.npz", "datasets/digits.txt", "cli/__init__.py",
    "legacy/keras_names.json",
)  # fmt: skip
CUDA_LIBRARY = "libpronghorn_cuda.so"
NEEDED_SOURCES = ("CMakeLists.txt", "csrc/kernels/args.h", "tools/widths.cmake")
HEAVY = ("h5py", "matplotlib", "PIL", "scipy", "tensorflow", "keras", "torch", "jax", "pandas")


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
        cores = [name for name in names if "/_core." in name and not name.endswith(".pyi")]
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


def check_cuda(path):
    """The wheel of plugins/cuda: one library, for any Python, and what it needs."""
    size = path.stat().st_size
    problems = [] if size < CUDA_LIMIT else [f"{size} bytes, limit {CUDA_LIMIT}"]
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        held = {name for name in names if ".dist-info/" not in name}
        if held != {"pronghorn_cuda/__init__.py", f"pronghorn_cuda/{CUDA_LIBRARY}"}:
            problems.append(f"holds {sorted(held)}")
        elif not is_stripped(wheel.read(f"pronghorn_cuda/{CUDA_LIBRARY}")):
            problems.append(f"{CUDA_LIBRARY} is not stripped")
        about = "".join(wheel.read(n).decode() for n in names if n.endswith("/METADATA"))
        if "Requires-Dist: nvidia-cublas" not in about:
            problems.append("does not ask for nvidia-cublas")
    if not path.name.startswith(f"pronghorn_cuda-{declared_version()}-py3-none-"):
        problems.append(f"is not of version {declared_version()}, or not for any Python 3")
    print(f"{path.name}: {size / 2**20:.2f} MiB, {'; '.join(problems) or 'good'}")
    return not problems


def check_source(path):
    size = path.stat().st_size
    problems = [] if size < SOURCE_LIMIT else [f"{size} bytes, limit {SOURCE_LIMIT}"]
    with tarfile.open(path) as source:
        names = [name.partition("/")[2] for name in source.getnames()]
    problems += [f"lacks {name}" for name in NEEDED_SOURCES if name not in names]
    problems += [
        f"holds {name}" for name in names if name.startswith(("build/", ".venv/", "dist/"))
    ]
    print(f"{path.name}: {size / 2**20:.2f} MiB, {'; '.join(problems[:5]) or 'good'}")
    return not problems


def check_installed():
    """The package that `import pronghorn` finds, from another folder than this one's."""
    import pronghorn
    from pronghorn import engine

    folder = Path(pronghorn.__file__).parent
    problems = [f"lacks {name}" for name in NEEDED if not (folder / name).exists()]
    cores = [p for p in folder.glob("_core.*") if p.suffix != ".pyi"]
    if len(cores) != 1:
        problems.append(f"extensions: {[core.name for core in cores]}")
    problems += [f"{c.name} is not stripped" for c in cores if not is_stripped(c.read_bytes())]
    facts = engine.device.info()
    versions = {pronghorn.__version__, facts["version"], declared_version()}
    if len(versions) > 1:
        problems.append(f"versions differ: {sorted(versions)}")
    heavy = run(f"import sys, pronghorn; print(*(m for m in {HEAVY} if m in sys.modules))")
    problems += [f"the import loads {name}" for name in heavy.split()]
    sums = "import numpy as np, pronghorn; x = np.arange(600.).reshape(20, 30); "
    sums += "print(abs(np.asarray(pronghorn.ops.matmul(x, x.T)) - x @ x.T).max() < 1e-6)"
    for width in facts["available"]:
        if run(sums, PRONGHORN_ISA=width) != "True":
            problems.append(f"{width} does not multiply")
    print(f"{folder}: {facts}, {'; '.join(problems) or 'good'}")
    return not problems


def run(code, **environment):
    """What a fresh Python prints; "" where it fails."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return done.stdout.strip()


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[1:]]
    if absent := [str(path) for path in paths if not path.is_file()]:
        sys.exit(f"check_wheel: no such file: {', '.join(absent)}")
    results = [
        check_cuda(path)
        if path.name.startswith("pronghorn_cuda-")
        else (check if path.suffix == ".whl" else check_source)(path)
        for path in paths
    ]
    results = results or [check_installed()]
    sys.exit(not all(results))
