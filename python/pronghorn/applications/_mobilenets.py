"""MobileNet (Howard et al. 2017), V2 (Sandler et al. 2018) and V3 (Howard et al. 2019): depthwise
convolutions, then between few channels, then with squeeze and excitation."""

from __future__ import annotations

from typing import Any

from .. import layers
from ..engine import KerasTensor, config
from ._common import (
    channel_axis,
    check_arguments,
    correct_pad,
    finish,
    make_divisible,
    obtain_input_shape,
    pooled,
    start,
    validate_activation,
)

_ROOT = "https://storage.googleapis.com/tensorflow/keras-applications"
# MobileNet: filters and stride of each block.
_BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip
# V2: filters, stride and repeats of each stage.
_STAGES_V2 = (
    (16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1),
)  # fmt: skip
# V3: expansion, filters, kernel, stride, squeeze and excitation, hard swish (else ReLU).
_SMALL = (
    (1, 16, 3, 2, 1, 0), (72 / 16, 24, 3, 2, 0, 0), (88 / 24, 24, 3, 1, 0, 0),
    (4, 40, 5, 2, 1, 1), (6, 40, 5, 1, 1, 1), (6, 40, 5, 1, 1, 1), (3, 48, 5, 1, 1, 1),
    (3, 48, 5, 1, 1, 1), (6, 96, 5, 2, 1, 1), (6, 96, 5, 1, 1, 1), (6, 96, 5, 1, 1, 1),
)  # fmt: skip
_LARGE = (
    (1, 16, 3, 1, 0, 0), (4, 24, 3, 2, 0, 0), (3, 24, 3, 1, 0, 0), (3, 40, 5, 2, 1, 0),
    (3, 40, 5, 1, 1, 0), (3, 40, 5, 1, 1, 0), (6, 80, 3, 2, 0, 1), (2.5, 80, 3, 1, 0, 1),
    (2.3, 80, 3, 1, 0, 1), (2.3, 80, 3, 1, 0, 1), (6, 112, 3, 1, 1, 1), (6, 112, 3, 1, 1, 1),
    (6, 160, 5, 2, 1, 1), (6, 160, 5, 1, 1, 1), (6, 160, 5, 1, 1, 1),
)  # fmt: skip
_HASHES_V3 = {
    "large_224_0.75": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0": (
        "675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973",
    ),
    "small_224_0.75": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0": (
        "99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4",
    ),
}  # fmt: skip


def _sides(shape):
    return shape[1:] if config.image_data_format() == "channels_first" else shape[:-1]


def _size_of_weights(shape, sizes):
    """The side of the inputs that weights were trained for: the model's, where there are such."""
    rows, columns = _sides(shape)
    if rows == columns and rows in sizes:
        return rows
    import warnings

    warnings.warn(
        f"`input_shape` is undefined or non-square, or `rows` is not in {list(sizes)}. Weights for "
        "input shape (224, 224) will be loaded as the default.",
        stacklevel=3,
    )
    return 224


def _given_size(shape, sizes):
    rows, columns = _sides(shape)
    return rows if rows == columns and rows in sizes else 224


def _norm(x, name, **kwargs):
    return layers.BatchNormalization(axis=channel_axis(), name=name, **kwargs)(x)


