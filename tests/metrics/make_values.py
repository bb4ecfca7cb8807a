"""Makes keras_values.npz with real Keras. Not run by the tests.

python make_values.py            (an environment with keras 3.15 and tensorflow-cpu)
"""

import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    sys.path.insert(0, HERE)
    import cases

    out = {}
    for name in [*cases.CASES, *cases.VECTOR_CASES]:
        out.update(cases.results(keras, name))
    for name in cases.REDUCTIONS:
        out.update(cases.reductions(keras, name))
    np.savez_compressed(os.path.join(HERE, "keras_values.npz"), **out)


if __name__ == "__main__":
    main()
