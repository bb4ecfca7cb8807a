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
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(t) for t in ticks], fontsize=8)
    ax.minorticks_off()
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(True, linewidth=0.4, alpha=0.6)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return figure, ax


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


def label(curve, named):
    threads = several(curve["threads"])
    if not named:
        return threads
    return curve["name"] if "without" in curve["name"] else f"{curve['name']}, {threads}"


def rates(part, folder, name, title, x, unit="GFLOP/s"):
    measured = [c for c in part["curves"] if c["name"] != "peak"]
    figure, ax = axes(title + said(part), x, unit, [p[0] for p in measured[0]["points"]])
    names = list(dict.fromkeys(c["name"].split(",")[0] for c in measured))
    most = max(c["threads"] for c in measured)
    for curve in measured:
        base, plain = curve["name"].split(",")[0], "without" in curve["name"]
        if plain and curve["threads"] != most:
            continue  # one of each is enough
        ax.plot(
            *zip(*curve["points"]),
            color=COLOURS[names.index(base)],
            linestyle=":" if plain else "-" if curve["threads"] == most else "--",
            marker="." if not plain else None,
            label=label(curve, len(names) > 1),
        )
    for curve in part["curves"]:
        if curve["name"] == "peak":
            ax.axhline(curve["points"], color="#888888", linewidth=0.8)
            ax.annotate(
                f"multiply-add peak, {several(curve['threads'])}",
                (1, curve["points"]), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                fontsize=7, color="#666666",
            )  # fmt: skip
    ax.set_ylim(bottom=0)
    save(figure, ax, folder, name, columns=3 if len(names) > 1 else 2)


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
        title = "Square float32 products"
        rates(found["gemm"], options.out, "gemm.png", title, "n")
    if "conv" in found:
        title = "3x3 convolution, 64 to 64 channels, 8 images"
        rates(
            found["conv"],
            options.out,
            "conv.png",
            title,
            "height and width of the images",
            "GFLOP/s, counted as direct",
        )
    if "batch" in found:
        batches(found["batch"], options.out)


if __name__ == "__main__":
    main()
