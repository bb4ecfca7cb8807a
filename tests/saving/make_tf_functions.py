"""Makes files/tf_functions.h5 and tf_nodes.h5 with tf-keras 2.21: functions of TensorFlow that were
applied to tensors of functional models, as Keras 2.4 and later note them and as 2.1 to 2.3 did.

python make_tf_functions.py [v1]     (an environment with tensorflow-cpu, tf-keras and h5py)
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "files")


def common(tf, k, x, y):
    """What both forms can hold."""
    h = tf.concat([x, y], axis=-1)
    turned = tf.transpose(x, [0, 2, 1])
    return [
        x + y, x - 1.0, 2.0 * y, x / y, -x, x**2, tf.square(x), x[:, 0], y[:, 1:3, ::2],
        x[..., tf.newaxis], tf.reduce_mean(x, axis=1, keepdims=True),
        tf.reduce_sum(x, axis=[1, 2]), tf.reshape(h, [-1, 8, 3]), tf.nn.relu(x), turned,
        tf.squeeze(tf.expand_dims(x, 1), axis=1), tf.matmul(x, turned),
        tf.cast(x > y, "float32"), tf.where(x > y, x, y), tf.maximum(x, 0.5),
        tf.stack([x, y], axis=1), tf.nn.softmax(x), tf.gather(x, [0, 2], axis=1),
        tf.pad(x, [[0, 0], [1, 1], [0, 0]]), tf.tile(x, [1, 2, 1]),
        tf.image.resize(tf.expand_dims(x, -1), (8, 6)),
    ]  # fmt: skip


def newer(tf, k, x, y):
    shape = tf.shape(x)
    return [
        tf.reshape(x, (shape[0], 12)), tf.reshape(x, tf.stack([shape[0] * shape[1], 3])),
        tf.split(x, 3, axis=-1)[1], tf.unstack(x, axis=1)[2], tf.clip_by_value(x, -0.5, 0.5),
        k.backend.mean(x, axis=-1), tf.norm(x, axis=-1), tf.math.l2_normalize(x, axis=-1),
        tf.ones_like(x) * x, x[:, -1], tf.nn.sigmoid(x), tf.argmax(x, -1),
        tf.one_hot(tf.argmax(x, -1), 3), x @ tf.transpose(y, [0, 2, 1]), 1 - x,
        tf.add_n([x, y]), tf.math.sqrt(tf.abs(x)), tf.nn.relu6(x * 5), tf.nn.silu(x),
        tf.nn.leaky_relu(x, 0.3), tf.math.reduce_std(x, axis=1), tf.math.squared_difference(x, y),
    ]  # fmt: skip


def make(is_v1):
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_USE_LEGACY_KERAS": "1"}
    import numpy as np
    import tensorflow as tf
    import tf_keras as k

    if is_v1:
        tf.compat.v1.disable_eager_execution()
    x, y = k.Input((4, 3), name="x"), k.Input((4, 3), name="y")
    model = k.Model([x, y], common(tf, k, x, y) + ([] if is_v1 else newer(tf, k, x, y)))
    name = os.path.join(FILES, "tf_nodes" if is_v1 else "tf_functions")
    model.save(f"{name}.h5")
    rows = [np.random.RandomState(i).randint(-64, 65, (2, 4, 3)).astype("f") / 32 for i in (1, 2)]
    rows[1] += 0.01  # is divided by
    found = model.predict(rows, verbose=0)
    np.savez_compressed(f"{name}.npz", **{f"{i:02}": y for i, y in enumerate(found)})


if __name__ == "__main__":
    if sys.argv[1:] == ["v1"]:
        make(True)
    else:
        make(False)
        subprocess.run([sys.executable, __file__, "v1"], check=True)
