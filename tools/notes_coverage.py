"""Writes docs/notes_coverage.md: what notes on Keras use, and the program that runs each of it.

    python tools/notes_coverage.py NOTES          reads the notes, a folder of text files
    python tools/notes_coverage.py                keeps the list, looks at the programs again
    python tools/notes_coverage.py --rest NOTES   prints what the notes call and is not listed

Listed are the names of Keras in the notes' code and prose, the arguments of their calls, and the
strings that name something of Keras. A program runs a name if it uses it, an argument if it calls
something of that name with it.
"""

import ast
import collections
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "python"))
PAGE = ROOT / "docs" / "notes_coverage.md"
PROGRAMS = ROOT / "tests" / "workflows" / "programs"

# Methods and attributes of what Keras makes; as ordinary words they count only after a dot.
MEMBERS = set(
    "add compile fit evaluate predict summary save save_weights load_weights fit_generator "
    "get_layer layers input output trainable set_weights get_weights history load_data "
    "get_word_index fit_on_texts texts_to_sequences texts_to_matrix word_index "
    "flow_from_directory".split()
)
# Objects of NumPy, Python and others: what is called on them is not Keras's.
FOREIGN = set(
    "np numpy plt os cv2 f line img heatmap channel_image np.random data labels texts values "
    "embeddings_index smoothed_points train_data test_data successive_outputs all_scores "
    "validation_scores layer_names cv x results layer_output".split()
)
# Rooms whose names are rare enough to count wherever they stand.
ROOMS = ("layers", "models", "optimizers", "callbacks", "applications", "preprocessing.image",
         "preprocessing.text", "preprocessing.sequence", "utils", "applications.vgg16")  # fmt: skip
# Rooms with ordinary words for names: they count after the room's name or as strings.
BY_ROOM = (
    "activations",
    "losses",
    "metrics",
    "regularizers",
    "initializers",
    "backend",
    "datasets",
)
SHORT = {"K": "backend", "sequence": "preprocessing.sequence", "image": "preprocessing.image"}
STRINGS = ("activations", "losses", "metrics", "initializers", "optimizers")
# Strings that name something of Keras elsewhere, and words that stand in prose without quotes.
MODES = {"acc": "metrics", "mae": "metrics", "mse": "losses"}
WORDS = {"selu": "activations", "lecun_normal": "initializers", "tanh": "activations",
         "mean_squared_error": "losses"}  # fmt: skip
# Arguments that only the prose names, and words that look like names.
PROSE = {("layers", "Conv2D"): ["padding", "strides"], ("layers", "BatchNormalization"): ["axis"]}
IGNORED = {"Loss", "Layer"}
HEAD = """# What notes on Keras use, and what runs it

Names, arguments and strings of Keras in notes on the first edition of Chollet's book, in the
spelling of Keras 1 and 2. Beside each the program in `tests/workflows/programs` that runs it
(the first of them), or "not yet". Made by `tools/notes_coverage.py`, checked by
`tests/workflows/test_notes_coverage.py`.
"""


def known():
    from pronghorn.legacy.missing import keras_names
    from pronghorn.legacy.names import NAMES

    names = {room: set(found) for room, found in keras_names().items()}
    for room, old in NAMES.items():
        names[room] |= set(old)
    return names


