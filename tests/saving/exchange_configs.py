"""Our configs of every object, also with unusual arguments, in real Keras; exchange.py runs it."""

import copy
import json
import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from serialization import cases, unusual  # noqa: E402

# What Keras takes and does not write again, or rounds: docs/differences.md.
_SILENT = {
    **{f"{room}.CosineSimilarity": {"axis"} for room in ("losses", "metrics")},
    "initializers.Identity": {"gain"},
    "initializers.IdentityInitializer": {"gain"},
    "layers.MaxNumBoundingBoxes": {"fill_value"},
    "layers.RandomCrop": {"seed"},
    "layers.RandomGrayscale": {"seed"},
    "layers.SimpleRNN": {"activity_regularizer"},
    "losses.Huber": {"delta"},
    "regularizers.L1": {"l1"},
    "regularizers.OrthogonalRegularizer": {"factor"},
}


def write(k, folder):
    with open(os.path.join(os.path.dirname(cases.__file__), "keras_unusual.json")) as f:
        rows = json.load(f)
    found = {}
    for row, keras in rows.items():
        room, _, name = row.rpartition(".")
        found[f"{row} (unusual)"] = unusual.row(k, room, name, keras["arguments"])["config"]
        found[row] = cases.config_of(k, lambda k, r=room, n=name: cases.make(k, r, n))
    for name, make in cases.VARIED.items():
        found[name] = cases.config_of(k, make)
    with open(os.path.join(folder, "configs.json"), "w") as f:
        json.dump(found, f)


def read(k, folder):
    """How many of them Keras does not read, or reads as something else."""
    with open(os.path.join(folder, "configs.json")) as f:
        configs = json.load(f)
    failed = 0
    for row, config in configs.items():
        given = copy.deepcopy(config)  # Keras puts what it makes into it
        try:
            again = cases.config_of(k, lambda k, c=given: k.saving.deserialize_keras_object(c))
            wrong = _differences(config, again, _SILENT.get(row.split()[0], ()))
        except Exception as e:
            wrong = [f"{type(e).__name__}: {str(e)[:300]}"]
        failed += bool(wrong)
        for text in wrong:
            print(f"config of {row}: {text}")
    print(f"configs: {failed} of {len(configs)} failed")
    return failed


def _differences(ours, again, silent):
    ours, again = ours["config"], again["config"]
    if isinstance(ours, str):  # a function's name
        return [] if ours == again else [f"{ours} came back as {again}"]
    return [
        f"{key}: {ours[key]!r} came back as {again.get(key)!r}"
        for key in ours
        if key not in silent and again.get(key) != ours[key]
    ]
