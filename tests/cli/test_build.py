"""What a build is for: the widths of a target, and the checks of what was built."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("cmake") is None, reason="cmake is not installed")
@pytest.mark.parametrize(
    "settings, widths",
    [
        (["-DCMAKE_SYSTEM_PROCESSOR=x86_64"], "generic;avx2;avx512"),
        (["-DCMAKE_SYSTEM_PROCESSOR=aarch64"], "generic;neon"),
        (["-DCMAKE_SYSTEM_PROCESSOR=riscv64"], "generic"),
        # a Mac of the one kind compiles for the other, or for both
        (
            ["-DAPPLE=1", "-DCMAKE_SYSTEM_PROCESSOR=arm64", "-DCMAKE_OSX_ARCHITECTURES=x86_64"],
            "generic;avx2;avx512",
        ),
        (
            ["-DAPPLE=1", "-DCMAKE_SYSTEM_PROCESSOR=x86_64", "-DCMAKE_OSX_ARCHITECTURES=arm64"],
            "generic;neon",
        ),
        (
            ["-DAPPLE=1", "-DCMAKE_OSX_ARCHITECTURES=x86_64;arm64"],
            "generic;avx2;avx512;neon",
        ),
    ],
)
def test_widths_follow_the_target(settings, widths):
    done = subprocess.run(
        ["cmake", *settings, "-P", ROOT / "tools" / "widths.cmake"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == widths


def test_windows_is_skipped_by_name():
    settings = (ROOT / "pyproject.toml").read_text().partition("[tool.cibuildwheel]")[2]
    skipped = re.search(r'^skip = "(.*)"', settings, re.M)[1].split()
    assert {"*-win32", "*-win_amd64", "*-win_arm64"} <= set(skipped)


def check(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "check_wheel.py", *arguments],
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""), reason="a build for sanitizers keeps its symbols"
)
def test_check_wheel_without_arguments_checks_what_is_installed():
    done = check()
    assert "'isa'" in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_wheel_of_nothing_fails(tmp_path):
    done = check(tmp_path / "dist" / "*")
    assert done.returncode == 1 and "no such file" in done.stderr
    (tmp_path / "pronghorn-9-py3-none-any.whl").write_bytes(b"PK\x05\x06" + bytes(18))
    done = check(tmp_path / "pronghorn-9-py3-none-any.whl")
    assert done.returncode == 1 and "lacks py.typed" in done.stdout