def texts(folder):
    for path in sorted(Path(folder).glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield "\n".join(re.sub(r"^[>\s]*", "", line) for line in lines)


def calls(text):
    """(dotted name, keywords) of every call; what is in brackets may be cut off or misspelt."""
    for match in re.finditer(r"(?<![\w.])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\(", text):
        yield match[1], keywords(text, match.end())


def keywords(text, at):
    """The keywords at the depth of an opened bracket; `at` is the place after it."""
    depth, found, i = 1, [], at
    while i < len(text) and depth:
        c = text[i]
        if c in "'\"":
            end = text.find(c, i + 1)
            i = (end if end > 0 else i) + 1
            continue
        if c == "#":
            i = text.find("\n", i) if "\n" in text[i:] else len(text)
            continue
        depth += (c in "([{") - (c in ")]}")
        if depth == 1:
            match = re.compile(r"([A-Za-z_]\w*)\s*=(?!=)").match(text, i)
            if match and not (text[i - 1].isalnum() or text[i - 1] in "_."):
                found.append(match[1])
                i = match.end()
                continue
        if c == "\n" and i - at > 1500:
            break  # a bracket that was never closed
        i += 1
    return found


def room_of(dotted, names):
    """(room, name) of Keras that a dotted name of the notes means, or None."""
    *before, last = dotted.split(".")
    if last in IGNORED or (before and before[0] in FOREIGN):
        return None
    place = SHORT.get(before[-1], before[-1]) if before else ""
    for room in (*BY_ROOM, *ROOMS):
        if place in (room, room.rpartition(".")[2]) and last in names.get(room, ()):
            return room, last
    if before and last in MEMBERS:
        return "members", last
    if last[0].isupper() or "_" in last or not before:
        for room in ("", *ROOMS):
            if last in names.get(room, ()) and (last[0].isupper() or "_" in last):
                return room or "keras", last
    return None


def read(folder):
    """{(room, name): set of keywords} of the notes, and the calls that are not in it."""
    names, found, rest = known(), collections.defaultdict(set), collections.Counter()
    for text in texts(folder):
        for dotted, given in calls(text):
            place = room_of(dotted, names)
            if place is None:
                rest[dotted] += 1
                continue
            found[place].update(given)
        for dotted in re.findall(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", text):
            place = room_of(dotted, names)
            if place is not None:
                found[place].update()
        for line in re.findall(r"from keras[\w.]* import ([\w, ]+)", text):
            for name in re.split(r"[,\s]+", line):
                for room in (*ROOMS, "datasets", "", "regularizers", "optimizers"):
                    if name in names.get(room, ()):
                        found[room or "keras", name].update()
                        break
        for string in re.findall(r"""['"`]([a-z0-9_]+)['"`]""", text):
            room = MODES.get(string) or next((r for r in STRINGS if string in names[r]), None)
            if room and string not in ("get",):
                found[f"strings: {room}", string].update()
        for word, room in WORDS.items():
            if re.search(rf"(?<![\w.]){word}(?!\w)", text):
                found[f"strings: {room}", word].update()
    for place, given in PROSE.items():
        found[place].update(given)
    return found, rest


class Program(ast.NodeVisitor):
    """What a program uses: names, strings, and the keywords of its calls."""

    def __init__(self, path):
        self.name = path.stem
        self.names, self.strings, self.of_k = set(), set(), set()
        self.keywords = collections.defaultdict(set)
        self.visit(ast.parse(path.read_text()))

    def visit_ImportFrom(self, node):
        self.names.update(alias.name for alias in node.names)

    def visit_Import(self, node):
        self.names.update(part for alias in node.names for part in alias.name.split("."))

    def visit_Attribute(self, node):
        root = root_of(node)
        if root in ("K", "backend"):
            self.of_k.add(node.attr)
        elif root not in FOREIGN and root != "tf":
            self.names.add(node.attr)
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.strings.add(node.value)

    def visit_Call(self, node):
        called = node.func
        name = getattr(called, "attr", getattr(called, "id", None))
        if root_of(called) in ("K", "backend"):
            name = f"K.{name}"
        if root_of(called) not in FOREIGN:
            self.keywords[name].update(k.arg for k in node.keywords if k.arg)
        self.generic_visit(node)


def root_of(node):
    """The name that a dotted expression starts with; None for others."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", None)


def tests(programs, room, name, keyword=None):
    """Names of the programs that run it."""
    if room.startswith("strings"):
        return [p.name for p in programs if name in p.strings]
    if keyword is None:
        return [p.name for p in programs if name in (p.of_k if room == "backend" else p.names)]
    called = f"K.{name}" if room == "backend" else name
    return [p.name for p in programs if keyword in p.keywords[called]]


def page(found):
    programs = [Program(path) for path in sorted(PROGRAMS.glob("*.py"))]
    rows = {key: sorted(words) for key, words in sorted(found.items())}
    lines = [HEAD]
    count = collections.Counter()
    for room in sorted({room for room, _ in rows}, key=lambda r: (r.startswith("strings"), r)):
        lines += [
            f"## {room.removeprefix('strings: ')}{' by name' * room.startswith('strings')}",
            "",
        ]
        lines += ["| Name | Run by | Arguments |", "| --- | --- | --- |"]
        for (place, name), words in rows.items():
            if place != room:
                continue
            shown = []
            for word in words:
                run = tests(programs, room, name, word)
                count["arguments", bool(run)] += 1
                shown.append(f"`{word}` {run[0] if run else 'not yet'}")
            run = tests(programs, room, name)
            count["names", bool(run)] += 1
            lines.append(f"| `{name}` | {run[0] if run else 'not yet'} | {', '.join(shown)} |")
        lines.append("")
    total = {
        what: f"{count[what, True]} of {count[what, True] + count[what, False]} {what}"
        for what in ("names", "arguments")
    }
    lines.insert(1, f"Run: {total['names']}, {total['arguments']}.\n")
    return "\n".join(lines).rstrip() + "\n"


def listed():
    """The list that the page has."""
    found, room = {}, None
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            room = line[3:]
            room = f"strings: {room[:-8]}" if room.endswith(" by name") else room
        elif line.startswith("| `"):
            name, _, arguments = (part.strip() for part in line.strip("|").split("|"))
            found[room, name.strip("`")] = set(re.findall(r"`(\w+)`", arguments))
    return found


def main(arguments):
    if arguments[:1] == ["--rest"]:
        print(*(f"{n} {name}" for name, n in read(arguments[1])[1].most_common()), sep="\n")
        return
    found = read(arguments[0])[0] if arguments else listed()
    PAGE.write_text(page(found))


if __name__ == "__main__":
    main(sys.argv[1:])
