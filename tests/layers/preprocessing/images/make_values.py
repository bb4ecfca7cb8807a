"""Writes keras_values.npz: what Keras makes of cases.py. Run with Keras 3.15 and TensorFlow."""

from pathlib import Path

import keras
import numpy as np
from cases import BOXES, CALLS, CASES, X

values = {}
for name, (make, drawn) in CASES.items():
    layer = make(keras)
    if isinstance(drawn, dict):
        drawn = {key: keras.ops.convert_to_tensor(value) for key, value in drawn.items()}
    found = layer.transform_images(keras.ops.convert_to_tensor(X), drawn, training=True)
    values[name] = np.asarray(found).astype("float32")
for name, make in CALLS.items():
    boxes = BOXES / np.float32(9) if "pad" in name else BOXES
    data = {
        "images": X.copy(),
        "bounding_boxes": {"boxes": boxes.copy(), "labels": np.ones((2, 2))},
    }
    found = make(keras)(data, training=True)
    values[name] = np.asarray(found["images"])
    values[name + "/boxes"] = np.asarray(found["bounding_boxes"]["boxes"])
np.savez_compressed(Path(__file__).with_name("keras_values.npz"), **values)
