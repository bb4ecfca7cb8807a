"""Wrapper, the base of layers around one layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import Layer

if TYPE_CHECKING:
    from typing_extensions import Self


class Wrapper(Layer):
    """A layer around another one, which it builds and saves; a subclass defines `call`.

    Args:
        layer: The layer inside.

    Raises:
        ValueError: where that is no layer.

    Example:

    >>> class Doubled(Wrapper):
    ...     def call(self, inputs):
    ...         return 2 * self.layer(inputs)
    >>> Doubled(layers.ReLU())(np.array([-1.0, 3.0])).tolist()
    [0.0, 6.0]
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Layer {layer} supplied to Wrapper isn't a supported layer type. Please ensure "
                "wrapped layer is a valid Keras layer."
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    def get_config(self) -> dict[str, Any]:
        from ..serialization import serialize_keras_object

        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        from ..serialization import deserialize_keras_object

        config = dict(config)
        layer = deserialize_keras_object(config.pop("layer"), custom_objects=custom_objects)
        return cls(layer, **config)
