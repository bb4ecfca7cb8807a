"""Our files in real Keras 3.15 and tf-keras 2.21: they load there and predict and train the same;
and theirs, of every layer and optimizer, here.

python exchange.py write FOLDER          with pronghorn
python exchange.py keras FOLDER          with keras 3.15 and tensorflow-cpu
python exchange.py tf_keras FOLDER       with tf-keras 2.21
python exchange.py read FOLDER           with pronghorn again

`make exchange PEERS=/path/to/python` does all four. Not run by the tests, which have golden files.
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import cases  # noqa: E402
import exchange_configs  # noqa: E402
import exchange_layers  # noqa: E402


def write(folder):
    import pronghorn as k

    os.makedirs(folder, exist_ok=True)
    outputs, losses = {}, {}
    for name in (*cases.MODELS, *cases.ONLY_KERAS_3):
        k.utils.clear_session()
        model = cases.trained(k, name)
        for ending in ("keras", "h5", "weights.h5"):
            path = os.path.join(folder, f"{name}.{ending}")
            (model.save_weights if ending == "weights.h5" else model.save)(path)
        model.save_weights(os.path.join(folder, f"{name}.layout2.h5"))
        for i, y in enumerate(cases.predictions(model, name)):
            outputs[f"{name}/{i}"] = y
        losses[name] = cases.go_on(model, name)
    np.savez_compressed(os.path.join(folder, "outputs.npz"), **outputs)
    with open(os.path.join(folder, "losses.json"), "w") as f:
        json.dump(losses, f)
    exchange_layers.write(k, "pronghorn", folder)
    exchange_configs.write(k, folder)
    return 0


def read(folder):
    import pronghorn as k

    return sum(
        exchange_layers.read(k, "pronghorn", writer, folder)
        for writer in ("pronghorn", "keras", "tf_keras")
    )


def check(which, folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_USE_LEGACY_KERAS"] = "1" if which == "tf_keras" else "0"
    if which == "keras":
        import keras as k
    else:
        import tf_keras as k
    outputs = np.load(os.path.join(folder, "outputs.npz"))
    with open(os.path.join(folder, "losses.json")) as f:
        losses = json.load(f)

    def same(model, name):
        for i, y in enumerate(cases.predictions(model, name)):
            np.testing.assert_allclose(y, outputs[f"{name}/{i}"], rtol=1e-4, atol=1e-5)

    failed = 0
    for name in (*cases.MODELS, *cases.ONLY_KERAS_3):
        for ending in ("keras", "h5", "weights.h5", "layout2.h5"):
            if name in cases.ONLY_KERAS_3 and (which == "tf_keras" or "." in ending):
                continue
            if which == "tf_keras" and ending == "keras":
                continue  # tf-keras reads no `.keras` file of Keras 3 either
            if which == "tf_keras" and name == "recurrent" and ending == "h5":
                continue  # states between layers: exchange_layers.NOT says why
            path = os.path.join(folder, f"{name}.{ending}")
            try:
                if ending in ("keras", "h5"):
                    model = k.models.load_model(path)
                else:
                    model = cases.MODELS[name](k)
                    model.load_weights(path)
                same(model, name)
                if which == "keras" and ending == "keras":  # its optimizers know no ".h5" weights
                    np.testing.assert_allclose(cases.go_on(model, name), losses[name], rtol=3e-4)
            except Exception as e:
                failed += 1
                print(f"{name}.{ending}: {type(e).__name__}: {str(e)[:500]}")
    print(f"{which}: {failed} failed")
    if which == "keras":
        failed += exchange_configs.read(k, folder)
    exchange_layers.write(k, which, folder)
    return failed + exchange_layers.read(k, which, "pronghorn", folder)


if __name__ == "__main__":
    what, where = sys.argv[1:]
    steps = {"write": write, "read": read}
    sys.exit(bool(steps[what](where) if what in steps else check(what, where)))
