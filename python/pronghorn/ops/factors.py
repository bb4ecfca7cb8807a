"""Linear algebra: factorisations, systems, spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import config
from . import _lapack as lapack
from ._args import FLOATS, cast, result_type, shape_of, tensor
from .arrange import swapaxes
from .array import expand_dims, squeeze
from .creation import eye
from .math import greater, where
from .matrix import matmul

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def _wide(x, complex_too=False):
    """x in a dtype that LAPACK knows, and the dtype of the result."""
    x = tensor(x)
    if x.dtype == "complex64":
        if complex_too:
            return x, x.dtype
        raise TypeError(
            "Of complex64, only eig, inv, solve and solve_triangular are there; for others, "
            "compute with ops.real(x) and ops.imag(x)."
        )
    dtype = x.dtype if x.dtype in FLOATS else config.floatx()
    return cast(x, "float64" if dtype == "float64" else "float32"), dtype


def _through(native, x, attrs=(), complex_too=False):
    x, dtype = _wide(x, complex_too)
    result = native((x,), attrs)
    if isinstance(result, tuple):
        return tuple(r if r.dtype == "int32" else cast(r, dtype) for r in result)
    return result if result.dtype == "int32" else cast(result, dtype)


def _turned(x):
    return swapaxes(x, -1, -2)


# ---- the public functions
def cholesky(x: TensorLike, upper: Any = False) -> Tensor:
    """The triangular factor of symmetric positive definite matrices.

    Args:
        x: Float tensor (..., n, n); its lower triangle is read.
        upper: Whether the factor is upper triangular, `x = R^T R`, instead of lower, `x = L L^T`.

    Returns:
        A tensor (..., n, n).

    Raises:
        ValueError: matrices that are not square, or not positive definite.

    Example:
        >>> ops.cholesky([[4.0, 2.0], [2.0, 5.0]]).tolist()
        [[2.0, 0.0], [1.0, 2.0]]
    """
    lower = _through(lapack.cholesky, x)
    return _turned(lower) if upper else lower


def cholesky_inverse(x: TensorLike, upper: Any = False) -> Tensor:
    """The inverse of a matrix of which x is the Cholesky factor.

    Args:
        x: Float tensor (..., n, n), triangular.
        upper: Whether x is an upper factor.

    Returns:
        A tensor (..., n, n).

    Raises:
        ValueError: factors that are not square.

    Example:
        >>> ops.cholesky_inverse([[2.0, 0.0], [0.0, 1.0]]).tolist()
        [[0.25, 0.0], [0.0, 1.0]]
    """
    x, dtype = _wide(x)
    lapack.need_square("cholesky_inverse", x.shape)
    inverse = lapack.solve_triangular((x, eye(shape_of(x)[-1], dtype=x.dtype)), (not upper,))
    turned = _turned(inverse)
    return cast(matmul(inverse, turned) if upper else matmul(turned, inverse), dtype)


def inv(x: TensorLike) -> Tensor:
    """The inverses of square matrices.

    Args:
        x: Float tensor (..., n, n).

    Returns:
        A tensor (..., n, n).

    Raises:
        ValueError: matrices that are not square, or singular.

    Example:
        >>> ops.inv([[2.0, 0.0], [0.0, 4.0]]).tolist()
        [[0.5, 0.0], [0.0, 0.25]]
    """
    return _through(lapack.inv, x, complex_too=True)


def det(x: TensorLike) -> Tensor:
    """The determinants of square matrices.

    Args:
        x: Float tensor (..., n, n).

    Returns:
        A tensor (...).

    Raises:
        ValueError: matrices that are not square.

    Example:
        >>> ops.det([[2.0, 1.0], [0.0, 4.0]]).tolist()
        8.0
    """
    return _through(lapack.det, x)


def slogdet(x: TensorLike) -> Any:
    """Sign and logarithm of the absolute value of determinants.

    Args:
        x: Float tensor (..., n, n).

    Returns:
        Two tensors (...): the sign, of which no gradient flows, and the logarithm, -inf where
        singular.

    Raises:
        ValueError: matrices that are not square.

    Example:
        >>> sign, log_abs = ops.slogdet([[-2.0, 0.0], [0.0, 4.0]])
        >>> float(sign), round(float(log_abs), 4)
        (-1.0, 2.0794)
    """
    return _through(lapack.slogdet, x)


def logdet(x: TensorLike) -> Tensor:
    """The logarithms of determinants of symmetric positive definite matrices.

    Args:
        x: Float tensor (..., n, n).

    Returns:
        A tensor (...); nan where a determinant is not positive.

    Raises:
        ValueError: matrices that are not square.

    Example:
        >>> print(ops.logdet([[2.0, 0.0], [0.0, 4.0]]).numpy().round(4))
        2.0794
    """
    sign, size = slogdet(x)
    return where(greater(sign, 0), size, float("nan"))


def eig(x: TensorLike) -> Any:
    """Eigenvalues and eigenvectors of square matrices.

    Args:
        x: Float or complex64 tensor (..., n, n).

    Returns:
        Eigenvalues (..., n), in no order, and eigenvectors (..., n, n), one of length 1 a column;
        both complex64. Their gradient has a pole where eigenvalues meet.

    Raises:
        ValueError: matrices that are not square.

    Example:
        >>> ops.eig([[0.0, 1.0], [-1.0, 0.0]])[0].tolist()
        [1j, -1j]
    """
    x, _ = _wide(x, True)
    return lapack.eig((x,))


def eigh(x: TensorLike) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices.

    Args:
        x: Float tensor (..., n, n); its lower triangle is read.

    Returns:
        Eigenvalues (..., n), ascending, and eigenvectors (..., n, n), one a column. Their gradient
        has a pole where eigenvalues meet.

    Raises:
        ValueError: matrices that are not square.

    Example:
        >>> ops.eigh([[2.0, 0.0], [0.0, 1.0]])[0].tolist()
        [1.0, 2.0]
    """
    return _through(lapack.eigh, x)


