"""Pipeline: preprocessing layers one after another, as one."""

from ...engine import nest
from ...serialization import deserialize_keras_object, serialize_keras_object
from ..base import Layer
from ..masking import get_keras_mask


class Pipeline(Layer):
    """Applies layers one after another, with `training` and masks handed on.

    Args:
        layers: list of layers.
        name: name.

    Example:

    >>> Pipeline([CategoryEncoding(3, "count")])(np.array([[0, 2]])).tolist()
    [[1.0, 0.0, 1.0]]
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self._pipeline_layers = layers
        self.__dict__.update(_convert_input_args=False, _allow_non_tensor_positional_args=True)

    @property
    def layers(self):
        """The layers, in order."""
        return self._pipeline_layers

    def call(self, inputs, training=True, mask=None):
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
    def from_config(cls, config):
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

    def get_config(self):
        return {"layers": serialize_keras_object(list(self._pipeline_layers)), "name": self.name}
