"""Matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine.function_op import as_node
from ._args import KerasTensor, cast, op, pair, shape_of, tensor
from .array import expand_dims, reshape, squeeze, transpose
from .math import multiply

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


_matmul = op("matmul")


def matrix_product(a: Tensor, b: Tensor, transpose_a: bool, transpose_b: bool) -> Tensor:
    """a (..., m, k) @ b (..., k, n), of which each may lie with its last two axes the other way."""
    return _matmul(pair(a, b), (transpose_a, transpose_b))


def matmul(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The matrix product x1 @ x2.

    The last axis of x1 is summed against the second-to-last of x2; the axes before them broadcast.
    A vector is a row on the left and a column on the right; its axis of size 1 is dropped again.

    Args:
        x1: Tensor (..., m, k), or (k,).
        x2: Tensor (..., k, n), or (k,).

    Returns:
        A tensor (..., m, n) of the promoted dtype; int8 times int8 gives int32.

    Raises:
        ValueError: scalars, or sizes that do not match.

    Example:
        >>> ops.matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
        [[11.0]]
    """
    x1, x2 = pair(x1, x2)
    if x1.dtype == "int8" and x2.dtype == "int8":
        x1, x2 = cast(x1, "int32"), cast(x2, "int32")
    left, right = len(x1.shape), len(x2.shape)
    if left > 1 and right > 1:
        return _matmul((x1, x2), (False, False))
    if left == 0 or right == 0:
        raise ValueError(
            f"matmul: shapes {x1.shape} and {x2.shape} cannot be multiplied: a scalar has no "
            "axis to sum over; use multiply."
        )
    if type(x1) is KerasTensor or type(x2) is KerasTensor:
        return as_node("matmul", x1, x2)
    if left == 1:
        x1 = expand_dims(x1, 0)
    if right == 1:
        x2 = expand_dims(x2, 1)
    result = _matmul((x1, x2), (False, False))
    if right == 1:
        result = squeeze(result, -1)
    return squeeze(result, -1 if right == 1 else -2) if left == 1 else result


def dot(x1: TensorLike, x2: TensorLike) -> Tensor:
    """NumPy's dot: x1's last axis against x2's second-to-last (or only) one, without broadcasting.

    Args:
        x1: Tensor (..., k), or a scalar.
        x2: Tensor (k,) or (..., k, n), or a scalar.

    Returns:
        A tensor of x1's other axes followed by x2's; the product where either is a scalar.

    Example:
        >>> ops.dot([1.0, 2.0], [3.0, 4.0]).tolist()
        11.0
    """
    x1, x2 = pair(tensor(x1), tensor(x2))
    left, right = len(x1.shape), len(x2.shape)
    if left == 0 or right == 0:
        return multiply(x1, x2)
    if x1.dtype == x2.dtype == "int8":  # which stay so here
        return cast(dot(cast(x1, "int32"), cast(x2, "int32")), "int8")
    if right <= 2:
        return matmul(x1, x2)
    k, n = x2.shape[-2], x2.shape[-1]
    before = shape_of(x2)[:-2]
    columns = transpose(x2, (right - 2, *range(right - 2), right - 1))
    product = matmul(x1, reshape(columns, (k, -1)))
    return reshape(product, (*shape_of(x1)[:-1], *before, n))
