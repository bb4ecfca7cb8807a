"""Rows of the functions that NumPy has too: special functions, order, running sums, products,
rearrangements and statistics. NumPy in float64 is the oracle."""

import numpy as np
import reference as ref
from op_rows import Arg, Row

INTEGERS = ("int8", "uint8", "int16", "int32", "uint32", "int64")


def row(name, oracle, *args, call=None, tol="rounded", **options):
    """A row whose call is the function of that name on all arguments."""
    function = name.split("/")[0]
    return Row(
        name, call or (lambda o, *xs: getattr(o, function)(*xs)), oracle, args, tol, **options
    )


def unary(name, oracle, low=-2.0, high=2.0, tol="special", **options):
    sizes = (((0,),), ((1,),), ((17,),), ((3, 0, 2),), ((2, 35),), ((),))
    return row(name, oracle, Arg((4, 9), low, high), tol=tol, sizes=sizes, **options)


def whole(name, oracle, low=0, high=30, right=None, arity=2, dtypes=INTEGERS):
    """A row of integers."""
    args = [Arg((4, 9), low, high), Arg((4, 9), *(right or (low, high)))][:arity]
    return row(name, oracle, *args, tol="exact", dtypes=dtypes, grad=())


def integers(function):
    """NumPy's integer function on the float64 arrays that the checks hand over."""
    return lambda *xs: function(*(np.asarray(x).astype(np.int64) for x in xs)).astype(np.float64)


SPECIAL = [
    unary("tan", np.tan, -1.3, 1.3),
    unary("arcsin", np.arcsin, -0.95, 0.95),
    unary("arccos", np.arccos, -0.95, 0.95),
    unary("arctan", np.arctan, -8, 8),
    unary("sinh", np.sinh, -4, 4),
    unary("cosh", np.cosh, -4, 4),
    unary("arcsinh", np.arcsinh, -9, 9),
    unary("arccosh", np.arccosh, 1.2, 9),
    unary("arctanh", np.arctanh, -0.9, 0.9),
    unary("cbrt", np.cbrt, 0.2, 9),
    unary("log2", np.log2, 0.1, 30),
    unary("log10", np.log10, 0.1, 30),
    unary("erfinv", np.vectorize(ref.erfinv, otypes=[np.float64]), -0.97, 0.97),
    unary("i0", np.i0, -8, 8, tol="sums"),
    unary("exp2", np.exp2, -4, 4),
    unary("sinc", np.sinc, 0.1, 2.5, tol="sums"),
    unary("trunc", np.trunc, tol="exact", grad=()),
    unary("deg2rad", np.deg2rad, -200, 200),
    unary("rad2deg", np.rad2deg, -3, 3),
    row("arctan2", np.arctan2, Arg((4, 9), 0.2, 2), Arg((4, 9), 0.2, 2), tol="special"),
    row("hypot", np.hypot, Arg((4, 9), 0.2, 2), Arg((4, 9), 2.1, 4), tol="special"),
    row("logaddexp", np.logaddexp, Arg((4, 9), 0, 2), Arg((4, 9), 2.1, 4), tol="special"),
    row("logaddexp2", np.logaddexp2, Arg((4, 9), 0, 2), Arg((4, 9), 2.1, 4), tol="special"),
    row("divide_no_nan", np.divide, Arg((4, 9)), Arg((4, 9), 0.5, 2)),
    whole("bitwise_and", integers(np.bitwise_and)),
    whole("bitwise_or", integers(np.bitwise_or)),
    whole("bitwise_xor", integers(np.bitwise_xor)),
    whole("left_shift", integers(np.left_shift), 0, 8, (0, 4)),
    whole("right_shift", integers(np.right_shift), 0, 100, (0, 5)),
    whole("gcd", integers(np.gcd)),
    whole("lcm", integers(np.lcm), 0, 10),
    whole("fmod", integers(np.fmod), 0, 30, (1, 9)),
]


def top(x, k):
    return -np.sort(-x, axis=-1)[..., :k]


