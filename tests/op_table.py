"""One row an op: what test_ops.py checks it with. Adding an op to the tests is adding a row."""

import numpy as np
import reference as ref
from op_rows import ALL_FLOATS, FLOATS, INTS, Arg, Row
from op_table_attention import ATTENTION
from op_table_flow import FLOWING
from op_table_fourier import FOURIER
from op_table_kin import KIN
from op_table_linalg import LINALG
from op_table_nn import NETWORK, WINDOWED
from op_table_numpy import NUMPY
from op_table_spatial import SPATIAL

ODD = ((0,), (1,), (17,), (3, 0, 2), (2, 35), ())


def unary(name, oracle, low=-2.0, high=2.0, tol="elementary", avoid=(), call=None, **options):
    call = call or (lambda o, x: getattr(o, name)(x))
    return Row(
        name,
        call,
        oracle,
        (Arg((4, 9), low, high, avoid=avoid),),
        tol,
        sizes=tuple((s,) for s in ODD),
        **options,
    )


BROADCAST = (
    ((17,), (17,)),
    ((0,), (1,)),
    ((), (5,)),
    ((3, 1, 7), (5, 1)),
    ((2, 3), (2, 1)),
    ((1, 67), (4, 1)),
)


def binary(name, oracle, low=-2.0, high=2.0, tol="rounded", avoid=(), right=None, **options):
    a = Arg((4, 9), low, high, avoid=avoid)
    b = Arg((4, 9), *(right or (low, high)), avoid=avoid)
    errors = ((((2, 3), (2, 4)), ValueError, r"\(2, 3\).*\(2, 4\)"),)
    return Row(
        name,
        lambda o, x, y: getattr(o, name)(x, y),
        oracle,
        (a, b),
        tol,
        sizes=BROADCAST,
        errors=errors,
        **options,
    )


def selu(x):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


ELEMENTWISE = [
    unary("negative", np.negative, tol="exact", dtypes=ALL_FLOATS + ("int32",)),
    unary("abs", np.abs, tol="exact", avoid=(0,), kinks={0.0: (0.0,)}, dtypes=ALL_FLOATS),
    unary("absolute", np.abs, tol="exact", avoid=(0,)),
    unary("sign", np.sign, tol="exact", grad=(), dtypes=ALL_FLOATS),
    unary("square", np.square, tol="rounded", dtypes=ALL_FLOATS + ("int32",)),
    unary("reciprocal", np.reciprocal, 0.3, 3),
    unary("sqrt", np.sqrt, 0.1, 9, dtypes=ALL_FLOATS),
    unary("rsqrt", lambda x: 1 / np.sqrt(x), 0.1, 9, tol="special"),
    unary("exp", np.exp, -8, 8, dtypes=ALL_FLOATS),
    unary("expm1", np.expm1, -3, 3, tol="special"),
    unary("log", np.log, 0.1, 30, tol="elementary", dtypes=ALL_FLOATS),
    unary("log1p", np.log1p, -0.8, 8, tol="special"),
    unary("sin", np.sin, -9, 9, tol="special"),
    unary("cos", np.cos, -9, 9, tol="special"),
    unary("tanh", np.tanh, -5, 5, tol="special", dtypes=ALL_FLOATS),
    unary("erf", ref.erf, -3, 3, tol="special"),
    unary("floor", np.floor, tol="exact", avoid=(-1, 0, 1), grad=()),
    unary("ceil", np.ceil, tol="exact", avoid=(-1, 0, 1), grad=()),
    unary("round", np.round, tol="exact", grad=()),
    unary("isnan", np.isnan, tol="exact", grad=()),
    unary("isinf", np.isinf, tol="exact", grad=()),
    unary("isfinite", np.isfinite, tol="exact", grad=()),
    unary("relu", lambda x: np.maximum(x, 0), tol="exact", avoid=(0,), kinks={0.0: (0.0,)}),
    unary(
        "relu6", lambda x: np.clip(x, 0, 6), -3, 9, tol="exact", avoid=(0, 6), kinks={0.0: (0.0,)}
    ),
    unary(
        "leaky_relu",
        lambda x: np.where(x > 0, x, 0.2 * x),
        avoid=(0,),
        kinks={0.0: (0.2, 1.0)},
    ),
    unary(
        "elu", lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), tol="special", avoid=(0,)
    ),
    unary("selu", selu, tol="special", avoid=(0,)),
    unary("gelu", ref.gelu_tanh, tol="sums"),
    unary(
        "gelu/exact",
        lambda x: x * 0.5 * (1 + ref.erf(x / np.sqrt(2))),
        tol="sums",
        call=lambda o, x: o.gelu(x, approximate=False),
    ),
    unary("silu", lambda x: x * ref.sigmoid(x), -5, 5, tol="special"),
    unary("softplus", ref.softplus, -20, 20, tol="special"),
    unary("softsign", lambda x: x / (1 + np.abs(x)), tol="special", avoid=(0,)),
    unary("sigmoid", ref.sigmoid, -20, 20, tol="special", dtypes=ALL_FLOATS),
    unary(
        "hard_sigmoid", lambda x: np.clip(x / 6 + 0.5, 0, 1), -5, 5, tol="special", avoid=(-3, 3)
    ),
    unary("log_sigmoid", lambda x: -ref.softplus(-x), -20, 20, tol="special"),
    unary("logical_not", np.logical_not, tol="exact", grad=()),
    unary(
        "clip",
        lambda x: np.clip(x, -0.5, 1.25),
        tol="exact",
        avoid=(-0.5, 1.25),
        call=lambda o, x: o.clip(x, -0.5, 1.25),
    ),
    binary("add", np.add, dtypes=ALL_FLOATS + INTS),
    binary("subtract", np.subtract, dtypes=ALL_FLOATS + ("int32",)),
    binary("multiply", np.multiply, dtypes=ALL_FLOATS + ("int32", "int64")),
    binary("divide", np.divide, right=(0.5, 2)),
    binary("true_divide", np.true_divide, right=(0.5, 2)),
    binary("floor_divide", np.floor_divide, -9, 9, tol="exact", right=(0.7, 3), grad=()),
    binary("mod", np.mod, 0.1, 9, tol="sums", right=(2.0, 3.0), grad=()),
    binary("power", np.power, 0.2, 3, tol="special"),
    binary("minimum", np.minimum, tol="exact", dtypes=ALL_FLOATS + INTS),
    binary("maximum", np.maximum, tol="exact", dtypes=ALL_FLOATS + INTS),
    *(
        binary(name, getattr(np, name), tol="exact", grad=(), dtypes=FLOATS + INTS)
        for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    ),
    *(
        binary(name, getattr(np, name), tol="exact", grad=(), dtypes=FLOATS + INTS)
        for name in ("logical_and", "logical_or", "logical_xor")
    ),
    Row(
        "where",
        lambda o, c, x, y: o.where(c, x, y),
        lambda c, x, y: np.where(c, x, y),
        (Arg((4, 9), kind="bool"), Arg((4, 9)), Arg((4, 9))),
        "exact",
        dtypes=FLOATS + ("int32",),
        sizes=(((5,), (5,), ()), ((0,), (0,), (1,)), ((3, 1), (1, 17), (17,)), ((), (), ())),
        errors=((((2, 3), (2, 4), (2, 3)), ValueError, r"\(2, 3\).*\(2, 4\)"),),
    ),
]


