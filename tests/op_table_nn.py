"""Rows of matrix products, convolution, pooling, losses and normalisation."""

import numpy as np
import reference as ref
from op_rows import ALL_FLOATS, Arg, Row


def matmul(a, b, **options):
    return Row(
        f"matmul/{a}x{b}",
        lambda o, x, y: o.matmul(x, y),
        np.matmul,
        (Arg(a, batch=len(a) > 1), Arg(b, batch=False)),
        "sums",
        ALL_FLOATS,
        **options,
    )


def conv(label, x, w, **k):
    bad = ((((2, 5, 5, 3), (2, 2, 2, 4)), ValueError, r"(?s)3.*2|2.*3"),)
    oracle_args = {
        "strides": np.broadcast_to(k.get("strides", 1), 2),
        "padding": k.get("padding", "valid"),
        "dilation": np.broadcast_to(k.get("dilation_rate", 1), 2),
    }
    return Row(
        f"conv/{label}",
        lambda o, x, w: o.conv(x, w, **k),
        lambda x, w: ref.conv2d(x, w, **oracle_args),
        (Arg(x), Arg(w, batch=False)),
        "sums",
        ALL_FLOATS,
        errors=bad,
        sizes=((((0,) + x[1:]), w), (((1,) + x[1:]), w)),
    )


def depthwise(label, x, w, **k):
    oracle_args = {
        "strides": np.broadcast_to(k.get("strides", 1), 2),
        "padding": k.get("padding", "valid"),
        "dilation": np.broadcast_to(k.get("dilation_rate", 1), 2),
    }
    return Row(
        f"depthwise_conv/{label}",
        lambda o, x, w: o.depthwise_conv(x, w, **k),
        lambda x, w: ref.depthwise_conv2d(x, w, **oracle_args),
        (Arg(x), Arg(w, batch=False)),
        "sums",
        ALL_FLOATS,
    )


def pool(kind, x, size, strides, padding):
    oracle = getattr(ref, kind)
    pair = lambda v: (v, v) if isinstance(v, int) else v
    return Row(
        f"{kind}/{size}/{strides}/{padding}",
        lambda o, x: getattr(o, kind)(x, size, strides, padding=padding),
        lambda x: oracle(x, pair(size), pair(strides or size), padding),
        (Arg(x),),
        "exact" if kind == "max_pool" else "sums",
        ALL_FLOATS,
        sizes=(((0,) + x[1:],), ((1,) + x[1:],), ((2, *x[1:3], 17),)),
    )


WINDOWED = [
    matmul(
        (4, 9),
        (9, 5),
        errors=((((2, 3), (4, 5)), ValueError, r"\(2, 3\).*\(4, 5\)"),),
        sizes=(
            ((1, 1), (1, 1)),
            ((0, 3), (3, 2)),
            ((3, 0), (0, 2)),
            ((17, 19), (19, 33)),
            ((1, 67), (67, 1)),
        ),
    ),
    matmul((9,), (9, 5)),
    matmul((4, 9), (9,)),
    matmul((9,), (9,)),
    matmul((3, 4, 9), (3, 9, 5)),
    matmul((3, 4, 9), (9, 5)),
    matmul((2, 1, 4, 3), (5, 3, 2)),
    conv("3x3", (2, 6, 7, 3), (3, 3, 3, 4)),
    conv("same", (2, 6, 7, 3), (3, 2, 3, 5), padding="same"),
    conv("strided", (2, 7, 8, 3), (3, 3, 3, 4), strides=2, padding="same"),
    conv("strides", (2, 7, 8, 2), (2, 3, 2, 17), strides=(2, 3)),
    conv("dilated", (2, 9, 8, 2), (3, 2, 2, 3), dilation_rate=(2, 3), padding="same"),
    conv("groups", (2, 5, 6, 4), (3, 3, 2, 6), padding="same"),
    conv("1x1", (2, 4, 5, 17), (1, 1, 17, 9)),
    conv("first", (1, 9, 9, 1), (3, 3, 1, 32)),
    conv("wide", (1, 8, 9, 16), (3, 3, 16, 16), padding="same"),
    conv("whole", (2, 3, 4, 2), (3, 4, 2, 3)),
    depthwise("3x3", (2, 6, 7, 3), (3, 3, 3, 1), padding="same"),
    depthwise("multiplier", (2, 6, 7, 3), (2, 3, 3, 2)),
    depthwise("strided", (2, 7, 7, 5), (3, 3, 5, 1), strides=2, padding="same"),
    pool("max_pool", (2, 6, 7, 3), 2, None, "valid"),
    pool("max_pool", (2, 6, 7, 3), (3, 2), (2, 1), "same"),
    pool("max_pool", (2, 7, 7, 3), 3, 2, "valid"),
    pool("average_pool", (2, 6, 7, 3), 2, None, "valid"),
    pool("average_pool", (2, 6, 7, 3), (3, 2), (2, 1), "same"),
    pool("average_pool", (2, 7, 7, 3), 3, 2, "same"),
]

