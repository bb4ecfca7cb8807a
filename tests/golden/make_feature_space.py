"""Writes feature_space.npz: what real Keras makes of the table in feature_space_cases.py.

Run in an environment with Keras 3.15 and TensorFlow: python tests/golden/make_feature_space.py
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
here = Path(__file__).parent
sys.path.insert(0, str(here.parent))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from feature_space_cases import SPACES, TABLE  # noqa: E402

found = {}
for name, make in SPACES.items():
    space = make(keras.utils.FeatureSpace)
    table = {key: TABLE[key] for key in space.features}
    space.adapt(tf.data.Dataset.from_tensor_slices(table))
    out = space(table)
    for key, value in (out if isinstance(out, dict) else {"": out}).items():
        found[f"{name}/{key}"] = np.asarray(value)
np.savez_compressed(here / "feature_space.npz", **found)
