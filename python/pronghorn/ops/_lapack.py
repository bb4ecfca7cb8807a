"""LAPACK's work through NumPy, as host calls with gradients, on float32 or float64 matrices.

The gradients are written with ops, so that they have gradients themselves. Formulas: Giles, "An
extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008); Seeger and others, "Auto-differentiating linear algebra" (2017); Golub and
Pereyra for the pseudo-inverse (1973).
"""

import numpy as np

from ..engine.host import host_op
from ._args import cast, op, shape_of
from .arrange import swapaxes, take_along_axis
from .array import concatenate, expand_dims
from .creation import eye, zeros_like
from .diagonals import tril, triu
from .math import add, divide, equal, multiply, negative, subtract, sum, where
from .matrix import matmul


# ---- checks of arguments
def need_matrix(name, shape):
    if len(shape) < 2:
        raise ValueError(f"{name}: Expected input to have rank >= 2. Received shape {shape}.")


def need_square(name, shape):
    need_matrix(name, shape)
    if shape[-1] != shape[-2]:
        raise ValueError(
            f"{name}: Expected a square matrix in the last two axes. Received shape {shape}."
        )


def need_system(name, a, b):
    need_square(name, a)
    if not b:
        raise ValueError(f"{name}: Expected input to have rank >= 1. Received a scalar `b`.")
    axis = -1 if len(b) == len(a) - 1 else -2
    rows = b[axis] if len(b) >= -axis else None
    if len(b) < -axis or (rows != a[-2] and None not in (rows, a[-2])):
        raise ValueError(
            f"{name}: Incompatible shapes between `a` and `b`. Expected `a.shape[-2] == "
            f"b.shape[{axis}]`. Received: a.shape={a}, b.shape={b}"
        )


def _least(a, b):
    return None if a is None or b is None else min(a, b)


def _same(name, need):
    def infer(x, **attrs):
        need(name, x[0])
        return [x]

    return infer


# ---- what runs, and the shapes of its results
def _run_triangular(a, b, lower):
    if lower:  # mirrored, so that elimination needs no pivots
        return _run_triangular(a[..., ::-1, ::-1], b[..., ::-1, :], False)[..., ::-1, :]
    try:
        return np.linalg.solve(np.triu(a), b)
    except np.linalg.LinAlgError:  # a 0 on the diagonal: infinities, in the rows that it touches
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        x = np.array(np.broadcast_to(b, (*batch, *b.shape[-2:])))
        for i in range(a.shape[-1] - 1, -1, -1):
            known = a[..., i : i + 1, i + 1 :] @ x[..., i + 1 :, :]
            x[..., i : i + 1, :] = (x[..., i : i + 1, :] - known) / a[..., i, i, None, None]
        return x


def _infer_solve(name):
    def infer(a, b, **attrs):
        need_system(name, a[0], b[0])
        batch = _broadcast(name, a[0][:-2], b[0][:-2])
        return [((*batch, *b[0][-2:]), b[1])]

    return infer


def _broadcast(name, one, other):
    size = max(len(one), len(other))
    one, other = (1,) * (size - len(one)) + one, (1,) * (size - len(other)) + other
    out = []
    for a, b in zip(one, other):
        if a not in (1, None) and b not in (1, None) and a != b:
            raise ValueError(f"{name}: batches of shapes {one} and {other} do not broadcast.")
        out.append(b if a == 1 or (a is None and b not in (1, None)) else a)
    return tuple(out)


def _infer_det(name):
    def infer(x):
        need_square(name, x[0])
        return [(x[0][:-2], x[1])]

    return infer


def _infer_slogdet(x):
    need_square("slogdet", x[0])
    return [(x[0][:-2], x[1])] * 2


def _infer_eigh(x):
    need_square("eigh", x[0])
    return [(x[0][:-1], x[1]), x]


def _infer_qr(x, complete):
    shape = x[0]
    if len(shape) < 2:
        raise ValueError(f"qr: Input should have rank >= 2. Received: input.shape = {shape}")
    m, n = shape[-2:]
    if m is None or n is None:
        raise ValueError(
            "qr: Input should have its last 2 dimensions fully-defined. Received: "
            f"input.shape = {shape}"
        )
    k = m if complete else min(m, n)
    return [((*shape[:-2], m, k), x[1]), ((*shape[:-2], k, n), x[1])]


