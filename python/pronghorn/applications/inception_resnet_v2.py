"""InceptionResNetV2: inception blocks around shortcuts (Szegedy et al. 2016)."""

from __future__ import annotations

from typing import Any

from .. import layers, ops
from ..serialization import register_keras_serializable
from ._common import application, channel_axis
from ._pictures import decode_predictions, preprocessing

_HASHES = ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4")
# Kind: the branches, each a chain of (filters, kernel).
_BRANCHES = {
    "block35": (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3))),
    "block17": (((192, 1),), ((128, 1), (160, [1, 7]), (192, [7, 1]))),
    "block8": (((192, 1),), ((192, 1), (224, [1, 3]), (256, [3, 1]))),
}


@register_keras_serializable()
class CustomScaleLayer(layers.Layer):
    """The first input plus `scale` times the second.

    Args:
        scale: The factor.

    Example:

    >>> CustomScaleLayer(0.5)([np.array([1.0]), np.array([4.0])]).tolist()
    [3.0]
    """

    def __init__(self, scale: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        return ops.add(inputs[0], ops.multiply(inputs[1], self.scale))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}


def _conv(x, filters, kernel, strides=1, padding="same", name=None):
    x = layers.Conv2D(filters, kernel, strides, padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(
        axis=channel_axis(), scale=False, name=name and f"{name}_bn"
    )(x)  # fmt: skip
    return layers.Activation("relu", name=name and f"{name}_ac")(x)


def _chain(x, *convolutions):
    for arguments in convolutions:
        x = _conv(x, *arguments)
    return x


def _joined(branches, name):
    return layers.Concatenate(axis=channel_axis(), name=name)(branches)


def _residual(x, kind, number, scale, activation="relu"):
    name = f"{kind}_{number}"
    mixed = _joined([_chain(x, *chain) for chain in _BRANCHES[kind]], f"{name}_mixed")
    up = layers.Conv2D(x.shape[channel_axis()], 1, padding="same", name=f"{name}_conv")(mixed)
    x = CustomScaleLayer(scale)([x, up])
    return x if activation is None else layers.Activation(activation, name=f"{name}_ac")(x)


def _body(x, weights):
    half = (2, "valid")
    x = _chain(x, (32, 3, *half), (32, 3, 1, "valid"), (64, 3))
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _chain(x, (80, 1, 1, "valid"), (192, 3, 1, "valid"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    branches = [_conv(x, 96, 1), _chain(x, (48, 1), (64, 5)), _chain(x, (64, 1), (96, 3), (96, 3))]
    averaged = layers.AveragePooling2D(3, strides=1, padding="same")(x)
    x = _joined([*branches, _conv(averaged, 64, 1)], "mixed_5b")
    for i in range(1, 11):
        x = _residual(x, "block35", i, 0.17)
    branches = [_conv(x, 384, 3, *half), _chain(x, (256, 1), (256, 3), (384, 3, *half))]
    x = _joined([*branches, layers.MaxPooling2D(3, strides=2)(x)], "mixed_6a")
    for i in range(1, 21):
        x = _residual(x, "block17", i, 0.1)
    branches = [
        _chain(x, (256, 1), (384, 3, *half)),
        _chain(x, (256, 1), (288, 3, *half)),
        _chain(x, (256, 1), (288, 3), (320, 3, *half)),
    ]
    x = _joined([*branches, layers.MaxPooling2D(3, strides=2)(x)], "mixed_7a")
    for i in range(1, 10):
        x = _residual(x, "block8", i, 0.2)
    x = _residual(x, "block8", 10, 1.0, activation=None)
    return _conv(x, 1536, 1, name="conv_7b")


def _file(include_top):
    end = "" if include_top else "_notop"
    name = f"inception_resnet_v2_weights_tf_dim_ordering_tf_kernels{end}.h5"
    root = "https://storage.googleapis.com/tensorflow/keras-applications/inception_resnet_v2"
    return name, f"{root}/{name}", _HASHES[0 if include_top else 1]


InceptionResNetV2 = application(
    "InceptionResNetV2", "inception_resnet_v2", _body, pool_names=False, default_size=299,
    min_size=75, file=_file, doc="InceptionResNetV2: inception blocks around shortcuts.",
)  # fmt: skip
preprocess_input = preprocessing("tf")

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]