def lu_factor(x: TensorLike) -> Any:
    """The LU decomposition of matrices, with row exchanges.

    Args:
        x: Float tensor (..., m, n).

    Returns:
        A tensor (..., m, n) that holds U in its upper triangle and below the diagonal L, whose
        diagonal is 1; and the pivots as LAPACK has them, an int32 tensor (..., min(m, n)):
        exchanging row i with row pivots[i], one after the other, makes x to L U. Only square
        matrices have a gradient.

    Raises:
        ValueError: fewer than 2 axes.

    Example:
        >>> ops.lu_factor([[1.0, 2.0], [4.0, 4.0]])[1].tolist()
        [1, 1]
    """
    return _through(lapack.lu_factor, x)


def qr(x: TensorLike, mode: str = "reduced") -> Any:
    """The QR decomposition: orthonormal columns times an upper triangle.

    Args:
        x: Float tensor (..., m, n).
        mode: "reduced" for min(m, n) columns, "complete" for m.

    Returns:
        Q (..., m, k) and R (..., k, n).

    Raises:
        ValueError: another mode, or fewer than 2 axes.

    Example:
        >>> q, r = ops.qr([[3.0, 1.0], [4.0, 2.0]])
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(
            "`mode` argument value not supported. Expected one of {'reduced', 'complete'}. "
            f"Received: mode={mode}"
        )
    return _through(lapack.qr, x, (mode == "complete",))


def svd(x: TensorLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The singular value decomposition, `x = U diag(s) V^T`.

    Args:
        x: Float tensor (..., m, n).
        full_matrices: Whether U and V^T are square instead of having min(m, n) columns and rows.
        compute_uv: False for the singular values alone.

    Returns:
        U (..., m, k), s (..., min(m, n)), descending, and V^T (..., k, n); or s alone.

    Raises:
        ValueError: fewer than 2 axes; asking for gradients of U or V^T of full matrices where m
            and n differ, since the added columns are arbitrary.

    Example:
        >>> ops.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False).tolist()
        [4.0, 3.0]
    """
    if not compute_uv:
        return _through(lapack.singular_values, x)
    return _through(lapack.svd, x, (bool(full_matrices),))


def _solved(native, a, b, attrs=()):
    a, dtype = _wide(a, True)
    b, other = _wide(b, True)
    if a.dtype != b.dtype:
        both = result_type(a.dtype, b.dtype)
        a, b = cast(a, both), cast(b, both)
    dtype = dtype if dtype == other else a.dtype
    vector = len(b.shape) == len(a.shape) - 1
    lapack.need_system(native.name, a.shape, b.shape)
    result = native((a, expand_dims(b, -1) if vector else b), attrs)
    return cast(squeeze(result, -1) if vector else result, dtype)