def _infer_svd(x, full_matrices):
    need_matrix("svd", x[0])
    *batch, m, n = x[0]
    k = _least(m, n)
    left, right = (m, n) if full_matrices else (k, k)
    shapes = (*batch, m, left), (*batch, k), (*batch, right, n)
    return [(shape, x[1]) for shape in shapes]


def _infer_singular_values(x):
    need_matrix("svd", x[0])
    return [((*x[0][:-2], _least(*x[0][-2:])), x[1])]


def _infer_lu(x):
    need_matrix("lu_factor", x[0])
    return [x, ((*x[0][:-2], _least(*x[0][-2:])), "int32")]


def _infer_pinv(x, rcond):
    need_matrix("pinv", x[0])
    return [((*x[0][:-2], x[0][-1], x[0][-2]), x[1])]


def _infer_rank(x, tol):
    need_matrix("matrix_rank", x[0])
    return [(x[0][:-2], "int32")]


def _infer_eig(x):
    need_square("eig", x[0])
    return [(x[0][:-1], "complex64"), (x[0], "complex64")]


def _run_lu(a):
    """Gaussian elimination with the largest pivot, for every matrix of the batch at once."""
    m, n = a.shape[-2:]
    lu = np.array(a).reshape(-1, m, n)
    pivots = np.zeros((len(lu), min(m, n)), "int32")
    each = np.arange(len(lu))
    for k in range(min(m, n)):
        pivot = k + np.argmax(np.abs(lu[:, k:, k]), axis=1)
        pivots[:, k] = pivot
        lu[each, k], lu[each, pivot] = lu[each, pivot], lu[each, k].copy()
        below, top = lu[:, k + 1 :, k], lu[:, k, k, None]
        np.divide(below, top, where=top != 0, out=below)
        lu[:, k + 1 :, k + 1 :] -= lu[:, k + 1 :, k, None] * lu[:, k, None, k + 1 :]
    return lu.reshape(a.shape), pivots.reshape(*a.shape[:-2], min(m, n))


def _run_rows(pivots):
    """Which row each row went to, by exchanging row i with row pivots[i] in turn."""
    flat = pivots.reshape(-1, pivots.shape[-1])
    rows = np.broadcast_to(np.arange(flat.shape[-1]), flat.shape).copy()
    each = np.arange(len(flat))
    for k in range(flat.shape[-1]):
        pivot = flat[:, k]
        rows[each, k], rows[each, pivot] = rows[each, pivot], rows[each, k].copy()
    return np.argsort(rows, axis=-1).reshape(pivots.shape)


def _run_rank(a, tol):
    return np.linalg.matrix_rank(a, tol)


def _run_pinv(a, rcond):
    m, n = a.shape[-2:]
    if rcond is None:
        rcond = 10 * max(m, n) * np.finfo(a.dtype).eps
    return np.linalg.pinv(a, rcond)


def _run_cofactor(a):
    """det(a) * inv(a).T, which singular matrices have too."""
    u, s, vt = np.linalg.svd(a)
    n = a.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1, s[..., None, :]).prod(-1)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    return (u * (np.round(sign)[..., None] * others)[..., None, :]) @ vt


def t(x):
    """The transposed matrices, conjugate where complex."""
    turned = swapaxes(x, -1, -2)
    return _conj((turned,)) if x.dtype == "complex64" else turned


def _identity(x, axis=-1):
    return eye(shape_of(x)[axis], dtype=x.dtype)


def _symmetric(x):
    return multiply(add(x, t(x)), 0.5)


def _columns(x, factors):
    """x with each column multiplied by its factor: x @ diag(factors)."""
    return multiply(x, expand_dims(factors, -2))


def _some(g, like):
    return zeros_like(like) if g is None else g


def _upper(a, b):
    return solve_triangular((a, b), (False,))


_conj, _real = op("complex_conj"), op("complex_real")


# ---- gradients
def _grad_cholesky(inputs, outputs, grads):
    (lower,), (g,) = outputs, grads
    inner = matmul(t(lower), tril(g))
    inner = subtract(tril(inner), multiply(inner, multiply(_identity(lower), 0.5)))
    left = _upper(t(lower), _symmetric(inner))
    return [t(_upper(t(lower), t(left)))]


def _grad_inv(inputs, outputs, grads):
    turned = t(outputs[0])
    return [negative(matmul(turned, matmul(grads[0], turned)))]


def _scaled(x, factors):
    return multiply(x, expand_dims(expand_dims(factors, -1), -1))


