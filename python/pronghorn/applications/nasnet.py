"""NASNet-A: cells of separable convolutions that a search found (Zoph et al. 2017)."""

from .. import layers
from ._common import (
    check_arguments,
    correct_pad,
    finish,
    need_channels_last,
    obtain_input_shape,
    pooled,
    start,
    validate_activation,
)
from ._pictures import decode_predictions, preprocessing

_ROOT = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet/NASNet"
# Last filters, blocks a stage, filters of the stem, whether the reduction is passed over, size of
# the inputs, hashes of the weights with and without classifier.
_MODELS = {
    "mobile": (
        1056, 4, 32, False, 224,
        "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63",
    ),
    "large": (
        4032, 6, 96, True, 331,
        "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5",
    ),
}  # fmt: skip


def _norm(x, name):
    return layers.BatchNormalization(axis=-1, momentum=0.9997, epsilon=1e-3, name=name)(x)


def _relu(x, name=None):
    return layers.Activation("relu", name=name)(x)


def _conv(x, filters, name):
    return layers.Conv2D(
        filters, (1, 1), padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)


def _separable(x, filters, kernel, label, stride=1):
    """Twice: ReLU, separable convolution, normalisation; the first one strided."""
    x = _relu(x)
    if stride == 2:
        x = layers.ZeroPadding2D(correct_pad(x, kernel), name=f"separable_conv_1_pad_{label}")(x)
    for i in (1, 2):
        if i == 2:
            x = _relu(x)
        strided = i == 1 and stride == 2
        x = layers.SeparableConv2D(
            filters, (kernel, kernel), strides=(2, 2) if strided else (1, 1), use_bias=False,
            padding="valid" if strided else "same", name=f"separable_conv_{i}_{label}",
        )(x)  # fmt: skip
        x = _norm(x, f"separable_conv_{i}_bn_{label}")
    return x


