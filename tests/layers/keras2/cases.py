"""Layers that only Keras 2 has, to compare with tf-keras: how each is made, and its input's shape.

The results of tf-keras are in keras2_values.npz and keras2_configs.json, made by make_values.py.
"""

import numpy as np


def _local(rank, *args, **kwargs):
    return lambda layers: getattr(layers, f"LocallyConnected{rank}D")(*args, **kwargs)


def _features(*args, **kwargs):
    def make(layers):
        home = layers.experimental if hasattr(layers, "experimental") else layers
        return home.RandomFourierFeatures(*args, **kwargs)

    return make


_1D, _2D = (2, 7, 3), (2, 5, 6, 2)
CASES = {
    "local1d_tanh": (_local(1, 4, 2, strides=2, activation="tanh"), _1D),
    "local2d_no_bias": (_local(2, 4, 2, use_bias=False, kernel_regularizer="l2"), _2D),
    "features": (_features(5), (3, 4)),
    "features_scaled": (_features(4, "laplacian", scale=2.0, trainable=True), (3, 2)),
}
for _way in (1, 2, 3):
    for _order in ("channels_last", "channels_first"):
        for _padding in ("valid", "same")[: 1 if _way == 1 else 2]:
            _kwargs = {"implementation": _way, "data_format": _order, "padding": _padding}
            _label = f"{_way}_{_order[9:]}_{_padding}"
            _3, _4 = ((2, 3, 7), (2, 2, 5, 6)) if _order == "channels_first" else (_1D, _2D)
            CASES[f"local1d_{_label}"] = _local(1, 4, 3, **_kwargs), _3
            CASES[f"local2d_{_label}"] = _local(2, 3, (2, 3), strides=(2, 1), **_kwargs), _4


def inputs_of(name):
    rng = np.random.RandomState(len(name))
    return (rng.randint(-127, 128, CASES[name][1]) / 64).astype("float32")


def fill(layer):
    """Gives the weights fixed values."""
    rng = np.random.RandomState(5)
    values = [
        (rng.randint(-127, 128, tuple(w.shape)) / 128).astype("float32") for w in layer.weights
    ]
    layer.set_weights([abs(v) + 1 if v.shape == (1,) else v for v in values])


def run(k, tape_class, convert, raw, name):
    """{"y", "dx", "dw0" ...}: outputs and the gradients of a weighted sum with fixed weights."""
    layer, x = CASES[name][0](k.layers), convert(inputs_of(name))
    layer(x)
    fill(layer)
    weights = list(layer.trainable_weights)
    with tape_class() as tape:
        tape.watch(x)
        y = layer(x)
        factor = np.random.RandomState(7).randint(-15, 16, tuple(y.shape)) / 16
        z = y * convert(factor.astype("float32"))
    grads = tape.gradient(z, [x, *map(raw, weights)])
    found = {"y": np.asarray(y), "dx": np.asarray(grads[0])}
    found.update({f"dw{i}": np.asarray(g) for i, g in enumerate(grads[1:])})
    return found
