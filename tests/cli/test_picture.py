"""The canvas: PNG bytes that decode to what was drawn, and the poster's choices."""

import struct
import zlib

import numpy as np
import pytest
from pronghorn.cli import font, poster
from pronghorn.cli.picture import Canvas


def decode(png):
    """A reader for 8-bit RGB PNG without interlace and with filter 0."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            kind + body
        )
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2)
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * 3)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_png_holds_what_was_drawn():
    canvas = Canvas(30, 20, (10, 20, 30))
    canvas.rectangle(4, 5, 6, 7, (255, 0, 0))
    picture = decode(canvas.png())
    want = np.full((20, 30, 3), (10, 20, 30))
    want[5:12, 4:10] = 255, 0, 0
    np.testing.assert_array_equal(picture, want)


def test_line_covers_its_width():
    canvas = Canvas(40, 20)
    canvas.line([(5, 10), (35, 10)], (0, 0, 0), width=4)
    column = 255 - canvas.data[:, 20, 0]
    np.testing.assert_allclose(column.sum() / 255, 4, atol=1e-9)
    assert column[9] == column[10] == 255 and column[6] == column[13] == 0


def test_drawing_outside_is_cut_off():
    canvas = Canvas(16, 16)
    canvas.line([(-30, 8), (60, 8)], (0, 0, 0), width=2)
    canvas.line([(-30, -8), (-20, -5)], (0, 0, 0))
    canvas.text(12, 12, "outside", size=20)
    canvas.rectangle(-5, -5, 8, 8, (0, 0, 0))
    assert canvas.data.shape == (16, 16, 3)
    assert (canvas.data[8, 4:] < 100).any() and (canvas.data[:3, :3] == 0).all()


def test_glyphs_are_whole_and_differ():
    assert all(len(code) in (14, 18) for code in font.GLYPHS.values())
    shapes = {tuple(font.pixels(c)) for c in font.GLYPHS if c not in "O0"}
    assert len(shapes) == len(font.GLYPHS) - 2
    assert font.pixels(" ") == [] and font.pixels("\u20ac") == font.pixels("\u00e9") != []


def test_ticks_are_round_and_cover():
    for low, high in ((0.02, 1.4), (0.87, 0.999), (1, 30), (1, 2), (0.5, 0.5), (-3, 250)):
        ticks = poster.nice_ticks(low, high)
        assert ticks[0] <= low + 1e-6 and ticks[-1] >= high - 1e-6
        assert 1 <= len(ticks) <= 6


def test_mistakes_come_first():
    labels = np.arange(20) % 10
    probabilities = np.eye(10)[labels] * 0.9 + 0.01
    probabilities[13] = np.eye(10)[7]
    probabilities[4] *= 0.5  # doubtful, still right
    chosen = poster.choose(probabilities, labels, 8)
    assert chosen[:2] == [13, 4] and len(chosen) == len(set(chosen)) == 8
    assert len(poster.choose(probabilities[:3], labels[:3], 8)) == 3


def test_poster_draws_one_epoch_and_nan():
    images = np.zeros((12, 28, 28))
    probabilities = np.full((12, 10), 0.1)
    history = {"loss": [float("nan")], "accuracy": [0.1]}
    canvas = poster.draw(history, images, np.zeros(12, int), probabilities, "title", "facts")
    assert decode(canvas.png()).shape == (poster.HEIGHT, poster.WIDTH, 3)


def test_log_ticks_are_round_and_inside():
    assert poster.log_ticks(0.013, 2.1) == pytest.approx([0.03, 0.1, 0.3, 1.0])
    assert poster.log_ticks(0.15, 0.9) == pytest.approx([0.2, 0.5])
    many = poster.log_ticks(1e-7, 3.0)
    assert many == pytest.approx([10.0**p for p in range(-6, 1)])


def levels(values, log):
    """Where a chart puts the points of a curve: the middle row of its ink in each column."""
    canvas = Canvas(200, 140)
    poster.chart(canvas, 30, 35, 100, 80, "", [(values, (255, 0, 0), "")], log=log)
    red = canvas.data[:, :, 1] < 60
    columns = np.linspace(30, 130, len(values)).astype(int)
    return [np.flatnonzero(red[:, min(c, 129)]).mean() for c in columns[:-3]]  # the end has a dot


def test_a_loss_that_falls_by_factors_fills_its_chart():
    values = [2.0 * 0.5**i for i in range(9)]
    rows = levels(values, log=True)
    steps = np.diff(rows)
    assert rows[0] == pytest.approx(35, abs=2) and np.allclose(steps, 10, atol=1.5), rows
    crowded = levels(values, log=False)
    assert crowded[-1] - crowded[3] < 10
    with_zero = [*values[:5], 0.0, *values[6:]]
    assert levels(with_zero, log=True) == levels(with_zero, log=False) != rows
