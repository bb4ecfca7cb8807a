"""Python in a process of its own, with a time limit: for what could end or hang the process."""

import subprocess
import sys
import textwrap


def run_python(code, limit=60, **options):
    """Runs the code; returns what it printed. Fails with its errors unless it ends well in time."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, timeout=limit, **options,
    )  # fmt: skip
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
