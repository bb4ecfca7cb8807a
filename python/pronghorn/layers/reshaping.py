"""Flatten, Reshape and Permute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import ops
from ..engine import KerasTensor, config
from .base import Layer
from .input_spec import InputSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.types import Tensor, TensorLike


def standardize_data_format(value):
    """ "channels_last" or "channels_first"; the global setting where None."""
    if value is None:
        return config.image_data_format()
    value = str(value).lower()
    if value not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={value}"
        )
    return value


class Flatten(Layer):
    """(batch, ...) -> (batch, product); channels are moved to the end first where they are first.

    Args:
        data_format: "channels_last" or "channels_first"; the global setting where missing.

    Example:

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: TensorLike) -> Tensor:
        shape = inputs.shape
        if self.data_format == "channels_first" and len(shape) > 1:
            inputs = ops.transpose(inputs, axes=(0, *range(2, len(shape)), 1))
        batch, size = self.compute_output_shape(shape)
        if size is None and batch is None:
            batch = ops.shape(inputs)[0]
        return ops.reshape(inputs, (-1 if batch is None else batch, -1 if size is None else size))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Gives each sample another shape.

    Args:
        target_shape: Shape of a sample; one size may be -1.

    Raises:
        ValueError: for sizes that do not fit the inputs.

    Example:

    >>> Reshape((2, -1))(np.ones((5, 6))).shape
    (5, 2, 3)
    """

    def __init__(self, target_shape: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        target_shape = tuple(target_shape)
        if target_shape.count(-1) > 1:
            raise ValueError(
                "There must be at most one unknown dimension (-1) in `target_shape`. "
                f"Received: target_shape={target_shape}."
            )
        if any(s < -1 for s in target_shape):
            raise ValueError(
                "Sizes in `target_shape` must each be a non-negative integer, or -1 for the one "
                f"that follows from the others. Received: target_shape={target_shape}."
            )
        self.target_shape = target_shape

    def call(self, inputs: TensorLike) -> Tensor:
        if not hasattr(inputs, "shape"):
            raise TypeError(
                f"Layer '{self.name}' expects one tensor. Received: {type(inputs).__name__}"
            )
        shape = self.compute_output_shape(inputs.shape)
        batch = shape[0]
        if batch is None:
            batch = ops.shape(inputs)[0] if None in shape[1:] else -1
        return ops.reshape(inputs, (batch, *(-1 if s is None else s for s in shape[1:])))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        target, sizes = self.target_shape, tuple(input_shape[1:])
        if None in sizes:
            return (input_shape[0], *(None if s == -1 else s for s in target))
        total, known = math.prod(sizes), math.prod(s for s in target if s != -1)
        fits = total == known if -1 not in target else known > 0 and total % known == 0
        if not fits:
            raise ValueError(
                f"Layer '{self.name}': the total size of the tensor must be unchanged. Received: "
                f"input_shape={sizes}, target_shape={target}"
            )
        return (input_shape[0], *(total // known if s == -1 else s for s in target))

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        return KerasTensor(self.compute_output_shape(inputs.shape), dtype=inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """The axes of each sample in another order.

    Args:
        dims: The order, counted from 1 (the batch stays where it is): the first axis of the
            outputs is axis dims[0] of the inputs.

    Raises:
        ValueError: for `dims` that are no permutation of 1, 2, ...

    Example:

    >>> Permute((2, 1))(np.ones((5, 10, 64))).shape
    (5, 64, 10)
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "Invalid permutation argument `dims` for Permute Layer: each of 1 to the number of "
                f"axes must be in it once. Received dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0], *(input_shape[d] for d in self.dims))

    def compute_output_spec(self, inputs: TensorLike) -> Any:
        return self._output_spec_of_call(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dims": self.dims}
