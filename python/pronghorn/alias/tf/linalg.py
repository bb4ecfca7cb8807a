"""tf.linalg."""

from ... import ops as _ops
from .factors import *  # noqa: F403


def matmul(a, b, transpose_a=False, transpose_b=False, **kwargs):
    if any(kwargs.get(k) for k in ("adjoint_a", "adjoint_b", "a_is_sparse", "b_is_sparse")):
        raise NotImplementedError(
            f"tf.matmul: {', '.join(k for k in kwargs if kwargs[k])} is not served by Pronghorn."
        )
    return _ops.matmul(_turned(a) if transpose_a else a, _turned(b) if transpose_b else b)


def _turned(x):
    x = _ops.convert_to_tensor(x) if not hasattr(x, "shape") else x
    rank = len(x.shape)
    return _ops.transpose(x, (*range(rank - 2), rank - 1, rank - 2))


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    return _turned(a)


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    one = _ops.eye(num_rows, num_columns, dtype=dtype)
    return one if batch_shape is None else _ops.broadcast_to(one, (*batch_shape, *one.shape))


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    keepdims = bool(keepdims)
    if ord in ("euclidean", "fro", 2):
        return _ops.sqrt(_ops.sum(_ops.square(tensor), axis=axis, keepdims=keepdims))
    if ord == 1:
        return _ops.sum(_ops.abs(tensor), axis=axis, keepdims=keepdims)
    if ord == float("inf"):
        return _ops.max(_ops.abs(tensor), axis=axis, keepdims=keepdims)
    return _ops.sum(_ops.abs(tensor) ** ord, axis=axis, keepdims=keepdims) ** (1 / ord)


def einsum(equation, *inputs, **kwargs):
    return _ops.einsum(equation, *inputs)


def tensordot(a, b, axes, name=None):
    return _ops.tensordot(a, b, axes)


def band_part(input, num_lower, num_upper, name=None):
    rows, columns = input.shape[-2:]
    distance = _ops.expand_dims(_ops.arange(columns), 0) - _ops.expand_dims(_ops.arange(rows), 1)
    kept = _ops.ones((rows, columns), dtype="bool")
    if num_lower >= 0:
        kept = _ops.logical_and(kept, distance >= -num_lower)
    if num_upper >= 0:
        kept = _ops.logical_and(kept, distance <= num_upper)
    return _ops.where(kept, input, _ops.zeros_like(input))


def inv(input, adjoint=False, name=None):
    return _ops.inv(input)


def det(input, name=None):
    return _ops.det(input)


def diag(diagonal, name="diag"):
    diagonal = _ops.convert_to_tensor(diagonal)
    return _ops.expand_dims(diagonal, -1) * _ops.eye(diagonal.shape[-1], dtype=diagonal.dtype)


def diag_part(input, name="diag_part"):
    return _ops.diagonal(input, axis1=-2, axis2=-1)


def trace(x, name=None):
    return _ops.trace(x, axis1=-2, axis2=-1)


def l2_normalize(x, axis=None, epsilon=1e-12, name=None):
    from .math import l2_normalize

    return l2_normalize(x, axis, epsilon)
