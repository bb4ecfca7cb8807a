"""Writes tf_values.npz: the results of tf_rows.py by TensorFlow 2.21.

python tests/alias/make_tf_values.py      # where TensorFlow is installed
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tf_rows import rows

values = {}
for name, call in rows(tf).items():
    for place, leaf in enumerate(tf.nest.flatten(call())):
        leaf = np.asarray(leaf)
        values[f"{name}/{place}"] = leaf.astype("S") if leaf.dtype == object else leaf
np.savez_compressed(Path(__file__).with_name("tf_values.npz"), **values)
