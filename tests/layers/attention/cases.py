"""Layers of attention and normalisation to compare with Keras, with gradients.

Keras's results are in keras_values.npz and keras_configs.json, made by make_values.py.
"""

import numpy as np


def _masked(layer, x, y):
    mask = np.array([[[True, False, True, True]], [[False, False, False, False]]])
    return layer(x, y, attention_mask=np.repeat(mask, 3, axis=1))


def _lists(layer, x, y):
    masks = [np.array([[True, True, False]] * 2), np.array([[True, False, True, True]] * 2)]
    return layer([x, y], mask=masks)


QV = [(2, 3, 8), (2, 4, 8)]

# name: (make the layer, shapes of the inputs, call it)
CASES = {
    "attention": (lambda k: k.layers.Attention(), QV, lambda f, x, y: f([x, y])),
    "attention_scaled": (
        lambda k: k.layers.Attention(use_scale=True),
        [*QV, (2, 4, 8)],
        lambda f, x, y, z: f([x, y, z], return_attention_scores=True),
    ),
    "attention_concat": (
        lambda k: k.layers.Attention(use_scale=True, score_mode="concat"),
        QV,
        lambda f, x, y: f([x, y], use_causal_mask=True),
    ),
    "attention_masked": (lambda k: k.layers.Attention(), QV, _lists),
    "additive": (lambda k: k.layers.AdditiveAttention(), QV, lambda f, x, y: f([x, y])),
    "additive_masked": (lambda k: k.layers.AdditiveAttention(use_scale=False), QV, _lists),
    "heads": (lambda k: k.layers.MultiHeadAttention(2, 5), QV, lambda f, x, y: f(x, y)),
    "heads_key": (
        lambda k: k.layers.MultiHeadAttention(2, 5, value_dim=3, output_shape=6, use_bias=False),
        [*QV, (2, 4, 7)],
        lambda f, x, y, z: f(x, y, z),
    ),
    "heads_causal": (
        lambda k: k.layers.MultiHeadAttention(4, 3, use_gate=True),
        [(2, 6, 8)],
        lambda f, x: f(x, x, use_causal_mask=True),
    ),
    "heads_masked": (lambda k: k.layers.MultiHeadAttention(2, 4), QV, _masked),
    "heads_window": (
        lambda k: k.layers.MultiHeadAttention(2, 4, sliding_window=2),
        [(2, 6, 8)],
        lambda f, x: f(x, x, use_causal_mask=True),
    ),
    "heads_scores": (
        lambda k: k.layers.MultiHeadAttention(2, 4),
        QV,
        lambda f, x, y: f(x, y, return_attention_scores=True),
    ),
    "heads_axes": (
        lambda k: k.layers.MultiHeadAttention(2, 3, attention_axes=(2,)),
        [(2, 3, 4, 6)],
        lambda f, x: f(x, x),
    ),
    "heads_dropout_off": (
        lambda k: k.layers.MultiHeadAttention(2, 4, dropout=0.5, seed=1),
        QV,
        lambda f, x, y: f(x, y),
    ),
    "grouped": (
        lambda k: k.layers.GroupQueryAttention(4, 4, 2),
        QV,
        lambda f, x, y: f(x, y),
    ),
    "grouped_causal": (
        lambda k: k.layers.GroupQueryAttention(3, 6, 1, use_bias=False),
        [(2, 5, 8)],
        lambda f, x: f(x, x, use_causal_mask=True),
    ),
    "grouped_scores": (
        lambda k: k.layers.GroupQueryAttention(4, 4, 2, use_gate=True, sliding_window=2),
        QV,
        lambda f, x, y: f(x, y, return_attention_scores=True),
    ),
    "layer_norm": (lambda k: k.layers.LayerNormalization(), [(3, 5, 7)], lambda f, x: f(x)),
    "layer_norm_axes": (
        lambda k: k.layers.LayerNormalization(axis=[1, 2], epsilon=1e-5, center=False),
        [(3, 4, 5, 2)],
        lambda f, x: f(x),
    ),
    "layer_norm_first": (
        lambda k: k.layers.LayerNormalization(axis=1, scale=False, beta_regularizer="l2"),
        [(3, 4, 5)],
        lambda f, x: f(x),
    ),
    "rms_norm": (lambda k: k.layers.RMSNormalization(), [(3, 5, 7)], lambda f, x: f(x)),
    "rms_norm_axes": (
        lambda k: k.layers.RMSNormalization(axis=(1, 2), epsilon=1e-2),
        [(3, 4, 5)],
        lambda f, x: f(x),
    ),
    "group_norm": (lambda k: k.layers.GroupNormalization(2), [(3, 4, 5, 6)], lambda f, x: f(x)),
    "group_norm_first": (
        lambda k: k.layers.GroupNormalization(3, axis=1, epsilon=1e-2),
        [(3, 6, 4, 5)],
        lambda f, x: f(x),
    ),
    "group_norm_instance": (
        lambda k: k.layers.GroupNormalization(-1, scale=False),
        [(3, 4, 5)],
        lambda f, x: f(x),
    ),
    "unit_norm": (
        lambda k: k.layers.UnitNormalization(axis=[1, 2]), [(3, 4, 5)], lambda f, x: f(x),
    ),
    "spectral_norm": (
        lambda k: k.layers.SpectralNormalization(k.layers.Dense(4, name="inner"), 2),
        [(3, 5)],
        lambda f, x: f(x, training=True),
    ),
    "renorm": (
        lambda k: k.layers.BatchNormalization(renorm=True, renorm_momentum=0.8, momentum=0.9),
        [(6, 4)],
        lambda f, x: f(x, training=True),
    ),
    "renorm_clipped": (
        lambda k: k.layers.BatchNormalization(
            axis=1, renorm=True, renorm_clipping={"rmax": 1.5, "rmin": 0.5, "dmax": 0.25}
        ),
        [(6, 3, 4)],
        lambda f, x: f(x, training=True),
    ),
    "einsum_dense": (
        lambda k: k.layers.EinsumDense("abc,cde->abde", (None, 3, 2), bias_axes="de"),
        [(2, 4, 5)],
        lambda f, x: f(x),
    ),
    "einsum_dense_left": (
        lambda k: k.layers.EinsumDense("...c,cd->...d", 3, bias_axes="d", activation="relu"),
        [(2, 4, 5)],
        lambda f, x: f(x),
    ),
    "einsum_dense_right": (
        lambda k: k.layers.EinsumDense("bc...,cd->bd...", 4, bias_axes="d"),
        [(2, 3, 5, 2)],
        lambda f, x: f(x),
    ),
    "activity": (
        lambda k: k.layers.ActivityRegularization(l1=0.5, l2=0.25), [(2, 3)], lambda f, x: f(x),
    ),
    "lora": (
        lambda k: k.layers.Dense(3, lora_rank=2, lora_alpha=2), [(2, 4)], lambda f, x: f(x),
    ),
}  # fmt: skip


