"""Makes keras_values.npz and keras_configs.json with real Keras. Not run by the tests.

python make_values.py            (an environment with keras 3.15 and tensorflow-cpu)
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
    import keras

    sys.path.insert(0, HERE)
    import cases

    values, configs = {}, {}
    for name, (make, _, _) in cases.CASES.items():
        keras.utils.clear_session()
        y, weights, losses = cases.run(keras, name)
        values[f"{name}/y"] = y
        values[f"{name}/losses"] = np.asarray(losses)
        for i, w in enumerate(weights):
            values[f"{name}/w{i}"] = w
        keras.utils.clear_session()
        configs[name] = make(keras).get_config()
    for name in cases.ACTIVATIONS:
        function = keras.activations.get(name)
        values[f"activation/{name}"] = np.asarray(function(cases.activation_input()))
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **values)
    with open(os.path.join(HERE, "keras_configs.json"), "w") as f:
        json.dump(configs, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
