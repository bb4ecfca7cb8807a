"""InceptionV3: branches of convolutions side by side (Szegedy et al. 2015)."""

from .. import layers
from ._common import application, channel_axis
from ._pictures import decode_predictions, preprocessing

_HASHES = ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63")


def _conv(x, filters, rows, columns, strides=(1, 1), padding="same"):
    x = layers.Conv2D(filters, (rows, columns), strides, padding, use_bias=False)(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False)(x)
    return layers.Activation("relu")(x)


def _chain(x, *convolutions):
    for arguments in convolutions:
        x = _conv(x, *arguments)
    return x


def _joined(branches, name=None):
    return layers.concatenate(branches, axis=channel_axis(), name=name)


def _averaged(x, filters):
    x = layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)
    return _conv(x, filters, 1, 1)


def _smaller(x):
    return layers.MaxPooling2D((3, 3), strides=(2, 2))(x)


def _body(x, weights):
    half = ((2, 2), "valid")
    x = _chain(x, (32, 3, 3, *half), (32, 3, 3, (1, 1), "valid"), (64, 3, 3))
    x = _smaller(x)
    x = _chain(x, (80, 1, 1, (1, 1), "valid"), (192, 3, 3, (1, 1), "valid"))
    x = _smaller(x)
    for i, last in enumerate((32, 64, 64)):  # 35 x 35
        x = _joined([
            _conv(x, 64, 1, 1),
            _chain(x, (48, 1, 1), (64, 5, 5)),
            _chain(x, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
            _averaged(x, last),
        ], f"mixed{i}")  # fmt: skip
    x = _joined([
        _conv(x, 384, 3, 3, *half),
        _chain(x, (64, 1, 1), (96, 3, 3), (96, 3, 3, *half)),
        _smaller(x),
    ], "mixed3")  # fmt: skip
    for i, n in enumerate((128, 160, 160, 192), 4):  # 17 x 17
        x = _joined([
            _conv(x, 192, 1, 1),
            _chain(x, (n, 1, 1), (n, 1, 7), (192, 7, 1)),
            _chain(x, (n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)),
            _averaged(x, 192),
        ], f"mixed{i}")  # fmt: skip
    x = _joined([
        _chain(x, (192, 1, 1), (320, 3, 3, *half)),
        _chain(x, (192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3, *half)),
        _smaller(x),
    ], "mixed8")  # fmt: skip
    for i in range(2):  # 8 x 8
        whole = _conv(x, 320, 1, 1)
        crossed = _conv(x, 384, 1, 1)
        crossed = _joined([_conv(crossed, 384, 1, 3), _conv(crossed, 384, 3, 1)], f"mixed9_{i}")
        double = _chain(x, (448, 1, 1), (384, 3, 3))
        double = _joined([_conv(double, 384, 1, 3), _conv(double, 384, 3, 1)])
        x = _joined([whole, crossed, double, _averaged(x, 192)], f"mixed{9 + i}")
    return x


def _file(include_top):
    end = "" if include_top else "_notop"
    name = f"inception_v3_weights_tf_dim_ordering_tf_kernels{end}.h5"
    url = f"https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/{name}"
    return name, url, _HASHES[0 if include_top else 1]


InceptionV3 = application(
    "InceptionV3", "inception_v3", _body, pool_names=False, default_size=299, min_size=75,
    file=_file, doc="InceptionV3: branches of convolutions side by side.",
)  # fmt: skip
preprocess_input = preprocessing("tf")

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]
