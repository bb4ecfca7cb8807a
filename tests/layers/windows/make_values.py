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
    import tensorflow as tf

    sys.path.insert(0, HERE)
    import cases

    values, configs = {}, {}
    for name, (make, _) in cases.CASES.items():
        keras.utils.clear_session()
        try:
            found = cases.run(
                keras, tf.GradientTape, tf.convert_to_tensor, lambda w: w.value, name, move=True
            )
        except Exception as e:  # what TensorFlow cannot do on a CPU
            print("left out:", name, str(e)[-200:])
            continue
        values.update({f"{name}/{key}": value for key, value in found.items()})
        keras.utils.clear_session()
        configs[name] = make(keras.layers).get_config()
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **values)
    with open(os.path.join(HERE, "keras_configs.json"), "w") as f:
        json.dump(configs, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
