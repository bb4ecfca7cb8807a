"""Runs programs in a fresh Python as a user would."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pronghorn

PACKAGE = Path(pronghorn.__file__).parents[1]


def python(*arguments, folder=None, path=(), **environment):
    """Python with this Pronghorn, and with `path` in front of what is installed."""
    places = [str(PACKAGE), *map(str, path), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places)), **environment},
    )


def run(folder, program, *arguments, options=(), path=(), name="program.py", **environment):
    """`pronghorn run` on a program's text, which lies in `folder` then."""
    file = Path(folder) / name
    file.write_text(textwrap.dedent(program))
    return python("-m", "pronghorn", "run", *options, file, *arguments, path=path, **environment)


def output(folder, program, *arguments, **options):
    """What the program prints; it must end well."""
    done = run(folder, program, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
