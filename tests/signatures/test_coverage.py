"""docs/coverage.md says what is here; after a change of names or signatures: make coverage."""

import importlib.util
from pathlib import Path

import pytest
from signatures import compare

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("coverage_page", ROOT / "tools" / "coverage.py")
coverage = importlib.util.module_from_spec(spec)
spec.loader.exec_module(coverage)
DIFFERENCES = (ROOT / "docs" / "differences.md").read_text()


@pytest.fixture(scope="module")
def found():
    return coverage.collect(compare)


def test_the_page_is_what_the_script_writes():
    assert coverage.PAGE.read_text() == coverage.page(compare), "run `make coverage`"


@pytest.mark.parametrize("which", [0, 1], ids=["names", "methods"])
def test_nearly_all_that_is_in_scope_is_here(found, which):
    here, there, _ = coverage.counted(found[which].values())
    assert there > 1300
    assert here >= 0.99 * there


def test_nothing_is_called_out_of_scope_that_is_here(found):
    names, _ = found
    assert not [path for path, (here, why) in names.items() if here and why]


def test_differing_signatures_are_explained():
    for path, _, _ in compare.differing({}):
        assert f"`{path.removesuffix('.__init__')}`" in DIFFERENCES, path


def test_patterns_match_whole_paths():
    assert coverage.reason("quantizers.get", coverage.OUT)
    assert coverage.reason("layers.Dense", coverage.OUT) is None
    assert coverage.reason("layers.Dense.quantize", coverage.METHODS_OUT)


def test_parameters_of_two_signatures_are_told_apart():
    assert coverage.more_and_less("a=(1, 2), b, **c", "a=3, b") == ("`a=(1, 2)`, `**c`", "`a=3`")