def MobileNet(
    input_shape: Any = None,
    alpha: float = 1.0,
    depth_multiplier: Any = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: str = "imagenet",
    input_tensor: Any = None,
    pooling: Any = None,
    classes: int = 1000,
    classifier_activation: str = "softmax",
    name: str | None = None,
) -> Any:
    """MobileNet: thirteen depthwise convolutions, each with a 1x1 convolution after it.

    Args:
        input_shape: Shape of a picture; 224 by 224 with 3 channels where None.
        alpha: Factor of all numbers of filters.
        depth_multiplier: Of the depthwise convolutions.
        dropout: Rate before the classifier.
        include_top, weights, input_tensor, pooling, classes, classifier_activation, name: As of
            the other models.

    Returns:
        A model.

    Raises:
        ValueError: for sizes, classes or an activation that the model or its weights do not allow.

    Example:

    >>> MobileNet(weights=None, alpha=0.25, classes=10).output_shape
    (None, 10)
    """
    sizes = (128, 160, 192, 224)
    check_arguments(weights, include_top, classes)
    default = 224 if input_shape is None else _given_size(input_shape, sizes)
    shape = obtain_input_shape(
        input_shape, default, 32, config.image_data_format(), include_top, weights
    )
    rows = _sides(shape)[0]
    if weights == "imagenet":
        if depth_multiplier != 1 or alpha not in (0.25, 0.5, 0.75, 1.0):
            raise ValueError(
                "If imagenet weights are being loaded, depth multiplier must be 1 and alpha one of "
                f"0.25, 0.5, 0.75, 1.0. Received depth_multiplier={depth_multiplier}, alpha={alpha}"
            )
        rows = _size_of_weights(shape, sizes)
    begin = start(input_tensor, shape)
    x = layers.Conv2D(
        int(32 * alpha), (3, 3), padding="same", use_bias=False, strides=(2, 2), name="conv1"
    )(begin)
    x = layers.ReLU(6.0, name="conv1_relu")(_norm(x, "conv1_bn"))
    for i, (filters, stride) in enumerate(_BLOCKS, 1):
        if stride == 2:
            x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
        x = layers.DepthwiseConv2D(
            (3, 3), padding="same" if stride == 1 else "valid", depth_multiplier=depth_multiplier,
            strides=(stride, stride), use_bias=False, name=f"conv_dw_{i}",
        )(x)  # fmt: skip
        x = layers.ReLU(6.0, name=f"conv_dw_{i}_relu")(_norm(x, f"conv_dw_{i}_bn"))
        x = layers.Conv2D(
            int(filters * alpha), (1, 1), padding="same", use_bias=False, name=f"conv_pw_{i}"
        )(x)
        x = layers.ReLU(6.0, name=f"conv_pw_{i}_relu")(_norm(x, f"conv_pw_{i}_bn"))
    if include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, (1, 1), padding="same", name="conv_preds")(x)
        x = layers.Reshape((classes,), name="reshape_2")(x)
        validate_activation(classifier_activation, weights)
        x = layers.Activation(activation=classifier_activation, name="predictions")(x)
    else:
        x = pooled(x, pooling, named=False)

    def file():
        share = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}[alpha]
        found = f"mobilenet_{share}_{rows}_tf{'' if include_top else '_no_top'}.h5"
        return found, f"{_ROOT}/mobilenet/{found}", None

    name = f"mobilenet_{alpha:0.2f}_{rows}" if name is None else name
    return finish(begin, x, input_tensor, name, weights, file)


def MobileNetV2(
    input_shape: Any = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: str = "imagenet",
    input_tensor: Any = None,
    pooling: Any = None,
    classes: int = 1000,
    classifier_activation: str = "softmax",
    name: str | None = None,
) -> Any:
    """MobileNetV2: depthwise convolutions among many channels, shortcuts between few.

    Args:
        input_shape: Shape of a picture; 224 by 224 with 3 channels where None.
        alpha: Factor of the numbers of filters.
        include_top, weights, input_tensor, pooling, classes, classifier_activation, name: As of
            the other models.

    Returns:
        A model.

    Raises:
        ValueError: for sizes, classes or an activation that the model or its weights do not allow.

    Example:

    >>> MobileNetV2(weights=None, alpha=0.35, classes=10).output_shape
    (None, 10)
    """
    sizes = (96, 128, 160, 192, 224)
    check_arguments(weights, include_top, classes)
    default = 224
    if input_shape is not None:
        _check_agreement(input_shape, input_tensor)
        default = _given_size(input_shape, sizes)
    elif isinstance(input_tensor, KerasTensor):
        default = _given_size(input_tensor.shape[1:], sizes)
    shape = obtain_input_shape(
        input_shape, default, 32, config.image_data_format(), include_top, weights
    )
    rows = _sides(shape)[0]
    if weights == "imagenet":
        if alpha not in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4):
            raise ValueError(
                "If imagenet weights are being loaded, alpha must be one of 0.35, 0.5, 0.75, 1.0, "
                f"1.3 or 1.4. Received `alpha={alpha}`"
            )
        rows = _size_of_weights(shape, sizes)
    begin = start(input_tensor, shape)
    norm = {"epsilon": 1e-3, "momentum": 0.999}
    x = layers.Conv2D(
        make_divisible(32 * alpha), 3, strides=(2, 2), padding="same", use_bias=False, name="Conv1"
    )(begin)
    x = layers.ReLU(6.0, name="Conv1_relu")(_norm(x, "bn_Conv1", **norm))
    block = 0
    for filters, stride, repeats in _STAGES_V2:
        filters = make_divisible(int(filters * alpha))
        for i in range(repeats):
            x = _inverted_v2(x, filters, stride if i == 0 else 1, block, norm)
            block += 1
    last = make_divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = layers.Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    x = layers.ReLU(6.0, name="out_relu")(_norm(x, "Conv_1_bn", **norm))
    if include_top:
        x = layers.GlobalAveragePooling2D()(x)
        validate_activation(classifier_activation, weights)
        x = layers.Dense(classes, activation=classifier_activation, name="predictions")(x)
    else:
        x = pooled(x, pooling, named=False)

    def file():
        end = "" if include_top else "_no_top"
        found = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}{end}.h5"
        return found, f"{_ROOT}/mobilenet_v2/{found}", None

    name = f"mobilenetv2_{alpha:0.2f}_{rows}" if name is None else name
    return finish(begin, x, input_tensor, name, weights, file)


