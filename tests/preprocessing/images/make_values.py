"""Writes keras_values.npz: what Keras makes of cases.py. Run with Keras 3.15 and TensorFlow."""

import tempfile
from pathlib import Path

import numpy as np
from cases import CASES, make_folder
from keras.src.legacy.preprocessing import image as legacy
from keras.src.utils import image_utils

for name in ("array_to_img", "img_to_array", "load_img"):
    setattr(legacy, name, getattr(image_utils, name))

values = {}
with tempfile.TemporaryDirectory() as folder:
    make_folder(folder)
    for name, run in CASES.items():
        for i, part in enumerate(run(legacy, folder)):
            values[f"{name}/{i}"] = part.astype("float32")
np.savez_compressed(Path(__file__).with_name("keras_values.npz"), **values)