NETWORK = [
    Row(
        "softmax",
        lambda o, x: o.softmax(x),
        ref.softmax,
        (Arg((4, 9), -8, 8),),
        "sums",
        ALL_FLOATS,
        sizes=(((0, 3),), ((1, 1),), ((2, 67),), ((2, 3, 17),)),
    ),
    Row(
        "softmax/axis",
        lambda o, x: o.softmax(x, axis=1),
        lambda x: ref.softmax(x, 1),
        (Arg((2, 5, 3)),),
        "sums",
    ),
    Row(
        "log_softmax",
        lambda o, x: o.log_softmax(x),
        ref.log_softmax,
        (Arg((4, 9), -8, 8),),
        "sums",
        ALL_FLOATS,
        sizes=(((0, 3),), ((1, 1),), ((2, 67),)),
    ),
    Row(
        "one_hot",
        lambda o, i: o.one_hot(i, 5),
        lambda i: ref.one_hot(i, 5),
        (Arg((4, 3), -1, 7, "index"),),
        "exact",
        grad=(),
        sizes=(((0,),), ((1,),), ((2, 17),)),
    ),
    Row(
        "one_hot/axis",
        lambda o, i: o.one_hot(i, 5, axis=0),
        lambda i: ref.one_hot(i, 5, 0),
        (Arg((4, 3), 0, 5, "index"),),
        "exact",
        grad=(),
        unknown_batch=False,
    ),
    *(
        Row(
            f"categorical_crossentropy/logits={logits}",
            lambda o, y, x, logits=logits: o.categorical_crossentropy(y, x, from_logits=logits),
            lambda y, x, logits=logits: ref.categorical_crossentropy(y, x, logits),
            (Arg((4, 9), 0.1, 1), Arg((4, 9), 0.1, 1)),
            "sums",
            dtypes=ALL_FLOATS,
            grad=(1,),
            sizes=(((1, 1), (1, 1)), ((0, 3), (0, 3)), ((3, 17), (3, 17))),
            errors=((((2, 3), (2, 4)), ValueError, r"\(2, 3\).*\(2, 4\)"),),
        )
        for logits in (True, False)
    ),
    *(
        Row(
            f"sparse_categorical_crossentropy/logits={logits}",
            lambda o, i, x, logits=logits: o.sparse_categorical_crossentropy(
                i, x, from_logits=logits
            ),
            lambda i, x, logits=logits: ref.sparse_crossentropy(i, x, logits),
            (Arg((4,), 0, 1, "index"), Arg((4, 9), 0.1, 1)),
            "sums",
            dtypes=ALL_FLOATS,
            sizes=(((1,), (1, 1)), ((0,), (0, 3)), ((3,), (3, 17)), ((2, 3), (2, 3, 5))),
            errors=((((3,), (2, 4)), ValueError, r"\(3,\).*\(2, 4\)"),),
        )
        for logits in (True, False)
    ),
    *(
        Row(
            f"binary_crossentropy/logits={logits}",
            lambda o, y, x, logits=logits: o.binary_crossentropy(y, x, from_logits=logits),
            lambda y, x, logits=logits: ref.binary_crossentropy(y, x, logits),
            (Arg((4, 9), 0, 1), Arg((4, 9), 0.1, 0.9)),
            "sums",
            grad=(1,),
            sizes=(((1,), (1,)), ((0, 3), (0, 3)), ((3, 17), (3, 17))),
            errors=((((2, 3), (2, 4)), ValueError, r"\(2, 3\).*\(2, 4\)"),),
        )
        for logits in (True, False)
    ),
    Row(
        "batch_normalization",
        lambda o, x, m, v, b, g: o.batch_normalization(
            x, m, v, axis=-1, offset=b, scale=g, epsilon=1e-3
        ),
        ref.batch_normalization,
        (
            Arg((4, 3, 9)),
            Arg((9,), batch=False),
            Arg((9,), 0.3, 2, batch=False),
            Arg((9,), batch=False),
            Arg((9,), batch=False),
        ),
        "sums",
    ),
    Row(
        "moments/mean",
        lambda o, x: o.moments(x, axes=(0, 1))[0],
        lambda x: x.mean((0, 1)),
        (Arg((4, 3, 9)),),
        "sums",
    ),
    Row(
        "moments/variance",
        lambda o, x: o.moments(x, axes=(0, 1))[1],
        lambda x: x.var((0, 1)),
        (Arg((4, 3, 9)),),
        "sums",
    ),
    Row(
        "normalize",
        lambda o, x: o.normalize(x, axis=-1),
        lambda x: x / np.sqrt((x * x).sum(-1, keepdims=True)),
        (Arg((4, 9)),),
        "special",
    ),
    Row(
        "dense+relu",
        lambda o, x, w, b: o.relu(o.matmul(x, w) + b),
        lambda x, w, b: np.maximum(x @ w + b, 0),
        (Arg((4, 9)), Arg((9, 17), batch=False), Arg((17,), batch=False)),
        "sums",
        ALL_FLOATS,
    ),
    Row(
        "conv+tanh",
        lambda o, x, w, b: o.tanh(o.add(o.conv(x, w, padding="same"), b)),
        lambda x, w, b: np.tanh(ref.conv2d(x, w, padding="same") + b),
        (Arg((2, 5, 4, 3)), Arg((3, 3, 3, 4), -0.3, 0.3, batch=False), Arg((4,), batch=False)),
        "sums",
        ALL_FLOATS,
    ),
]