ORDER = [
    row("sort", lambda x: np.sort(x, -1), Arg((4, 9)), tol="exact", order2=False,
        sizes=(((0,),), ((1,),), ((3, 0),), ((0, 3),), ((2, 500),), ((100,),))),
    row("sort/first", lambda x: np.sort(x, 0), Arg((5, 3)), tol="exact", order2=False,
        call=lambda o, x: o.sort(x, axis=0), unknown_batch=False),
    row("argsort", lambda x: np.argsort(x, -1, kind="stable"), Arg((4, 9)), tol="exact", grad=(),
        sizes=(((0,),), ((1,),), ((2, 500),), ((100,),))),
    row("top_k", lambda x: top(x, 3), Arg((4, 40)), tol="exact", order2=False,
        call=lambda o, x: o.top_k(x, 3)[0], sizes=(((3,),), ((2, 1000),))),
    # a hundred elements are too near to each other for differences
    row("top_k/many", lambda x: top(x, 90), Arg((2, 100)), tol="exact", grad=(),
        call=lambda o, x: o.top_k(x, 90)[0]),
    row("cumsum", lambda x: np.cumsum(x, -1), Arg((3, 7)), tol="sums",
        call=lambda o, x: o.cumsum(x, axis=-1),
        sizes=(((0,),), ((1,),), ((3, 0),), ((0, 4),), ((2, 300),))),
    row("cumsum/first", lambda x: np.cumsum(x, 0), Arg((5, 40)), tol="sums",
        call=lambda o, x: o.cumsum(x, axis=0), sizes=(((3, 100),),), unknown_batch=False),
    row("cumprod", lambda x: np.cumprod(x, -1), Arg((3, 6), 0.5, 1.5), tol="sums",
        call=lambda o, x: o.cumprod(x, axis=-1), sizes=(((0,),), ((1,),), ((3, 0),), ((2, 60),))),
    row("searchsorted", lambda x: np.searchsorted([-1.0, 0.0, 0.5, 0.5, 1.0], x), Arg((4, 9)),
        call=lambda o, x: o.searchsorted(o.convert_to_tensor([-1.0, 0.0, 0.5, 0.5, 1.0]), x),
        tol="exact", grad=(), sizes=(((),), ((0,),), ((3000,),))),
    row("median", lambda x: np.median(x, -1), Arg((3, 7)), order2=False,
        call=lambda o, x: o.median(x, axis=-1)),
    row("quantile", lambda x: np.quantile(x, 0.3, -1), Arg((3, 7)), tol="special", order2=False,
        call=lambda o, x: o.quantile(x, 0.3, axis=-1)),
]  # fmt: skip

ARRANGED = [
    row("tile", lambda x: np.tile(x, (2, 3)), Arg((2, 4)), tol="exact", unknown_batch=False,
        call=lambda o, x: o.tile(x, (2, 3)), sizes=(((0, 2),), ((1, 1),))),
    row("roll", lambda x: np.roll(x, 2, 1), Arg((2, 5)), tol="exact",
        call=lambda o, x: o.roll(x, 2, axis=1), sizes=(((2, 1),), ((2, 0),))),
    row("rot90", np.rot90, Arg((2, 5)), tol="exact", unknown_batch=False),
    row("swapaxes", lambda x: np.swapaxes(x, 0, 2), Arg((2, 3, 4)), tol="exact",
        call=lambda o, x: o.swapaxes(x, 0, 2), unknown_batch=False),
    row("take_along_axis", lambda x: np.take_along_axis(x, np.array([[1, 0], [2, 2]]), 1),
        Arg((2, 3)), tol="exact", unknown_batch=False,
        call=lambda o, x: o.take_along_axis(x, o.convert_to_tensor([[1, 0], [-1, 2]]), axis=1)),
    row("hstack", lambda a, b: np.hstack([a, b]), Arg((2, 3)), Arg((2, 1)), tol="exact",
        call=lambda o, a, b: o.hstack([a, b])),
    row("vstack", lambda a, b: np.vstack([a, b]), Arg((2, 3)), Arg((1, 3)), tol="exact",
        call=lambda o, a, b: o.vstack([a, b]), unknown_batch=False),
    row("dstack", lambda a, b: np.dstack([a, b]), Arg((2, 3)), Arg((2, 3)), tol="exact",
        call=lambda o, a, b: o.dstack([a, b])),
    row("array_split", lambda x: np.array_split(x, 3, 1)[0], Arg((2, 7)), tol="exact",
        call=lambda o, x: o.array_split(x, 3, axis=1)[0]),
    row("diag", lambda x: np.diag(x, 1), Arg((4,)), tol="exact", unknown_batch=False,
        call=lambda o, x: o.diag(x, 1)),
    row("diag/below", lambda x: np.diag(x, -2), Arg((4,)), tol="exact", unknown_batch=False,
        call=lambda o, x: o.diag(x, -2)),
    row("diagonal", lambda x: np.diagonal(x, 1, 1, 2), Arg((2, 3, 4)), tol="exact",
        call=lambda o, x: o.diagonal(x, 1, 1, 2)),
    row("trace", np.trace, Arg((3, 4)), tol="sums", unknown_batch=False),
    row("tril", lambda x: np.tril(x, 1), Arg((2, 3, 4)), tol="exact",
        call=lambda o, x: o.tril(x, 1)),
    row("triu", lambda x: np.triu(x, -1), Arg((2, 3, 4)), tol="exact",
        call=lambda o, x: o.triu(x, -1)),
    row("diff", lambda x: np.diff(x, 2), Arg((2, 6)), tol="sums", call=lambda o, x: o.diff(x, 2)),
]  # fmt: skip

