"""Writes graph_values.npz: what tf-keras's K gives for graph_cases.py in graph mode.

Run in a Python with tf-keras 2.21: python tests/backend/make_graph_values.py.
"""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tf_keras as keras
from graph_cases import CASES

tf.compat.v1.disable_eager_execution()


def main():
    values = {}
    for name, case in CASES.items():
        keras.backend.clear_session()
        for i, value in enumerate(case(keras.backend, keras)):
            values[f"{name} {i}"] = np.asarray(value)
    np.savez_compressed(Path(__file__).with_name("graph_values.npz"), **values)
    print(len(values))


if __name__ == "__main__":
    main()
