"""The table of Keras's own tests: results of several runs counted by area."""

import gzip
import runpy
from pathlib import Path

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "conformance.py"))
PREFIX = "keras/src/"


def result(**outcomes):
    return {"ref": "v3.15.1", "tests": {PREFIX + test: [end] for test, end in outcomes.items()}}


def test_the_last_run_of_a_test_counts():
    tests = ["ops/nn_test.py::a", "ops/nn_test.py::b", "ops/image_test.py::c"]
    first = result(**{tests[0]: "failed", tests[1]: "skipped", tests[2]: "passed"})
    again = result(**{tests[0]: "passed", "layers/rnn/gru_test.py::d": "passed"})
    ids = {PREFIX + test for test in tests} | {PREFIX + "layers/rnn/gru_test.py::not_run"}
    assert TOOL["counted"](ids, [first, again]) == {
        "layers/rnn": [0, 1],
        "ops": [1, 2],
        "ops/image": [1, 1],
    }


def test_addresses_in_ids_do_not_matter(tmp_path):
    listed = tmp_path / "ids.gz"
    with gzip.open(listed, "wt") as file:
        file.write("# id\nkeras/src/wrappers/w_test.py::t[<f at 0x7f1a>]\tbackend\n")
    ids = TOOL["read_ids"](listed)
    ran = result(**{"wrappers/w_test.py::t[<f at 0x7f2b>]": "passed"})
    assert TOOL["counted"](ids, [ran]) == {"wrappers": [1, 1]}


def test_page():
    ran = result(**{"layers/layer_test.py::a": "passed", "tree/tree_test.py::b": "passed"})
    ids = {*ran["tests"], "keras/src/layers/layer_test.py::c"}
    shown = TOOL["page"](ids, [ran], "2026-01-31")
    assert "Keras 3.15.1, run against Pronghorn on 2026-01-31" in shown
    assert "| `layers` | 1 | 2 | 50.0% |\n| `tree` | 1 | 1 | 100.0% |" in shown
    assert "| all | 2 | 3 | 66.7% |\n| mean of the areas | | | 75.0% |" in shown
