"""Activations, losses, normalisation, convolution and pooling."""

from .. import ops as _ops
from ..engine.config import image_data_format as _image_data_format


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """x above `threshold`, at most `max_value`; below it alpha * (x - threshold)."""
    if alpha == 0.0 and max_value is None and threshold == 0.0:
        return _ops.relu(x)
    above = x if max_value is None else _ops.minimum(x, max_value)
    return _ops.where(_ops.greater_equal(x, threshold), above, alpha * (x - threshold))


def elu(x, alpha=1.0):
    return _ops.elu(x, alpha)


def softmax(x, axis=-1):
    return _ops.softmax(x, axis=axis)


def softplus(x):
    return _ops.softplus(x)


def softsign(x):
    return _ops.softsign(x)


def tanh(x):
    return _ops.tanh(x)


def sigmoid(x):
    return _ops.sigmoid(x)


def hard_sigmoid(x):
    """0.2 x + 0.5, kept in [0, 1]: Keras 2's, which is steeper than today's."""
    return _ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def binary_crossentropy(target, output, from_logits=False):
    return _ops.binary_crossentropy(target, output, from_logits=from_logits)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    return _ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    if ignore_class is None:
        return _ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    counts = _ops.not_equal(target, ignore_class)
    labels = _ops.where(counts, target, _ops.zeros_like(target))
    loss = _ops.sparse_categorical_crossentropy(labels, output, from_logits, axis)
    return _ops.where(counts, loss, _ops.zeros_like(loss))


def in_top_k(predictions, targets, k):
    return _ops.in_top_k(targets, predictions, k)


def bias_add(x, bias, data_format=None):
    """x plus a bias (channels,), or one of x's shape without the batch axis."""
    first = (data_format or _image_data_format()) == "channels_first"
    if first and len(bias.shape) > 1:
        bias = _ops.moveaxis(bias, -1, 0)
    elif first:
        bias = _ops.reshape(bias, (-1, *(1,) * (len(x.shape) - 2)))
    return _ops.add(x, bias)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    shape = [1] * len(x.shape)
    shape[axis] = -1

    def fit(v):
        return v if v is None or len(v.shape) != 1 else _ops.reshape(v, shape)

    y = (x - fit(mean)) * _ops.rsqrt(fit(var) + epsilon)
    y = y if gamma is None else y * fit(gamma)
    return y if beta is None else y + fit(beta)


# ---- convolution and pooling -----------------------------------------------------------------


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    if padding == "causal":
        first = (data_format or _image_data_format()) == "channels_first"
        sides = ((kernel.shape[0] - 1) * dilation_rate, 0)
        x = _ops.pad(x, ((0, 0), (0, 0), sides) if first else ((0, 0), sides, (0, 0)))
        padding = "valid"
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)
):
    return _ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x,
    kernel,
    output_shape,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    y = _ops.conv_transpose(
        x, kernel, strides, padding, data_format=data_format, dilation_rate=dilation_rate
    )
    wanted = tuple(output_shape)[1:]
    if any(n is not None and m is not None and n != m for n, m in zip(wanted, y.shape[1:])):
        raise ValueError(
            f"conv2d_transpose gives {tuple(y.shape)} for these strides and padding. Received: "
            f"output_shape={tuple(output_shape)}"
        )
    return y


def depthwise_conv2d(
    x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    return _ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    return _ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def _pool(x, pool_size, strides, padding, data_format, pool_mode):
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"pool_mode is 'max' or 'avg'. Received: {pool_mode!r}")
    pool = _ops.max_pool if pool_mode == "max" else _ops.average_pool
    return pool(x, pool_size, strides, padding, data_format)
