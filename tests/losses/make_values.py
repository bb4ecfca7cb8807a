"""Makes keras_values.npz with real Keras, in float64. Not run by the tests.

python make_values.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

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
    out = {}
    for name in cases.CASES:
        out.update(cases.values(keras, name))
        out[f"{name}/gradient"] = cases.gradient(keras, tf.GradientTape, tf.constant, name)
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **out)


if __name__ == "__main__":
    main()