def _check_agreement(shape, tensor):
    if tensor is None:
        return
    if not isinstance(tensor, KerasTensor):
        raise ValueError(f"input_tensor is not a Keras tensor; Received `input_tensor={tensor}`")
    if _sides(tensor.shape[1:])[-1] != _sides(shape)[-1]:
        raise ValueError(
            "`input_shape` must equal the shape of `input_tensor`. Received "
            f"input_shape={shape}, input_tensor.shape={tensor.shape}"
        )


def _inverted_v2(x, filters, stride, block, norm):
    before, channels = x, x.shape[channel_axis()]
    name = f"block_{block}_" if block else "expanded_conv_"
    if block:
        x = layers.Conv2D(6 * channels, 1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = layers.ReLU(6.0, name=f"{name}expand_relu")(_norm(x, f"{name}expand_BN", **norm))
    if stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, 3), name=f"{name}pad")(x)
    x = layers.DepthwiseConv2D(
        3, strides=stride, use_bias=False, padding="same" if stride == 1 else "valid",
        name=f"{name}depthwise",
    )(x)  # fmt: skip
    x = layers.ReLU(6.0, name=f"{name}depthwise_relu")(_norm(x, f"{name}depthwise_BN", **norm))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = _norm(x, f"{name}project_BN", **norm)
    if channels == filters and stride == 1:
        x = layers.Add(name=f"{name}add")([before, x])
    return x


