"""A table in box-drawing characters, laid out as Keras's summaries are.

Columns have wanted widths; what exceeds the table's width is taken from them evenly. Cells wrap at
words; a word that is too long ends in an ellipsis.
"""

import re
import unicodedata

_WORD = re.compile(r"\s*\S+\s*")


def cell_len(text):
    """Number of terminal cells; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit_widths(wanted, line_length):
    """Widths of the cells' contents: two cells of padding a column, one of border between."""
    widths = [w + 2 for w in wanted]
    room = line_length - len(widths) - 1
    if sum(widths) > room:
        return [w - 2 for w in _reduce(widths, sum(widths) - room)]
    if sum(widths) < room:
        return [w - 2 for w in _extend(widths, room - sum(widths))]
    return list(wanted)


def _reduce(widths, excess):
    out, left = [], len(widths)
    for w in widths:
        part = min(w, round(excess / left))
        out.append(w - part)
        excess -= part
        left -= 1
    return out


def _extend(widths, missing):
    out, left = [], sum(widths)
    for w in widths:
        part = -(-w * missing // left) if left > 0 else missing
        out.append(w + part)
        left -= w
        missing -= part
    return out


def wrap(text, width):
    """The lines of a cell."""
    lines, line = [], ""
    for word in _WORD.findall(text):
        size = cell_len(word.rstrip())
        if line and cell_len(line) + size > width:
            lines.append(line)
            line = ""
        line += word
    lines.append(line)
    return [_cut(_strip_end(line, width), width) for line in lines]


def _strip_end(line, width):
    excess = len(line) - width
    if excess <= 0:
        return line
    spaces = len(line) - len(line.rstrip())
    return line[: len(line) - min(excess, spaces)]


def _cut(line, width):
    if cell_len(line) <= width:
        return line
    while line and cell_len(line) > width - 1:
        line = line[:-1]
    return line + "…" if width > 0 else ""


def _align(line, width, alignment):
    if alignment != "left":
        line = line.rstrip()
    space = width - cell_len(line)
    if alignment == "right":
        return " " * space + line
    if alignment == "center":
        return " " * (space // 2) + line + " " * (space - space // 2)
    return line + " " * space


def render(header, rows, widths, alignments):
    """The lines of the table."""

    def rule(left, line, middle, right):
        return left + middle.join(line * (w + 2) for w in widths) + right

    def block(cells, bar, at_bottom=False):
        columns = [wrap(c, w) for c, w in zip(cells, widths)]
        height = max(len(c) for c in columns)
        if at_bottom:
            columns = [[""] * (height - len(c)) + c for c in columns]
        out = []
        for i in range(height):
            parts = [
                " " + _align(c[i] if i < len(c) else "", w, a) + " "
                for c, w, a in zip(columns, widths, alignments)
            ]
            out.append(bar + bar.join(parts) + bar)
        return out

    lines = [rule("┏", "━", "┳", "┓"), *block(header, "┃", at_bottom=True)]
    lines.append(rule("┡", "━", "╇", "┩"))
    for i, row in enumerate(rows):
        if i:
            lines.append(rule("├", "─", "┼", "┤"))
        lines.extend(block(row, "│"))
    lines.append(rule("└", "─", "┴", "┘"))
    return lines
