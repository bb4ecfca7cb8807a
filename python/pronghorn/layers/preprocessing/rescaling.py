"""Rescaling: inputs brought to another range, such as pixels from 0..255 to 0..1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import config
from ...serialization import deserialize_keras_object, serialize_keras_object
from .data_layer import DataLayer

if TYPE_CHECKING:
    from typing_extensions import Self

    from ...engine.types import TensorLike


class Rescaling(DataLayer):
    """inputs * scale + offset.

    Args:
        scale: number, or a sequence of one for each channel.
        offset: number, or a sequence of one for each channel.

    Shapes: any, channels where scale or offset has them; the same. Integers become the layer's
    compute dtype.

    Example:

    >>> Rescaling(1 / 255)(np.array([[0, 255]])).tolist()
    [[0.0, 1.0]]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self.supports_masking = True

    def call(self, inputs: TensorLike) -> Any:
        dtype = self.compute_dtype
        scale, offset = self._along_channels(self.scale), self._along_channels(self.offset)
        return ops.cast(inputs, dtype) * scale + offset

    def _along_channels(self, value):
        value = ops.cast(ops.convert_to_tensor(value), self.compute_dtype)
        if value.shape and config.image_data_format() == "channels_first":
            value = ops.reshape(value, (*value.shape, *[1] * (3 - len(value.shape))))
        return value

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"scale": self.scale, "offset": self.offset}
        return {**super().get_config(), **{k: serialize_keras_object(v) for k, v in own.items()}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        own = {k: deserialize_keras_object(config[k], custom_objects) for k in ("scale", "offset")}
        return cls(**{**config, **own})
