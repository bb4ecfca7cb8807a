"""Rows of the op table: attention, and normalisation of samples."""

import numpy as np
from op_rows import ALL_FLOATS, Arg, Row


def attention(q, k, v, bias=None, mask=None, scale=None, causal=False):
    """By the definition, in NumPy."""
    share = q.shape[2] // k.shape[2]
    k, v = np.repeat(k, share, axis=2), np.repeat(v, share, axis=2)
    scores = np.einsum("btnh,bsnh->bnts", q, k) * (q.shape[3] ** -0.5 if scale is None else scale)
    if bias is not None:
        scores = scores + bias
    seen = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    if causal:
        seen = seen & np.tril(np.ones(scores.shape[-2:], bool))
    scores = np.where(seen, scores, -1e30)
    weights = np.exp(scores - scores.max(-1, keepdims=True, initial=-1e300))
    weights /= weights.sum(-1, keepdims=True)
    return np.einsum("bnts,bsnh->btnh", weights, v)


def layer_norm(x, gamma=1.0, beta=0.0, axis=-1, epsilon=1e-3):
    mean = x.mean(axis, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis, keepdims=True) + epsilon) * gamma + beta


def rms_norm(x, scale=1.0, axis=-1, epsilon=1e-3):
    return x / np.sqrt((x * x).mean(axis, keepdims=True) + epsilon) * scale


