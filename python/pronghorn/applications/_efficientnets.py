"""EfficientNet (Tan and Le 2019) and EfficientNetV2 (Tan and Le 2021): inverted bottlenecks with
squeeze and excitation, and in the first stages of version 2 with one wide convolution (fused)."""

import math

from .. import layers
from ..initializers import VarianceScaling
from ._common import (
    application,
    channel_axis,
    check_arguments,
    classified,
    correct_pad,
    describe,
    finish,
    make_divisible,
    obtain_input_shape,
    pooled,
    start,
    validate_activation,
)

# Kernel, repeats, channels in, channels out, expansion, squeeze, stride.
_STAGES = (
    (3, 1, 32, 16, 1, 0.25, 1), (3, 2, 16, 24, 6, 0.25, 2), (5, 2, 24, 40, 6, 0.25, 2),
    (3, 3, 40, 80, 6, 0.25, 2), (5, 3, 80, 112, 6, 0.25, 1), (5, 4, 112, 192, 6, 0.25, 2),
    (3, 1, 192, 320, 6, 0.25, 1),
)  # fmt: skip
# Repeats, channels in, channels out, expansion, squeeze (0: none, and fused), stride.
_STAGES_B = (
    (1, 32, 16, 1, 0, 1), (2, 16, 32, 4, 0, 2), (2, 32, 48, 4, 0, 2), (3, 48, 96, 4, 0.25, 2),
    (5, 96, 112, 6, 0.25, 1), (8, 112, 192, 6, 0.25, 2),
)  # fmt: skip
_STAGES_V2 = {
    "b0": _STAGES_B, "b1": _STAGES_B, "b2": _STAGES_B, "b3": _STAGES_B,
    "s": ((2, 24, 24, 1, 0, 1), (4, 24, 48, 4, 0, 2), (4, 48, 64, 4, 0, 2),
          (6, 64, 128, 4, 0.25, 2), (9, 128, 160, 6, 0.25, 1), (15, 160, 256, 6, 0.25, 2)),
    "m": ((3, 24, 24, 1, 0, 1), (5, 24, 48, 4, 0, 2), (5, 48, 80, 4, 0, 2),
          (7, 80, 160, 4, 0.25, 2), (14, 160, 176, 6, 0.25, 1), (18, 176, 304, 6, 0.25, 2),
          (5, 304, 512, 6, 0.25, 1)),
    "l": ((4, 32, 32, 1, 0, 1), (7, 32, 64, 4, 0, 2), (7, 64, 96, 4, 0, 2),
          (10, 96, 192, 4, 0.25, 2), (19, 192, 224, 6, 0.25, 1), (25, 224, 384, 6, 0.25, 2),
          (7, 384, 640, 6, 0.25, 1)),
}  # fmt: skip
# Width, depth, size of the inputs, dropout.
_SIZES = {
    "b0": (1.0, 1.0, 224, 0.2),
    "b1": (1.0, 1.1, 240, 0.2),
    "b2": (1.1, 1.2, 260, 0.3),
    "b3": (1.2, 1.4, 300, 0.3),
    "b4": (1.4, 1.8, 380, 0.4),
    "b5": (1.6, 2.2, 456, 0.4),
    "b6": (1.8, 2.6, 528, 0.5),
    "b7": (2.0, 3.1, 600, 0.5),
}
# Hashes of the weights with and without classifier.
_HASHES = {
    "b0": ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    "b1": ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    "b2": ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    "b3": ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    "b4": ("18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    "b5": ("ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    "b6": ("165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    "b7": ("8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
}
# Width, depth, size of the inputs, hashes.
_SIZES_V2 = {
    "b0": (1.0, 1.0, 224, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "b1": (1.0, 1.1, 240, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "b2": (1.1, 1.2, 260, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "b3": (1.2, 1.4, 300, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "s": (1.0, 1.0, 384, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "m": (1.0, 1.0, 480, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "l": (1.0, 1.0, 480, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}  # fmt: skip
_DROP = 0.2  # of the last block's branch; earlier ones have less, in proportion
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _kernels():
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def _conv(x, filters, kernel, name, stride=1, padding="same"):
    return layers.Conv2D(
        filters, kernel, strides=stride, padding=padding, use_bias=False,
        kernel_initializer=_kernels(), name=name,
    )(x)  # fmt: skip


def _norm(x, name, momentum):
    return layers.BatchNormalization(axis=channel_axis(), momentum=momentum, name=name)(x)


def _swish(x, name):
    return layers.Activation("swish", name=name)(x)


def _excite(x, squeezed, name):
    """Squeeze and excitation: every channel times a factor that the means over space give."""
    filters = x.shape[channel_axis()]
    shape = (filters, 1, 1) if channel_axis() == 1 else (1, 1, filters)
    s = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    s = layers.Reshape(shape, name=f"{name}se_reshape")(s)
    for count, activation, label in (
        (squeezed, "swish", "se_reduce"), (filters, "sigmoid", "se_expand"),
    ):  # fmt: skip
        s = layers.Conv2D(
            count, 1, padding="same", activation=activation, kernel_initializer=_kernels(),
            name=name + label,
        )(s)  # fmt: skip
    return layers.multiply([x, s], name=f"{name}se_excite")


def _residual(x, before, stride, drop, name):
    if stride != 1 or x.shape[channel_axis()] != before.shape[channel_axis()]:
        return x
    if drop > 0:
        x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.add([x, before], name=f"{name}add")


def _block(x, kernel, filters, expansion, squeeze, stride, drop, name, version, momentum):
    """1x1 convolution to more channels, depthwise convolution, excitation, 1x1 back."""
    before, channels = x, x.shape[channel_axis()]
    if expansion != 1:
        x = _norm(
            _conv(x, channels * expansion, 1, f"{name}expand_conv"), f"{name}expand_bn", momentum
        )
        x = _swish(x, f"{name}expand_activation")
    padding = "same"
    if version == 1 and stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, kernel), name=f"{name}dwconv_pad")(x)
        padding = "valid"
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding=padding, use_bias=False, depthwise_initializer=_kernels(),
        name=f"{name}dwconv" + ("2" if version == 2 else ""),
    )(x)  # fmt: skip
    x = _swish(_norm(x, f"{name}bn", momentum), f"{name}activation")
    x = _excite(x, max(1, int(channels * squeeze)), name)
    x = _norm(_conv(x, filters, 1, f"{name}project_conv"), f"{name}project_bn", momentum)
    return _residual(x, before, stride, drop, name)


def _fused_block(x, filters, expansion, stride, drop, name, momentum):
    """One 3x3 convolution to more channels, 1x1 back; or a 3x3 convolution alone."""
    before, channels = x, x.shape[channel_axis()]
    if expansion != 1:
        x = _conv(x, channels * expansion, 3, f"{name}expand_conv", stride)
        x = _swish(_norm(x, f"{name}expand_bn", momentum), f"{name}expand_activation")
        x = _conv(x, filters, 1, f"{name}project_conv")
    else:
        x = _conv(x, filters, 3, f"{name}project_conv", stride)
    x = _norm(x, f"{name}project_bn", momentum)
    if expansion == 1:
        x = _swish(x, f"{name}project_activation")
    return _residual(x, before, stride, drop, name)


def _top(x, filters, momentum):
    x = _norm(_conv(x, filters, 1, "top_conv"), "top_bn", momentum)
    return _swish(x, "top_activation")


def _classifier(dropout):
    def top(x, classes, activation):
        kernels = VarianceScaling(1 / 3, "fan_out", "uniform")
        return classified(x, classes, activation, dropout=dropout, kernel_initializer=kernels)

    return top


def _efficientnet(size):
    width, depth, side, dropout = _SIZES[size]
    hashes = _HASHES[size]
    wide = lambda filters: int(make_divisible(filters * width))

    def body(x, weights):
        x = layers.Rescaling(1.0 / 255.0)(x)
        x = layers.Normalization(axis=channel_axis())(x)
        if weights == "imagenet":
            # these were trained on (x - mean) / variance
            x = layers.Rescaling([1.0 / math.sqrt(s) for s in _STD])(x)
        x = layers.ZeroPadding2D(correct_pad(x, 3), name="stem_conv_pad")(x)
        x = _norm(_conv(x, wide(32), 3, "stem_conv", 2, "valid"), "stem_bn", 0.99)
        x = _swish(x, "stem_activation")
        counts = [math.ceil(depth * stage[1]) for stage in _STAGES]
        done = 0
        for i, (kernel, _, _, filters, expansion, squeeze, stride) in enumerate(_STAGES):
            for j in range(counts[i]):
                name = f"block{i + 1}{chr(j + 97)}_"
                drop = _DROP * done / sum(counts)
                x = _block(
                    x, kernel, wide(filters), expansion, squeeze, 1 if j else stride, drop, name,
                    1, 0.99,
                )  # fmt: skip
                done += 1
        return _top(x, wide(1280), 0.99)

    def file(include_top):
        name = f"efficientnet{size}" + ("" if include_top else "_notop") + ".h5"
        url = f"https://storage.googleapis.com/keras-applications/{name}"
        return name, url, hashes[0 if include_top else 1]

    title = f"EfficientNet{size.upper()}"
    doc = (
        f"{title}: inverted bottlenecks with squeeze and excitation, for pictures of {side} pixels."
    )
    return application(
        title, f"efficientnet{size}", body, _classifier(dropout), default_size=side, file=file,
        doc=doc,
    )  # fmt: skip


def _efficientnet_v2(size):
    width, depth, side, *hashes = _SIZES_V2[size]
    stages = _STAGES_V2[size]
    wide = lambda filters: int(max(8, int(filters * width + 4) // 8 * 8))
    title = f"EfficientNetV2{size.upper()}"

    def body(x):
        x = _conv(x, wide(stages[0][1]), 3, "stem_conv", 2)
        x = _swish(_norm(x, "stem_bn", 0.9), "stem_activation")
        total, done = sum(stage[0] for stage in stages), 0
        for i, (repeats, _, filters, expansion, squeeze, first) in enumerate(stages):
            for j in range(math.ceil(depth * repeats)):
                name, stride = f"block{i + 1}{chr(j + 97)}_", 1 if j else first
                drop = _DROP * done / total
                if squeeze:
                    x = _block(x, 3, wide(filters), expansion, squeeze, stride, drop, name, 2, 0.9)
                else:
                    x = _fused_block(x, wide(filters), expansion, stride, drop, name, 0.9)
                done += 1
        return _top(x, wide(1280), 0.9)

    def preprocessed(x, channels):
        if size.startswith("b") and channels == 3:
            x = layers.Rescaling(scale=1.0 / 255)(x)
            variance = [s**2 for s in _STD]
            return layers.Normalization(mean=list(_MEAN), variance=variance, axis=channel_axis())(x)
        return layers.Rescaling(scale=1.0 / 128.0, offset=-1)(x)

    def make(
        include_top=True,
        weights="imagenet",
        input_tensor=None,
        input_shape=None,
        pooling=None,
        classes=1000,
        classifier_activation="softmax",
        include_preprocessing=True,
        name=f"efficientnetv2-{size}",
    ):
        from ..engine import config

        check_arguments(weights, include_top, classes)
        shape = obtain_input_shape(
            input_shape, side, 32, config.image_data_format(), include_top, weights
        )
        begin = x = start(input_tensor, shape)
        if include_preprocessing:
            x = preprocessed(x, shape[channel_axis() - 1])
        x = body(x)
        if include_top:
            validate_activation(classifier_activation, weights)
            x = _classifier(0.2)(x, classes, classifier_activation)
        else:
            x = pooled(x, pooling)
        found = f"efficientnetv2-{size}" + ("" if include_top else "_notop") + ".h5"
        url = (
            f"https://storage.googleapis.com/tensorflow/keras-applications/efficientnet_v2/{found}"
        )
        file = lambda: (found, url, hashes[0 if include_top else 1])
        return finish(begin, x, input_tensor, name, weights, file)

    make.__name__ = make.__qualname__ = title
    doc = f"{title}: fused and plain inverted bottlenecks, for pictures of {side} pixels."
    extra = "\n        include_preprocessing: Whether pictures of 0 to 255 are scaled in the model."
    text = describe(title, doc, side)
    make.__doc__ = text.replace("classifier.\n        name:", f"classifier.{extra}\n        name:")
    return make


EfficientNetB0, EfficientNetB1, EfficientNetB2, EfficientNetB3 = map(
    _efficientnet, ("b0", "b1", "b2", "b3")
)
EfficientNetB4, EfficientNetB5, EfficientNetB6, EfficientNetB7 = map(
    _efficientnet, ("b4", "b5", "b6", "b7")
)
EfficientNetV2B0, EfficientNetV2B1, EfficientNetV2B2, EfficientNetV2B3 = map(
    _efficientnet_v2, ("b0", "b1", "b2", "b3")
)
EfficientNetV2S, EfficientNetV2M, EfficientNetV2L = map(_efficientnet_v2, "sml")