def inputs_of(name):
    rng = np.random.RandomState(len(name))
    return [(rng.randint(-127, 128, s) / 64).astype("float32") for s in CASES[name][1]]


def fill(layer):
    """Gives the weights fixed values."""
    rng = np.random.RandomState(5)
    values = []
    for weight in layer.weights:
        value = (rng.randint(-127, 128, tuple(weight.shape)) / 128).astype("float32")
        positive = "variance" in weight.name or "stddev" in weight.name
        values.append(1 + np.abs(value) if positive else value)
    layer.set_weights(values)


def run(k, tape_class, tensor, watched, name):
    """Arrays by name: outputs, weights after the call, losses, gradients.

    Args:
        k: A module like Keras.
        tape_class: Its GradientTape.
        tensor: What makes its tensors of arrays.
        watched: What of a weight its tape takes.
        name: Of the case.
    """
    make, _, call = CASES[name]
    layer = make(k)
    arrays = inputs_of(name)
    call(layer, *arrays)
    fill(layer)
    inputs = [tensor(x) for x in arrays]
    trained = [watched(w) for w in layer.trainable_weights]
    with tape_class() as tape:
        for x in inputs:
            tape.watch(x)
        outputs = call(layer, *inputs)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        total = 0.0
        for y in outputs:
            total = total + k.ops.sum(k.ops.sin(y))
    gradients = tape.gradient(total, [*trained, *inputs])
    found = {f"y{i}": np.asarray(y) for i, y in enumerate(outputs)}
    found |= {f"w{i}": w for i, w in enumerate(layer.get_weights())}
    found |= {f"g{i}": np.asarray(g) for i, g in enumerate(gradients) if g is not None}
    found["losses"] = np.asarray([float(v) for v in layer.losses])
    return found
