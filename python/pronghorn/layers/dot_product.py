"""Dot: products of two inputs, sample by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops
from .merging import _Merge

if TYPE_CHECKING:
    pass


class Dot(_Merge):
    """Sums the products of two inputs over an axis of each, sample by sample.

    Args:
        axes: The axis of both, or one for each; not the batch axis.
        normalize: Whether both are divided by their norms along the axis first, which makes the
            result a cosine.

    Shapes: inputs (batch, ..., n, ...) and (batch, ..., n, ...), outputs (batch, other axes of the
    first, other axes of the second); (batch, 1) where there are none.

    Raises:
        TypeError: for `axes` that are neither an int nor two.
        ValueError: for axes of different sizes, or another number of inputs.

    Example:

    >>> Dot(1)([np.ones((4, 3)), np.ones((4, 3))]).shape
    (4, 1)
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axes, int):
            if not isinstance(axes, (list, tuple)):
                raise TypeError(
                    "Invalid type for argument `axes`: it should be a list or an int. "
                    f"Received: axes={axes}"
                )
            if len(axes) != 2 or not all(isinstance(a, int) for a in axes):
                raise ValueError(
                    "Invalid format for argument `axes`: it should contain two elements, both "
                    f"integers. Received: axes={axes}"
                )
        self.axes = axes
        self.normalize = normalize

    def _axes_of(self, shapes):
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        found = [a % len(s) if a < 0 else a for a, s in zip(pair, shapes)]
        if 0 in found or any(a >= len(s) for a, s in zip(found, shapes)):
            raise ValueError(
                f"Layer '{self.name}': a Dot layer sums over an axis of each input that is not the "
                f"batch. Received: axes={self.axes} for inputs of shapes {tuple(shapes)}"
            )
        return found

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        if len(inputs) != 2:  # type: ignore[arg-type]
            raise ValueError(
                f"A `Dot` layer should be called on exactly 2 inputs. Received: inputs={inputs}"
            )
        x, y = inputs
        a, b = self._axes_of([x.shape, y.shape])
        if self.normalize:
            x, y = ops.normalize(x, axis=a), ops.normalize(y, axis=b)
        return batch_dot(x, y, a, b)

    def compute_output_shape(self, input_shape: Any) -> Any:
        ok = isinstance(input_shape, (tuple, list)) and len(input_shape) == 2
        if not ok or not isinstance(input_shape[0], (tuple, list)):
            raise ValueError(
                f"A `Dot` layer should be called on a list of 2 inputs. Received: "
                f"input_shape={input_shape}"
            )
        first, second = (list(s) for s in input_shape)
        a, b = self._axes_of([first, second])
        if None not in (first[a], second[b]) and first[a] != second[b]:
            raise ValueError(
                f"Incompatible input shapes: axis values {first[a]} (at axis {a}) != {second[b]} "
                f"(at axis {b}). Full input shapes: {tuple(first)}, {tuple(second)}"
            )
        del first[a], second[b]
        out = (*first, *second[1:])
        return out if len(out) > 1 else (*out, 1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        return None

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def batch_dot(x, y, a, b):
    """Sums x * y over axis a of x and axis b of y, sample by sample."""
    sizes_x, sizes_y = list(ops.shape(x)), list(ops.shape(y))
    del sizes_x[a], sizes_y[b]
    shared = x.shape[a] if x.shape[a] is not None else y.shape[b]
    batch = sizes_x[0] if x.shape[0] is not None else sizes_y[0]
    x = ops.reshape(ops.moveaxis(x, a, -1), (batch, _product(sizes_x[1:]), shared or -1))
    y = ops.reshape(ops.moveaxis(y, b, 1), (batch, shared or -1, _product(sizes_y[1:])))
    out = (batch, *sizes_x[1:], *sizes_y[1:])
    return ops.reshape(ops.matmul(x, y), out if len(out) > 1 else (batch, 1))


def _product(sizes):
    total = 1
    for size in sizes:
        total = total * size
    return total


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """`Dot(axes, **kwargs)(inputs)`.

    Args:
        inputs: Two tensors (batch, ...).
        axes: The axis that is summed over, or one for each input.
        **kwargs: `normalize`, and what every layer takes.

    Returns:
        A tensor of the products.

    Example:

    >>> dot([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])], axes=1).tolist()
    [[11.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
