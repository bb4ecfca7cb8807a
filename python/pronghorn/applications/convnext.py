"""ConvNeXt: depthwise convolutions of 7x7 with the manners of transformers (Liu et al. 2022)."""

from __future__ import annotations

from typing import Any

from .. import initializers, layers, ops, random
from ..serialization import register_keras_serializable
from ._common import (
    check_arguments,
    describe,
    finish,
    need_channels_last,
    obtain_input_shape,
    pooled,
    start,
    validate_activation,
)
from ._pictures import decode_predictions, preprocessing

_ROOT = "https://storage.googleapis.com/tensorflow/keras-applications/convnext"
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Blocks and channels of each stage, hashes of the weights with and without classifier.
_MODELS = {
    "tiny": (
        (3, 3, 9, 3), (96, 192, 384, 768),
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "small": (
        (3, 3, 27, 3), (96, 192, 384, 768),
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "base": (
        (3, 3, 27, 3), (128, 256, 512, 1024),
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "large": (
        (3, 3, 27, 3), (192, 384, 768, 1536),
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "xlarge": (
        (3, 3, 27, 3), (256, 512, 1024, 2048),
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}  # fmt: skip


@register_keras_serializable()
class LayerScale(layers.Layer):
    """Every channel times a factor that is learned.

    Args:
        init_values: First value of the factors.
        projection_dim: Number of channels.

    Example:

    >>> LayerScale(0.5, projection_dim=2)(np.array([[2.0, 4.0]])).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, init_values: Any, projection_dim: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape: Any) -> None:
        self.gamma = self.add_weight(
            shape=(self.projection_dim,), initializer=initializers.Constant(self.init_values)
        )

    def call(self, x: Any) -> Any:
        return ops.multiply(x, self.gamma)

    def get_config(self) -> dict[str, Any]:
        own = {"init_values": self.init_values, "projection_dim": self.projection_dim}
        return {**super().get_config(), **own}


@register_keras_serializable()
class StochasticDepth(layers.Layer):
    """In training, drops whole samples (Huang et al. 2016) and scales the others up.

    Args:
        drop_path_rate: Share of samples that become 0.

    Example:

    >>> x = StochasticDepth(0.5)(np.ones((8, 1, 1, 3), "float32"), training=True)
    >>> set(x.numpy().ravel().tolist()) <= {0.0, 2.0}
    True
    """

    def __init__(self, drop_path_rate: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, x: Any, training: bool | None = None) -> Any:
        if not training:
            return x
        keep = 1 - self.drop_path_rate
        shape = (ops.shape(x)[0], *(1,) * (len(x.shape) - 1))
        kept = ops.floor(ops.add(random.uniform(shape), keep))
        return ops.multiply(ops.divide(x, keep), kept)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}


def _norm(name=None):
    return layers.LayerNormalization(epsilon=1e-6, name=name)


def _block(x, channels, name):
    before = x
    x = layers.Conv2D(
        channels, 7, padding="same", groups=channels, name=f"{name}_depthwise_conv"
    )(x)  # fmt: skip
    x = _norm(f"{name}_layernorm")(x)
    x = layers.Dense(4 * channels, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(channels, name=f"{name}_pointwise_conv_2")(x)
    x = LayerScale(1e-6, channels, name=f"{name}_layer_scale")(x)
    return before + layers.Activation("linear", name=f"{name}_identity")(x)


def _smaller(i, channels, name):
    """Of the stem and between stages: a normalisation and a strided convolution."""
    from ..models import Sequential

    if i == 0:
        conv = layers.Conv2D(channels, 4, strides=4, name=f"{name}_stem_conv")
        return Sequential([conv, _norm(f"{name}_stem_layernorm")], name=f"{name}_stem")
    return Sequential(
        [
            _norm(f"{name}_downsampling_layernorm_{i - 1}"),
            layers.Conv2D(channels, 2, strides=2, name=f"{name}_downsampling_conv_{i - 1}"),
        ],
        name=f"{name}_downsampling_block_{i - 1}",
    )


def _convnext(kind):
    depths, channels, *hashes = _MODELS[kind]
    title = f"ConvNeXt{'XLarge' if kind == 'xlarge' else kind.capitalize()}"

    def make(
        include_top=True,
        include_preprocessing=True,
        weights="imagenet",
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
        classifier_activation="softmax",
        name=f"convnext_{kind}",
    ):
        need_channels_last("ConvNeXt")
        check_arguments(weights, include_top, classes)
        shape = obtain_input_shape(input_shape, 224, 32, "channels_last", include_top, weights)
        begin = x = start(input_tensor, shape)
        if include_preprocessing and shape[-1] == 3:
            x = layers.Normalization(
                mean=[255 * m for m in _MEAN],
                variance=[(255 * s) ** 2 for s in _STD],
                name=f"{name}_prestem_normalization",
            )(x)
        steps = [_smaller(i, n, name) for i, n in enumerate(channels)]
        for i, (count, n) in enumerate(zip(depths, channels)):
            x = steps[i](x)
            for j in range(count):
                x = _block(x, n, f"{name}_stage_{i}_block_{j}")
        if include_top:
            validate_activation(classifier_activation, weights)
            x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
            x = _norm(f"{name}_head_layernorm")(x)
            x = layers.Dense(
                classes, activation=classifier_activation, name=f"{name}_head_dense"
            )(x)  # fmt: skip
        else:
            x = _norm()(pooled(x, pooling, named=False))

        def file():
            if f"convnext_{kind}" not in name:
                raise ValueError(
                    f'Model name "{name}" does not match weights variant "convnext_{kind}"; the '
                    "name of a model with imagenet weights has to contain it."
                )
            found = f"{name}{'' if include_top else '_notop'}.h5"
            return found, f"{_ROOT}/{found}", hashes[0 if include_top else 1]

        return finish(begin, x, input_tensor, name, weights, file)

    make.__name__ = make.__qualname__ = title
    doc = f"{title}: depthwise convolutions of 7x7 between normalisations of the channels."
    text = describe(title, doc, 224)
    own = "include_preprocessing: Whether pictures of 0 to 255 are normalised in the model.\n"
    make.__doc__ = text.replace("        weights:", f"        {own}        weights:", 1)
    return make


ConvNeXtTiny, ConvNeXtSmall, ConvNeXtBase, ConvNeXtLarge, ConvNeXtXLarge = map(_convnext, _MODELS)
preprocess_input = preprocessing(None)

__all__ = [
    "ConvNeXtTiny",
    "ConvNeXtSmall",
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtXLarge",
    "decode_predictions",
    "preprocess_input",
]
