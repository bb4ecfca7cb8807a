"""What is in a model file, told without building the model: nothing of the file's code runs, and
no numbers are read but shapes.
"""

import json
import os
from dataclasses import dataclass, field

from . import api, keras_file
from .archive import Archive
from .h5_weights import is_old, weights_group
from .hdf5 import File
from .old_reading import age_of
from .old_rules import layers_of, older_rules
from .shards import Shards


@dataclass
class Weight:
    """One data set: its group, its name there, shape and dtype."""

    group: str
    name: str
    shape: tuple
    dtype: str


@dataclass
class FileFacts:
    """What `inspect` found.

    Attributes:
        kind: What sort of file it is, in words.
        version: Version of the Keras that wrote it, or None where it does not say.
        backend: The backend it was written on, or None.
        config: Configuration of the model, or None for weights alone.
        compiled: Compile arguments, or None.
        weights: List of Weight, of the model.
        state: List of Weight, of its optimizer.
        rules: What is read by older rules, in words.
    """

    kind: str
    version: str | None = None
    backend: str | None = None
    saved: str | None = None
    config: dict | None = None
    compiled: dict | None = None
    weights: list = field(default_factory=list)
    state: list = field(default_factory=list)
    rules: list = field(default_factory=list)


def inspect(path):
    """Reads what a file says of itself.

    Args:
        path: A `.keras`, `.h5`, `.weights.h5` or `.weights.json` file, or a folder of a model.

    Returns:
        A FileFacts.

    Raises:
        ValueError: for what is no such file, or damaged.
        FileNotFoundError: where there is nothing.
    """
    path = os.fspath(path)
    kind = api.kind_of(path)
    if kind is None:
        raise FileNotFoundError(f"There is no file {path}.")
    if kind == "zip":
        facts = _zip(path)
    elif kind == "folder":
        facts = _folder(path)
    elif kind == "hdf5":
        with File(path) as f:
            facts = _hdf5(f)
    elif path.endswith(".weights.json"):
        facts = FileFacts("weights in several files, in Keras 3's layout", "3")
        with Shards(path) as shards:
            for group in shards.groups():
                _put(facts, group, shards.store(group))
    else:
        raise ValueError(f"{path} is no file of a model or of weights, or it is damaged.")
    facts.rules = older_rules(facts, path)
    return facts


def _parsed(text, what, name):
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError) as e:
        raise ValueError(f"{name} is damaged: its {what} is no JSON ({e}).") from None
    if not isinstance(found, dict):
        raise ValueError(f"{name} is damaged: its {what} is no JSON object.")
    return found


def _zip(path):
    with Archive(path) as archive:
        facts = FileFacts("a `.keras` zip file")
        if keras_file.METADATA in archive.names():
            _take_metadata(facts, archive.read(keras_file.METADATA), path)
        facts.config = _parsed(archive.read(keras_file.CONFIG), keras_file.CONFIG, path)
        if keras_file.WEIGHTS in archive.names():
            with archive.opened(keras_file.WEIGHTS) as member:
                with File(member, f"{path}:{keras_file.WEIGHTS}") as f:
                    _take_groups(facts, f)
    facts.compiled = facts.config.get("compile_config")
    return facts


def _take_metadata(facts, text, path):
    metadata = _parsed(text, keras_file.METADATA, path)
    facts.version, facts.saved = metadata.get("keras_version"), metadata.get("date_saved")
    facts.backend = metadata.get("written_by")


def _folder(path):
    facts = FileFacts("a folder of a model")
    with open(os.path.join(path, keras_file.CONFIG), "rb") as f:
        facts.config = _parsed(f.read(), keras_file.CONFIG, path)
    metadata = os.path.join(path, keras_file.METADATA)
    if os.path.exists(metadata):
        with open(metadata, "rb") as f:
            _take_metadata(facts, f.read(), path)
    weights = os.path.join(path, keras_file.WEIGHTS)
    if os.path.exists(weights):
        with File(weights) as f:
            _take_groups(facts, f)
    facts.compiled = facts.config.get("compile_config")
    return facts


