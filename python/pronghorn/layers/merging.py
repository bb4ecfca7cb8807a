"""Layers that merge a list of inputs into one, and their functions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from .. import ops
from .base import Layer
from .masking import get_keras_mask

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


class _Merge(Layer):
    """Inputs of one shape, or shapes that broadcast; masked is what is masked in all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def _merge(self, x, y):
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        return self._merge_function(_equal_ranks(inputs))

    def _merge_function(self, inputs):
        """What Keras's layers write in place of `_merge`: all inputs, of one rank, into one."""
        out = inputs[0]
        for x in inputs[1:]:
            out = self._merge(out, x)
        return out

    def compute_output_shape(self, input_shape: Any) -> Any:
        check_shapes(self, input_shape)
        out = tuple(input_shape[0])
        for shape in input_shape[1:]:
            out = _broadcast(out, tuple(shape), input_shape, self.name)
        return out

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        if mask is None:
            return None
        _check_masks(inputs, mask)
        if any(m is None for m in mask):
            return None
        out = mask[0]
        for m in mask[1:]:
            out = ops.logical_or(out, m)
        return out


def check_shapes(layer, shapes):
    """Raises ValueError unless the shapes are a list with equal batch sizes."""
    ok = isinstance(shapes, (list, tuple)) and shapes and isinstance(shapes[0], (list, tuple))
    if not ok:
        raise ValueError(
            f"Layer '{layer.name}' (of type {type(layer).__name__}) should be called on a list of "
            f"at least 1 input. Received: input_shape={shapes} (not a list of shapes)"
        )
    if len({s[0] for s in shapes if s} - {None}) > 1:
        raise ValueError(
            f"Layer '{layer.name}' cannot merge tensors with different batch sizes. Received "
            f"tensors with shapes {shapes}"
        )


def _check_masks(inputs, mask):
    if not isinstance(mask, (list, tuple)):
        raise ValueError(f"`mask` should be a list. Received: mask={mask}")
    if not isinstance(inputs, (list, tuple)):
        raise ValueError(f"`inputs` should be a list. Received: inputs={inputs}")
    if len(mask) != len(inputs):
        raise ValueError(
            "The lists `inputs` and `mask` should have the same length. Received: "
            f"{len(inputs)} inputs and {len(mask)} masks"
        )


def _broadcast(a, b, shapes, name):
    if len(a) < len(b):
        a, b = b, a
    # Ranks differ: ones are put in after the batch axis, as Keras does.
    b = b[:1] + (1,) * (len(a) - len(b)) + b[1:]
    out = []
    for x, y in zip(a, b):
        if x is not None and y is not None and x != y and 1 not in (x, y):
            raise ValueError(
                f"Layer '{name}': inputs have incompatible shapes. Received shapes {shapes}"
            )
        if x is None or y is None:
            out.append(None if x in (None, 1) and y in (None, 1) else (y if x is None else x))
        else:
            out.append(max(x, y) if 0 not in (x, y) else 0)
    return tuple(out)


def _equal_ranks(inputs):
    ranks = [len(x.shape) for x in inputs]
    if len(set(ranks)) == 1:
        return inputs
    out = []
    for x, rank in zip(inputs, ranks):
        for _ in range(max(ranks) - rank):
            x = ops.expand_dims(x, axis=1)
        out.append(x)
    return out


class Add(_Merge):
    """Sum of the inputs.

    Example:

    >>> Add()([np.array([1.0, 2.0]), np.array([3.0, 5.0])]).tolist()
    [4.0, 7.0]
    """

    def _merge(self, x, y):
        return ops.add(x, y)


class Subtract(_Merge):
    """First input less the second.

    Example:

    >>> Subtract()([np.array([1.0, 9.0]), np.array([3.0, 5.0])]).tolist()
    [-2.0, 4.0]
    """

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"Layer '{self.name}': a Subtract layer should be called on exactly 2 inputs. "
                f"Received: input_shape={input_shape}"
            )

    def _merge(self, x, y):
        return ops.subtract(x, y)


class Multiply(_Merge):
    """Product of the inputs; what is masked counts as 1, and as 0 where it is in every input.

    Example:

    >>> Multiply()([np.array([1.0, 2.0]), np.array([3.0, 5.0])]).tolist()
    [3.0, 10.0]
    """

    def call(self, inputs: Any) -> Any:
        masks = [get_keras_mask(x) for x in inputs]
        if all(mask is None for mask in masks):
            return super().call(inputs)
        inputs = _equal_ranks(inputs)
        wide = [None if m is None else ops.expand_dims(m, -1) for m in masks]
        kept = [x if m is None else ops.where(m, x, 1) for x, m in zip(inputs, wide)]
        out = functools.reduce(self._merge, kept)
        if any(m is None for m in wide):
            return out
        return ops.where(functools.reduce(ops.logical_or, wide), out, 0)

    def _merge(self, x, y):
        return ops.multiply(x, y)