def solve(a: TensorLike, b: TensorLike) -> Tensor:
    """x of the linear systems `a x = b`.

    Args:
        a: Float tensor (..., n, n).
        b: Float tensor (..., n, k), or (..., n) with one axis less than a.

    Returns:
        A tensor of b's shape.

    Raises:
        ValueError: matrices that are not square, or singular; sizes that do not match.

    Example:
        >>> ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()
        [1.0, 0.5]
    """
    return _solved(lapack.solve, a, b)


def solve_triangular(a: TensorLike, b: TensorLike, lower: Any = False) -> Tensor:
    """x of the linear systems `a x = b`, of which one triangle of a is read.

    Args:
        a: Float tensor (..., n, n).
        b: Float tensor (..., n, k), or (..., n) with one axis less than a.
        lower: Which triangle.

    Returns:
        A tensor of b's shape.

    Raises:
        ValueError: matrices that are not square, or singular; sizes that do not match.

    Example:
        >>> ops.solve_triangular([[2.0, 0.0], [1.0, 1.0]], [2.0, 2.0], lower=True).tolist()
        [1.0, 1.0]
    """
    return _solved(lapack.solve_triangular, a, b, (bool(lower),))


def pinv(x: TensorLike, rcond: Any = None) -> Tensor:
    """The Moore-Penrose pseudo-inverses.

    Args:
        x: Float tensor (..., m, n).
        rcond: Singular values below rcond times the largest count as 0; 10 * max(m, n) * epsilon of
            the dtype where None.

    Returns:
        A tensor (..., n, m). Its gradient takes the rank as fixed (Golub & Pereyra 1973).

    Raises:
        ValueError: fewer than 2 axes.

    Example:
        >>> ops.pinv([[2.0], [0.0]]).tolist()
        [[0.5, 0.0]]
    """
    return _through(lapack.pinv, x, (None if rcond is None else float(rcond),))


def matrix_rank(x: TensorLike, tol: Any = None) -> Tensor:
    """The number of singular values above a limit.

    Args:
        x: Float tensor (..., m, n).
        tol: The limit; the largest one times max(m, n) times epsilon of the dtype where None.

    Returns:
        An int32 tensor (...).

    Raises:
        ValueError: fewer than 2 axes.

    Example:
        >>> ops.matrix_rank([[1.0, 1.0], [1.0, 1.0]]).tolist()
        1
    """
    return _through(lapack.matrix_rank, x, (None if tol is None else float(tol),))


def lstsq(a: TensorLike, b: TensorLike, rcond: Any = None) -> Any:
    """The x of least norm among those for which `|a x - b|` is least.

    Args:
        a: Float tensor (m, n).
        b: Float tensor (m,) or (m, k).
        rcond: Singular values of a below rcond times the largest count as 0; max(m, n) * epsilon of
            the dtype where None.

    Returns:
        A tensor (n,) or (n, k).

    Raises:
        ValueError: other ranks, or sizes that do not match.

    Example:
        >>> np.round(np.asarray(ops.lstsq([[1.0], [1.0]], [1.0, 3.0]), "float64"), 2).tolist()
        [2.0]
    """
    a, dtype = _wide(a)
    b, other = _wide(b)
    if len(a.shape) != 2:
        raise ValueError(f"lstsq: Expected a to have rank 2. Received: a.shape={a.shape}")
    if len(b.shape) not in (1, 2):
        raise ValueError(f"lstsq: Expected b to have rank 1 or 2. Received: b.shape={b.shape}")
    if None not in (a.shape[0], b.shape[0]) and a.shape[0] != b.shape[0]:
        raise ValueError(
            "lstsq: Leading dimensions of input arrays must match. Expected b.shape[0] to be equal "
            f"to a.shape[0]. Received: a.shape={a.shape}, b.shape={b.shape}"
        )
    if a.dtype != b.dtype:
        a, b = cast(a, "float64"), cast(b, "float64")
    epsilon = float(np.finfo(a.dtype).eps)
    if rcond is None:
        rcond = epsilon * max(a.shape) if None not in a.shape else epsilon
    rcond = float(rcond)
    inverse = pinv(a, epsilon if rcond < 0 else rcond)
    return cast(matmul(inverse, b), dtype if dtype == other else a.dtype)


__all__ = [
    "cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "logdet", "lstsq", "lu_factor",
    "matrix_rank", "pinv", "qr", "slogdet", "solve", "solve_triangular", "svd",
]  # fmt: skip
