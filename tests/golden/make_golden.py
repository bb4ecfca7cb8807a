"""Makes the golden files with real Keras. Not run by the tests.

    python make_golden.py            (an environment with keras 3.15, tensorflow-cpu, jax, h5py)

It starts itself once a backend and dtype, because Keras fixes its backend at import.
float64: Keras on TensorFlow. float32: on TensorFlow and on JAX; their distance is the yardstick.
JAX in float64 only makes "repeats" (see two_inputs_data in models.py).
"""

import os
import subprocess
import sys

RUNS = [
    ("tensorflow", "float64"),
    ("tensorflow", "float32"),
    ("jax", "float32"),
    ("jax", "float64"),
]
HERE = os.path.dirname(os.path.abspath(__file__))


def one(backend, dtype):
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    if backend == "jax":
        os.environ["JAX_PLATFORMS"] = "cpu"
        os.environ["JAX_ENABLE_X64"] = "1" if dtype == "float64" else "0"
    import keras
    import numpy as np

    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    sys.path.insert(0, os.path.dirname(HERE))
    from golden import make_values, models

    for name in models.NETWORKS:
        if (name == "repeats") != ((backend, dtype) == ("jax", "float64")):
            continue
        out = models.record(keras, name, dtype)
        for key, value in out.items():
            out[key] = np.asarray(value, dtype)
        path = os.path.join(HERE, f"{name}_{dtype}_{backend}.npz")
        np.savez_compressed(path, **out)
        print(path, os.path.getsize(path))
    if backend == "tensorflow" and dtype == "float32":
        make_values.main(HERE)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(*sys.argv[1:])
    else:
        for pair in RUNS:
            subprocess.run([sys.executable, __file__, *pair], check=True)
