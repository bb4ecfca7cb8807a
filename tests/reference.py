"""Oracles in NumPy float64 for what NumPy itself does not have. Slow and plain on purpose."""

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])


def sigmoid(x):
    return np.where(
        x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x)))
    )


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def log_softmax(x, axis=-1):
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def padding_of(size, window, stride, dilation, padding):
    """(before, after, outputs) of one axis, by TensorFlow's rules for "same" and "valid"."""
    reach = (window - 1) * dilation + 1
    if padding == "valid":
        return 0, 0, max(0, (size - reach) // stride + 1)
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + reach - size)
    return total // 2, total - total // 2, out


def windows(x, window, strides, dilation, padding, fill):
    """x (N, H, W, C) -> (N, OH, OW, KH, KW, C), padded with `fill`."""
    pads = [padding_of(x.shape[i + 1], window[i], strides[i], dilation[i], padding) for i in (0, 1)]
    padded = np.pad(x, [(0, 0), pads[0][:2], pads[1][:2], (0, 0)], constant_values=fill)
    out = np.empty((x.shape[0], pads[0][2], pads[1][2], *window, x.shape[3]))
    for i in range(pads[0][2]):
        for j in range(pads[1][2]):
            for a in range(window[0]):
                for b in range(window[1]):
                    row, column = i * strides[0] + a * dilation[0], j * strides[1] + b * dilation[1]
                    out[:, i, j, a, b] = padded[:, row, column]
    return out


def conv2d(x, w, strides=(1, 1), padding="valid", dilation=(1, 1)):
    """x (N, H, W, C), w (KH, KW, C / groups, K)."""
    groups = x.shape[3] // w.shape[2] if w.shape[2] else 1
    cols = windows(x, w.shape[:2], strides, dilation, padding, 0.0)
    per_in, per_out = w.shape[2], w.shape[3] // groups
    parts = [
        np.einsum(
            "nijabc,abck->nijk",
            cols[..., g * per_in : (g + 1) * per_in],
            w[..., g * per_out : (g + 1) * per_out],
        )
        for g in range(groups)
    ]
    return np.concatenate(parts, axis=-1)


def depthwise_conv2d(x, w, strides=(1, 1), padding="valid", dilation=(1, 1)):
    """w (KH, KW, C, M) -> channel c * M + m."""
    cols = windows(x, w.shape[:2], strides, dilation, padding, 0.0)
    y = np.einsum("nijabc,abcm->nijcm", cols, w)
    return y.reshape(*y.shape[:3], -1)


def max_pool(x, pool, strides, padding):
    return windows(x, pool, strides, (1, 1), padding, -np.inf).max(axis=(3, 4))


def average_pool(x, pool, strides, padding):
    cols = windows(x, pool, strides, (1, 1), padding, np.nan)
    return np.nanmean(cols, axis=(3, 4))


def one_hot(index, depth, axis=-1):
    out = (np.asarray(index)[..., None] == np.arange(depth)).astype(np.float64)
    return np.moveaxis(out, -1, axis)


def batch_normalization(x, mean, variance, beta, gamma, epsilon=1e-3):
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def categorical_crossentropy(target, output, from_logits):
    if from_logits:
        return -(target * log_softmax(output)).sum(-1)
    output = np.clip(output / output.sum(-1, keepdims=True), 1e-7, 1 - 1e-7)
    return -(target * np.log(output)).sum(-1)


def sparse_crossentropy(index, output, from_logits):
    """From probabilities Keras on TensorFlow clips first and renormalises after."""
    if not from_logits:
        output = np.log(np.clip(output, 1e-7, 1 - 1e-7))
    return -(one_hot(index, output.shape[-1]) * log_softmax(output)).sum(-1)


def binary_crossentropy(target, output, from_logits):
    if from_logits:
        return np.maximum(output, 0) - output * target + np.log1p(np.exp(-np.abs(output)))
    output = np.clip(output, 1e-7, 1 - 1e-7)
    return -(target * np.log(output) + (1 - target) * np.log(1 - output))


def erfinv(y):
    """The x with erf(x) = y, by bisection."""
    low, high = -6.0, 6.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < y else (low, middle)
    return (low + high) / 2