def _grad_det(inputs, outputs, grads):
    return [_scaled(cofactor((inputs[0],)), grads[0])]


def _grad_cofactor(inputs, outputs, grads):
    (x,), (c,), (g,) = inputs, outputs, grads
    whole = _scaled(c, sum(multiply(g, c), axis=(-2, -1)))
    return [_scaled(subtract(whole, matmul(c, matmul(t(g), c))), divide(1.0, det((x,))))]


def _grad_slogdet(inputs, outputs, grads):
    if grads[1] is None:
        return [None]
    return [_scaled(t(inv((inputs[0],))), grads[1])]


def _gaps(values):
    """1 / (values[j] - values[i]), 0 on the diagonal."""
    difference = subtract(expand_dims(values, -2), expand_dims(values, -1))
    same = equal(_identity(values), 1.0)
    return where(same, 0.0, divide(1.0, where(same, 1.0, difference)))


def _grad_eigh(inputs, outputs, grads):
    w, v = outputs
    inner = multiply(_identity(w), expand_dims(_some(grads[0], w), -2))
    if grads[1] is not None:
        inner = add(inner, multiply(_gaps(w), matmul(t(v), grads[1])))
    return [_symmetric(matmul(v, matmul(inner, t(v))))]


def _grad_eig(inputs, outputs, grads):
    w, v = outputs
    identity = cast(eye(shape_of(w)[-1]), "complex64")
    inner = multiply(identity, expand_dims(_some(grads[0], w), -2))
    if grads[1] is not None:
        turn = matmul(t(v), grads[1])
        # eigenvectors have length 1: what goes along them is taken off
        along = cast(_real((sum(multiply(identity, turn), axis=-2),)), "complex64")
        same = equal(cast(identity, "float32"), 1.0)
        gaps = subtract(expand_dims(w, -2), expand_dims(w, -1))
        gaps = where(same, 0.0, divide(1.0, where(same, 1.0, gaps)))
        apart = subtract(turn, matmul(t(v), _columns(v, along)))
        inner = add(inner, multiply(_conj((gaps,)), apart))
    result = matmul(solve((t(v), inner)), t(v))
    return [result if inputs[0].dtype == "complex64" else cast(result, inputs[0].dtype)]


def _grad_solve(inputs, outputs, grads):
    a, x = inputs[0], outputs[0]
    gb = solve((t(a), grads[0]))
    return [negative(matmul(gb, t(x))), gb]


def _grad_solve_triangular(inputs, outputs, grads, lower):
    a, x = inputs[0], outputs[0]
    gb = solve_triangular((t(a), grads[0]), (not lower,))
    ga = negative(matmul(gb, t(x)))
    return [tril(ga) if lower else triu(ga), gb]


def _grad_lu_factor(inputs, outputs, grads):
    lu, pivots = outputs
    if grads[0] is None:
        return [None]
    if lu.shape[-1] != lu.shape[-2]:
        raise ValueError(f"lu_factor: only square matrices have a gradient; this is {lu.shape}.")
    lower, upper = add(tril(lu, -1), _identity(lu)), triu(lu)
    inner = add(
        tril(matmul(t(lower), tril(grads[0], -1)), -1), triu(matmul(triu(grads[0]), t(upper)))
    )
    inner = _upper(t(lower), inner)
    inner = t(_upper(upper, t(inner)))
    back = row_of_rows((pivots,))
    return [take_along_axis(inner, expand_dims(back, -1), axis=-2)]


def _qr_tall(q, r, gq, gr):
    m = subtract(matmul(r, t(gr)), matmul(t(gq), q))
    m = add(tril(m), t(tril(m, -1)))
    right = add(gq, matmul(q, m))
    return t(_upper(r, t(right)))


def _grad_qr(inputs, outputs, grads, complete):
    q, r = outputs
    gq, gr = _some(grads[0], q), _some(grads[1], r)
    m, n = inputs[0].shape[-2:]
    if m < n:  # the last columns of R are Q^T times the input's
        g_last = matmul(q, gr[..., m:])
        gq = add(gq, matmul(inputs[0][..., m:], t(gr[..., m:])))
        return [concatenate([_qr_tall(q, r[..., :m], gq, gr[..., :m]), g_last], axis=-1)]
    if complete and m > n:
        raise ValueError(
            "qr: mode='complete' has no gradient where there are more rows than columns, since "
            "the added columns of Q are arbitrary; use mode='reduced'."
        )
    return [_qr_tall(q, r, gq, gr)]