def reduction(name, oracle, tol="sums", call_args=None, **options):
    call_args = call_args or {}
    label = name + "".join(f"/{k}={v}" for k, v in call_args.items())
    return Row(
        label,
        lambda o, x: getattr(o, name)(x, **call_args),
        lambda x: oracle(x, **call_args),
        (options.pop("arg", Arg((4, 9))),),
        tol,
        **options,
    )


def reductions(name, oracle, empty=True, **options):
    sizes = (((1, 1),), ((3, 17),), ((67, 2),)) + ((((0, 3),), ((3, 0),)) if empty else ())
    bad = ((((3,),), ValueError, r"axis.*1|1.*axis|out of (range|bounds)"),)
    plain = {"keepdims": False} if name not in ("argmax", "argmin", "logsumexp") else {}
    yield reduction(name, oracle, **options, sizes=sizes)
    yield reduction(
        name, oracle, call_args={"axis": 1, **plain}, sizes=sizes, errors=bad, **options
    )
    if name not in ("argmax", "argmin"):
        yield reduction(name, oracle, call_args={"axis": (0, -1), "keepdims": True}, **options)
        yield reduction(
            name, oracle, call_args={"axis": 0, "keepdims": True}, arg=Arg((5, 3, 19)), **options
        )


def logsumexp(x, axis=None, keepdims=False):
    top = x.max(axis=axis, keepdims=True)
    total = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


REDUCTIONS = [
    *reductions("sum", np.sum, dtypes=ALL_FLOATS + ("int32", "int64")),
    *reductions("mean", np.mean, empty=False),
    *reductions("prod", np.prod),
    *reductions("max", np.max, empty=False, tol="exact", dtypes=FLOATS + ("int32", "uint8")),
    *reductions("min", np.min, empty=False, tol="exact", dtypes=FLOATS + ("int32", "uint8")),
    *reductions("any", np.any, tol="exact", grad=()),
    *reductions("all", np.all, tol="exact", grad=()),
    *reductions("argmax", np.argmax, empty=False, tol="exact", grad=(), dtypes=FLOATS + ("int32",)),
    *reductions("argmin", np.argmin, empty=False, tol="exact", grad=(), dtypes=FLOATS + ("int32",)),
    *reductions("var", np.var, empty=False),
    *reductions("std", np.std, empty=False),
    *reductions("logsumexp", logsumexp, empty=False),
]


def moved(name, call, oracle, shape=(4, 3, 5), dtypes=ALL_FLOATS + INTS + ("bool",), **options):
    return Row(name, call, oracle, (Arg(shape),), "exact", dtypes, **options)


