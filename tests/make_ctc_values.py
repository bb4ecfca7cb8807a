"""Writes ctc_values.npz: what Keras 3.15 (on TensorFlow) and PyTorch compute for CTC.

Run in an environment with both: KERAS_BACKEND=tensorflow python tests/make_ctc_values.py
"""

import pathlib

import numpy as np

BATCH, TIME, CLASSES, LENGTH = 6, 9, 5, 4


def problem():
    rng = np.random.default_rng(11)
    logits = rng.normal(size=(BATCH, TIME, CLASSES)).astype("float32") * 2
    target = rng.integers(1, CLASSES, (BATCH, LENGTH)).astype("int32")
    target[1] = [2, 2, 2, 3]  # repeats
    target_length = np.array([4, 4, 1, 3, 0, 2], "int32")
    output_length = np.array([9, 8, 9, 5, 6, 7], "int32")
    return logits, target, target_length, output_length


def main():
    import keras
    import tensorflow as tf
    import torch
    from keras.src.legacy import backend as K

    logits, target, target_length, output_length = problem()
    found = {}
    for blank in (0, CLASSES - 1):
        labels = target if blank == 0 else target - 1
        x = tf.constant(logits)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = keras.ops.ctc_loss(labels, x, target_length, output_length, mask_index=blank)
            total = tf.reduce_sum(loss * tf.range(1.0, BATCH + 1))
        found[f"loss{blank}"] = loss.numpy()
        found[f"gradient{blank}"] = tape.gradient(total, x).numpy()
        x = torch.tensor(logits.astype("float64"), requires_grad=True)
        loss = torch.nn.functional.ctc_loss(
            torch.log_softmax(x, -1).transpose(0, 1), torch.tensor(labels.astype("int64")),
            torch.tensor(output_length.astype("int64")),
            torch.tensor(target_length.astype("int64")), blank=blank, reduction="none",
        )  # fmt: skip
        (loss * torch.arange(1, BATCH + 1)).sum().backward()
        found[f"torch_loss{blank}"] = loss.detach().numpy()
        found[f"torch_gradient{blank}"] = x.grad.numpy()
        for merge in (True, False):
            decoded, score = keras.ops.ctc_decode(
                logits, output_length, merge_repeated=merge, mask_index=blank
            )
            found[f"greedy{blank}{merge}"], found[f"greedy_score{blank}{merge}"] = decoded, score
        for width, paths in ((100, 3), (4, 2), (1, 1)):
            decoded, score = keras.ops.ctc_decode(
                logits, output_length, "beam_search", width, paths, mask_index=blank
            )
            found[f"beam{blank}_{width}"], found[f"beam_score{blank}_{width}"] = decoded, score
    short = keras.ops.ctc_loss(target[:1], logits[:1], [4], [2])
    found["impossible"] = short
    labels = np.where(np.arange(LENGTH) < target_length[:, None], target, 0)
    found["loss_class"] = keras.losses.CTC(reduction=None)(labels, logits)
    probs = tf.nn.softmax(logits).numpy()
    small = (np.arange(24).reshape((2, 4, 3)).astype("float32") - 12) / 100
    found["blank_label"] = keras.losses.CTC()(np.array([[1, 2, 1, 0], [1, 2, 0, 2]]), small)
    lengths = np.maximum(target_length, 1)  # K takes none of 0
    found["batch_cost"] = K.ctc_batch_cost(
        target - 1, probs, output_length[:, None], lengths[:, None]
    )
    for greedy in (True, False):
        decoded, score = K.ctc_decode(probs, output_length, greedy, top_paths=2)
        found[f"K{greedy}"], found[f"K_score{greedy}"] = np.stack(decoded), score
    sparse = K.ctc_label_dense_to_sparse(target, target_length)
    found["indices"], found["values"], found["shape"] = (
        sparse.indices, sparse.values, sparse.dense_shape
    )  # fmt: skip
    found = {k: np.asarray(v) for k, v in found.items()}
    np.savez_compressed(pathlib.Path(__file__).with_name("ctc_values.npz"), **found)


if __name__ == "__main__":
    main()