def group_norm(x, groups, axis, gamma, beta, epsilon=1e-3):
    x = np.moveaxis(x, axis, -1)
    parts = x.reshape(x.shape[0], np.prod(x.shape[1:-1], dtype=int), groups, x.shape[-1] // groups)
    mean = parts.mean((1, 3), keepdims=True)
    h = (parts - mean) / np.sqrt(parts.var((1, 3), keepdims=True) + epsilon)
    return np.moveaxis(h.reshape(x.shape) * gamma + beta, -1, axis)


def grouped(name, shape, groups, axis, sizes):
    channels = shape[axis]
    return Row(
        name,
        lambda o, x, g, b: o.normalization.group_normalization(x, groups, axis, g, b),
        lambda x, g, b: group_norm(x, groups, axis, g, b),
        (Arg(shape), Arg((channels,), batch=False), Arg((channels,), batch=False)),
        "sums",
        sizes=tuple((s, (s[axis],), (s[axis],)) for s in sizes),
    )


Q, K, V = Arg((2, 5, 4, 3)), Arg((2, 7, 4, 3)), Arg((2, 7, 4, 6))

ATTENTION = [
    Row(
        "attention",
        lambda o, q, k, v: o.dot_product_attention(q, k, v),
        attention,
        (Q, K, V),
        "sums",
        dtypes=ALL_FLOATS,
        sizes=(
            ((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)),
            ((2, 65, 2, 17), (2, 129, 2, 17), (2, 129, 2, 9)),
            ((1, 0, 2, 3), (1, 4, 2, 3), (1, 4, 2, 3)),
            ((0, 3, 2, 3), (0, 4, 2, 3), (0, 4, 2, 3)),
            ((1, 3, 2, 3), (1, 4, 2, 3), (1, 4, 2, 0)),
        ),
        errors=(
            (((2, 5, 3), (2, 5, 3), (2, 5, 3)), ValueError, "4D inputs"),
            (((2, 5, 4, 3), (2, 7, 4, 2), (2, 7, 4, 2)), ValueError, "expected query"),
            (((2, 5, 4, 3), (2, 7, 3, 3), (2, 7, 3, 3)), ValueError, "multiple"),
        ),
    ),
    Row(
        "attention/causal",
        lambda o, q, k, v: o.dot_product_attention(q, k, v, is_causal=True, scale=0.3),
        lambda q, k, v: attention(q, k, v, causal=True, scale=0.3),
        (Q, K, V),
        "sums",
        dtypes=ALL_FLOATS,
        sizes=(((1, 150, 1, 4), (1, 140, 1, 4), (1, 140, 1, 5)),),
    ),
    Row(
        "attention/shared_heads",
        lambda o, q, k, v: o.dot_product_attention(q, k, v),
        attention,
        (Arg((2, 5, 6, 3)), Arg((2, 7, 2, 3)), Arg((2, 7, 2, 3))),
        "sums",
        dtypes=ALL_FLOATS,
        sizes=(((1, 70, 4, 3), (1, 130, 1, 3), (1, 130, 1, 3)),),
    ),
    Row(
        "attention/mask",
        lambda o, q, k, v, m: o.dot_product_attention(q, k, v, mask=m),
        lambda q, k, v, m: attention(q, k, v, mask=m),
        (Q, K, V, Arg((2, 1, 5, 7), kind="bool")),
        "sums",
        dtypes=ALL_FLOATS,
    ),
    Row(
        "attention/mask_of_keys",
        lambda o, q, k, v, m: o.dot_product_attention(q, k, v, mask=m, is_causal=True),
        lambda q, k, v, m: attention(q, k, v, mask=m, causal=True),
        (Q, K, V, Arg((2, 1, 1, 7), kind="bool")),
        "sums",
        dtypes=ALL_FLOATS,
    ),
    Row(
        "attention/bias",
        lambda o, q, k, v, b: o.dot_product_attention(q, k, v, bias=b),
        lambda q, k, v, b: attention(q, k, v, bias=b),
        (Q, K, V, Arg((4, 5, 7), batch=False)),
        "sums",
        dtypes=ALL_FLOATS,
    ),
    Row(
        "attention/bias_and_mask",
        lambda o, q, k, v, b, m: o.dot_product_attention(q, k, v, bias=b, mask=m),
        lambda q, k, v, b, m: attention(q, k, v, bias=b, mask=m),
        (Q, K, V, Arg((2, 1, 1, 7)), Arg((5, 7), kind="bool", batch=False)),
        "sums",
        dtypes=ALL_FLOATS,
    ),
    Row(
        "layer_normalization",
        lambda o, x, g, b: o.layer_normalization(x, g, b, epsilon=1e-3),
        layer_norm,
        (Arg((4, 3, 9)), Arg((9,), batch=False), Arg((9,), batch=False)),
        "sums",
        sizes=(((1, 1, 1), (1,), (1,)), ((0, 3, 4), (4,), (4,)), ((3, 2, 100), (100,), (100,))),
        errors=((((4, 9), (8,), (9,)), ValueError, "8"),),
    ),
    Row(
        "layer_normalization/axes",
        lambda o, x, g: o.layer_normalization(x, g, axis=(1, 2), epsilon=1e-3),
        lambda x, g: layer_norm(x, g[None, :, :, None], axis=(1, 2)),
        (Arg((2, 3, 4, 5)), Arg((3, 4), batch=False)),
        "sums",
    ),
    Row(
        "layer_normalization/plain",
        lambda o, x: o.layer_normalization(x, epsilon=1e-3),
        layer_norm,
        (Arg((4, 9)),),
        "sums",
        dtypes=ALL_FLOATS,
    ),
    Row(
        "rms_normalization",
        lambda o, x, g: o.rms_normalization(x, g, epsilon=1e-3),
        rms_norm,
        (Arg((4, 3, 9)), Arg((9,), batch=False)),
        "sums",
        sizes=(((1, 1, 1), (1,)), ((0, 3, 4), (4,)), ((3, 2, 100), (100,))),
    ),
    Row(
        "rms_normalization/axes",
        lambda o, x, g: o.rms_normalization(x, g, axis=(0, 1), epsilon=1e-3),
        lambda x, g: rms_norm(x, g[:, :, None], axis=(0, 1)),
        (Arg((3, 4, 5), batch=False), Arg((3, 4), batch=False)),
        "sums",
    ),
    grouped("group_normalization", (3, 4, 5, 6), 2, -1, [(2, 3, 2), (1, 70, 36), (0, 3, 4)]),
    grouped("group_normalization/first", (3, 6, 4, 5), 3, 1, [(2, 3, 1), (1, 6, 70), (0, 3, 4)]),
    grouped("group_normalization/middle", (3, 4, 6, 5), 2, 2, [(2, 3, 4, 1)]),
]
