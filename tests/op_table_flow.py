"""Rows of ops that choose, place and count, and of loops and branches; by NumPy."""

import numpy as np
import reference as ref
from op_rows import Arg, Row
from op_table_numpy import integers, row, whole

PLACES = np.array([[0, 1], [3, 0], [2, 4]])


def placed(shape, values):
    out = np.zeros(shape)
    np.add.at(out, tuple(PLACES.T), values)
    return out


def updated(x, values):
    out = np.array(x, np.float64)
    out[tuple(PLACES.T)] = values
    return out


def sliced(x, values):
    out = np.array(x, np.float64)
    out[1:3, 2:5] = values
    return out


def separable(x, depth, point):
    middle = np.zeros((len(x), 3, 4, 4))
    for i in range(3):
        for j in range(2):
            taps = x[:, i : i + 3, j : j + 4, :, None] * depth[i, j]
            middle += taps.reshape(middle.shape)
    return middle @ point[0, 0]


def many_hot(x):
    return np.eye(5)[x.astype(int)].max(-2)


def in_top(targets, scores):
    own = np.take_along_axis(scores, targets.astype(int)[:, None], 1)
    return (scores > own).sum(1) < 3


CHOSEN = [
    row("threshold", lambda x: np.where(x > 0.3, x, 0.1), Arg((4, 9), avoid=(0.3,)), tol="exact",
        call=lambda o, x: o.threshold(x, 0.3, 0.1)),
    row("swish", lambda x: x * ref.sigmoid(x), Arg((4, 9), -5, 5), tol="special"),
    row("exponential", np.exp, Arg((4, 9), -5, 5), tol="elementary"),
    row("dot", np.dot, Arg((3, 4)), Arg((2, 4, 5)), tol="sums",
        sizes=(((0, 4), (1, 4, 2)), ((4,), (4,)), ((), (2, 3)))),
    row("linspace", lambda a, b: np.linspace(a, b, 5), Arg((3,), -2, 0), Arg((3,), 1, 4),
        tol="special", call=lambda o, a, b: o.linspace(a, b, 5), unknown_batch=False),
    row("digitize", lambda x: np.digitize(x, [-1.0, 0.0, 0.5]), Arg((4, 9)), tol="exact",
        call=lambda o, x: o.digitize(x, [-1.0, 0.0, 0.5]), grad=(), sizes=(((0,),), ((),))),
    row("isin", lambda x: np.isin(x, [1, 3]), Arg((4, 9), 0, 5, "index"), tol="exact",
        call=lambda o, x: o.isin(x, [1, 3]), grad=()),
    row("in_top_k", in_top, Arg((4,), 0, 7, "index"), Arg((4, 7)), tol="exact",
        call=lambda o, targets, x: o.in_top_k(targets, x, k=3), grad=()),
    row("multi_hot", many_hot, Arg((4, 3), 0, 5, "index"), tol="exact",
        call=lambda o, x: o.multi_hot(x, 5), grad=()),
    row("psnr", lambda a, b: 10 * np.log10(4 / np.mean((a - b) ** 2)), Arg((3, 4)), Arg((3, 4)),
        call=lambda o, a, b: o.psnr(a, b, max_val=2.0), tol="sums"),
    row("separable_conv", separable, Arg((2, 5, 5, 2)), Arg((3, 2, 2, 2), batch=False),
        Arg((1, 1, 4, 3), batch=False), tol="sums"),
    whole("bitwise_left_shift", integers(np.left_shift), 0, 8, (0, 4)),
    whole("bitwise_right_shift", integers(np.right_shift), 0, 100, (0, 5)),
]  # fmt: skip

