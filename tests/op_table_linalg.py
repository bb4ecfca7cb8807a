"""Rows of linear algebra. NumPy's LAPACK in float64 is the oracle. Matrices are made such that
finite differences meet no pole: symmetric or definite ones are written in terms of free ones."""

import numpy as np
from op_rows import Arg, Row

_T = lambda x: np.swapaxes(x, -1, -2)
_STEPS = np.diag([3.0, 6.0, 9.0])


def definite(o, x):
    return o.add(o.matmul(x, o.swapaxes(x, -1, -2)), o.cast(o.eye(3), x.dtype))


def _definite(x):
    return x @ _T(x) + np.eye(3)


def symmetric(o, x):
    x = o.add(x, o.swapaxes(x, -1, -2))
    return o.add(x, o.cast(_STEPS, x.dtype))  # eigenvalues stay apart


def _symmetric(x):
    return x + _T(x) + _STEPS


def regular(o, x):
    return o.add(x, o.cast(_STEPS, x.dtype))


def _regular(x):
    return x + _STEPS


def row(name, call, oracle, *args, tol="sums", **options):
    sizes = options.pop("sizes", (((0, 3, 3),), ((1, 3, 3),), ((3, 3),), ((2, 5, 3, 3),)))
    return Row(name, call, oracle, args, tol, sizes=sizes, **options)


_M = Arg((4, 3, 3), -0.9, 0.9)
_NOT_SQUARE = ((((4, 3, 2),), ValueError, r"square.*\(4, 3, 2\)"),)


def _last_pair(q, r):
    return np.concatenate([q, _T(r)], -2)


def _signed(o, q, r):
    """Q and R with a positive diagonal, one above the other."""
    return o.concatenate([q, o.swapaxes(r, -1, -2)], axis=-2)


def _products(o, u, s, vt):
    """What does not depend on the signs of singular vectors."""
    return o.matmul(u * o.expand_dims(o.square(s), -2), vt)


def _restored(x):
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return (u * s[..., None, :] ** 2) @ vt


def _wide(x):
    return np.concatenate([_regular(x), x], -1)


def _least(a, b):
    return np.linalg.lstsq(a, b, None)[0]


def _pair(o, x):
    return o.concatenate([regular(o, x), x], -1)


