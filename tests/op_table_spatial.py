"""Rows of convolution, pooling and patches over one to three spatial axes."""

import itertools

import numpy as np
from op_rows import Arg, Row


def _padded(x, spans, strides, padding, value=0.0):
    """x (N, spatial axes, C) padded, and the number of windows an axis."""
    pads, counts = [(0, 0)], []
    for size, span, stride in zip(x.shape[1:-1], spans, strides):
        total = 0
        if padding == "same":
            total = max((-(-size // stride) - 1) * stride + span - size, 0)
        before = span - 1 if padding == "causal" else total // 2
        pads.append((before, total - total // 2 if padding == "same" else 0))
        counts.append((size + sum(pads[-1]) - span) // stride + 1)
    return np.pad(x, (*pads, (0, 0)), constant_values=value), counts


def _elements(x, window, strides, dilation, counts):
    """(position in the window, that element of every window)."""
    for at in itertools.product(*map(range, window)):
        key = tuple(
            slice(i * d, i * d + (n - 1) * s + 1, s)
            for i, d, n, s in zip(at, dilation, counts, strides)
        )
        yield at, x[(slice(None), *key)]


def _spans(window, dilation):
    return [(k - 1) * d + 1 for k, d in zip(window, dilation)]


def convolve(x, w, strides, padding, dilation, groups=1):
    window = w.shape[:-2]
    x, counts = _padded(x, _spans(window, dilation), strides, padding)
    out = np.zeros((len(x), *counts, w.shape[-1]))
    c, k = x.shape[-1] // groups, w.shape[-1] // groups
    for at, part in _elements(x, window, strides, dilation, counts):
        for g in range(groups):
            filters = slice(g * k, (g + 1) * k)
            out[..., filters] += part[..., g * c : (g + 1) * c] @ w[at][:, filters]
    return out


def transposed(x, w, strides, dilation, sizes, before):
    """Adds each element's window to the outputs, whose padding is then cut off."""
    spans = _spans(w.shape[:-2], dilation)
    full = [max((n - 1) * s + e, b + m)
            for n, s, e, b, m in zip(x.shape[1:-1], strides, spans, before, sizes)]  # fmt: skip
    out = np.zeros((len(x), *full, w.shape[-2]))
    for at in np.ndindex(*w.shape[:-2]):
        key = tuple(
            slice(i * d, i * d + (n - 1) * s + 1, s)
            for i, d, n, s in zip(at, dilation, x.shape[1:-1], strides)
        )
        out[(slice(None), *key)] += x @ w[at].T
    return out[(slice(None), *(slice(b, b + n) for b, n in zip(before, sizes)))]


def pool(kind, x, window, strides, padding):
    ones = (1,) * len(window)
    lowest = -np.inf if kind == "max_pool" else np.nan
    x, counts = _padded(x, window, strides, padding, lowest)
    parts = np.stack([part for _, part in _elements(x, window, strides, ones, counts)])
    return parts.max(0) if kind == "max_pool" else np.nanmean(parts, 0)


def adaptive(kind, x, count):
    reduce = np.max if kind == "adaptive_max_pool" else np.mean
    for axis in range(1, x.ndim - 1):
        size = x.shape[axis]
        bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
        parts = [reduce(np.take(x, range(*b), axis), axis=axis) for b in bounds]
        x = np.stack(parts, axis)
    return x


def unfold(x, kernel, dilation, padding, stride):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    moved = np.moveaxis(x, 1, -1)
    spans = _spans((kernel,) * 2, (dilation,) * 2)
    counts = [(n - s) // stride + 1 for n, s in zip(x.shape[2:], spans)]
    parts = _elements(moved, (kernel,) * 2, (stride,) * 2, (dilation,) * 2, counts)
    columns = np.stack([np.moveaxis(p, -1, 1).reshape(*x.shape[:2], -1) for _, p in parts], 2)
    return columns.reshape(len(x), -1, columns.shape[-1])


def _to_last(x):
    return np.moveaxis(x, 1, -1)


def _conv(label, x, w, groups=1, **k):
    rank = len(x) - 2
    each = lambda v: (v,) * rank if isinstance(v, int) else v
    first = k.get("data_format") == "channels_first"

    def oracle(x, w):
        x = _to_last(x) if first else x
        y = convolve(x, w, each(k.get("strides", 1)), k.get("padding", "valid"),
                     each(k.get("dilation_rate", 1)), groups)  # fmt: skip
        return np.moveaxis(y, -1, 1) if first else y

    call = lambda o, x, w: o.conv(x, w, **k)
    return Row(f"conv{rank}d/{label}", call, oracle, (Arg(x), Arg(w, batch=False)), "sums")


def _transposed(label, x, w, sizes, before, **k):
    rank = len(x) - 2
    each = lambda v: (v,) * rank if isinstance(v, int) else v

    def oracle(x, w):
        strides, dilation = each(k.get("strides", 1)), each(k.get("dilation_rate", 1))
        return transposed(x, w, strides, dilation, sizes, before)

    call = lambda o, x, w: o.conv_transpose(x, w, **k)
    return Row(
        f"conv{rank}d_transpose/{label}", call, oracle, (Arg(x), Arg(w, batch=False)), "sums"
    )


def _pool(kind, x, window, strides, padding):
    return Row(
        f"{kind}{len(x) - 2}d/{window}/{strides}/{padding}",
        lambda o, x: getattr(o, kind)(x, window, strides, padding),
        lambda x: pool(kind, x, window, strides, padding),
        (Arg(x),),
        "exact" if kind == "max_pool" else "sums",
    )


def _adaptive(kind, x, count):
    return Row(
        f"{kind}{len(x) - 2}d",
        lambda o, x: getattr(o, kind)(x, count),
        lambda x: adaptive(kind, x, count),
        (Arg(x),),
        "exact" if kind == "adaptive_max_pool" else "sums",
    )


def _fold_oracle(x):
    """The transpose of unfold, element by element."""
    out = np.zeros((2, 3, 5, 6))
    for i in range(out[0].size):
        unit = np.zeros(out[0].size)
        unit[i] = 1
        columns = unfold(unit.reshape(1, 3, 5, 6), 2, 2, 1, 2)
        out.reshape(2, -1)[:, i] = (x * columns).sum((1, 2))
    return out


SPATIAL = [
    _conv("valid", (2, 9, 3), (3, 3, 4)),
    _conv("causal", (2, 9, 2), (3, 2, 3), padding="causal", dilation_rate=2),
    _conv("same_strided", (2, 10, 3), (4, 3, 2), padding="same", strides=3),
    _conv("first", (2, 3, 8), (3, 3, 4), data_format="channels_first"),
    _conv("first", (2, 3, 5, 6), (3, 2, 3, 4), data_format="channels_first"),
    _conv("valid", (1, 4, 5, 4, 2), (2, 3, 2, 2, 3)),
    _conv("same_strided", (2, 5, 4, 5, 2), (3, 2, 3, 2, 2), padding="same", strides=(2, 1, 2)),
    _conv("dilated", (1, 5, 4, 5, 2), (2, 2, 2, 2, 3), dilation_rate=(3, 1, 2)),
    _conv("wide", (1, 4, 3, 3, 18), (2, 2, 2, 18, 2), padding="same"),
    _conv("groups", (1, 3, 4, 3, 4), (2, 2, 2, 2, 4), groups=2),
    _transposed("strided", (2, 4, 2), (3, 3, 2), (9,), (0,), strides=2),
    _transposed("same_dilated", (2, 5, 2), (3, 3, 2), (5,), (2,), padding="same", dilation_rate=2),
    _transposed("dilated", (1, 3, 4, 2), (2, 3, 3, 2), (5, 8), (0, 0), dilation_rate=2),
    _transposed("extra", (1, 3, 3, 2), (3, 3, 2, 2), (8, 8), (0, 0), strides=2, output_padding=1),
    _transposed(
        "same", (1, 2, 3, 2, 2), (3, 2, 3, 2, 2), (4, 6, 4), (0, 0, 0), padding="same", strides=2
    ),
    _transposed("wide", (1, 2, 2, 3, 2), (1, 2, 2, 2, 2), (6, 6, 9), (0, 0, 0), strides=3),
    _pool("max_pool", (2, 9, 3), (3,), (2,), "same"),
    _pool("average_pool", (2, 9, 3), (2,), (2,), "valid"),
    _pool("max_pool", (1, 4, 5, 6, 2), (2, 2, 3), (2, 1, 2), "valid"),
    _pool("max_pool", (1, 5, 4, 5, 2), (3, 2, 2), (2, 2, 2), "same"),
    _pool("average_pool", (1, 5, 4, 5, 2), (3, 2, 2), (2, 2, 2), "same"),
    _adaptive("adaptive_average_pool", (2, 7, 3), 3),
    _adaptive("adaptive_max_pool", (2, 7, 5, 2), 3),
    _adaptive("adaptive_average_pool", (1, 4, 5, 3, 2), 2),
    Row(
        "unfold",
        lambda o, x: o.unfold(x, 2, dilation=2, padding=1, stride=2),
        lambda x: unfold(x, 2, 2, 1, 2),
        (Arg((2, 3, 5, 6)),),
        "exact",
        errors=((((2, 5, 6),), ValueError, "4D"),),
    ),
    Row(
        "fold",
        lambda o, x: o.fold(x, (5, 6), 2, dilation=2, padding=1, stride=2),
        _fold_oracle,
        (Arg((2, 12, 9)),),
        "sums",
        errors=((((2, 12, 5),), ValueError, "windows"), (((2, 11, 9),), ValueError, "divisible")),
    ),
]