def _hdf5(f):
    text = f.root.attribute("model_config")
    if not is_old(f):
        facts = FileFacts("an HDF5 file of weights, in Keras 3's layout", "3")
        _take_groups(facts, f)
        return facts
    what = "a model" if text is not None else "weights"
    facts = FileFacts(f"an HDF5 file of {what}, in Keras 2's layout")
    group = weights_group(f)
    for place in (f.root, group):
        facts.version = facts.version or place.attribute("keras_version")
        facts.backend = facts.backend or place.attribute("backend")
    if text is not None:
        facts.config = _parsed(text, "model_config", f.name)
    compiled = f.root.attribute("training_config")
    if compiled is not None:
        facts.compiled = _parsed(compiled, "training_config", f.name)
    for name in group.names("layer_names"):
        layer = group.group(name)
        if layer is None:
            raise f.damaged(name, "a layer that is listed is missing")
        for weight in layer.names("weight_names"):
            facts.weights.append(Weight(name, weight, layer.shape(weight), layer.dtype(weight)))
    if "optimizer_weights" in f.root:
        state = f.root.group("optimizer_weights")
        for weight in state.names("weight_names"):
            facts.state.append(
                Weight("optimizer", weight, state.shape(weight), state.dtype(weight))
            )
    return facts


def _take_groups(facts, f):
    """All data sets below groups called "vars"."""
    waiting = [("", f.root)]
    while waiting:
        path, group = waiting.pop()
        inner = []
        for key in group.keys():
            if not group.is_group(key):
                continue
            below = group.group(key)
            if key == "vars":
                _put(facts, path, below, below.attribute("name"))
            else:
                inner.append((f"{path}/{key}" if path else key, below))
        waiting.extend(reversed(inner))


def _put(facts, path, store, name=None):
    place = f"{path} ('{name}')" if name else path
    found = facts.state if path.partition("/")[0] == "optimizer" else facts.weights
    for key in store.keys():
        found.append(Weight(place, key, tuple(store.shape(key)), store.dtype(key)))


# ---- the text


def text(facts, path):
    """The lines that `pronghorn inspect` prints."""
    lines = [f"{os.path.basename(os.path.normpath(path))}: {facts.kind}, {_bytes(_size(path))}"]
    writer = f"Keras {facts.version}" if facts.version else "a Keras that does not say which"
    if facts.version is None and age_of(None) == 1 and "HDF5" in facts.kind:
        writer += " (so Keras 1)"
    by = f" by {facts.backend}" if facts.backend == "pronghorn" else ""
    on = f" on {facts.backend}" if facts.backend and not by else ""
    lines.append(f"format     {writer}{on}{by}" + (f", {facts.saved}" if facts.saved else ""))
    lines.append(f"model      {_model_line(facts)}")
    lines.append(f"weights    {_total(facts.weights)}")
    lines.append(f"compiled   {_compile_line(facts)}")
    if facts.state:
        lines.append(f"optimizer  {_total(facts.state)} of state")
    if facts.config is not None:
        lines += ["", "Layers"]
        lines += [
            f"  {'  ' * depth}{name} ({kind})" for depth, name, kind in layers_of(facts.config)
        ]
    if facts.weights:
        lines += ["", "Weights"]
        last = None
        for w in facts.weights:
            if w.group != last:
                lines.append(f"  {w.group or '(the model itself)'}")
                last = w.group
            lines.append(f"    {w.name}  {w.shape} {w.dtype}")
    lines += ["", "Read by older rules"]
    lines += [f"  {rule}" for rule in facts.rules] or ["  nothing"]
    return "\n".join(lines)


def _size(path):
    if not os.path.isdir(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(path) for f in files)


def _bytes(count):
    for unit in ("bytes", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def _total(weights):
    import math

    numbers = sum(math.prod(w.shape) for w in weights)
    return f"{numbers:,} numbers in {len(weights)} arrays" if weights else "none"


def _model_line(facts):
    if facts.config is None:
        return "none: weights alone"
    inner = facts.config.get("config")
    name = inner.get("name") if isinstance(inner, dict) else None
    count = sum(1 for depth, *_ in layers_of(facts.config) if depth == 0)
    return f"{facts.config.get('class_name')}{f' {name!r}' if name else ''}, {count} layers"


def _compile_line(facts):
    if not facts.compiled:
        return "no"
    optimizer = facts.compiled.get("optimizer_config") or facts.compiled.get("optimizer")
    parts = [("optimizer", optimizer), ("loss", facts.compiled.get("loss")),
             ("metrics", facts.compiled.get("metrics"))]  # fmt: skip
    return ", ".join(f"{key} {_short(value)}" for key, value in parts if value)


def _short(x):
    """A name, a class or function, or several, in a few characters."""
    if isinstance(x, dict) and "class_name" in x:
        inner = x.get("config")
        name = str(inner if x["class_name"] == "function" else x["class_name"])
        return name.rpartition(">")[2]
    if isinstance(x, dict):
        return "{" + ", ".join(f"{k}: {_short(v)}" for k, v in x.items()) + "}"
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(_short(v) for v in x) + "]"
    return str(x)
