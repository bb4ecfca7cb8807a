"""The demo's one picture: training curves on the left, test images with their predicted digits
on the right."""

import math

import numpy as np

from pronghorn.cli.picture import Canvas

INK, FAINT, GRID = (34, 40, 56), (120, 128, 145), (228, 231, 238)
TRAIN, HELD_OUT = (38, 101, 194), (230, 126, 34)
RIGHT, WRONG = (39, 140, 80), (205, 46, 58)
WIDTH, HEIGHT = 1120, 600


def nice_ticks(low, high, count=4):
    """Up to `count` + 2 round numbers that cover [low, high]."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next(power * m for m in (1, 2, 5, 10) if span / (power * m) <= count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def log_ticks(low, high):
    """Round numbers inside (low, high): 1, 2 and 5 times powers of 10, or 1 and 3 times, or powers
    of 10 alone, as many as there is room for."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [m * 10.0**p for p in powers for m in factors if low < m * 10.0**p < high]
        if len(ticks) <= 6:
            break
    return ticks


def chart(canvas, x, y, width, height, title, series, top=None, log=False):
    """Draws curves over epochs 1, 2, ...: `series` is [(values, colour, label), ...].

    The axis goes from the least to the largest value, or between round numbers around them;
    with `log` equal steps are equal factors, where all values are above 0.
    """
    values = [v for curve, _, _ in series for v in curve if math.isfinite(v)]
    log = log and bool(values) and min(values) > 0 and max(values) > 4 * min(values)
    if log:
        low, high = min(values), max(values)
        ticks = log_ticks(low, high)
    else:
        ticks = nice_ticks(min(values, default=0), max(values, default=1))
        if top is not None:
            ticks = [tick for tick in ticks if tick <= top]
        low, high = ticks[0], ticks[-1]
    scale = math.log if log else float
    epochs = max(len(curve) for curve, _, _ in series)
    canvas.text(x, y - 30, title, INK, 14, weight=1.2)

    def at(epoch, value):
        across = (epoch - 1) / max(epochs - 1, 1)
        share = (scale(value) - scale(low)) / max(scale(high) - scale(low), 1e-9)
        return x + across * width, y + height * (1 - share)

    digits = 0 if log else max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)
    for tick in ticks:
        level = at(1, tick)[1]
        canvas.line([(x, level), (x + width, level)], GRID)
        written = f"{tick:g}" if log else f"{tick:.{digits}f}"
        canvas.text(x - 8, level - 5, written, FAINT, 10, "right")
    for epoch in sorted({1, *(int(tick) for tick in nice_ticks(1, max(epochs, 2)) if tick >= 1)}):
        if epoch <= epochs:
            canvas.text(at(epoch, low)[0], y + height + 9, str(epoch), FAINT, 10, "center")
    for curve, colour, _ in series:
        points = [at(i + 1, v) for i, v in enumerate(curve) if math.isfinite(v)]
        if points:
            canvas.line(points, colour, 2.4)
            canvas.line(points[-1:], colour, 7)
    right = x + width
    for _, colour, label in reversed(series):
        right -= canvas.text_width(label, 11)
        canvas.text(right, y - 29, label, colour, 11)
        canvas.line([(right - 24, y - 23.5), (right - 9, y - 23.5)], colour, 2.4)
        right -= 42


def choose(probabilities, labels, count):
    """Which images to show: the mistakes first, then the least certain, at most half the
    room in all, then from the front of the set; in order of their number."""
    wrong = probabilities.argmax(-1) != labels
    doubt = np.where(wrong, -1.0, probabilities.max(-1))
    hard = np.argsort(doubt, kind="stable")[: count // 4]
    easy = [i for i in range(len(labels)) if i not in set(hard.tolist())]
    return hard.tolist() + easy[: count - len(hard)]


def draw(history, images, labels, probabilities, title, facts):
    """Returns the Canvas. images (N, H, W), 0 to 1; labels (N); probabilities (N, 10);
    `facts` are the lines under the title."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.text(40, 32, title, INK, 21, weight=1.15)
    canvas.text(40, 68, facts, FAINT, 12)
    curves = [(TRAIN, "training", ""), (HELD_OUT, "held out", "val_")]
    for i, (name, key) in enumerate((("Loss", "loss"), ("Accuracy", "accuracy"))):
        series = [
            (history[prefix + key], colour, label)
            for colour, label, prefix in curves
            if prefix + key in history
        ]
        chart(canvas, 92, 142 + i * 230, 440, 160, name, series, 1.0 if i else None, log=not i)
    canvas.text(312, 572, "epoch", FAINT, 11, "center")

    columns, rows = 8, 5
    scale = max(1, 48 // images.shape[1])
    cell, left, top = 62, 592, 142
    canvas.text(left, top - 30, "Test images and predicted digits", INK, 14, weight=1.2)
    shown = choose(probabilities, labels, columns * rows)
    for slot, i in enumerate(shown):
        x, y = left + slot % columns * cell, top + slot // columns * (cell + 24)
        size = scale * images.shape[1]
        canvas.rectangle(x - 2, y - 2, size + 4, size + 4, GRID)
        canvas.image(x, y, images[i], scale)
        guess = int(probabilities[i].argmax())
        right = guess == labels[i]
        note = str(guess) if right else f"{guess} ({labels[i]})"
        colour, height = (RIGHT, 13) if right else (WRONG, 11)
        canvas.text(x + size / 2, y + size + 8, note, colour, height, "center", 1.2)
    caption = "hardest first; red: a mistake (and the right digit)"
    canvas.text(left, 572, caption, FAINT, 11)
    return canvas
