"""Writes picture_losses.npz: 30 losses of real Keras for each case of picture_networks.py.

Run with Keras 3.15 and TensorFlow, KERAS_HOME at the data.
"""

import sys
from pathlib import Path

import keras
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "benchmarks"))
import picture_networks  # noqa: E402
from keras.src.legacy.preprocessing.image import ImageDataGenerator  # noqa: E402

values = {}
for name in ("cifar", "photos", "augmented"):
    values[name] = picture_networks.losses(keras, ImageDataGenerator, name)
    print(name, values[name][[0, 1, 2, -2, -1]])
np.savez(HERE / "picture_losses.npz", **values)
