"""What the examples share: their arguments, scenes to learn from, and pictures made with Pillow."""

import argparse

import numpy as np
from PIL import Image, ImageDraw, ImageFont


def options(description, default, **more):
    """The arguments of a script: --out, --quick for a run of seconds, --seed, and `more`."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--out", default=default, help="the PNG that is written")
    parser.add_argument("--quick", action="store_true", help="as little training as can be")
    parser.add_argument("--seed", type=int, default=1)
    for name, settings in more.items():
        parser.add_argument(f"--{name}", **settings)
    found = parser.parse_args()
    import pronghorn

    pronghorn.utils.set_random_seed(found.seed)
    return found


SHAPES = "disc", "square", "cross"


def scenes(count, side=48, seed=0):
    """(pictures (count, side, side, 3) of 0 to 1, labels): a shape in front of clutter."""
    rng = np.random.RandomState(seed)
    pictures, labels = np.empty((count, side, side, 3), "float32"), rng.randint(0, 3, count)
    for i, label in enumerate(labels):
        noise = Image.fromarray(rng.randint(60, 200, (5, 5, 3)).astype("uint8"))
        canvas = noise.resize((side, side), Image.Resampling.BICUBIC)
        draw = ImageDraw.Draw(canvas)
        for _ in range(6):
            color = tuple(rng.randint(0, 256, 3).tolist())
            draw.line(rng.randint(0, side, 4).tolist(), fill=color, width=1)
        r = rng.randint(side // 8, side // 5)
        x, y = rng.randint(r, side - r, 2)
        color = tuple(rng.randint(0, 256, 3).tolist())
        if label == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=color)
        elif label == 1:
            draw.rectangle((x - r, y - r, x + r, y + r), fill=color)
        else:
            draw.line((x - r, y, x + r, y), fill=color, width=r // 2 + 1)
            draw.line((x, y - r, x, y + r), fill=color, width=r // 2 + 1)
        pictures[i] = np.asarray(canvas, "float32") / 255
    return pictures, labels.astype("int32")


def scene_network(quick, side=48):
    """A convnet that tells the shapes of scenes apart."""
    from pronghorn import Input, Sequential, layers

    parts = [Input((side, side, 3))]
    for i, (filters, size) in enumerate(((16, 5), (32, 3), (64, 3))):
        conv = layers.Conv2D(filters, size, padding="same", activation="relu", name=f"conv{i}")
        parts += [conv, layers.MaxPooling2D(2)]
    parts += [layers.GlobalMaxPooling2D(), layers.Dense(3, activation="softmax")]
    model = Sequential(parts)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = scenes(64 if quick else 1600, side)
    model.fit(x, y, batch_size=32, epochs=1 if quick else 8, verbose=0)
    return model


def as_bytes(values, low=None, high=None):
    """Values as uint8, the least black and the largest white unless bounds are given."""
    values = np.asarray(values, "float32")
    low, high = (values.min() if low is None else low), (values.max() if high is None else high)
    return np.clip((values - low) * (255 / max(high - low, 1e-7)), 0, 255).astype("uint8")


def heat(values, low=None, high=None):
    """Bytes (..., 3) from dark blue over red to yellow and white."""
    at = np.array([0, 0.25, 0.5, 0.75, 1.0])
    colors = np.array([[10, 5, 50], [110, 15, 110], [220, 60, 60], [250, 170, 40], [255, 255, 220]])
    share = as_bytes(values, low, high) / 255.0
    return np.stack([np.interp(share, at, colors[:, i]) for i in range(3)], -1).astype("uint8")


def grid(pictures, columns, size, gap=2):
    """Bytes (n, h, w) or (n, h, w, 3) side by side, each `size` pixels wide."""
    pictures = [Image.fromarray(p).convert("RGB") for p in pictures]
    height = round(size * pictures[0].height / pictures[0].width)
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * (size + gap) + gap, rows * (height + gap) + gap), "white")
    for i, picture in enumerate(pictures):
        at = gap + i % columns * (size + gap), gap + i // columns * (height + gap)
        nearest = size >= picture.width
        kind = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
        whole.paste(picture.resize((size, height), kind), at)
    return whole


def letters(size=12):
    try:
        return ImageFont.load_default(size)
    except TypeError:  # Pillow before 10.1
        return ImageFont.load_default()


def titled(picture, text):
    """The picture below a line of text."""
    whole = Image.new("RGB", (picture.width, picture.height + 18), "white")
    whole.paste(picture, (0, 18))
    ImageDraw.Draw(whole).text((4, 2), text, fill="black", font=letters())
    return whole


def stacked(pictures, across=False):
    """Pictures below each other, or side by side."""
    widths, heights = [p.width for p in pictures], [p.height for p in pictures]
    size = (sum(widths), max(heights)) if across else (max(widths), sum(heights))
    whole, at = Image.new("RGB", size, "white"), 0
    for picture in pictures:
        whole.paste(picture, (at, 0) if across else (0, at))
        at += picture.width if across else picture.height
    return whole


def curves(lines, width=320, height=220):
    """A plot of {name: values}, one value an epoch."""
    whole = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(whole), letters(11)
    left, top, right, bottom = 40, 10, width - 10, height - 24
    every = np.concatenate([np.asarray(v, "float64") for v in lines.values()])
    low, high = float(every.min()), float(every.max())
    span = max(high - low, 1e-9)
    for i in range(5):
        y = bottom - (bottom - top) * i / 4
        draw.line((left, y, right, y), fill=(225, 225, 225))
        draw.text((4, y - 7), f"{low + span * i / 4:.2f}", fill="black", font=font)
    colors = (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40)
    for n, (name, values) in enumerate(lines.items()):
        step = (right - left) / max(len(values) - 1, 1)
        points = [
            (left + step * i, bottom - (bottom - top) * (v - low) / span)
            for i, v in enumerate(values)
        ]
        draw.line(points, fill=colors[n % 4], width=2)
        rises = values[-1] > values[0]
        at = right - 110, (bottom - 40 if rises else top + 4) + 15 * n
        draw.line((at[0], at[1] + 7, at[0] + 16, at[1] + 7), fill=colors[n % 4], width=3)
        draw.text((at[0] + 22, at[1]), name, fill="black", font=font)
    draw.text((right - 60, bottom + 6), f"{len(lines[name])} epochs", fill="black", font=font)
    return whole


def save(picture, path):
    """Writes the PNG and says so."""
    picture.save(path, optimize=True)
    print(f"wrote {path} ({picture.width} x {picture.height})")
