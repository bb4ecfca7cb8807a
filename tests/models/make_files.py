"""Makes files/ with real Keras: summaries, structures, weights files, outputs. Not run by tests.

python make_files.py            (an environment with keras 3.15, tensorflow-cpu and h5py)
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["COLUMNS"] = "120"
    import keras

    sys.path.insert(0, HERE)
    import dicts
    import networks

    os.makedirs(os.path.join(HERE, "files"), exist_ok=True)
    summaries, structures, outputs = {}, {}, {}
    for name, build in networks.MODELS.items():
        keras.utils.clear_session()
        model = build(keras)
        if name == "subclassed":
            model(networks.inputs_of(name))
        summaries[name] = []
        for arguments in networks.SUMMARIES:
            texts = []
            model.summary(print_fn=texts.append, **arguments)
            summaries[name].append("".join(texts))
        structures[name] = networks.structure(model)
        if name in networks.EXCHANGED:
            x = networks.inputs_of(name)
            model(x)
            networks.fill(model)
            y = model(x)
            for i, part in enumerate(keras.tree.flatten(y)):
                outputs[f"{name}/{i}"] = np.asarray(part)
            model.save_weights(os.path.join(HERE, "files", f"{name}.weights.h5"))
    keras.utils.clear_session()
    model = networks.mlp(keras)
    model.compile("adam", "mse")
    x = networks.inputs_of("mlp")
    model.fit(x, np.zeros((3, 10)), verbose=0)
    model.summary(print_fn=lambda text: summaries.setdefault("compiled", [text]))
    orders = {name: dicts.record(keras, name) for name in dicts.MODELS}
    for name, content in (
        ("summaries", summaries),
        ("structures", structures),
        ("dicts", orders),
    ):
        with open(os.path.join(HERE, "files", f"{name}.json"), "w") as f:
            json.dump(content, f, indent=1, ensure_ascii=False)
            f.write("\n")
    np.savez_compressed(os.path.join(HERE, "files", "outputs.npz"), **outputs)


if __name__ == "__main__":
    main()