LINALG = [
    row(
        "cholesky",
        lambda o, x: o.cholesky(definite(o, x)),
        lambda x: np.linalg.cholesky(_definite(x)),
        _M,
    ),
    row(
        "cholesky/upper",
        lambda o, x: o.cholesky(definite(o, x), upper=True),
        lambda x: _T(np.linalg.cholesky(_definite(x))),
        _M,
    ),
    row(
        "cholesky_inverse",
        lambda o, x: o.cholesky_inverse(o.tril(regular(o, x))),
        lambda x: np.linalg.inv(np.tril(_regular(x)) @ _T(np.tril(_regular(x)))),
        _M,
    ),
    row("inv", lambda o, x: o.inv(regular(o, x)), lambda x: np.linalg.inv(_regular(x)), _M),
    row("det", lambda o, x: o.det(x), np.linalg.det, _M, errors=_NOT_SQUARE),
    row(
        "slogdet",
        lambda o, x: o.slogdet(regular(o, x))[1],
        lambda x: np.linalg.slogdet(_regular(x))[1],
        _M,
    ),
    row(
        "slogdet/sign", lambda o, x: o.slogdet(x)[0], lambda x: np.linalg.slogdet(x)[0], _M, grad=()
    ),
    row(
        "logdet",
        lambda o, x: o.logdet(definite(o, x)),
        lambda x: np.linalg.slogdet(_definite(x))[1],
        _M,
    ),
    row(
        "eigh",
        lambda o, x: o.eigh(symmetric(o, x))[0],
        lambda x: np.linalg.eigh(_symmetric(x))[0],
        _M,
    ),
    row(
        "eigh/vectors",
        lambda o, x: o.square(o.eigh(symmetric(o, x))[1]),
        lambda x: np.square(np.linalg.eigh(_symmetric(x))[1]),
        _M,
    ),
    row(
        "lu_factor",
        lambda o, x: o.lu_factor(regular(o, x))[0],
        lambda x: _lu(_regular(x)),
        _M,
    ),
    row(
        "qr",
        lambda o, x: _signed(o, *o.qr(regular(o, x))),
        lambda x: _last_pair(*np.linalg.qr(_regular(x))),
        _M,
        sizes=(((1, 3, 3),), ((3, 3),)),
    ),
    row(
        "qr/wide",
        lambda o, x: o.qr(_pair(o, x))[1],
        lambda x: np.linalg.qr(_wide(x))[1],
        _M,
        sizes=(((1, 3, 3),), ((3, 3),)),
    ),
    row(
        "qr/tall",
        lambda o, x: o.matmul(*o.qr(o.swapaxes(_pair(o, x), -1, -2))) ** 2,
        lambda x: _T(_wide(x)) ** 2,
        _M,
        sizes=(((1, 3, 3),), ((3, 3),)),
    ),
    row(
        "svd/values",
        lambda o, x: o.svd(regular(o, x), compute_uv=False),
        lambda x: np.linalg.svd(_regular(x), compute_uv=False),
        _M,
    ),
    row(
        "svd",
        lambda o, x: _products(o, *o.svd(regular(o, x))),
        lambda x: _restored(_regular(x)),
        _M,
    ),
    row(
        "svd/tall",
        lambda o, x: _products(o, *o.svd(o.swapaxes(_pair(o, x), -1, -2), False)),
        lambda x: _restored(_T(_wide(x))),
        _M,
    ),
    row(
        "svd/wide",
        lambda o, x: _products(o, *o.svd(_pair(o, x), False)),
        lambda x: _restored(_wide(x)),
        _M,
    ),
    row(
        "solve",
        lambda o, a, b: o.solve(regular(o, a), b),
        lambda a, b: np.linalg.solve(_regular(a), b),
        _M,
        Arg((4, 3, 2)),
        sizes=(((0, 3, 3), (0, 3, 2)), ((3, 3), (3, 1)), ((2, 3, 3), (2, 3, 5))),
        errors=((((4, 3, 3), (4, 2, 2)), ValueError, r"Incompatible.*\(4, 2, 2\)"),),
    ),
    row(
        "solve/vector",
        lambda o, a, b: o.solve(regular(o, a), b),
        lambda a, b: np.linalg.solve(_regular(a), b[..., None])[..., 0],
        _M,
        Arg((4, 3)),
        sizes=(((3, 3), (3,)),),
    ),
    row(
        "solve_triangular",
        lambda o, a, b: o.solve_triangular(regular(o, a), b),
        lambda a, b: np.linalg.solve(np.triu(_regular(a)), b),
        _M,
        Arg((4, 3, 2)),
        sizes=(((3, 3), (3, 1)), ((2, 3, 3), (2, 3, 5))),
    ),
    row(
        "solve_triangular/lower",
        lambda o, a, b: o.solve_triangular(regular(o, a), b, lower=True),
        lambda a, b: np.linalg.solve(np.tril(_regular(a)), b),
        _M,
        Arg((4, 3, 2)),
        sizes=(((3, 3), (3, 1)), ((2, 3, 3), (2, 3, 5))),
    ),
    row(
        "pinv",
        lambda o, x: o.pinv(_pair(o, x)),
        lambda x: np.linalg.pinv(_wide(x)),
        _M,
    ),
    row(
        "lstsq",
        lambda o, a, b: o.lstsq(o.concatenate([regular(o, a), a], 0), o.concatenate([b, b])),
        lambda a, b: np.linalg.lstsq(
            np.concatenate([_regular(a), a]), np.concatenate([b, b]), None
        )[0],
        Arg((3, 3), -0.9, 0.9, batch=False),
        Arg((3, 2), batch=False),
        sizes=(((3, 3), (3,)),),
    ),
    row(
        "matrix_rank",
        lambda o, x: o.matrix_rank(o.matmul(x[..., :2], o.swapaxes(x[..., :2], -1, -2)), tol=1e-3),
        lambda x: np.full(x.shape[:-2], 2.0),
        Arg((4, 3, 3), 0.2, 2),
        tol="exact",
        grad=(),
        sizes=(),
    ),
    *(
        row(
            f"norm/{ord}",
            lambda o, x, ord=ord: o.norm(regular(o, x), ord=ord, axis=(-2, -1)),
            lambda x, ord=ord: np.linalg.norm(_regular(x), ord, (-2, -1)),
            Arg((4, 3, 3), 0.1, 0.9),
        )
        for ord in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    ),
    *(
        row(
            f"norm/vector/{ord}",
            lambda o, x, ord=ord: o.norm(x, ord=ord, axis=1, keepdims=True),
            lambda x, ord=ord: np.linalg.norm(x, ord, 1, True),
            Arg((4, 5), 0.2, 2),
            sizes=(((1, 1),), ((3, 17),)),
            order2=ord not in (np.inf, -np.inf),
        )
        for ord in (None, 1, 2, 3, np.inf, -np.inf)
    ),
]


def _lu(a):
    """Doolittle without exchanges: these matrices need none."""
    a = np.array(a)
    for k in range(a.shape[-1]):
        a[..., k + 1 :, k] /= a[..., k, k, None]
        a[..., k + 1 :, k + 1 :] -= a[..., k + 1 :, k, None] * a[..., k, None, k + 1 :]
    return a