ARRAYS = [
    moved(
        "reshape",
        lambda o, x: o.reshape(x, (-1, 15)),
        lambda x: x.reshape(-1, 15),
        sizes=(((1, 15),),),
        errors=((((4,),), ValueError, r"\(4,\).*15"),),
    ),
    moved(
        "transpose",
        lambda o, x: o.transpose(x),
        np.transpose,
        sizes=(((0, 2),), ((1,),), ((17, 33),)),
    ),
    moved("transpose/axes", lambda o, x: o.transpose(x, (0, 2, 1)), lambda x: x.transpose(0, 2, 1)),
    moved(
        "squeeze",
        lambda o, x: o.squeeze(x, 1),
        lambda x: x.squeeze(1),
        (4, 1, 3),
        errors=((((4, 2, 3),), ValueError, r"\(4, 2, 3\)"),),
    ),
    moved(
        "expand_dims",
        lambda o, x: o.expand_dims(x, -1),
        lambda x: x[..., None],
        sizes=(((),), ((0,),)),
    ),
    moved(
        "slice",
        lambda o, x: o.slice(x, (1, 0, 2), (2, 3, 2)),
        lambda x: x[1:3, 0:3, 2:4],
        unknown_batch=False,
    ),
    moved("getitem", lambda o, x: x[1:, ::-1, 2], lambda x: x[1:, ::-1, 2]),
    moved("getitem/new", lambda o, x: x[..., None, -1], lambda x: x[..., None, -1]),
    moved("getitem/steps", lambda o, x: x[::2, -1:, 1:5:3], lambda x: x[::2, -1:, 1:5:3]),
    moved(
        "flip", lambda o, x: o.flip(x, 1), lambda x: np.flip(x, 1), sizes=(((3, 17),), ((3, 0),))
    ),
    moved("flip/all", lambda o, x: o.flip(x), np.flip),
    moved(
        "pad",
        lambda o, x: o.pad(x, ((0, 0), (2, 1), (0, 3))),
        lambda x: np.pad(x, ((0, 0), (2, 1), (0, 3))),
        sizes=(((1, 0, 1),),),
    ),
    moved(
        "broadcast_to",
        lambda o, x: o.broadcast_to(x, (2, 4, 3, 5)),
        lambda x: np.broadcast_to(x, (2, 4, 3, 5)),
        unknown_batch=False,
        errors=((((4, 2, 5),), ValueError, r"\(4, 2, 5\).*\(2, 4, 3, 5\)"),),
    ),
    moved("ravel", lambda o, x: o.ravel(x), np.ravel),
    moved("copy", lambda o, x: o.copy(x), np.copy),
    moved("stop_gradient", lambda o, x: o.stop_gradient(x), np.copy, grad=()),
    moved("zeros_like", lambda o, x: o.zeros_like(x), np.zeros_like, grad=()),
    moved("ones_like", lambda o, x: o.ones_like(x), np.ones_like, grad=()),
    moved("full_like", lambda o, x: o.full_like(x, 1), lambda x: np.full_like(x, 1), grad=()),
    moved("split", lambda o, x: o.split(x, 3, axis=1)[1], lambda x: x[:, 1:2]),
    moved("split/at", lambda o, x: o.split(x, [1, 4], axis=2)[1], lambda x: x[:, :, 1:4]),
    Row(
        "concatenate",
        lambda o, x, y: o.concatenate([x, y], axis=1),
        lambda x, y: np.concatenate([x, y], 1),
        (Arg((4, 3, 2)), Arg((4, 5, 2))),
        "exact",
        ALL_FLOATS + INTS,
        sizes=(((1, 1), (1, 1)), ((0, 2), (0, 3)), ((2, 0), (2, 17))),
        errors=((((2, 3), (3, 3)), ValueError, r"\(2, 3\).*\(3, 3\)"),),
    ),
    Row(
        "stack",
        lambda o, x, y: o.stack([x, y], axis=1),
        lambda x, y: np.stack([x, y], 1),
        (Arg((4, 3)), Arg((4, 3))),
        "exact",
        ALL_FLOATS + INTS,
        errors=((((2, 3), (2, 4)), ValueError, r"\(2, 3\).*\(2, 4\)"),),
    ),
    Row(
        "take",
        lambda o, x, i: o.take(x, i, axis=0),
        lambda x, i: np.take(x, i.astype(int), 0),
        (Arg((7, 3), batch=False), Arg((4, 2), -7, 7, "index")),
        "exact",
        ALL_FLOATS + INTS,
        sizes=(((7, 17), (0,)), ((7,), (3,)), ((7, 0), (2,))),
    ),
    Row(
        "take/axis",
        lambda o, x, i: o.take(x, i, axis=1),
        lambda x, i: np.take(x, i.astype(int), 1),
        (Arg((4, 7, 3)), Arg((5,), 0, 7, "index", batch=False)),
        "exact",
    ),
    Row(
        "repeat",
        lambda o, x: o.repeat(x, 3, axis=1),
        lambda x: np.repeat(x, 3, 1),
        (Arg((4, 5)),),
        "exact",
    ),
]

ROWS = (
    ELEMENTWISE + REDUCTIONS + WINDOWED + SPATIAL + NETWORK + ARRAYS + NUMPY + LINALG + FOURIER
    + ATTENTION + KIN + FLOWING
)  # fmt: skip
