"""Every layer, container and optimizer from one side to the other and back; exchange.py runs it.

Each side writes its files and what it computes into a folder of its own; the others read them.
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import layer_cases as cases  # noqa: E402

# What one side cannot do, with the reason: (reader, writer or None for any, ending, name).
_TWICE = "tf-keras takes {} in this place, Keras 3 {}: no file can be read by both"
NOT = {
    ("keras", None, "keras", "RandomShear"): "Keras refuses the factors that it writes itself",
    ("keras", None, "h5", "RandomShear"): "the same",
    ("keras", None, "keras", "Equalization"): "Keras cannot build a functional model of it",
    ("keras", None, "h5", "Equalization"): "the same",
    ("keras", None, "keras", "deep_nesting"): "Keras miscounts the calls and fails on its own",
    ("tf_keras", "pronghorn", "h5", "MultiHeadAttention"): _TWICE.format(
        "shapes that its `from_config` demands", "no argument of these names"
    ),
    ("tf_keras", "pronghorn", "h5", "states_between_layers"): _TWICE.format(
        "a list of tensors", "`initial_state`"
    ),
    ("tf_keras", None, "h5", "SpectralNormalization"): "tf-keras does not find its own class",
    ("tf_keras", None, "h5", "RandomFourierFeatures"): "the same",
    ("tf_keras", "pronghorn", "h5", "LSTM"): "its hard_sigmoid is another than Keras 3's",
    ("tf_keras", None, "h5", "Nadam"): "tf-keras does not save the product of momenta",
    ("pronghorn", "tf_keras", "h5", "Nadam"): "the same; it multiplies more than once a step",
    ("pronghorn", "tf_keras", "keras", "Nadam"): "the same",
}


def reason(which, writer, ending, name):
    """Why that side cannot read that file; None where it can."""
    return NOT.get((which, writer, ending, name)) or NOT.get((which, None, ending, name))


def strings(which):
    """A function from an array of str to what models of that side take."""
    if which == "pronghorn":
        return lambda x: x
    import tensorflow as tf

    return tf.constant


def write(k, which, folder):
    folder = os.path.join(folder, which)
    os.makedirs(folder, exist_ok=True)
    outputs, losses, lacking = {}, {}, []
    for name in cases.names():
        if which == "tf_keras" and name in cases.ONLY_KERAS_3:
            continue
        try:
            model = cases.model_of(k, name)
            if model is None:
                lacking.append(name)
                continue
            found = cases.outputs_of(k, model, strings(which))
            model.save(os.path.join(folder, f"{name}.keras"))
            if name not in cases.STRINGS:
                model.save(os.path.join(folder, f"{name}.h5"))
        except Exception as e:
            print(f"{which} does not write {name}: {type(e).__name__}: {str(e)[:300]}")
            continue
        for i, y in enumerate(found):
            outputs[f"{name}/{i}"] = y
    for name in cases.OPTIMIZERS:
        model = cases.trained(k, name)
        if model is None:
            lacking.append(name)
            continue
        model.save(os.path.join(folder, f"optimizer_{name}.keras"))
        model.save(os.path.join(folder, f"optimizer_{name}.h5"))
        losses[name] = cases.go_on(model)
    np.savez_compressed(os.path.join(folder, "outputs.npz"), **outputs)
    with open(os.path.join(folder, "losses.json"), "w") as f:
        json.dump(losses, f)
    kept = len({key.partition("/")[0] for key in outputs})
    print(f"{which} wrote {kept} models and {len(losses)} optimizers; it lacks {lacking}")


def read(k, which, writer, folder):
    """How many of a writer's files that side cannot read, or reads as something else."""
    folder = os.path.join(folder, writer)
    outputs = np.load(os.path.join(folder, "outputs.npz"))
    with open(os.path.join(folder, "losses.json")) as f:
        losses = json.load(f)
    names = list(dict.fromkeys(key.partition("/")[0] for key in outputs.files))
    failed = good = 0
    for name in [*names, *(f"optimizer_{name}" for name in losses)]:
        plain = name.removeprefix("optimizer_")
        if which == "tf_keras" and plain in cases.ONLY_KERAS_3:
            continue
        if which == "keras" and plain in cases.ONLY_KERAS_2:
            continue
        for ending in ("keras", "h5"):
            path = os.path.join(folder, f"{name}.{ending}")
            if not os.path.exists(path) or reason(which, writer, ending, plain):
                continue
            if which == "tf_keras" and ending == "keras":
                continue  # tf-keras reads no `.keras` file of Keras 3
            if which == "keras" and ending == "h5" and name != plain:
                continue  # Keras 3 reads no optimizer's state from ".h5"
            try:
                model = k.models.load_model(path)
                if name != plain:
                    np.testing.assert_allclose(cases.go_on(model), losses[plain], rtol=3e-4)
                else:
                    found = cases.outputs_of(k, model, strings(which))
                    for i, y in enumerate(found):
                        expected = outputs[f"{name}/{i}"]
                        np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
                good += 1
            except Exception as e:
                failed += 1
                said = " ".join(str(e).split())
                print(f"{which} reads {writer}/{name}.{ending}: {type(e).__name__}: {said[:400]}")
    print(f"{which} reads {writer}'s: {good} files as they were, {failed} not")
    return failed
