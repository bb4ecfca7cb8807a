"""Makes keras_values.npz and keras_names.json with real Keras, in float64. Not run by the tests.

python make_values.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    sys.path.insert(0, HERE)
    import cases

    keras.config.set_floatx("float64")
    out, names = {}, {}
    for name in cases.CASES:
        optimizer, after, final = cases.run(keras, keras.Variable, tf.constant, name)
        for kind, arrays in (
            ("after", after),
            ("final", final),
            ("state", [v.numpy() for v in optimizer.variables]),
        ):
            out.update({f"{name}/{kind}{i}": a for i, a in enumerate(arrays)})
        paths = [[v.path, v.dtype, list(v.shape)] for v in optimizer.variables]
        inner = cases.CASES[name][1].get("inner")
        config = (
            optimizer.get_config()
            if inner is None
            else keras.saving.serialize_keras_object(optimizer)["config"]
        )
        names[name] = {"variables": paths, "config": config}
    keras.config.set_floatx("float32")
    for name in cases.SCHEDULES:
        out[f"schedule/{name}"] = cases.rates(keras, name)
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **out)
    with open(os.path.join(HERE, "keras_names.json"), "w") as f:
        json.dump(names, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
