"""Layers by name, loaded when first asked for."""

from __future__ import annotations

from typing import Any

_WHERE = {
    "base": ("Layer",),
    "input_spec": ("InputSpec",),
    "input_layer": ("Input", "InputLayer"),
    "attention": ("AdditiveAttention", "Attention"),
    "multi_head_attention": ("MultiHeadAttention",),
    "grouped_query_attention": ("GroupQueryAttention", "GroupedQueryAttention"),
    "einsum_dense": ("EinsumDense",),
    "reversible_embedding": ("ReversibleEmbedding",),
    "core": ("Dense", "Embedding", "Identity"),
    "activation": ("Activation", "ELU", "LeakyReLU", "ReLU", "Softmax"),
    "prelu": ("PReLU", "ThresholdedReLU"),
    "convolution": ("Conv1D", "Conv2D", "Conv3D"),
    "convolution_transpose": ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    "depthwise_convolution": (
        "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
    ),
    "locally_connected": ("LocallyConnected1D", "LocallyConnected2D"),
    "random_features": ("RandomFourierFeatures",),
    "pooling": (
        "AveragePooling1D", "AvgPool1D", "GlobalAveragePooling1D", "GlobalAvgPool1D",
        "GlobalMaxPool1D", "GlobalMaxPooling1D", "MaxPool1D", "MaxPooling1D",
        "AveragePooling2D", "AvgPool2D", "GlobalAveragePooling2D", "GlobalAvgPool2D",
        "GlobalMaxPool2D", "GlobalMaxPooling2D", "MaxPool2D", "MaxPooling2D",
        "AveragePooling3D", "AvgPool3D", "GlobalAveragePooling3D", "GlobalAvgPool3D",
        "GlobalMaxPool3D", "GlobalMaxPooling3D", "MaxPool3D", "MaxPooling3D",
    ),
    "adaptive_pooling": (
        "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
        "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D",
    ),
    "normalization": ("BatchNormalization",),
    "layer_normalization": (
        "GroupNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization",
    ),
    "spectral_normalization": ("SpectralNormalization",),
    "regularization": (
        "ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
        "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
    ),
    "wrapper": ("Wrapper",),
    "reshaping": ("Flatten", "Permute", "Reshape"),
    "padding": (
        "Cropping1D", "Cropping2D", "Cropping3D",
        "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
    ),
    "up_sampling": ("RepeatVector", "UpSampling1D", "UpSampling2D", "UpSampling3D"),
    "lambda_layer": ("Lambda",),
    "dot_product": ("Dot", "dot"),
    "merging": (
        "Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract",
        "add", "average", "concatenate", "maximum", "minimum", "multiply", "subtract",
    ),
    "rnn.bidirectional": ("Bidirectional",),
    "rnn.conv_lstm": ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    "rnn.gru": ("GRU", "GRUCell"),
    "rnn.lstm": ("LSTM", "LSTMCell"),
    "rnn.masking": ("Masking",),
    "rnn.rnn": ("RNN",),
    "rnn.simple_rnn": ("SimpleRNN", "SimpleRNNCell"),
    "rnn.stacked": ("StackedRNNCells",),
    "rnn.time_distributed": ("TimeDistributed",),
    "preprocessing.category_encoding": ("CategoryEncoding",),
    "preprocessing.discretization": ("Discretization",),
    "preprocessing.hashed_crossing": ("HashedCrossing",),
    "preprocessing.hashing": ("Hashing",),
    "preprocessing.integer_lookup": ("IntegerLookup",),
    "preprocessing.normalization": ("Normalization",),
    "preprocessing.pipeline": ("Pipeline",),
    "preprocessing.clahe": ("ContrastLimitedAdaptiveHistogramEqualization",),
    "preprocessing.elastic": ("RandomElasticTransform",),
    "preprocessing.policies": ("AugMix", "RandAugment"),
    "preprocessing.random_size": ("RandomHeight", "RandomWidth"),
    "preprocessing.spectrogram": ("MelSpectrogram", "STFTSpectrogram"),
    "preprocessing.color": (
        "AutoContrast", "RandomBrightness", "RandomColorDegeneration", "RandomContrast",
        "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPosterization", "RandomSaturation",
        "Solarization",
    ),
    "preprocessing.filters": ("RandomGaussianBlur", "RandomSharpness"),
    "preprocessing.geometric": (
        "RandomFlip", "RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom",
    ),
    "preprocessing.mixing": ("MixUp",),
    "preprocessing.resizing": ("CenterCrop", "RandomCrop", "Resizing"),
    "preprocessing.equalization": ("Equalization",),
    "preprocessing.jitter": ("RandomColorJitter",),
    "preprocessing.max_boxes": ("MaxNumBoundingBoxes",),
    "preprocessing.perspective": ("RandomPerspective",),
    "preprocessing.regions": ("CutMix", "RandomErasing"),
    "preprocessing.rescaling": ("Rescaling",),
    "preprocessing.string_lookup": ("StringLookup",),
    "preprocessing.text_vectorization": ("TextVectorization",),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _WHERE.items() for name in names}
__all__ = [*_ROOM_OF, "serialize", "deserialize"]  # noqa: PLE0604


def __getattr__(name):
    room = _ROOM_OF.get(name)
    if room is not None:
        import importlib

        value = getattr(importlib.import_module(f".{room}", __name__), name)
    elif name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    else:
        from .old import FORMS, form

        if name not in FORMS:
            from ..legacy.missing import old_or_absent

            return old_or_absent(__name__, name, _ROOM_OF)
        value = form(name, __getattr__(FORMS[name][0]))
    globals()[name] = value
    return value


def __dir__():
    return __all__


def serialize(layer: Any) -> Any:
    """A layer's config with its class, for `deserialize`.

    Args:
        layer: The layer.

    Returns:
        A dict of what JSON can hold.

    Example:

    >>> layers.serialize(layers.Dense(3))["class_name"]
    'Dense'
    """
    from ..serialization import serialize_keras_object

    return serialize_keras_object(layer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer of such a config.

    Args:
        config: Dict that `serialize` returned.
        custom_objects: Dict from names to classes and functions of one's own.

    Returns:
        A new layer, without its weights' values.

    Raises:
        ValueError: where the config is of something else.

    Example:

    >>> config = layers.serialize(layers.Dense(3))
    >>> layers.deserialize(config).units
    3
    """
    from ..serialization import deserialize_keras_object
    from .base import Layer

    obj = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(obj, Layer):
        raise ValueError(
            "`keras.layers.deserialize` was passed a `config` object that is not a "
            f"`keras.layers.Layer`. Received: {config}"
        )
    return obj
