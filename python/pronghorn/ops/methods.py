"""The methods of tensors, NumPy's by name and meaning: `x.mean(axis=0)` is `ops.mean(x, axis=0)`.

A few of PyTorch's that mean nothing else (`cpu`, `detach`, `clone`, `view`) are here too. A method
changes nothing in place. operators.py installs them on Tensor, Variable and KerasTensor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import array, math, matrix, moments  # type: ignore[no-redef]

if TYPE_CHECKING:
    from ..engine.types import Axis, DTypeLike, Tensor, TensorLike


def _reduction(function):
    def method(self, axis=None, keepdims=False):
        return function(self, axis=axis, keepdims=keepdims)

    return method


def _with_dtype(function):
    def method(self, axis=None, dtype=None, keepdims=False):
        x = self if dtype is None else array.cast(self, dtype)
        return function(x, axis=axis, keepdims=keepdims)

    return method


def plain(function):
    return lambda self: function(self)


def _product(function):
    return lambda self, other: function(self, other)


def _sizes(given):
    """`(2, 3)` of `x.reshape(2, 3)` as of `x.reshape((2, 3))`."""
    return given[0] if len(given) == 1 and not isinstance(given[0], int) else given


def _reshape(self: Any, *shape: Any) -> Tensor:
    """The elements in order in another shape; one size may be -1.

    Raises:
        TypeError: Where no shape is given.
    """
    if not shape:
        raise TypeError("reshape() needs a shape, such as x.reshape(2, -1)")
    return array.reshape(self, _sizes(shape))


def _transpose(self: Any, *axes: Any) -> Tensor:
    """The axes in this order; in reverse without an argument."""
    axes = _sizes(axes) if axes else None
    return array.transpose(self, axes)


def _astype(self: Any, dtype: DTypeLike, copy: bool = True) -> Tensor:
    """The values in another dtype.

    Args:
        dtype: The dtype of the result, a name or a NumPy type.
        copy: Taken for NumPy's sake; the result never shares what could change.

    Returns:
        Tensor of the same shape.

    Example:
        >>> ops.convert_to_tensor([1.7, -1.7]).astype("int32").tolist()
        [1, -1]
    """
    return array.cast(self, dtype)


def _clip(self: Any, min: Any = None, max: Any = None) -> Tensor:
    """Limited to [min, max]; None is no limit.

    Args:
        min: The lower limit, a number or tensor; None is no limit.
        max: The upper limit; None is no limit.

    Returns:
        Tensor of the broadcast shape.

    Raises:
        ValueError: Where neither limit is given.

    Example:
        >>> ops.convert_to_tensor([-1.0, 0.5, 2.0]).clip(0).tolist()
        [0.0, 0.5, 2.0]
    """
    if min is None and max is None:
        raise ValueError("clip() needs `min` or `max`")
    if max is None:
        return math.maximum(self, min)
    return math.minimum(self, max) if min is None else math.clip(self, min, max)


def _round(self: Any, decimals: int = 0) -> Tensor:
    """Rounded to a number of places, halves to even; as `ops.round`.

    Args:
        decimals: How many places; below 0 to tens, hundreds and so on.

    Returns:
        Tensor of the same shape and dtype.

    Example:
        >>> ops.convert_to_tensor([0.5, 1.5, 2.34]).round().tolist()
        [0.0, 2.0, 2.0]
    """
    return math.round(self, decimals)


def _take(self: Any, indices: TensorLike, axis: Axis | None = None) -> Tensor:
    """The elements, or rows along an axis, at integer positions; as `ops.take`.

    Args:
        indices: Integer tensor of any shape; from the end where negative.
        axis: The axis; None takes from the flattened tensor.

    Returns:
        Tensor of the same dtype, in which the shape of `indices` stands in the axis' place.

    Example:
        >>> ops.convert_to_tensor([10, 20, 30]).take([2, 0]).tolist()
        [30, 10]
    """
    return array.take(self, indices, axis=axis)


def _repeat(self: Any, repeats: Any, axis: Axis | None = None) -> Tensor:
    """Each element, or row along an axis, repeated; as `ops.repeat`.

    Args:
        repeats: How often: an int, or one for each element along `axis`.
        axis: The axis; None repeats the elements of the flattened tensor.

    Returns:
        Tensor of the same dtype.

    Example:
        >>> ops.convert_to_tensor([1, 2]).repeat(2).tolist()
        [1, 1, 2, 2]
    """
    return array.repeat(self, repeats, axis=axis)


def _squeeze(self: Any, axis: Axis | None = None) -> Tensor:
    """Without axes of size 1, the given ones or all; as `ops.squeeze`.

    Args:
        axis: An int, several, or None for every axis of size 1.

    Returns:
        Tensor of the same dtype.

    Example:
        >>> ops.convert_to_tensor([[1, 2]]).squeeze(0).tolist()
        [1, 2]
    """
    return array.squeeze(self, axis=axis)


def _cpu(self: Any) -> Tensor:
    """The tensor itself: it lies in the memory of the CPU."""
    return self.value if hasattr(self, "handle") else self


def methods(of: Any) -> dict[str, Any]:
    """{name: function}; `of` gives what stands for a function of ops."""
    return {
        "all": _reduction(of(math.all)),
        "any": _reduction(of(math.any)),
        "argmax": _reduction(of(math.argmax)),
        "argmin": _reduction(of(math.argmin)),
        "astype": _astype,
        "clip": _clip,
        "clone": plain(of(array.copy)),
        "copy": plain(of(array.copy)),
        "cpu": _cpu,
        "detach": plain(of(array.stop_gradient)),
        "dot": _product(of(matrix.dot)),
        "flatten": plain(of(array.ravel)),
        "max": _reduction(of(math.max)),
        "mean": _with_dtype(of(math.mean)),
        "min": _reduction(of(math.min)),
        "prod": _with_dtype(of(math.prod)),
        "ravel": plain(of(array.ravel)),
        "repeat": _repeat,
        "reshape": _reshape,
        "round": _round,
        "squeeze": _squeeze,
        "std": _with_dtype(of(moments.std)),
        "sum": _with_dtype(of(math.sum)),
        "take": _take,
        "transpose": _transpose,
        "var": _with_dtype(of(moments.var)),
        "view": _reshape,
    }


METHODS = methods(lambda function: function)
T = property(array.transpose, doc="The tensor with its axes in reverse.")
