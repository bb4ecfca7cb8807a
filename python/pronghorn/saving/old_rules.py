"""What of a file is read by the rules of the Keras that wrote it, in words, for people.

The rules themselves are in old_reading.py, old_recurrent.py and legacy/; here they are only named.
"""

from ..legacy.arguments import ARGUMENTS, DROPPED
from ..legacy.names import NAMES
from .old_configs import is_object
from .old_reading import age_of

_ACTIVATIONS = ("activation", "recurrent_activation", "inner_activation")


def layers_of(config, depth=0):
    """(depth, name, class) of all layers of a configuration, in order."""
    inner = config.get("config")
    entries = inner if isinstance(inner, list) else None
    if isinstance(inner, dict):
        entries = inner.get("layers")
    for entry in entries if isinstance(entries, list) else ():
        if not is_object(entry) or depth > 50:
            continue
        own = entry["config"]
        name = entry.get("name") or (own.get("name") if isinstance(own, dict) else None) or "?"
        yield depth, name, entry["class_name"]
        yield from layers_of(entry, depth + 1)


def older_rules(facts, path):
    """List of sentences, one a thing; empty for what today's Keras wrote."""
    age = age_of(facts.version) if facts.version or "HDF5" in facts.kind else 3
    found = []
    if "HDF5" in facts.kind and str(path).endswith(".keras"):
        found.append("the content decides, not the name: HDF5 under a `.keras` name")
    if "zip" in facts.kind and age < 3:
        found.append("weights by the group names of Keras 2's first `.keras` files, where they are")
    if age < 3 and facts.backend == "theano":
        found.append("kernels are taken as stored (written on Theano), not turned over")
    if facts.config is not None:
        if isinstance(facts.config.get("config"), list):
            found.append("a Sequential is a bare list of layers")
        for name, kind, config in _parts(facts.config):
            found.extend(f"{name} ({kind}): {rule}" for rule in _of_part(kind, config, age))
    return list(dict.fromkeys(found))


def _parts(config):
    """(name, class, config) of everything in a configuration that is an object with a name."""
    waiting, count = [config], 0
    while waiting and count < 100_000:
        x, count = waiting.pop(), count + 1
        if is_object(x) and isinstance(x["class_name"], str) and isinstance(x["config"], dict):
            yield x["config"].get("name") or x.get("name") or "?", x["class_name"], x["config"]
        if isinstance(x, (dict, list)):
            waiting.extend(reversed(list(x.values() if isinstance(x, dict) else x)))


def _of_part(kind, config, age):
    for key in _ACTIVATIONS:
        if age < 3 and config.get(key) == "hard_sigmoid":
            yield f"{key} hard_sigmoid is clip(0.2 x + 0.5, 0, 1), as before Keras 3"
    today = NAMES["layers"].get(kind)
    if today and today != "Layer":
        yield f"is {today} today"
    if age < 3 and kind in ("GRU", "GRUCell") and "reset_after" not in config:
        yield "no `reset_after` means False"
    if kind in ("CuDNNLSTM", "CuDNNGRU"):
        yield "weights in cuDNN's order"
    elif age == 1 and kind in ("LSTM", "GRU"):
        yield "weights of each gate apart"
    if config.get("time_major") is not None:
        yield "`time_major` is no argument any more"
    old = [
        name
        for names in (*ARGUMENTS.get(today or kind, {}), *DROPPED.get(today or kind, {}))
        for name in (names if isinstance(names, tuple) else (names,))
        if name in config
    ]
    if old:
        yield f"older arguments: {', '.join(old)}"
    if "/" in str(config.get("name", "")):
        yield "slashes of its name become underscores"
    if kind == "Lambda":
        function = config.get("function")
        if isinstance(function, list) or (
            isinstance(function, dict) and function.get("class_name") == "__lambda__"
        ):
            yield (
                "holds Python code, which is not run: give the function in `custom_objects` under "
                "the layer's name"
            )
