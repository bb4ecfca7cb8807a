"""tf.linalg: factors and systems of matrices."""

from ... import ops as _ops


def cholesky(input, name=None):
    return _ops.cholesky(input)


def eigh(tensor, name=None):
    return _ops.eigh(tensor)


def eigvalsh(tensor, name=None):
    return _ops.eigh(tensor)[0]


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """(s, u, v), with v not transposed, as TensorFlow has them."""
    found = _ops.svd(tensor, full_matrices, compute_uv)
    if not compute_uv:
        return found
    u, s, vh = found
    return s, u, _ops.swapaxes(vh, -1, -2)


def qr(input, full_matrices=False, name=None):
    return _ops.qr(input, "complete" if full_matrices else "reduced")


def solve(matrix, rhs, adjoint=False, name=None):
    return _ops.solve(_ops.swapaxes(matrix, -1, -2) if adjoint else matrix, rhs)


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    matrix = _ops.swapaxes(matrix, -1, -2) if adjoint else matrix
    return _ops.solve_triangular(matrix, rhs, lower=lower != adjoint)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    turned = _ops.swapaxes(matrix, -1, -2)
    square = _ops.matmul(turned, matrix)
    square = square + l2_regularizer * _ops.eye(square.shape[-1], dtype=square.dtype)
    return _ops.solve(square, _ops.matmul(turned, rhs))


def matvec(a, b, transpose_a=False, **kwargs):
    a = _ops.swapaxes(a, -1, -2) if transpose_a else a
    return _ops.squeeze(_ops.matmul(a, _ops.expand_dims(b, -1)), -1)


def logdet(matrix, name=None):
    return 2 * _ops.sum(_ops.log(_ops.diagonal(_ops.cholesky(matrix), 0, -2, -1)), axis=-1)


def slogdet(input, name=None):
    return _ops.slogdet(input)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    if k != 0:
        raise ValueError("tf.linalg.set_diag: k=0 alone is served.")
    input = _ops.convert_to_tensor(input)
    rows, columns = input.shape[-2:]
    on = _ops.expand_dims(_ops.arange(rows), 1) == _ops.arange(columns)
    short = min(rows, columns)
    diagonal = _ops.expand_dims(diagonal, -1)
    missing = [(0, 0)] * (len(input.shape) - 2)
    spread = _ops.pad(diagonal, [*missing, (0, rows - short), (0, 0)])
    return _ops.where(on, spread, input)


def global_norm(t_list, name=None):
    from ...optimizers import clipping

    return clipping.global_norm(t_list)
