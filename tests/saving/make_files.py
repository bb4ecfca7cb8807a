"""Makes files/ with real Keras 3.15 and tf-keras 2.21: models, their outputs, how training goes on.

python make_files.py [model ...]     (an environment with keras, tensorflow-cpu, tf-keras and h5py)
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "files")


def make(which, wanted=()):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if which == "keras":
        import keras as k
    else:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        import tf_keras as k
    import numpy as np

    sys.path.insert(0, HERE)
    import cases

    outputs, losses = {}, {}
    kept = os.path.join(FILES, which)
    if wanted:
        outputs = dict(np.load(f"{kept}.npz"))
        with open(f"{kept}.json") as f:
            losses = json.load(f)
    names = [*cases.MODELS]
    names += cases.ONLY_KERAS_3 if which == "keras" else cases.ONLY_KERAS_2
    for name in names:
        if wanted and name not in wanted:
            continue
        k.backend.clear_session()
        model = cases.trained(k, name)
        start = os.path.join(FILES, f"{name}.{which}")
        model.save(f"{start}.keras")
        if name not in cases.ONLY_KERAS_3:
            model.save(f"{start}.h5")
        if name == "conv":
            model.save_weights(f"{start}.weights.h5")
        if which == "tf_keras" and name == "conv":
            model.save_weights(f"{start}.only_weights.h5")
        for i, y in enumerate(cases.predictions(model, name)):
            outputs[f"{name}/{i}"] = y
        losses[name] = cases.go_on(model, name)
    for name, ending in OF_LAYERS[which].items():
        if not wanted or name in wanted:
            outputs |= one_of_layer_cases(k, name, f"{name}.{which}.{ending}")
    np.savez_compressed(f"{kept}.npz", **outputs)
    with open(f"{kept}.json", "w") as f:
        json.dump(losses, f, indent=1)
        f.write("\n")


# Of layer_cases.py: a layer shared across levels of nesting (neither Keras reads its own file), and
# a layer in whose config tf-keras writes what no constructor takes.
OF_LAYERS = {
    "keras": {"deep_nesting": "keras"},
    "tf_keras": {"deep_nesting": "keras", "MultiHeadAttention": "h5"},
}


def one_of_layer_cases(k, name, file):
    import layer_cases

    model = layer_cases.model_of(k, name)
    model.save(os.path.join(FILES, file))
    found = layer_cases.outputs_of(k, model, None)
    return {f"{name}/{i}": y for i, y in enumerate(found)}


if __name__ == "__main__":
    os.makedirs(FILES, exist_ok=True)
    if sys.argv[1:2] in (["keras"], ["tf_keras"]):
        make(sys.argv[1], sys.argv[2:])
    else:
        for which in ("keras", "tf_keras"):
            subprocess.run([sys.executable, __file__, which, *sys.argv[1:]], check=True)