def _grad_singular_values(inputs, outputs, grads):
    u, _, vt = svd((inputs[0],), (False,))
    return [matmul(_columns(u, grads[0]), vt)]


def _grad_svd(inputs, outputs, grads, full_matrices):
    u, s, vt = outputs
    m, n = inputs[0].shape[-2:]
    if full_matrices and m != n:
        if grads[0] is not None or grads[2] is not None:
            raise ValueError(
                "svd: U and V^T of full matrices have no gradient where m and n differ, since the "
                "added columns are arbitrary; use full_matrices=False."
            )
        k = m if m < n else n
        u, vt = u[..., :k], vt[..., :k, :]
    result = matmul(_columns(u, _some(grads[1], s)), vt)
    v, gv = t(vt), grads[2] if grads[2] is None else t(grads[2])
    gaps = multiply(_gaps(s), divide(1.0, add(expand_dims(s, -2), expand_dims(s, -1))))
    gaps = where(equal(_identity(s), 1.0), 0.0, gaps)
    if grads[0] is not None:
        turn = matmul(t(u), grads[0])
        inner = _columns(multiply(gaps, subtract(turn, t(turn))), s)
        outer = divide(subtract(grads[0], matmul(u, turn)), expand_dims(s, -2))
        result = add(result, matmul(add(matmul(u, inner), outer), vt))
    if gv is not None:
        turn = matmul(vt, gv)
        inner = multiply(expand_dims(s, -1), multiply(gaps, subtract(turn, t(turn))))
        outer = divide(t(subtract(gv, matmul(v, turn))), expand_dims(s, -1))
        result = add(result, matmul(u, add(matmul(inner, vt), outer)))
    return [result]


def _grad_pinv(inputs, outputs, grads, rcond):
    (a,), (p,), (g,) = inputs, outputs, grads
    pt, gt = t(p), t(g)
    result = negative(matmul(pt, matmul(g, pt)))
    rows = matmul(gt, matmul(p, pt))
    result = add(result, subtract(rows, matmul(a, matmul(p, rows))))
    columns = matmul(matmul(pt, p), gt)
    return [add(result, subtract(columns, matmul(matmul(columns, p), a)))]


# ---- the calls
cholesky = host_op("cholesky", np.linalg.cholesky, _same("cholesky", need_square), _grad_cholesky)
inv = host_op("inv", np.linalg.inv, _same("inv", need_square), _grad_inv)
det = host_op("det", np.linalg.det, _infer_det("det"), _grad_det)
cofactor = host_op("cofactor", _run_cofactor, _same("cofactor", need_square), _grad_cofactor)
slogdet = host_op("slogdet", lambda a: tuple(np.linalg.slogdet(a)), _infer_slogdet, _grad_slogdet)
eigh = host_op("eigh", lambda a: tuple(np.linalg.eigh(a)), _infer_eigh, _grad_eigh)
eig = host_op("eig", lambda a: tuple(np.linalg.eig(a)), _infer_eig, _grad_eig)
qr = host_op(
    "qr",
    lambda a, complete: tuple(np.linalg.qr(a, "complete" if complete else "reduced")),
    _infer_qr,
    _grad_qr,
    [("complete", "flag", False)],
)
svd = host_op(
    "svd",
    lambda a, full_matrices: tuple(np.linalg.svd(a, full_matrices=full_matrices)),
    _infer_svd,
    _grad_svd,
    [("full_matrices", "flag", False)],
)
singular_values = host_op(
    "singular_values",
    lambda a: np.linalg.svd(a, compute_uv=False),
    _infer_singular_values,
    _grad_singular_values,
)
solve = host_op("solve", np.linalg.solve, _infer_solve("solve"), _grad_solve)
solve_triangular = host_op(
    "solve_triangular",
    _run_triangular,
    _infer_solve("solve_triangular"),
    _grad_solve_triangular,
    [("lower", "flag", False)],
)
lu_factor = host_op("lu_factor", _run_lu, _infer_lu, _grad_lu_factor)
row_of_rows = host_op("row_of_rows", _run_rows, lambda pivots: [pivots])
pinv = host_op("pinv", _run_pinv, _infer_pinv, _grad_pinv, [("rcond", "real", None)])
matrix_rank = host_op("matrix_rank", _run_rank, _infer_rank, None, [("tol", "real", None)])
