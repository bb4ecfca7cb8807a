"""Products beyond matmul: inner, outer, tensor, Kronecker and cross products, correlations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._args import cast, floating, normalize_axis, pair, result_type, shape_of, tensor, tensors
from .array import expand_dims, moveaxis, ravel, reshape, transpose
from .math import divide, mean, multiply, sqrt, subtract, sum
from .matrix import dot, matmul

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


def outer(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Every product of an element of x1 and one of x2, both flattened: shape (size 1, size 2).

    Example:
        >>> ops.outer([1, 2], [3, 4]).tolist()
        [[3, 4], [6, 8]]
    """
    return multiply(expand_dims(ravel(x1), 1), expand_dims(ravel(x2), 0))


def inner(x1: TensorLike, x2: TensorLike) -> Tensor:
    """Sums of products along both last axes; the product where either is a scalar.

    Raises:
        ValueError: Where the last sizes differ.

    Example:
        >>> ops.inner([1, 2], [3, 4]).tolist()
        11
    """
    x1, x2 = pair(*tensors((x1, x2)))
    if not x1.shape or not x2.shape:
        return multiply(x1, x2)
    if None not in (x1.shape[-1], x2.shape[-1]) and x1.shape[-1] != x2.shape[-1]:
        raise ValueError(
            "inner: the last dimension of both tensors must match. Received: "
            f"x1.shape={x1.shape}, x2.shape={x2.shape}"
        )
    return tensordot(x1, x2, axes=((-1,), (-1,)))


def vdot(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The sum of products of two tensors of one size, both flattened.

    Example:
        >>> ops.vdot([[1, 2]], [[3], [4]]).tolist()
        11
    """
    return dot(ravel(x1), ravel(x2))


def tensordot(x1: TensorLike, x2: TensorLike, axes: Any = 2) -> Tensor:
    """Sums of products over chosen axes of two tensors.

    Args:
        x1, x2: Tensors.
        axes: How many last axes of x1 meet the first of x2, or two sequences of axes.

    Returns:
        A tensor of the other axes of x1, then of x2.

    Raises:
        ValueError: axes that do not pair.

    Example:
        >>> ops.tensordot([1.0, 2.0], [3.0, 4.0], axes=1).tolist()
        11.0
    """
    x1, x2 = pair(*tensors((x1, x2)))
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if isinstance(axes, int):
        axes = (range(rank1 - axes, rank1), range(axes))
    first, second = (a if hasattr(a, "__iter__") else (a,) for a in axes)
    first = [normalize_axis(a, rank1, "tensordot") for a in first]
    second = [normalize_axis(a, rank2, "tensordot") for a in second]
    sizes = [(x1.shape[a], x2.shape[b]) for a, b in zip(first, second)]
    if len(first) != len(second) or any(None not in s and s[0] != s[1] for s in sizes):
        raise ValueError(
            f"tensordot: axes {first} of shape {x1.shape} and {second} of shape {x2.shape} must "
            "have equal sizes."
        )
    kept1 = [a for a in range(rank1) if a not in first]
    kept2 = [a for a in range(rank2) if a not in second]
    dims1, dims2 = shape_of(x1), shape_of(x2)
    inside = _product(dims1[a] for a in first)
    rows, columns = (_product(d[a] for a in k) for d, k in ((dims1, kept1), (dims2, kept2)))
    left = reshape(transpose(x1, kept1 + first), (rows, inside))
    right = reshape(transpose(x2, second + kept2), (inside, columns))
    shape = tuple(dims1[a] for a in kept1) + tuple(dims2[a] for a in kept2)
    return cast(reshape(matmul(left, right), shape), result_type(x1.dtype, x2.dtype))


def _product(sizes):
    result = 1
    for size in sizes:
        result = result * size
    return result


def kron(x1: TensorLike, x2: TensorLike) -> Tensor:
    """The Kronecker product: x2 times each element of x1, in its place.

    Example:
        >>> ops.kron([1, 2], [1, 1]).tolist()
        [1, 1, 2, 2]
    """
    x1, x2 = tensors((x1, x2))
    rank = max(len(x1.shape), len(x2.shape))
    dims1 = (1,) * (rank - len(x1.shape)) + tuple(shape_of(x1))
    dims2 = (1,) * (rank - len(x2.shape)) + tuple(shape_of(x2))
    spread1 = tuple(n for d in dims1 for n in (d, 1))
    spread2 = tuple(n for d in dims2 for n in (1, d))
    product = multiply(reshape(x1, spread1), reshape(x2, spread2))
    return reshape(product, tuple(a * b for a, b in zip(dims1, dims2)))


def cross(
    x1: TensorLike,
    x2: TensorLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: Axis | None = None,
) -> Tensor:
    """The cross product of vectors of two or three components.

    Args:
        x1, x2: Tensors whose vectors lie along `axisa` and `axisb`; the other axes broadcast.
        axisa, axisb: Where the vectors lie.
        axisc: Where the result's vectors lie.
        axis: All three at once.

    Returns:
        Vectors of three components; of two vectors of two components, only the third one.

    Raises:
        ValueError: vectors of another length.

    Example:
        >>> ops.cross([1, 0, 0], [0, 1, 0]).tolist()
        [0, 0, 1]
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x1, x2 = pair(*tensors((x1, x2)))
    axisa = normalize_axis(axisa, len(x1.shape), "cross")
    axisb = normalize_axis(axisb, len(x2.shape), "cross")
    if x1.shape[axisa] not in (2, 3, None) or x2.shape[axisb] not in (2, 3, None):
        raise ValueError(
            "Dimension of x1 and x2 must be 2 or 3 (vectors along axisa and axisb). "
            f"Received: x1.shape={x1.shape}, x2.shape={x2.shape}"
        )
    a, b = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)

    def part(x, i):
        return x[..., i] if x.shape[-1] is None or i < x.shape[-1] else None

    def difference(i, j):
        """a_i b_j - a_j b_i, where a missing component is 0."""
        first = None if None in (part_a := (part(a, i), part(b, j))) else multiply(*part_a)
        second = None if None in (part_b := (part(a, j), part(b, i))) else multiply(*part_b)
        if first is None:
            return multiply(second, -1)  # type: ignore[arg-type]
        return first if second is None else subtract(first, second)

    if a.shape[-1] == 2 and b.shape[-1] == 2:
        return difference(0, 1)
    from .array import stack

    result = stack([difference(1, 2), difference(2, 0), difference(0, 1)], axis=-1)
    return moveaxis(result, -1, axisc)


