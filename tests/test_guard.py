"""benchmarks/guard.py: what fails, and what it says. Counting itself needs valgrind: make guard."""

import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
if not BENCHMARKS.exists():
    pytest.skip("needs benchmarks/, which a source distribution lacks", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
import guard  # noqa: E402
import guard_cases  # noqa: E402


def test_more_instructions_fail_and_are_named(capsys):
    recorded = {"gemm": 10000, "exp": 500, "sum": 100}
    found = {"gemm": 10400, "exp": 510, "sum": 90}
    (line,) = guard.compare(recorded, found, "avx2")
    assert line == "avx2: gemm: expected 10,000 instructions, got 10,400 (+4.0%)"
    assert (
        "avx2: sum: expected 100 instructions, got 90 (-10.0%) - fewer" in capsys.readouterr().out
    )


def test_missing_cases_fail():
    lines = guard.compare({"gemm": 1}, {"exp": 1}, "generic")
    assert sorted(lines) == ["generic: exp is not recorded", "generic: gemm did not run"]


def test_every_case_is_recorded():
    counts = json.loads(guard.RECORD.read_text())["instructions"]
    names = sorted(name for name, _, _ in guard_cases.cases())
    for width in guard.WIDTHS.split(","):
        assert sorted(counts[width]) == names


@pytest.mark.parametrize("name", ["gemm 64x64x64", "gather, gradient", "step of dense1, batch 1"])
def test_cases_run(name):
    (make,) = (make for case, _, make in guard_cases.cases() if case == name)
    make()()
