"""Makes keras2_values.npz and keras2_configs.json with tf-keras. Not run by the tests.

python make_values.py            (an environment with tensorflow-cpu and tf-keras 2.21)
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import tensorflow as tf
    import tf_keras

    sys.path.insert(0, HERE)
    import cases

    values, configs = {}, {}
    for name, (make, _) in cases.CASES.items():
        tf_keras.backend.clear_session()
        found = cases.run(tf_keras, tf.GradientTape, tf.convert_to_tensor, lambda w: w, name)
        values.update({f"{name}/{key}": value for key, value in found.items()})
        layer = make(tf_keras.layers)
        layer(cases.inputs_of(name))
        values[f"{name}/shapes"] = np.array([str(tuple(w.shape)) for w in layer.weights])
        configs[name] = {k: v for k, v in layer.get_config().items() if k != "name"}
    np.savez_compressed(os.path.join(HERE, "keras2_values.npz"), **values)
    with open(os.path.join(HERE, "keras2_configs.json"), "w") as f:
        json.dump(configs, f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
