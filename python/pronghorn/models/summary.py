"""print_summary: the table of a model's layers."""

import math
import re
import shutil
import sys

from ..engine import nest
from ..layers.base import Layer
from ..layers.call_spec import shape_tree
from .functional import Functional
from .sequential import Sequential
from .table import cell_len, fit_widths, render

_BITS = {"bool": 1, "bfloat16": 16}
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Prints the summary of a model; the arguments are those of `Model.summary`."""
    text = summary_text(model, line_length, positions, expand_nested, show_trainable, layer_range)
    if print_fn is not None:
        print_fn(text)
    else:
        sys.stdout.write(text)
        sys.stdout.flush()


def summary_text(
    model,
    line_length=None,
    positions=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """The summary as one string that ends in a newline."""
    columns = shutil.get_terminal_size().columns
    connected = _is_branched(model)
    header = ["Layer (type)", "Output Shape", "Param #"]
    alignments = ["left", "left", "right"]
    if connected:
        header.append("Connected to")
        alignments.append("left")
    default_length = 108 if connected else 88
    ends = positions or ([0.3, 0.56, 0.74, 1.0] if connected else [0.45, 0.80, 1.0])
    if show_trainable:
        default_length += 12
        ends = [p * 0.90 for p in ends] + [1.0]
        header.append("Trainable")
        alignments.append("center")
    line_length = line_length or min(default_length, columns - 4)
    if ends[-1] > 1:  # columns, not parts of the line
        ends = [end / ends[-1] for end in ends]
    wanted, done = [], 0
    for end in ends:
        width = int(end * line_length) - done
        if width < 4:
            raise ValueError("Insufficient console width to print summary.")
        wanted.append(width)
        done += width

    if len(wanted) < len(header):
        raise ValueError(f"`positions` needs {len(header)} numbers. Received: {positions}")
    wanted = wanted[: len(header)]
    layers = model._operations if isinstance(model, Functional) else model.layers
    nodes = set(model._graph.nodes) if connected else None
    rows = []
    start, stop = _range(layers, layer_range)
    for layer in layers[start:stop]:
        _add_rows(rows, layer, 0, expand_nested, show_trainable, nodes)

    lines = [f'Model: "{model.name}"']
    lines += render(header, rows, fit_widths(wanted, line_length), alignments)
    lines += _totals(model)
    return "".join(_crop(line, columns) + "\n" for line in lines)


def _crop(line, columns):
    while cell_len(line) > columns:
        line = line[:-1]
    return line


def _is_branched(model):
    """Whether the graph is more than one chain, so that connections are shown."""
    if isinstance(model, Sequential) or not isinstance(model, Functional):
        return False
    nodes = []
    for at_depth in model._nodes_by_depth.values():
        if len(at_depth) > 1 or len(at_depth[0].input_tensors) > 1:
            return True
        nodes += at_depth
    inside = set(nodes)
    return any(sum(n in inside for n in layer._inbound_nodes) > 1 for layer in model.layers)


def _add_rows(rows, layer, level, expand_nested, show_trainable, nodes):
    prefix = "   " * level + "└ " if level else ""
    row = [f"{prefix}{layer.name} ({type(layer).__name__})", _shape_text(layer), _params(layer)]
    if nodes is not None:
        row.append(_connections(layer, nodes))
    if show_trainable:
        has_weights = isinstance(layer, Layer) and bool(layer.weights)
        row.append(("Y" if layer.trainable else "N") if has_weights else "-")
    rows.append(row)
    if expand_nested:
        for inner in getattr(layer, "layers", None) or ():
            _add_rows(rows, inner, level + 1, expand_nested, show_trainable, nodes)


def _params(layer):
    if not hasattr(layer, "built"):
        return "0"
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def _shape_text(layer):
    shapes = None
    if layer._inbound_nodes:
        shapes = [x.shape for x in layer._inbound_nodes[-1].output_tensors]
    elif not layer._build_shapes_dict:
        return "?"
    elif isinstance(layer, (Functional, Sequential)):
        shapes = [layer.output_shape]
    elif type(layer).compute_output_shape is Layer.compute_output_shape:
        return "?"
    elif all(shape is None for shape in layer._build_shapes_dict.values()):
        return "?"  # built ahead of any input
    else:
        shapes = layer.compute_output_shape(*layer._build_shapes_dict.values())
    texts = shape_tree(lambda shape: f"({', '.join(str(s) for s in shape)})", shapes)
    flat = nest.flatten(texts)
    return flat[0] if len(flat) == 1 else str(texts).replace("'", "")


def _connections(layer, nodes):
    texts = []
    for node in layer._inbound_nodes:
        if node in nodes:
            for x in node.input_tensors:
                operation, node_index, tensor_index = x._keras_history
                texts.append(f"{operation.name}[{node_index}][{tensor_index}]")
    return ", ".join(texts) or "-"


def _range(layers, layer_range):
    if layer_range is None:
        return 0, len(layers)
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            "layer_range must be a list or tuple of two layer names. "
            f"Received: layer_range={layer_range}"
        )
    first = [i for i, layer in enumerate(layers) if re.match(layer_range[0], layer.name)]
    last = [i for i, layer in enumerate(layers) if re.match(layer_range[1], layer.name)]
    if not first or not last:
        raise ValueError(
            "Passed layer_names do not match the layer names in the model. "
            f"Received: {layer_range}. The layers are {[layer.name for layer in layers]}."
        )
    low, high = min(first), max(last)
    if low > high:
        low, high = min(last), max(first)
    return low, high + 1


def count_params(weights):
    return sum(math.prod(w.shape) for w in weights)


def weight_memory_size(weights):
    """Bytes that the weights take."""
    unique = {id(w): w for w in weights}.values()
    return sum(math.prod(w.shape) * _bits(w.dtype) for w in unique) / 8


def _bits(dtype):
    if dtype in _BITS:
        return _BITS[dtype]
    return int(re.search(r"\d+$", dtype).group())


def readable_memory_size(size):
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            return f"{size:.2f} {unit}"
        size /= 1024


def _totals(model):
    groups = [
        ("Trainable", model.trainable_weights),
        ("Non-trainable", model.non_trainable_weights),
    ]
    optimizer = getattr(model, "optimizer", None)
    if getattr(model, "compiled", False) and optimizer is not None and optimizer.built:
        groups.append(("Optimizer", optimizer.variables))
    counts = [(n, count_params(w), weight_memory_size(w)) for n, w in groups]
    total = ("Total", sum(c for _, c, _ in counts), sum(s for _, _, s in counts))
    return [
        f" {name} params: {count:,} ({readable_memory_size(size)})"
        for name, count, size in [total, *counts]
    ]
