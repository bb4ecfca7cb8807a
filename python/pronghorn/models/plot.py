"""plot_model and model_to_dot: a model as a picture of boxes and arrows.

Graphviz draws it where pydot and Graphviz are installed, else Pillow does, row by row.
"""

from __future__ import annotations

import os
import shutil
from typing import Any

from .._atomic import replacing, replacing_file
from ..engine import nest
from .functional import Functional
from .sequential import Sequential


class _Boxes:
    """The boxes (id -> (depth, lines)) and arrows of a model, nested models expanded or not."""

    def __init__(self, model, options):
        self.options = options
        self.boxes = {}
        self.arrows = []
        self._add(model, "", 0)

    def _add(self, model, prefix, depth):
        """Adds a model's layers; returns (ids that its inputs enter, ids its outputs leave)."""
        graph = _graph_of(model)
        if graph is None:
            return self._stack(model, prefix, depth)
        leaves, firsts, deepest = {}, [], depth
        for node in graph.nodes:
            operation = node.operation
            sources = [s for x in node.input_tensors for s in leaves.get(x._key, ())]
            here = max([depth, *(self.boxes[s][0] + 1 for s in sources)])
            key = f"{prefix}{operation.name}"
            inner = self.options["expand_nested"] and _can_expand(operation)
            if inner:
                entered, left = self._add(operation, f"{key}/", here)
            else:
                if key not in self.boxes:
                    self.boxes[key] = (here, self._lines(operation))
                entered = left = [key]
            if node.is_input:
                firsts.extend(entered)
            self.arrows.extend((s, e) for s in dict.fromkeys(sources) for e in entered)
            for output in node.output_keys:
                leaves[output] = left
            deepest = max(deepest, here)
        return firsts, [s for x in graph.outputs for s in leaves.get(x._key, ())]

    def _stack(self, model, prefix, depth):
        """A Sequential that has no shapes yet: one box under the other; else one for it all."""
        layers = model.layers if isinstance(model, Sequential) else [model]
        keys = [f"{prefix}{layer.name}" for layer in layers]
        for i, (key, layer) in enumerate(zip(keys, layers)):
            self.boxes[key] = (depth + i, self._lines(layer))
        self.arrows.extend(zip(keys, keys[1:]))
        return keys[:1], keys[-1:]

    def _lines(self, layer):
        options, kind = self.options, type(layer).__name__
        lines = [f"{layer.name} ({kind})" if options["show_layer_names"] else kind]
        activation = getattr(layer, "activation", None)
        if options["show_layer_activations"] and activation is not None:
            lines.append(f"Activation: {getattr(activation, '__name__', activation)}")
        if options["show_dtype"]:
            lines.append(f"Output dtype: {_of_nodes(layer, 'outputs', 'dtype')}")
        if options["show_shapes"]:
            lines.append(f"Input shape: {_of_nodes(layer, 'input_tensors', 'shape')}")
            lines.append(f"Output shape: {_of_nodes(layer, 'outputs', 'shape')}")
        if options["show_trainable"] and hasattr(layer, "trainable"):
            lines.append("Trainable" if layer.trainable else "Non-trainable")
        return lines


def _graph_of(model):
    model = model._functional if isinstance(model, Sequential) else model
    return model._graph if isinstance(model, Functional) else None


def _can_expand(operation):
    return isinstance(operation, (Functional, Sequential))


def _of_nodes(layer, which, attribute):
    """Shapes or dtypes at a layer's first call; "?" before it."""
    if not layer._inbound_nodes:
        return "?"
    found = [getattr(x, attribute) for x in nest.flatten(getattr(layer._inbound_nodes[0], which))]
    if not found:
        found = [getattr(x, attribute) for x in layer._inbound_nodes[0].outputs]
    return ", ".join(map(str, found))


