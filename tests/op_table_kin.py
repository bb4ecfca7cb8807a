"""Rows of the functions that are kin to those of the other tables: other names, signs and bits,
reductions without nan, order statistics, shrinking activations, splits, segments; by NumPy."""

import numpy as np
import reference as ref
from op_rows import Arg, Row
from op_table_numpy import row, unary, whole

AWAY = (-1, -0.5, 0, 0.5, 1)  # of kinks


def kinked(name, oracle, low=-2.0, high=2.0, avoid=AWAY, **options):
    return row(name, oracle, Arg((4, 9), low, high, avoid=avoid), tol="special", **options)


def hard_sigmoid(x):
    return np.clip(x / 6 + 0.5, 0, 1)


def sparsemax(x):
    z = np.sort(x, -1)[..., ::-1]
    total = z.cumsum(-1)
    k = np.arange(1, x.shape[-1] + 1)
    count = (1 + k * z > total).sum(-1, keepdims=True)
    top = np.take_along_axis(total, count - 1, -1)
    return np.maximum(x - (top - 1) / count, 0)


def holed(x):
    """x with nan where it lies in (0, 0.6)."""
    return np.where((x > 0) & (x < 0.6), np.nan, x)


def with_holes(o, x):
    return o.where(o.logical_and(x > 0, x < 0.6), float("nan"), x)


def nan_aware(name, oracle=None, tol="sums", grad=(), **given):
    """Rows of a reduction of x with holes: of all elements, and along the last axis."""
    numpy = oracle or getattr(np, name)
    for label, kwargs in ((name, {}), (f"{name}/axis=1", {"axis": 1})):
        yield Row(
            label,
            lambda o, x, k=kwargs: getattr(o, name)(with_holes(o, x), **given, **k),
            lambda x, k=kwargs: numpy(holed(x), **given, **k),
            (Arg((4, 19)),),
            tol,
            grad=grad,
        )


def segments(name, start, combine):
    def oracle(x, ids):
        out = np.full((2, *x.shape[1:]), float(start))
        combine.at(out, ids.astype(int), x)
        return out

    return row(
        name,
        oracle,
        Arg((9, 3)),
        Arg((9,), 0, 2, "index"),
        call=lambda o, x, ids: getattr(o, name)(x, ids, num_segments=2),
        tol="sums",
        grad=(0,) if name == "segment_sum" else (),
        unknown_batch=False,
    )


def predicate(name, oracle):
    """A test of signs and infinities: x is divided by zeros here and there."""

    def spread(x):
        with np.errstate(divide="ignore", invalid="ignore"):
            return x / np.where(np.abs(x) < 0.7, 0.0, 1.0)

    return row(
        name,
        lambda x: oracle(spread(x)),
        Arg((4, 9)),
        call=lambda o, x: getattr(o, name)(x / o.where(abs(x) < 0.7, 0.0, 1.0)),
        tol="exact",
        grad=(),
    )


