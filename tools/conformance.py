"""Writes docs/conformance.md: how much of Keras's own test suite holds here, by area.

Reads results of a runner that leads the suite's internal imports to public names: JSON files with
{"ref": tag, "tests": {test id: [outcome, ...]}}, and a list of the ids of the tests that a mirror
of the public names can pass. Of a test in several results, the last one counts.

    python tools/conformance.py IDS RESULT.json... [--date 2026-01-31]
"""

import argparse
import collections
import datetime
import gzip
import json
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
SPLIT = ("layers", "backend")  # shown by the folders inside
HEAD = """# How much of Keras's own test suite holds here

Tests of Keras {ref}, run against Pronghorn on {date}: those that need public names alone, without
quantization, distillation, export, several devices and other frameworks' data sets. Made by
`tools/conformance.py` from the results of a run. What does not hold, and why, is told at the end
of [coverage.md](coverage.md).

| Area | Passed | Tests | Share |
| --- | --- | --- | --- |
"""


def area(path):
    """The area of a test file: its folder below keras/src, or two folders of the large ones."""
    parts = path.split("/")[2:]
    if parts == ["ops", "image_test.py"]:
        return "ops/image"
    return "/".join(parts[:2] if parts[0] in SPLIT and len(parts) > 2 else parts[:1])


def plain(test):
    """A test's id without the addresses in memory that some parameters' names hold."""
    return re.sub(r"0x[0-9a-f]+", "0x", test)


def read_ids(path):
    """The ids of a file, perhaps packed, of one id a line with a tab and a remark behind."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt") as lines:
        return {line.split("\t")[0].strip() for line in lines if "::" in line}


def counted(ids, results):
    """{area: [passed, all]} of the tests, in the areas' order."""
    outcomes = {}
    for result in results:
        outcomes.update({plain(test): row[0] for test, row in result["tests"].items()})
    found = collections.defaultdict(lambda: [0, 0])
    for test in ids:
        own = found[area(test.split("::")[0])]
        own[0] += outcomes.get(plain(test)) == "passed"
        own[1] += 1
    return dict(sorted(found.items()))


def page(ids, results, date):
    areas = counted(ids, results)
    lines = [HEAD.format(ref=results[-1]["ref"].lstrip("v"), date=date).rstrip()]
    for name, (passed, total) in areas.items():
        lines.append(f"| `{name}` | {passed} | {total} | {passed / total:.1%} |")
    passed, total = (sum(counts) for counts in zip(*areas.values(), strict=True))
    mean = sum(good / among for good, among in areas.values()) / len(areas)
    lines.append(f"| all | {passed} | {total} | {passed / total:.1%} |")
    lines.append(f"| mean of the areas | | | {mean:.1%} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ids", type=Path)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--date", default=str(datetime.date.today()))
    given = parser.parse_args()
    results = [json.loads(path.read_text()) for path in given.results]
    PAGE.write_text(page(read_ids(given.ids), results, given.date))


if __name__ == "__main__":
    main()
