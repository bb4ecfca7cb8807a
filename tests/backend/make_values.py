"""Writes keras_values.npz: what real Keras's K gives for cases.py.

Run in a Python with keras 3.15 and tensorflow: python tests/backend/make_values.py.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras._tf_keras.keras.backend as K
import numpy as np
from cases import CASES


def main():
    values = {}
    for name, call in CASES.items():
        try:
            values[name] = np.asarray(K.get_value(call(K)))
        except Exception as error:
            raise SystemExit(f"{name}: {error}") from error
    np.savez_compressed(Path(__file__).with_name("keras_values.npz"), **values)
    print(len(values))


if __name__ == "__main__":
    main()
