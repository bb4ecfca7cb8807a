"""Writes tf_values.json: TensorFlow's hashes of texts of many lengths, and crosses of features.

python make_values.py
"""

import json
from pathlib import Path

import tensorflow as tf
from texts import COLUMNS, KEY, LARGE, TEXTS

found = {
    "farmhash": tf.strings.to_hash_bucket_fast(TEXTS, LARGE).numpy().tolist(),
    "siphash": tf.strings.to_hash_bucket_strong(TEXTS, LARGE, KEY).numpy().tolist(),
    "crosses": [
        tf.sparse.to_dense(
            tf.sparse.cross_hashed([tf.constant(c)[:, None] for c in columns], 1_000_003)
        )
        .numpy()[:, 0]
        .tolist()
        for columns in COLUMNS
    ],
}
(Path(__file__).parent / "tf_values.json").write_text(json.dumps(found) + "\n")
