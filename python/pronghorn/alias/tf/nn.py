"""tf.nn."""

from ... import ops as _ops
from .ctc import ctc_beam_search_decoder, ctc_greedy_decoder, ctc_loss  # noqa: F401
from .former import depth_to_space, space_to_depth  # noqa: F401
from .math import (  # noqa: F401
    in_top_k,
    l2_normalize,
    log_sigmoid,
    sigmoid,
    softplus,
    tanh,
    top_k,
)  # fmt: skip


def relu(features, name=None):
    return _ops.relu(features)


def relu6(features, name=None):
    return _ops.relu6(features)


def leaky_relu(features, alpha=0.2, name=None):
    return _ops.leaky_relu(features, alpha)


def elu(features, name=None):
    return _ops.elu(features)


def selu(features, name=None):
    return _ops.selu(features)


def gelu(features, approximate=False, name=None):
    return _ops.gelu(features, approximate)


def silu(features, beta=1.0):
    return _ops.multiply(features, _ops.sigmoid(_ops.multiply(features, beta)))


swish = silu


def softsign(features, name=None):
    return _ops.softsign(features)


def softmax(logits, axis=None, name=None):
    return _ops.softmax(logits, axis=-1 if axis is None else axis)


def log_softmax(logits, axis=None, name=None):
    return _ops.log_softmax(logits, axis=-1 if axis is None else axis)


def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """One value an element."""
    return _ops.binary_crossentropy(labels, logits, from_logits=True)


def softmax_cross_entropy_with_logits(labels=None, logits=None, axis=-1, name=None):
    """One value a row; the labels are distributions."""
    return _ops.categorical_crossentropy(labels, logits, from_logits=True, axis=axis)


softmax_cross_entropy_with_logits_v2 = softmax_cross_entropy_with_logits


def sparse_softmax_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """One value a row; the labels are class numbers."""
    return _ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    scale = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + scale * _ops.softplus(-logits)


def l2_loss(t, name=None):
    return _ops.sum(_ops.square(t)) / 2


def dropout(x, rate=None, noise_shape=None, seed=None, name=None, keep_prob=None):
    from ... import random

    rate = 1 - keep_prob if rate is None else rate
    return random.dropout(x, rate, noise_shape=noise_shape, seed=seed)


def bias_add(value, bias, data_format=None, name=None):
    if str(data_format).startswith("NC"):
        bias = _ops.reshape(bias, (-1, *(1,) * (len(value.shape) - 2)))
    return _ops.add(value, bias)


def moments(x, axes, shift=None, keepdims=False, name=None):
    return _ops.moments(x, axes, keepdims=keepdims)


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    factor = _ops.rsqrt(variance + variance_epsilon)
    factor = factor if scale is None else factor * scale
    y = (x - mean) * factor
    return y if offset is None else y + offset


def embedding_lookup(params, ids, max_norm=None, name=None):
    return _ops.take(params, ids, axis=0)


def _layout(data_format):
    return "channels_first" if str(data_format).startswith("NC") else "channels_last"


def _spatial(values, data_format):
    """A window or stride of TensorFlow (1, h, w, 1) as its spatial part."""
    if isinstance(values, int) or len(values) < 3:
        return values if isinstance(values, int) or len(values) > 1 else values[0]
    return tuple(values[2:] if _layout(data_format) == "channels_first" else values[1:-1])


def conv2d(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):
    return _ops.conv(
        input,
        filters,
        strides=_spatial(strides, data_format),
        padding=padding.lower(),
        data_format=_layout(data_format),
        dilation_rate=1 if dilations is None else _spatial(dilations, data_format),
    )


convolution = conv3d = conv2d


def conv1d(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):
    data_format = "NWC" if data_format == "NHWC" else data_format
    strides = stride if isinstance(stride, int) else _spatial(stride, data_format)
    return conv2d(input, filters, strides, padding, data_format, dilations)


def atrous_conv2d(value, filters, rate, padding, name=None):
    return conv2d(value, filters, 1, padding, dilations=rate)


def depthwise_conv2d(
    input, filter, strides, padding, data_format="NHWC", dilations=None, name=None
):
    steps = _spatial(strides, data_format)
    return _ops.depthwise_conv(
        input,
        filter,
        strides=steps,
        padding=padding.lower(),
        data_format=_layout(data_format),
        dilation_rate=1 if dilations is None else dilations,
    )


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, data_format="NHWC",
    dilations=None, name=None,
):  # fmt: skip
    y = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(y, pointwise_filter, 1, "VALID", data_format)


def conv2d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NHWC", name=None
):
    """The filters are (height, width, outputs, inputs)."""
    from ... import backend

    steps, order = _spatial(strides, data_format), _layout(data_format)
    steps = (steps, steps) if isinstance(steps, int) else tuple(steps)
    return backend.conv2d_transpose(input, filters, output_shape, steps, padding.lower(), order)


def crelu(features, axis=-1, name=None):
    return _ops.concatenate([_ops.relu(features), _ops.relu(-features)], axis=axis)


def zero_fraction(value, name=None):
    return _ops.mean(_ops.cast(_ops.equal(value, 0), "float32"))


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    window, steps = _spatial(ksize, data_format), _spatial(strides, data_format)
    return _ops.max_pool(input, window, steps, padding.lower(), _layout(data_format))


def avg_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    window, steps = _spatial(ksize, data_format), _spatial(strides, data_format)
    return _ops.average_pool(input, window, steps, padding.lower(), _layout(data_format))


max_pool, avg_pool = max_pool2d, avg_pool2d


def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the losses over the number of samples."""
    loss = _ops.convert_to_tensor(per_example_loss)
    if sample_weight is not None:
        loss = loss * sample_weight
    count = _ops.shape(loss)[0] if global_batch_size is None else global_batch_size
    return _ops.sum(loss) / count


def scale_regularization_loss(regularization_loss):
    return _ops.sum(regularization_loss)


def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """Divides by a power of the squares around in the channels (Krizhevsky and others, 2012)."""
    squares = _ops.square(input)
    channels = squares.shape[-1]
    near = _ops.abs(_ops.expand_dims(_ops.arange(channels), 1) - _ops.arange(channels))
    near = _ops.cast(near <= depth_radius, squares.dtype)
    return input / _ops.power(bias + alpha * _ops.matmul(squares, near), beta)


lrn = local_response_normalization
