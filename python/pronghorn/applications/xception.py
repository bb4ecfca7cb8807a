"""Xception: separable convolutions around shortcuts (Chollet 2016)."""

from .. import layers
from ._common import application, channel_axis
from ._pictures import decode_predictions, preprocessing

_HASHES = ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97")


def _norm(x, name=None):
    return layers.BatchNormalization(axis=channel_axis(), name=name)(x)


def _conv(x, filters, strides, name):
    x = layers.Conv2D(filters, (3, 3), strides=strides, use_bias=False, name=name)(x)
    return layers.Activation("relu", name=f"{name}_act")(_norm(x, f"{name}_bn"))


def _separable(x, filters, name):
    x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False, name=name)(x)
    return _norm(x, f"{name}_bn")


def _down(x, filters, block, first_relu=True):
    """Two separable convolutions and a pooling beside a 1x1 convolution, both of stride 2."""
    shortcut = layers.Conv2D(
        filters[-1], (1, 1), strides=(2, 2), padding="same", use_bias=False
    )(x)  # fmt: skip
    shortcut = _norm(shortcut)
    for i, count in enumerate(filters, 1):
        if i > 1 or first_relu:
            x = layers.Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
        x = _separable(x, count, f"block{block}_sepconv{i}")
    x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name=f"block{block}_pool")(x)
    return layers.add([x, shortcut])


def _body(x, weights):
    x = _conv(x, 32, (2, 2), "block1_conv1")
    x = _conv(x, 64, (1, 1), "block1_conv2")
    x = _down(x, (128, 128), 2, first_relu=False)
    x = _down(x, (256, 256), 3)
    x = _down(x, (728, 728), 4)
    for block in range(5, 13):
        shortcut = x
        for i in (1, 2, 3):
            x = layers.Activation("relu", name=f"block{block}_sepconv{i}_act")(x)
            x = _separable(x, 728, f"block{block}_sepconv{i}")
        x = layers.add([x, shortcut])
    x = _down(x, (728, 1024), 13)
    for i, filters in enumerate((1536, 2048), 1):
        x = _separable(x, filters, f"block14_sepconv{i}")
        x = layers.Activation("relu", name=f"block14_sepconv{i}_act")(x)
    return x


def _file(include_top):
    end = "" if include_top else "_notop"
    name = f"xception_weights_tf_dim_ordering_tf_kernels{end}.h5"
    url = f"https://storage.googleapis.com/tensorflow/keras-applications/xception/{name}"
    return name, url, _HASHES[0 if include_top else 1]


Xception = application(
    "Xception", "xception", _body, pool_names=False, default_size=299, min_size=71, file=_file,
    doc="Xception: separable convolutions around shortcuts.",
)  # fmt: skip
preprocess_input = preprocessing("tf")

__all__ = ["Xception", "decode_predictions", "preprocess_input"]