def _mobilenet_v3(title, kind, blocks, last_channels):
    def make(
        input_shape=None,
        alpha=1.0,
        minimalistic=False,
        include_top=True,
        weights="imagenet",
        input_tensor=None,
        classes=1000,
        pooling=None,
        dropout_rate=0.2,
        classifier_activation="softmax",
        include_preprocessing=True,
        name=title,
    ):
        check_arguments(weights, include_top, classes)
        shape = _shape_v3(input_shape, input_tensor)
        if weights == "imagenet":
            if alpha not in ((1.0,) if minimalistic else (0.75, 1.0)):
                raise ValueError(
                    "If imagenet weights are being loaded, alpha can be one of `0.75`, `1.0` for "
                    f"non minimalistic or `1.0` for minimalistic only. Received: alpha={alpha}"
                )
            _size_of_weights(shape, (224,))
        begin = x = start(input_tensor, shape)
        if include_preprocessing:
            x = layers.Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
        norm = {"epsilon": 1e-3, "momentum": 0.999}
        activate = _relu if minimalistic else _hard_swish
        x = layers.Conv2D(16, 3, strides=(2, 2), padding="same", use_bias=False, name="conv")(x)
        x = activate(_norm(x, "conv_bn", **norm))
        for i, (expansion, filters, kernel, stride, squeeze, swish) in enumerate(blocks):
            x = _inverted_v3(
                x, expansion, make_divisible(filters * alpha), 3 if minimalistic else kernel,
                stride, squeeze and not minimalistic, activate if swish else _relu, i, norm,
            )  # fmt: skip
        channels = make_divisible(x.shape[channel_axis()] * 6)
        x = layers.Conv2D(channels, 1, padding="same", use_bias=False, name="conv_1")(x)
        x = activate(_norm(x, "conv_1_bn", **norm))
        if include_top:
            last = make_divisible(last_channels * alpha) if alpha > 1.0 else last_channels
            x = layers.GlobalAveragePooling2D(keepdims=True)(x)
            x = activate(layers.Conv2D(last, 1, padding="same", name="conv_2")(x))
            if dropout_rate > 0:
                x = layers.Dropout(dropout_rate)(x)
            x = layers.Conv2D(classes, 1, padding="same", name="logits")(x)
            x = layers.Flatten()(x)
            validate_activation(classifier_activation, weights)
            x = layers.Activation(activation=classifier_activation, name="predictions")(x)
        else:
            x = pooled(x, pooling)

        def file():
            variant = f"{kind}{'_minimalistic' if minimalistic else ''}_224_{alpha}"
            end = "" if include_top else "_no_top_v2"
            found = f"weights_mobilenet_v3_{variant}_float{end}.h5"
            hashes = _HASHES_V3[variant]
            return found, f"{_ROOT}/mobilenet_v3/{found}", hashes[0 if include_top else 1]

        return finish(begin, x, input_tensor, name, weights, file)

    make.__name__ = make.__qualname__ = title
    make.__doc__ = f"""{title}: inverted bottlenecks with squeeze and excitation and hard swish.

    Args:
        input_shape: Shape of a picture; any size with 3 channels where None.
        alpha: Factor of the numbers of filters.
        minimalistic: Whether to leave out excitation, hard swish and kernels of 5.
        include_top, weights, input_tensor, pooling, classes, classifier_activation, name: As of
            the other models.
        dropout_rate: Before the classifier.
        include_preprocessing: Whether pictures of 0 to 255 are scaled in the model.

    Returns:
        A model.

    Raises:
        ValueError: for sizes, classes or an activation that the model or its weights do not allow.

    Example:

    >>> {title}(weights=None, classes=10).output_shape
    (None, 10)
    """
    return make


def _shape_v3(shape, tensor):
    first = config.image_data_format() == "channels_first"
    if shape is not None:
        _check_agreement(shape, tensor)
    elif tensor is not None:
        sides = _sides(tensor.shape[1:])[::-1]
        shape = (3, *sides) if first else (*sides, 3)
    else:
        shape = (3, None, None) if first else (None, None, 3)
    if any(side and side < 32 for side in _sides(shape)):
        raise ValueError(f"Input size must be at least 32x32; Received `input_shape={shape}`")
    return shape


def _relu(x):
    return layers.ReLU()(x)


def _hard_swish(x):
    return layers.Activation("hard_swish")(x)


def _excite(x, name):
    filters = x.shape[channel_axis()]
    s = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}avg_pool")(x)
    s = layers.Conv2D(make_divisible(filters * 0.25), 1, padding="same", name=f"{name}conv")(s)
    s = layers.ReLU(name=f"{name}relu")(s)
    s = layers.Conv2D(filters, 1, padding="same", name=f"{name}conv_1")(s)
    s = layers.ReLU(6.0)(s + 3.0) * (1.0 / 6.0)
    return layers.Multiply(name=f"{name}mul")([x, s])


def _inverted_v3(x, expansion, filters, kernel, stride, squeeze, activate, block, norm):
    before, channels = x, x.shape[channel_axis()]
    name = f"expanded_conv_{block}_" if block else "expanded_conv_"
    if block:
        wide = make_divisible(channels * expansion)
        x = layers.Conv2D(wide, 1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = activate(_norm(x, f"{name}expand_bn", **norm))
    if stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, kernel), name=f"{name}depthwise_pad")(x)
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same" if stride == 1 else "valid", use_bias=False,
        name=f"{name}depthwise",
    )(x)  # fmt: skip
    x = activate(_norm(x, f"{name}depthwise_bn", **norm))
    if squeeze:
        x = _excite(x, f"{name}squeeze_excite_")
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = _norm(x, f"{name}project_bn", **norm)
    if stride == 1 and channels == filters:
        x = layers.Add(name=f"{name}add")([before, x])
    return x


MobileNetV3Small = _mobilenet_v3("MobileNetV3Small", "small", _SMALL, 1024)
MobileNetV3Large = _mobilenet_v3("MobileNetV3Large", "large", _LARGE, 1280)
