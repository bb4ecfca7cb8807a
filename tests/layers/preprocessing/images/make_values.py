"""Writes keras_values.npz: what Keras makes of cases.py. Run with Keras 3.15 and TensorFlow."""

from pathlib import Path

import keras
import numpy as np
from cases import BOXES, CALLS, CASES, X
from policy_cases import POLICIES, SPECTROGRAMS, sound_for


def tensors(drawn):
    """The same, arrays as tensors."""
    if isinstance(drawn, dict):
        return {key: tensors(value) for key, value in drawn.items()}
    if isinstance(drawn, list):
        return [tensors(value) for value in drawn]
    return keras.ops.convert_to_tensor(drawn) if isinstance(drawn, np.ndarray) else drawn


values = {}
for name, (make, drawn) in {**CASES, **POLICIES}.items():
    found = make(keras).transform_images(
        keras.ops.convert_to_tensor(X), tensors(drawn), training=True
    )
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
for name, make in SPECTROGRAMS.items():
    values[name] = np.asarray(make(keras)(sound_for(name)))
np.savez_compressed(Path(__file__).with_name("keras_values.npz"), **values)
