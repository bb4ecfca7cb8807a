"""docs/notes_coverage.md claims nothing that its programs do not run."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("notes", ROOT / "tools" / "notes_coverage.py")
notes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notes)


def rows():
    """(room, name, argument or None, program) of each claim."""
    room = None
    for line in notes.PAGE.read_text().splitlines():
        if line.startswith("## "):
            room = line[3:]
            room = f"strings: {room[:-8]}" if room.endswith(" by name") else room
        elif line.startswith("| `"):
            name, run, arguments = (part.strip() for part in line.strip("|").split("|"))
            yield room, name.strip("`"), None, run
            for argument in filter(None, arguments.split(", ")):
                word, _, run = argument.partition(" ")
                yield room, name.strip("`"), word.strip("`"), run


def test_every_claim_holds():
    programs = {path.stem: notes.Program(path) for path in notes.PROGRAMS.glob("*.py")}
    claims = [row for row in rows() if row[3] != "not yet"]
    assert len(claims) > 90
    for room, name, argument, run in claims:
        assert notes.tests([programs[run]], room, name, argument), (name, argument, run)


def test_the_page_is_what_the_script_writes():
    """After a new program: python tools/notes_coverage.py"""
    found = notes.listed()
    assert {(room, name) for room, name, _, _ in rows()} == set(found)
    owed = sum(row[3] == "not yet" for row in rows())
    assert notes.page(found).partition("\n## ")[2].count("not yet") <= owed


def test_arguments_are_read_at_their_own_depth():
    text = "f(a=1, b=g(c=2), d=[e == 3], # x=1\n  h='i=3') + k(m=1)"
    assert notes.keywords(text, 2) == ["a", "b", "d", "h"]
    assert [name for name, _ in notes.calls(text)] == ["f", "g", "k"]
    assert notes.keywords("f(a=1\nb=(", 2) == ["a", "b"]