PRODUCTS = [
    row("outer", np.outer, Arg((3,)), Arg((4,))),
    row("inner", np.inner, Arg((2, 5)), Arg((3, 5)), tol="sums"),
    row("vdot", np.vdot, Arg((2, 3)), Arg((2, 3)), tol="sums"),
    row("tensordot", lambda a, b: np.tensordot(a, b, 2), Arg((2, 3, 4)), Arg((3, 4, 5)), tol="sums",
        unknown_batch=False),
    row("kron", np.kron, Arg((2, 3)), Arg((3, 2)), unknown_batch=False),
    row("cross", np.cross, Arg((4, 3)), Arg((4, 3)), tol="sums"),
    row("correlate", lambda a, b: np.correlate(a, b, "full"), Arg((7,)), Arg((3,)), tol="sums",
        call=lambda o, a, b: o.correlate(a, b, mode="full"), unknown_batch=False),
    row("corrcoef", np.corrcoef, Arg((3, 8)), tol="sums", order2=False, unknown_batch=False),
    row("trapezoid", lambda x: np.sum((x[..., 1:] + x[..., :-1]) / 2, -1), Arg((2, 6)), tol="sums"),
    row("average", lambda x, w: np.average(x, 1, w), Arg((3, 5)), Arg((5,), 0.5, 2), tol="sums",
        call=lambda o, x, w: o.average(x, axis=1, weights=w), unknown_batch=False),
]  # fmt: skip


def einsum(equation, *shapes, **options):
    return Row(
        f"einsum/{equation}",
        lambda o, *xs: o.einsum(equation, *xs),
        lambda *xs: np.einsum(equation, *xs),
        tuple(Arg(s) for s in shapes),
        "sums",
        unknown_batch=False,
        **options,
    )


EINSUM = [
    einsum("ij,jk->ik", (3, 4), (4, 5)),
    einsum("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    einsum("ij,kj->ik", (3, 4), (5, 4)),
    einsum("ji,jk->ik", (4, 3), (4, 5)),
    einsum("ji,kj->ki", (4, 3), (5, 4)),
    einsum("bkij,bckj->bcki", (2, 3, 4, 5), (2, 6, 3, 5)),
    einsum("abi,cdi->abcd", (2, 3, 4), (5, 6, 4)),
    einsum("iab,icd->abcd", (4, 2, 3), (4, 5, 6)),
    einsum("bji,bkj->bik", (1, 4, 3), (2, 5, 4)),
    einsum("bij,bjk->kbi", (2, 3, 4), (2, 4, 5)),
    einsum("ab,bc->ca", (3, 4), (4, 5)),
    einsum("abc,dbc->ad", (2, 3, 4), (5, 3, 4)),
    einsum("abcd,bd->ac", (2, 3, 4, 5), (3, 5)),
    einsum("abc,cb->a", (2, 3, 4), (4, 3)),
    einsum("i,i->", (3,), (3,)),
    einsum("bi,bij->bj", (2, 3), (2, 3, 4)),
    einsum("abc,cd->abd", (2, 3, 4), (4, 5)),
    einsum("ij->ji", (3, 4)),
    einsum("ij->i", (3, 4)),
    einsum("ii->i", (4, 4)),
    einsum("ii", (4, 4)),
    einsum("i,j->ij", (3,), (4,)),
    einsum("ij,kj,kl->il", (2, 3), (4, 3), (4, 5)),
    einsum("...ij,...jk", (2, 3, 4), (4, 5)),
    einsum("b...d,d->b...", (2, 3, 4, 5), (5,)),
    einsum("aecd,abcd->acbe", (2, 3, 4, 5), (2, 6, 4, 5)),
    einsum("ab,ab->", (3, 4), (3, 4)),
    einsum("ijk,k", (2, 3, 4), (4,)),
]

IGNORING = [
    row(f"nan{name}", getattr(np, f"nan{name}"), Arg((3, 5)), tol="sums", order2=False)
    for name in ("sum", "mean", "var", "std", "prod", "max", "min")
]

NUMPY = SPECIAL + ORDER + ARRANGED + PRODUCTS + EINSUM + IGNORING