ACTIVATIONS = [
    kinked("celu", lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    kinked("hard_shrink", lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    kinked("soft_shrink", lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    kinked("hard_tanh", lambda x: np.clip(x, -1, 1)),
    kinked("hard_silu", lambda x: x * hard_sigmoid(x), -5, 5, avoid=(-3, 3)),
    kinked("hard_swish", lambda x: x * hard_sigmoid(x), -5, 5, avoid=(-3, 3)),
    kinked("sparse_sigmoid", lambda x: np.clip((x + 1) / 2, 0, 1)),
    kinked("sparse_plus", lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x))),
    unary("squareplus", lambda x: (x + np.sqrt(x**2 + 4)) / 2, -5, 5),
    unary("tanh_shrink", lambda x: x - np.tanh(x), 0.3, 4, tol="sums"),
    row("sparsemax", sparsemax, Arg((4, 9)), tol="sums", order2=False),
    row(
        "glu",
        lambda x: x[..., :5] * ref.sigmoid(x[..., 5:]),
        Arg((4, 10)),
        tol="special",
    ),
]

ELEMENTWISE = [
    unary("fabs", np.fabs, 0.1, 2, tol="exact"),
    unary("signbit", np.signbit, tol="exact", grad=()),
    predicate("isposinf", np.isposinf),
    predicate("isneginf", np.isneginf),
    predicate("isreal", np.isreal),
    row(
        "nan_to_num",
        lambda x: np.nan_to_num(holed(x), nan=3.0),
        Arg((4, 9)),
        call=lambda o, x: o.nan_to_num(with_holes(o, x), nan=3.0),
        tol="exact",
        grad=(),
    ),
    row("fmax", np.fmax, Arg((4, 9), -2, 0), Arg((4, 9), 0.1, 2), tol="exact"),
    row("fmin", np.fmin, Arg((4, 9), -2, 0), Arg((4, 9), 0.1, 2), tol="exact"),
    row(
        "fmax/nan",
        lambda x, y: np.fmax(holed(x), y),
        Arg((4, 9)),
        Arg((4, 9), 3, 4),
        call=lambda o, x, y: o.fmax(with_holes(o, x), y),
        tol="exact",
        grad=(),
    ),
    row("heaviside", np.heaviside, Arg((4, 9), avoid=(0,)), Arg((4, 9)), tol="exact", grad=()),
    row(
        "nextafter",
        np.nextafter,
        Arg((4, 9)),
        Arg((4, 9)),
        tol="exact",
        dtypes=("float64",),
        grad=(),
    ),
    row(
        "ldexp",
        lambda x, n: np.ldexp(x, n.astype(int)),
        Arg((4, 9)),
        Arg((4, 9), -3, 4, "index"),
        tol="exact",
        grad=(0,),
    ),
    row("isclose", np.isclose, Arg((4, 9)), Arg((4, 9)), tol="exact", grad=()),
    row(
        "isclose/near",
        lambda x: np.ones(x.shape, bool),
        Arg((4, 9)),
        call=lambda o, x: o.isclose(x, x * (1 + 1e-6)),
        tol="exact",
        grad=(),
    ),
    row(
        "allclose",
        lambda x: np.array([True, False]),
        Arg((4, 9)),
        call=lambda o, x: o.stack([o.allclose(x, x + 1e-9), o.allclose(x, x + 0.1)]),
        tol="exact",
        grad=(),
    ),
    whole("bitwise_not", lambda x: np.invert(x.astype(int)), -20, 20, arity=1, dtypes=("int32",)),
    whole(
        "bitwise_invert", lambda x: np.invert(x.astype(int)), -20, 20, arity=1, dtypes=("int32",)
    ),
    *(
        whole(
            f"bitwise_{side}_shift", lambda x, y, f=f: f(x.astype(int), y.astype(int)), 0, 9, (0, 4)
        )
        for side, f in (("left", np.left_shift), ("right", np.right_shift))
    ),
]

STATISTICS = [
    row("amax", lambda x: np.amax(x, 1), Arg((4, 9)), call=lambda o, x: o.amax(x, 1), tol="exact"),
    row("amin", lambda x: np.amin(x, 1), Arg((4, 9)), call=lambda o, x: o.amin(x, 1), tol="exact"),
    row("ptp", lambda x: np.ptp(x, 1), Arg((4, 9)), call=lambda o, x: o.ptp(x, 1)),
    row(
        "count_nonzero",
        lambda x: np.count_nonzero(x > 0, axis=1),
        Arg((4, 9)),
        call=lambda o, x: o.count_nonzero(x > 0, axis=1),
        tol="exact",
        grad=(),
    ),
    row(
        "percentile",
        lambda x: np.percentile(x, [10, 55], axis=1),
        Arg((4, 9)),
        call=lambda o, x: o.percentile(x, [10.0, 55.0], axis=1),
        tol="sums",
        grad=(),
    ),
    *nan_aware("nansum", grad=(0,)),
    *nan_aware("nanmean", grad=(0,)),
    *nan_aware("nanprod"),
    *nan_aware("nanmax", tol="exact"),
    *nan_aware("nanmin", tol="exact"),
    *nan_aware("nanvar"),
    *nan_aware("nanstd"),
    *nan_aware("nanmedian"),
    *nan_aware("nanargmax", tol="exact"),
    *nan_aware("nanargmin", tol="exact"),
    *nan_aware("nancumsum"),
    *nan_aware("nancumprod"),
    *nan_aware("nanquantile", q=0.3),
    *nan_aware("nanpercentile", q=30.0),
    segments("segment_sum", 0, np.add),
    segments("segment_prod", 1, np.multiply),
    segments("segment_max", -np.inf, np.maximum),
    segments("segment_min", np.inf, np.minimum),
    row(
        "argpartition",
        lambda x: np.sort(x, 1)[:, :4],
        Arg((4, 9)),
        # which of the smallest comes first is open: their sorted values are not
        call=lambda o, x: o.sort(o.take_along_axis(x, o.argpartition(x, 3, axis=1)[:, :4], 1), 1),
        tol="exact",
        grad=(),
    ),
]


def blocks_to_channels(x):
    n, h, w, c = x.shape
    y = x.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 2, 4, 5)
    return y.reshape(n, h // 2, w // 2, 4 * c)


def channels_to_blocks(x):
    n, h, w, c = x.shape
    y = x.reshape(n, h, w, 2, 2, c // 4).transpose(0, 1, 3, 2, 4, 5)
    return y.reshape(n, 2 * h, 2 * w, c // 4)


def arranged(name, oracle, call=None, shape=(4, 6, 3), **options):
    return row(name, oracle, Arg(shape), call=call, tol="exact", **options)


ARRANGEMENTS = [
    arranged("fliplr", np.fliplr),
    arranged("flipud", np.flipud),
    arranged(
        "vsplit", lambda x: np.vsplit(x, 2)[1], lambda o, x: o.vsplit(x, 2)[1], unknown_batch=False
    ),
    arranged("hsplit", lambda x: np.hsplit(x, 3)[1], lambda o, x: o.hsplit(x, 3)[1]),
    arranged("dsplit", lambda x: np.dsplit(x, [1])[1], lambda o, x: o.dsplit(x, [1])[1]),
    arranged("unstack", lambda x: x[:, 2], lambda o, x: o.unstack(x, axis=1)[2]),
    arranged(
        "get_item",
        lambda x: x[1:, ::2],
        lambda o, x: o.get_item(x, (slice(1, None), slice(None, None, 2))),
    ),
    arranged("diagflat", np.diagflat, shape=(5,), unknown_batch=False),
    arranged(
        "empty_like",
        lambda x: np.array(x.shape),
        lambda o, x: o.array(o.empty_like(x).shape),
        grad=(),
        unknown_batch=False,
    ),
    row("vander", lambda x: np.vander(x, 3), Arg((5,)), call=lambda o, x: o.vander(x, 3)),
    arranged("tri", lambda x: x * np.tri(6, 3, -1), lambda o, x: x * o.tri(6, 3, -1)),
    arranged("identity", lambda x: x @ np.identity(3), lambda o, x: o.matmul(x, o.identity(3))),
    arranged(
        "meshgrid",
        lambda x: np.meshgrid(x, x)[1],
        lambda o, x: o.meshgrid(x, x)[1],
        shape=(5,),
        unknown_batch=False,
    ),
    arranged(
        "meshgrid/ij",
        lambda x: np.meshgrid(x, x, indexing="ij")[0],
        lambda o, x: o.meshgrid(x, x, indexing="ij")[0],
        shape=(5,),
        unknown_batch=False,
    ),
    arranged(
        "select",
        lambda x: np.select([x > 1, x < -1], [x, x * 2], 7.0),
        lambda o, x: o.select([x > 1, x < -1], [x, x * 2], 7.0),
    ),
    arranged(
        "space_to_depth",
        blocks_to_channels,
        lambda o, x: o.space_to_depth(x, 2),
        shape=(2, 4, 6, 3),
    ),
    arranged(
        "depth_to_space",
        channels_to_blocks,
        lambda o, x: o.depth_to_space(x, 2),
        shape=(2, 2, 3, 8),
    ),
]


KIN = ACTIVATIONS + ELEMENTWISE + STATISTICS + ARRANGEMENTS
