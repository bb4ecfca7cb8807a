"""Pipeline: preprocessing layers one after another, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...engine import nest
from ...serialization import deserialize_keras_object, serialize_keras_object
from ..base import Layer
from ..masking import get_keras_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from ...engine.types import TensorLike


class Pipeline(Layer):
    """Applies layers one after another, with `training` and masks handed on.

    Args:
        layers: list of layers.
        name: name.

    Example:

    >>> Pipeline([layers.CategoryEncoding(3, "count")])(np.array([[0, 2]])).tolist()
    [[1.0, 0.0, 1.0]]
    """

    def __init__(self, layers: Sequence[Any], name: str | None = None) -> None:
        super().__init__(name=name)
        self._pipeline_layers = layers
        self.__dict__.update(_convert_input_args=False, _allow_non_tensor_positional_args=True)

    @property
    def layers(self) -> Any:
        """The layers, in order."""
        return self._pipeline_layers

    def call(self, inputs: TensorLike, training: bool = True, mask: Any = None) -> Any:
        for layer in self._pipeline_layers:
            keywords = {}
            if layer._call_info.has_mask:
                keywords["mask"] = mask
            if layer._call_info.has_training and training is not None:
                keywords["training"] = training
            inputs = layer(inputs, **keywords)
            mask = nest.map_structure(get_keras_mask, inputs)
        return inputs

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The layer of a config.

        Raises:
            ValueError: where it holds no list of layers.
        """
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(
                "`Pipeline` config must contain a `layers` key mapping to a list of serialized "
                f"layers. Received config with layers={layers}."
            )
        return cls(**{**config, "layers": [deserialize_keras_object(x) for x in layers]})

    def get_config(self) -> dict[str, Any]:
        return {"layers": serialize_keras_object(list(self._pipeline_layers)), "name": self.name}
