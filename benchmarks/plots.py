"""Draws docs/gemm.png, docs/conv.png and docs/batch.png from what curves.py measured.

python plots.py CURVES.json [--out ../docs]      needs matplotlib
"""

import argparse
import json
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from PIL import Image  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
COLOURS = ("#1f5fa8", "#c2571a", "#3c8a3c", "#7a4aa0")
NETWORKS = {"dense784": "784-512-10", "mnist": "convnet 32-64-64"}
NAMES = {"pronghorn": "Pronghorn", "torch": "PyTorch"}


def axes(title, x, y, ticks):
    figure, ax = plt.subplots(figsize=(7, 4.4), dpi=100)
    ax.set_title(title, fontsize=11)
    style(ax, ticks)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    return figure, ax


def style(ax, ticks):
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(t) for t in ticks], fontsize=8)
    ax.minorticks_off()
    ax.grid(True, linewidth=0.4, alpha=0.6)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def several(threads):
    return f"{threads} thread{'s' if threads > 1 else ''}"


def said(part):
    return ", one thread, processor time" if part.get("cpu") else ""


def save(figure, ax, folder, name, columns):
    """The legend lies below the picture, where no curve goes."""
    legend = ax.get_legend_handles_labels()
    figure.legend(*legend, loc="lower center", ncols=columns, fontsize=8, frameon=False)
    rows = -(-len(legend[0]) // columns)
    figure.tight_layout(rect=(0, 0.01 + 0.042 * rows, 1, 1))
    path = os.path.join(folder, name)
    figure.savefig(path)
    with Image.open(path) as picture:  # 64 colours are enough for lines, and a third of the bytes
        picture.convert("RGB").quantize(64).save(path, optimize=True)
    plt.close(figure)


def draw(ax, curves, most, colours):
    """Curves of one kind: solid on all threads, dashed on fewer, dotted without Winograd."""
    for curve in curves:
        plain = "without" in curve["name"]
        threads = several(curve["threads"])
        if plain and curve["threads"] < most:
            continue  # one of each is enough
        ax.plot(
            *zip(*curve["points"]),
            color=colours[0 if plain else 1 if curve["threads"] < most else 2],
            linestyle=":" if plain else "-" if curve["threads"] == most else "--",
            marker="." if not plain else None,
            label=f"without Winograd, {threads}" if plain else threads,
        )


def peaks(ax, part, said_once):
    for curve in part["curves"]:
        if curve["name"] == "peak":
            ax.axhline(curve["points"], color="#888888", linewidth=0.8)
            if said_once:
                ax.annotate(
                    f"multiply-add peak, {several(curve['threads'])}",
                    (1, curve["points"]), xycoords=("axes fraction", "data"), ha="right",
                    va="bottom", fontsize=7, color="#666666",
                )  # fmt: skip


def products(part, folder):
    curves = [c for c in part["curves"] if c["name"] != "peak"]
    ticks = [p[0] for p in curves[0]["points"]]
    figure, ax = axes("Square float32 products" + said(part), "n", "GFLOP/s", ticks)
    most = max(c["threads"] for c in curves)
    draw(ax, curves, most, [COLOURS[0]] * 3)
    peaks(ax, part, said_once=True)
    ax.set_ylim(bottom=0)
    save(figure, ax, folder, "gemm.png", columns=2)


def convolutions(part, folder):
    """A panel for each of forward and the two gradients, whose curves would cover one another."""
    curves = [c for c in part["curves"] if c["name"] != "peak"]
    most = max(c["threads"] for c in curves)
    kinds = list(dict.fromkeys(c["name"].split(",")[0] for c in curves))
    figure, panels = plt.subplots(1, len(kinds), figsize=(9.6, 4.2), dpi=100, sharey=True)
    ticks = [p[0] for p in curves[0]["points"]]
    for i, (ax, kind) in enumerate(zip(panels, kinds)):
        style(ax, ticks[::2])
        ax.set_title(kind, fontsize=10)
        ax.set_xlabel("height and width of the images", fontsize=9)
        own = [c for c in curves if c["name"].split(",")[0] == kind]
        draw(ax, own, most, (COLOURS[2], COLOURS[1], COLOURS[0]))
        peaks(ax, part, said_once=i == len(kinds) - 1)
    panels[0].set_ylabel("GFLOP/s, counted as direct")
    panels[0].set_ylim(bottom=0)
    figure.suptitle("3x3 convolution, 64 to 64 channels, 8 images" + said(part), fontsize=11)
    save(figure, panels[0], folder, "conv.png", columns=4)


def batches(part, folder):
    title = "One training sample, whole steps through fit" + said(part)
    ticks = [p[0] for p in part["curves"][0]["points"]]
    figure, ax = axes(title, "batch size", "microseconds a sample", ticks)
    ax.set_yscale("log")
    networks = list(dict.fromkeys(c["network"] for c in part["curves"]))
    for curve in part["curves"]:
        threads = curve["threads"]
        ax.plot(
            *zip(*curve["points"]),
            color=COLOURS[networks.index(curve["network"]) + (2 if threads > 1 else 0)],
            linestyle="-" if curve["name"] == "pronghorn" else "--",
            marker=".",
            label=f"{NETWORKS[curve['network']]}, {NAMES[curve['name']]}, {several(threads)}",
        )
    save(figure, ax, folder, "batch.png", columns=2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json")
    parser.add_argument("--out", default=os.path.join(HERE, "../docs"))
    options = parser.parse_args()
    with open(options.json) as f:
        found = json.load(f)
    if "gemm" in found:
        products(found["gemm"], options.out)
    if "conv" in found:
        convolutions(found["conv"], options.out)
    if "batch" in found:
        batches(found["batch"], options.out)


if __name__ == "__main__":
    main()
