"""Makes files/operations.keras and .npz with real Keras: the model of operations.py, its outputs.

python make_operations.py       (an environment with keras 3.15 and tensorflow-cpu)
"""

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
    import operations

    model, names = operations.build(keras)
    model.save(os.path.join(HERE, "files", "operations.keras"))
    outputs = model(list(operations.values().values()))
    np.savez_compressed(
        os.path.join(HERE, "files", "operations.npz"),
        **{name: np.asarray(y) for name, y in zip(names, outputs)},
    )


if __name__ == "__main__":
    main()