def _dot_text(boxes, rankdir, dpi, splines):
    def quoted(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [f"digraph model {{ rankdir={rankdir}; dpi={dpi}; splines={splines};"]
    lines.append('node [shape=box, fontname="Helvetica"];')
    lines += [
        f"{quoted(k)} [label={quoted(chr(10).join(t))}];" for k, (_, t) in boxes.boxes.items()
    ]
    lines += [f"{quoted(a)} -> {quoted(b)};" for a, b in boxes.arrows]
    return "\n".join([*lines, "}"])


def _boxes_of(model, kwargs, **options):
    if kwargs.pop("layer_range", None):
        raise ValueError("Argument `layer_range` is no longer supported.")
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments: {kwargs}")
    if not model.built:
        raise ValueError(
            "This model has not yet been built. Build the model first by calling `build()` or by "
            "calling the model on a batch of data."
        )
    return _Boxes(model, options)


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """A model as a pydot graph.

    Args:
        model: A built model.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: What
            stands in the boxes.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: Whether to draw the layers of nested models.
        dpi: Dots per inch.
        subgraph: Whether to return a Cluster.
        splines: How Graphviz bends arrows.

    Returns:
        pydot.Dot, or pydot.Cluster.

    Raises:
        ImportError: where pydot is not installed.
        ValueError: for a model that is not built.

    Example:

    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    >>> try:
    ...     kind = type(model_to_dot(model)).__name__
    ... except ImportError:  # without pydot
    ...     kind = "Dot"
    >>> kind
    'Dot'
    """
    try:
        import pydot
    except ImportError as error:
        raise ImportError(
            "You must install pydot (`pip install pydot`) for `model_to_dot` to work."
        ) from error
    boxes = _boxes_of(
        model, kwargs, show_shapes=show_shapes, show_dtype=show_dtype,
        show_layer_names=show_layer_names, expand_nested=expand_nested,
        show_layer_activations=show_layer_activations, show_trainable=show_trainable,
    )  # fmt: skip
    dot = pydot.Cluster(graph_name=model.name) if subgraph else pydot.Dot()
    dot.set("rankdir", rankdir)
    dot.set("dpi", dpi)
    dot.set("splines", splines)
    dot.set_node_defaults(shape="box", fontname="Helvetica")
    for key, (_, lines) in boxes.boxes.items():
        dot.add_node(pydot.Node(f'"{key}"', label='"' + "\\n".join(lines) + '"'))
    for a, b in boxes.arrows:
        dot.add_edge(pydot.Edge(f'"{a}"', f'"{b}"'))
    return dot


def plot_model(
    model: Any,
    to_file: str = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> None:
    """Draws a model to a file: by Graphviz where it is installed with pydot, else by Pillow.

    Args:
        model: A built model.
        to_file: Path; its ending says the format (".png", ".jpg", ".pdf", and ".dot" for text).
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: What
            stands in the boxes.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: Whether to draw the layers of nested models.
        dpi: Dots per inch.
        splines: How Graphviz bends arrows.

    Raises:
        ImportError: where neither Graphviz nor Pillow is installed.
        ValueError: for a model that is not built, or a format that only Graphviz writes.

    Example:

    >>> model = models.Sequential([layers.Input((3,), name="in"), layers.Dense(2, name="out")])
    >>> plot_model(model, "net.dot", show_layer_names=True)
    >>> with open("net.dot") as file:
    ...     file.read().startswith("digraph")
    True
    """
    boxes = _boxes_of(
        model, kwargs, show_shapes=show_shapes, show_dtype=show_dtype,
        show_layer_names=show_layer_names, expand_nested=expand_nested,
        show_layer_activations=show_layer_activations, show_trainable=show_trainable,
    )  # fmt: skip
    path = os.fspath(to_file)
    ending = os.path.splitext(path)[1].lower().lstrip(".") or "png"
    text = _dot_text(boxes, rankdir, dpi, splines)
    if ending == "dot":
        with replacing_file(path, "w") as file:
            file.write(text)
        return
    if shutil.which("dot"):
        import subprocess

        with replacing(path) as temporary:
            subprocess.run(["dot", f"-T{ending}", "-o", temporary], input=text.encode(), check=True)
        return
    if ending not in ("png", "jpg", "jpeg", "pdf", "gif", "bmp", "webp"):
        raise ValueError(
            f"Without Graphviz a model is drawn as png, jpg, gif, bmp, webp or pdf. Received: "
            f"to_file={path!r}"
        )
    picture = _drawn(boxes, rankdir, max(dpi / 100, 0.5))
    kind = {"jpg": "JPEG"}.get(ending, ending.upper())
    with replacing_file(path) as file:
        picture.save(file, format=kind)


def _drawn(boxes, rankdir, scale):
    """A Pillow image: boxes of one depth side by side, arrows from each to those it feeds."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise ImportError(
            "`plot_model` needs Graphviz (`dot` on the path) or Pillow (`pip install pillow`)."
        ) from error
    try:
        font = ImageFont.load_default(size=round(12 * scale))
    except TypeError:  # Pillow before 10.1
        font = ImageFont.load_default()
    ruler = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    gap, pad = round(28 * scale), round(8 * scale)
    sizes, rows = {}, {}
    for key, (depth, lines) in boxes.boxes.items():
        left, top, right, bottom = ruler.multiline_textbbox((0, 0), "\n".join(lines), font=font)
        sizes[key] = (right - left + 2 * pad, bottom - top + 2 * pad)
        rows.setdefault(depth, []).append(key)
    across = rankdir == "LR"
    along, beside = (0, 1) if across else (1, 0)
    widest = max(sum(sizes[k][beside] + gap for k in row) for row in rows.values()) + gap
    places, front = {}, gap
    for depth in sorted(rows):
        row = rows[depth]
        side = (widest - sum(sizes[k][beside] + gap for k in row) + gap) / 2
        for key in row:
            places[key] = (front, side) if across else (side, front)
            side += sizes[key][beside] + gap
        front += max(sizes[k][along] for k in row) + gap
    depths = {key: depth for key, (depth, _) in boxes.boxes.items()}
    lanes = _lanes([(depths[a], depths[b], a, b) for a, b in boxes.arrows])
    step = round(10 * scale)
    room = max(widest, widest - gap + step * (2 + max(lanes.values(), default=0)))
    size = (front, room) if across else (room, front)
    image = Image.new("RGB", (round(size[0]), round(size[1])), "white")
    pen = ImageDraw.Draw(image)
    for a, b in boxes.arrows:
        (x1, y1), (x2, y2) = places[a], places[b]
        (w1, h1), (_, h2) = sizes[a], sizes[b]
        if (a, b) in lanes:  # around the boxes between
            lane = widest - gap + step * (1 + lanes[a, b])
            if across:
                start, end = (x1 + w1 / 2, y1 + h1), (x2 + sizes[b][0] / 2, y2 + h2)
                path = [start, (start[0], lane), (end[0], lane), end]
            else:
                start, end = (x1 + w1, y1 + h1 / 2), (x2 + sizes[b][0], y2 + h2 / 2)
                path = [start, (lane, start[1]), (lane, end[1]), end]
            pen.line(path, fill="black", width=max(1, round(scale)))
            _arrow_head(pen, path[-2], end, 5 * scale)
            continue
        if across:
            start, end = (x1 + w1, y1 + h1 / 2), (x2, y2 + h2 / 2)
        else:
            start, end = (x1 + w1 / 2, y1 + h1), (x2 + sizes[b][0] / 2, y2)
        pen.line([start, end], fill="black", width=max(1, round(scale)))
        _arrow_head(pen, start, end, 5 * scale)
    for key, (_, lines) in boxes.boxes.items():
        (x, y), (w, h) = places[key], sizes[key]
        pen.rectangle([x, y, x + w, y + h], fill="#f4f6f8", outline="black")
        pen.multiline_text((x + pad, y + pad), "\n".join(lines), fill="black", font=font)
    return image


def _lanes(arrows):
    """{(a, b): number of the lane} for arrows (depth, depth, a, b) that pass boxes by; two share
    a lane where one ends before the other begins."""
    found, ends = {}, []
    for first, last, a, b in sorted(arrows, key=lambda arrow: arrow[:2]):
        if last - first < 2:
            continue
        lane = next((i for i, end in enumerate(ends) if end <= first), len(ends))
        ends[lane:] = [last, *ends[lane + 1 :]]
        found[a, b] = lane
    return found


def _arrow_head(pen, start, end, size):
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    dx, dy = dx / length * size, dy / length * size
    back = (end[0] - 1.5 * dx, end[1] - 1.5 * dy)
    pen.polygon([end, (back[0] - dy * 0.6, back[1] + dx * 0.6),
                 (back[0] + dy * 0.6, back[1] - dx * 0.6)], fill="black")  # fmt: skip
