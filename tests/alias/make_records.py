"""Writes records/: TFRecord files of Examples by TensorFlow 2.21, whole and compressed.

python tests/alias/make_records.py      # where TensorFlow is installed
"""

from pathlib import Path

import tensorflow as tf

FOLDER = Path(__file__).with_name("records")


def example(i):
    feature = {
        "name": tf.train.Feature(bytes_list=tf.train.BytesList(value=[f"n{i}".encode()])),
        "id": tf.train.Feature(int64_list=tf.train.Int64List(value=[i, -i, 2**62])),
        "x": tf.train.Feature(float_list=tf.train.FloatList(value=[i / 4, -1e30])),
        "empty": tf.train.Feature(),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature))


for kind in ("", "GZIP", "ZLIB"):
    name = str(FOLDER / f"by_tensorflow{kind and '.'}{kind.lower()}.tfrecord")
    with tf.io.TFRecordWriter(name, tf.io.TFRecordOptions(compression_type=kind)) as file:
        for i in range(3):
            file.write(example(i).SerializeToString(deterministic=True))
        file.write(b"")
        file.write(bytes(range(256)) * 5)