class _Chosen(_Merge):
    """Base of Maximum and Minimum: what is masked in one input is left to the others."""

    def call(self, inputs: Any) -> Any:
        masks = [get_keras_mask(x) for x in inputs]
        if all(mask is None for mask in masks):
            return super().call(inputs)
        inputs = _equal_ranks(inputs)
        wide = [None if m is None else ops.expand_dims(m, -1) for m in masks]
        out, valid = inputs[0], wide[0]  # type: ignore[index]
        for x, mask in zip(inputs[1:], wide[1:]):  # type: ignore[index]
            if mask is not None:
                x = ops.where(mask, x, out)
            if valid is not None:
                out = ops.where(valid, out, x)
            out = self._merge(out, x)
            valid = None if mask is None or valid is None else ops.logical_or(valid, mask)
        return out


class Maximum(_Chosen):
    """Elementwise maximum of the inputs.

    Example:

    >>> Maximum()([np.array([1.0, 9.0]), np.array([3.0, 5.0])]).tolist()
    [3.0, 9.0]
    """

    def _merge(self, x, y):
        return ops.maximum(x, y)


class Minimum(_Chosen):
    """Elementwise minimum of the inputs.

    Example:

    >>> Minimum()([np.array([1.0, 9.0]), np.array([3.0, 5.0])]).tolist()
    [1.0, 5.0]
    """

    def _merge(self, x, y):
        return ops.minimum(x, y)


class Average(_Merge):
    """Mean of the inputs.

    Example:

    >>> Average()([np.array([1.0, 2.0]), np.array([3.0, 6.0])]).tolist()
    [2.0, 4.0]
    """

    def _merge(self, x, y):
        return ops.add(x, y)

    def call(self, inputs: Any) -> Tensor:
        return ops.divide(super().call(inputs), float(len(inputs)))  # type: ignore[arg-type]


class Concatenate(_Merge):
    """The inputs one after the other along an axis.

    Args:
        axis: The axis; not the batch one.

    Raises:
        ValueError: for shapes that differ along another axis.

    Example:

    >>> Concatenate()([np.array([[1.0, 2.0]]), np.array([[3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Tensor:
        return ops.concatenate(inputs, axis=self.axis)  # type: ignore[arg-type]

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        check_shapes(self, input_shape)
        first = tuple(input_shape[0])
        axis = self.axis % len(first) if -len(first) <= self.axis < len(first) else None
        out = list(first)
        for shape in input_shape[1:]:
            for i, (a, b) in enumerate(zip(out, shape)):
                if i == axis:
                    out[i] = None if a is None or b is None else a + b
                elif a is None:
                    out[i] = b
                elif b is not None and a != b:
                    axis = None
            if axis is None or len(shape) != len(first):
                raise ValueError(
                    f"Layer '{self.name}' (of type Concatenate) requires inputs with matching "
                    f"shapes except for the concatenation axis ({self.axis}). "
                    f"Received: input_shape={input_shape}"
                )
        return tuple(out)

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        if mask is None:
            return None
        _check_masks(inputs, mask)
        if all(m is None for m in mask):
            return None
        masks = []
        for x, m in zip(inputs, mask):  # type: ignore[arg-type]
            if m is None:
                m = ops.ones_like(x, dtype="bool")
            elif len(m.shape) < len(x.shape):
                m = ops.logical_or(ops.expand_dims(m, axis=-1), ops.zeros_like(x, dtype="bool"))
            masks.append(m)
        return ops.any(ops.concatenate(masks, axis=self.axis), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def add(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Add(**kwargs)(inputs)`."""
    return Add(**kwargs)(inputs)


def subtract(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Subtract(**kwargs)(inputs)`."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Multiply(**kwargs)(inputs)`."""
    return Multiply(**kwargs)(inputs)


def maximum(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Maximum(**kwargs)(inputs)`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Minimum(**kwargs)(inputs)`."""
    return Minimum(**kwargs)(inputs)


def average(inputs: TensorLike, **kwargs: Any) -> Any:
    """`Average(**kwargs)(inputs)`."""
    return Average(**kwargs)(inputs)


def concatenate(inputs: TensorLike, axis: Any = -1, **kwargs: Any) -> Any:
    """`Concatenate(axis, **kwargs)(inputs)`.

    Args:
        inputs: List of tensors whose shapes differ along `axis` alone.
        axis: The axis; not the batch one.
        **kwargs: What every layer takes.

    Returns:
        A tensor.

    Example:

    >>> concatenate([np.array([[1.0, 2.0]]), np.array([[3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