PLACED = [
    row("scatter", lambda v: placed((4, 5), v), Arg((3,)), tol="exact", unknown_batch=False,
        call=lambda o, v: o.scatter(PLACES, v, (4, 5))),
    row("scatter_update", updated, Arg((4, 5)), Arg((3,)), tol="exact", unknown_batch=False,
        call=lambda o, x, v: o.scatter_update(x, PLACES, v)),
    row("scatter_add", lambda v: np.stack([v[0] + v[2], 0 * v[1], v[1]]), Arg((3, 4)),
        unknown_batch=False, call=lambda o, v: o.scatter_add([0, 2, 0], v, 3)),
    row("slice_update", sliced, Arg((4, 5)), Arg((2, 3)), tol="exact", unknown_batch=False,
        call=lambda o, x, v: o.slice_update(x, (1, 2), v)),
    row("bincount", lambda x: np.bincount(x.astype(int), minlength=6), Arg((40,), 0, 6, "index"),
        call=lambda o, x: o.bincount(x, minlength=6), tol="exact", grad=(), unknown_batch=False,
        dtypes=("float32",)),
    row("histogram", lambda x: np.histogram(x, 4, (-2, 2))[0], Arg((50,)), tol="exact", grad=(),
        call=lambda o, x: o.histogram(x, 4, range=(-2.0, 2.0))[0], unknown_batch=False),
    row("unravel_index", lambda x: np.unravel_index(x.astype(int), (3, 4))[1],
        Arg((9,), 0, 12, "index"), call=lambda o, x: o.unravel_index(x, (3, 4))[1], tol="exact",
        grad=()),
]  # fmt: skip


def loop(name, oracle, call, **options):
    return Row(name, call, oracle, (Arg((5, 3), 0.5, 1.5),), "sums", unknown_batch=False, **options)


FLOW = [
    loop("cond", lambda x: 3 * x * x, lambda o, x: o.cond(
        o.sum(x) > 0, lambda: 3 * x * x, lambda: x - 1)),
    loop("switch", lambda x: x * x, lambda o, x: o.switch(
        1, [lambda x: x - 1, lambda x: x * x], x)),
    loop("fori_loop", lambda x: x * 1.5**4, lambda o, x: o.fori_loop(
        0, 4, lambda i, carry: carry * 1.5, x)),
    loop("while_loop", lambda x: x + 3 * x, lambda o, x: o.while_loop(
        lambda i, y: i < 3, lambda i, y: (i + 1, y + x), (0, x))[1], grad=()),
    loop("scan", lambda x: np.cumsum(x, 0), lambda o, x: o.scan(
        lambda carry, y: (carry + y, carry + y), o.zeros_like(x[0]), x)[1]),
    loop("associative_scan", lambda x: np.cumprod(x, 0), lambda o, x: o.associative_scan(
        lambda a, b: a * b, x)),
    loop("vectorized_map", lambda x: x * x.sum(-1, keepdims=True), lambda o, x: o.vectorized_map(
        lambda y: y * o.sum(y), x)),
]  # fmt: skip


def pair(o, x):
    return o.view_as_complex(x)


# complex64 is too coarse for differences; test_complex.py has the gradients
COMPLEX = [
    row(name, oracle, Arg((3, 4, 2), 0.3, 2.0), call=call, tol="special", dtypes=("float32",),
        grad=())
    for name, oracle, call in (
        ("conj", lambda x: -x[..., 1], lambda o, x: o.imag(o.conj(pair(o, x)))),
        ("conjugate", lambda x: x[..., 0], lambda o, x: o.real(o.conjugate(pair(o, x)))),
        ("angle", lambda x: np.arctan2(x[..., 1], x[..., 0]), lambda o, x: o.angle(pair(o, x))),
        ("view_as_real", lambda x: x, lambda o, x: o.view_as_real(pair(o, x))),
        ("polar", lambda x: x[..., 0] * np.cos(x[..., 1]),
            lambda o, x: o.real(o.polar(x[..., 0], x[..., 1]))),
    )
]  # fmt: skip

FLOWING = [*CHOSEN, *PLACED, *FLOW, *COMPLEX]
