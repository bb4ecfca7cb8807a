"""Masking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ..base import Layer
from ..masking import set_keras_mask

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class Masking(Layer):
    """Masks the time steps whose features all equal a value, for the layers that follow.

    Args:
        mask_value: The value; a number or an array that broadcasts to the inputs.

    Shapes: inputs (batch, time, features), outputs the same, 0 where masked.

    Example:

    >>> Masking()(np.array([[[1.0], [0.0]]]))._keras_mask.numpy().tolist()
    [[True, False]]
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(mask_value, dict):
            from ...serialization import deserialize_keras_object

            mask_value = deserialize_keras_object(mask_value)
        self.mask_value = mask_value
        self.supports_masking = True
        self._build_at_init()

    def compute_mask(self, inputs: TensorLike, mask: Any = None) -> Any:
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: TensorLike) -> Any:
        kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = ops.where(kept, inputs, ops.zeros_like(inputs))
        set_keras_mask(outputs, ops.squeeze(kept, axis=-1))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_value": self.mask_value}