def corrcoef(x: TensorLike) -> Tensor:
    """Pearson's coefficients between the rows of x, shape (rows, rows).

    Example:
        >>> ops.corrcoef([[1.0, 2.0], [2.0, 1.0]]).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    x = tensor(x)
    x = cast(x, "float64") if x.dtype == "int64" else floating(x)
    if len(x.shape) < 2:
        x = reshape(x, (1, -1))
    centred = subtract(x, mean(x, axis=-1, keepdims=True))
    covariance = matmul(centred, transpose(centred))
    spread = sqrt(sum(multiply(centred, centred), axis=-1))
    return divide(divide(covariance, expand_dims(spread, 1)), expand_dims(spread, 0))


def correlate(x1: TensorLike, x2: TensorLike, mode: str = "valid") -> Tensor:
    """The cross-correlation of two vectors: sums of products at every shift.

    Args:
        x1, x2: Vectors.
        mode: `"valid"` (whole overlaps only), `"same"` (as long as the longer one) or `"full"`.

    Returns:
        A vector of floats; of integers float32, of int64 float64.

    Raises:
        ValueError: another mode, or tensors that are no vectors.

    Example:
        >>> ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5]).tolist()
        [3.5]
    """
    from .array import pad
    from .convolution import conv

    if mode not in ("valid", "same", "full"):
        raise ValueError(f"mode must be either `valid`, `same`, or `full`, but received: {mode}")
    x1, x2 = pair(*tensors((x1, x2)))
    if len(x1.shape) != 1 or len(x2.shape) != 1:
        raise ValueError(
            f"correlate() requires 1-dimensional inputs. Received shapes {x1.shape}, {x2.shape}."
        )
    dtype = result_type(x1.dtype, x2.dtype)
    kind = dtype if "float" in dtype else ("float64" if "64" in dtype else "float32")
    a, b = cast(x1, kind), cast(x2, kind)
    longer, shorter = max(a.shape[0], b.shape[0]), min(a.shape[0], b.shape[0])
    swapped = mode == "valid" and a.shape[0] < b.shape[0]
    if swapped:
        a, b = b, a
    width = b.shape[0] - 1
    if mode != "valid":
        a = pad(a, [[width, width]])
    result = reshape(conv(reshape(a, (1, -1, 1)), reshape(b, (-1, 1, 1))), (-1,))
    if swapped:
        result = result[::-1]
    if mode == "same":
        start = (shorter - 1) // 2 if x1.shape[0] >= x2.shape[0] else shorter // 2
        result = result[start : start + longer]
    return result


__all__ = ["corrcoef", "correlate", "cross", "inner", "kron", "outer", "tensordot", "vdot"]