def _adjusted(p, x, filters, block):
    """What the cell before gave, of the size and channels of what the last one gave."""
    if p is None:
        return x
    if p.shape[-2] != x.shape[-2]:
        p = _relu(p, f"adjust_relu_1_{block}")
        halves = []
        for i in (1, 2):
            half = p
            if i == 2:  # every second pixel, beginning with the second
                half = layers.ZeroPadding2D(((0, 1), (0, 1)))(half)
                half = layers.Cropping2D(((1, 0), (1, 0)))(half)
            half = layers.AveragePooling2D(
                (1, 1), strides=(2, 2), name=f"adjust_avg_pool_{i}_{block}"
            )(half)
            halves.append(_conv(half, filters // 2, f"adjust_conv_{i}_{block}"))
        return _norm(layers.concatenate(halves, axis=-1), f"adjust_bn_{block}")
    if p.shape[-1] != filters:
        p = _conv(_relu(p), filters, f"adjust_conv_projection_{block}")
        return _norm(p, f"adjust_bn_{block}")
    return p


def _averaged(x, name, stride=1):
    padding = "same" if stride == 1 else "valid"
    return layers.AveragePooling2D((3, 3), strides=(stride, stride), padding=padding, name=name)(x)


def _normal_cell(x, p, filters, block):
    before, p = x, _adjusted(p, x, filters, block)
    h = _norm(_conv(_relu(x), filters, f"normal_conv_1_{block}"), f"normal_bn_1_{block}")
    add = lambda i, *parts: layers.add(list(parts), name=f"normal_add_{i}_{block}")
    x1 = add(
        1,
        _separable(h, filters, 5, f"normal_left1_{block}"),
        _separable(p, filters, 3, f"normal_right1_{block}"),
    )
    x2 = add(
        2,
        _separable(p, filters, 5, f"normal_left2_{block}"),
        _separable(p, filters, 3, f"normal_right2_{block}"),
    )
    x3 = add(3, _averaged(h, f"normal_left3_{block}"), p)
    x4 = add(4, _averaged(p, f"normal_left4_{block}"), _averaged(p, f"normal_right4_{block}"))
    x5 = add(5, _separable(h, filters, 3, f"normal_left5_{block}"), h)
    x = layers.concatenate([p, x1, x2, x3, x4, x5], axis=-1, name=f"normal_concat_{block}")
    return x, before


def _reduction_cell(x, p, filters, block):
    before, p = x, _adjusted(p, x, filters, block)
    h = _norm(_conv(_relu(x), filters, f"reduction_conv_1_{block}"), f"reduction_bn_1_{block}")
    padded = layers.ZeroPadding2D(correct_pad(h, 3), name=f"reduction_pad_1_{block}")(h)
    largest = lambda name: layers.MaxPooling2D((3, 3), strides=(2, 2), name=name)(padded)
    down = lambda t, kernel, side: _separable(t, filters, kernel, f"reduction_{side}_{block}", 2)
    add = lambda label, *parts: layers.add(list(parts), name=f"reduction_{label}_{block}")
    x1 = add("add_1", down(h, 5, "left1"), down(p, 7, "right1"))
    x2 = add("add_2", largest(f"reduction_left2_{block}"), down(p, 7, "right2"))
    x3 = add(
        "add3", _averaged(padded, f"reduction_left3_{block}", 2), down(p, 5, "right3")
    )  # fmt: skip
    x4 = layers.add([x2, _averaged(x1, f"reduction_left4_{block}")])
    x5 = add(
        "add4",
        _separable(x1, filters, 3, f"reduction_left4_{block}"),
        largest(f"reduction_right5_{block}"),
    )
    x = layers.concatenate([x2, x3, x4, x5], axis=-1, name=f"reduction_concat_{block}")
    return x, before


def _body(x, last_filters, blocks, stem_filters, skip):
    filters = last_filters // 24
    x = layers.Conv2D(
        stem_filters, (3, 3), strides=(2, 2), use_bias=False, kernel_initializer="he_normal",
        name="stem_conv1",
    )(x)  # fmt: skip
    x, p = _norm(x, "stem_bn1"), None
    x, p = _reduction_cell(x, p, filters // 4, "stem_1")
    x, p = _reduction_cell(x, p, filters // 2, "stem_2")
    for stage in range(3):
        if stage:
            x, reduced = _reduction_cell(x, p, filters * 2**stage, f"reduce_{stage * blocks}")
            p = p if skip else reduced
        for i in range(blocks):
            number = stage * blocks + i + (1 if stage else 0)
            x, p = _normal_cell(x, p, filters * 2**stage, f"{number}")
    return _relu(x)


def _nasnet(kind):
    last_filters, blocks, stem_filters, skip, side, *hashes = _MODELS[kind]
    title = f"NASNet{kind.capitalize()}"

    def make(
        input_shape=None,
        include_top=True,
        weights="imagenet",
        input_tensor=None,
        pooling=None,
        classes=1000,
        classifier_activation="softmax",
        name=f"nasnet_{kind}",
    ):
        need_channels_last(title)
        check_arguments(weights, include_top, classes)
        if input_shape is None and not include_top and kind == "mobile":
            input_shape = (side, side, 3)
        if isinstance(input_shape, tuple) and None in input_shape and weights == "imagenet":
            raise ValueError(
                "When specifying the input shape of a NASNet and loading `ImageNet` weights, the "
                "input_shape argument must be static (no None entries). Got: "
                f"`input_shape={input_shape}`."
            )
        shape = obtain_input_shape(input_shape, side, 32, "channels_last", include_top, weights)
        begin = start(input_tensor, shape)
        x = _body(begin, last_filters, blocks, stem_filters, skip)
        if include_top:
            x = layers.GlobalAveragePooling2D()(x)
            validate_activation(classifier_activation, weights)
            x = layers.Dense(classes, activation=classifier_activation, name="predictions")(x)
        else:
            x = pooled(x, pooling, named=False)

        def file():
            ends = ("", "") if include_top else ("_no_top", "-no-top")
            url = f"{_ROOT}-{kind}{ends[1]}.h5"
            return f"nasnet_{kind}{ends[0]}.h5", url, hashes[0 if include_top else 1]

        return finish(begin, x, input_tensor, name, weights, file)

    make.__name__ = make.__qualname__ = title
    make.__doc__ = f"""{title}: cells of separable convolutions, for pictures of {side} pixels.

    Args:
        input_shape: Shape of a picture; {side} by {side} with 3 channels where None.
        include_top, weights, input_tensor, pooling, classes, classifier_activation, name: As of
            the other models.

    Returns:
        A model.

    Raises:
        ValueError: for sizes, classes or an activation that the model or its weights do not allow.

    Example:

    >>> {title}(weights=None, classes=10).output_shape
    (None, 10)
    """
    return make


NASNetMobile = _nasnet("mobile")
NASNetLarge = _nasnet("large")
preprocess_input = preprocessing("tf")

__all__ = ["NASNetMobile", "NASNetLarge", "decode_predictions", "preprocess_input"]
