"""Bidirectional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ...engine import nest
from ..base import Layer
from ..masking import get_keras_mask
from .rnn import shape_of_sequences
from .stacked import state_list

if TYPE_CHECKING:
    from typing_extensions import Self


_MODES = ("sum", "mul", "ave", "concat", None)
_COMMON = ("stateful", "return_sequences", "return_state")


class Bidirectional(Layer):
    """Runs a recurrent layer forwards, and one like it backwards, and joins their outputs.

    Args:
        layer: An RNN, or a layer with its attributes. It is made anew from its config.
        merge_mode: "concat", "sum", "mul", "ave"; None to return both outputs.
        weights: First weights, those of the forward layer and then of the backward one.
        backward_layer: The layer that goes backwards; by default one made from `layer`.

    Call arguments: those of the layer; `initial_state` holds the forward layer's states first.

    Raises:
        ValueError: for what is no layer, another merge mode, or layers that do not match.

    Example:

    >>> Bidirectional(layers.GRU(4), merge_mode="sum")(np.ones((2, 3, 5), "float32")).shape
    (2, 4)
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `Bidirectional` layer with a `keras.layers.Layer` instance. "
                f"Received: {layer}"
            )
        if backward_layer is not None and not isinstance(backward_layer, Layer):
            raise ValueError(
                "`backward_layer` need to be a `keras.layers.Layer` instance. "
                f"Received: {backward_layer}"
            )
        if merge_mode not in _MODES:
            raise ValueError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of "
                '{"sum", "mul", "ave", "concat", None}'
            )
        batch_shape = layer.__dict__.get("_batch_shape_argument")
        super().__init__(**kwargs)
        if batch_shape is not None and "_batch_shape_argument" not in self.__dict__:
            self.__dict__["_batch_shape_argument"] = batch_shape
        self.forward_layer = _made_anew(layer, "forward_", {})
        if backward_layer is None:
            backward_layer = _made_anew(layer, "backward_", {"go_backwards": True})
        self.backward_layer = backward_layer
        for inner in (self.forward_layer, self.backward_layer):
            if hasattr(layer, "use_cudnn"):
                inner.use_cudnn = layer.use_cudnn
        self._check_layers()
        for inner in (self.forward_layer, self.backward_layer):
            if getattr(inner, "zero_output_for_mask", None) is not None:
                # a masked step has no output before it in both directions
                inner.zero_output_for_mask = inner.return_sequences
        self.merge_mode = merge_mode
        if weights:
            half = len(weights) // 2
            self.forward_layer.__dict__["_initial_weights"] = weights[:half]
            self.backward_layer.__dict__["_initial_weights"] = weights[half:]
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec

    def _check_layers(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "Forward layer and backward layer should have different `go_backwards` value. "
                f"Received: forward_layer.go_backwards={forward.go_backwards}, "
                f"backward_layer.go_backwards={backward.go_backwards}"
            )
        for name in _COMMON:
            one, other = getattr(forward, name), getattr(backward, name)
            if one != other:
                raise ValueError(
                    "Forward layer and backward layer are expected to have the same value for "
                    f'attribute "{name}", got "{one}" for forward layer and "{other}" for backward '
                    "layer"
                )

    @property
    def layer(self) -> Any:
        """The forward layer, as Keras 2 calls it."""
        return self.forward_layer

    def __call__(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, **kwargs: Any
    ) -> Any:
        if isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            sequences, initial_state = sequences[0], list(sequences[1:])
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        if mask is not None:
            kwargs["mask"] = mask
        return super().__call__(sequences, **kwargs)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        sequences_shape = shape_of_sequences(sequences_shape)
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        kwargs = {}
        if self.forward_layer._call_info.has_training:
            kwargs["training"] = training
        if self.forward_layer._call_info.has_mask and mask is not None:
            kwargs["mask"] = mask
        forward_state, backward_state = {}, {}
        if initial_state is not None:
            states = state_list(initial_state)
            if len(states) % 2:
                raise ValueError(
                    "`initial_state` of a Bidirectional layer has as many states for the forward "
                    f"as for the backward layer. Received {len(states)} states."
                )
            half = len(states) // 2
            forward_state = {"initial_state": states[:half]}
            backward_state = {"initial_state": states[half:]}
        y = self.forward_layer(sequences, **forward_state, **kwargs)
        back = self.backward_layer(sequences, **backward_state, **kwargs)
        states = ()
        if self.return_state:
            states = (*y[1:], *back[1:])
            y, back = y[0], back[0]
        y, back = ops.cast(y, self.compute_dtype), ops.cast(back, self.compute_dtype)
        if self.return_sequences:
            back = ops.flip(back, axis=1)
        output = self._joined(y, back)
        if not self.return_state:
            return output
        return (*output, *states) if self.merge_mode is None else (output, *states)

    def _joined(self, y, back):
        mode = self.merge_mode
        if mode is None:
            return y, back
        if mode == "concat":
            return ops.concatenate([y, back], axis=-1)
        if mode == "mul":
            return ops.multiply(y, back)
        total = ops.add(y, back)
        return ops.divide(total, 2.0) if mode == "ave" else total

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        sequences_shape = shape_of_sequences(sequences_shape)
        forward = self.forward_layer.compute_output_shape(sequences_shape)
        output, states = forward, ()
        if self.return_state:
            output, states = forward[0], tuple(forward[1:])
        if self.merge_mode == "concat":
            output = (*output[:-1], output[-1] * 2)
        if self.merge_mode is None:
            return (output, output, *states, *states)
        return (output, *states, *states) if self.return_state else tuple(output)

    def _take_masks(self, spec, kwargs):
        if spec.arguments.get("mask") is None:
            mask = get_keras_mask(nest.flatten(spec.first)[0])
            if mask is not None:
                kwargs["mask"] = mask

    def compute_mask(self, _: Any, mask: Any) -> Any:
        mask = nest.flatten(mask)[0] if nest.is_nested(mask) else mask
        mask = mask if self.return_sequences else None
        masks = (mask, mask) if self.merge_mode is None else (mask,)
        if self.return_state:
            count = len(nest.flatten(self.forward_layer.state_size))
            masks += (None,) * (2 * count)
        return masks if len(masks) > 1 else masks[0]

    @property
    def states(self) -> Any:
        """The states of both layers, when stateful; else None."""
        forward, backward = self.forward_layer.states, self.backward_layer.states
        return tuple(forward + backward) if forward and backward else None

    def reset_state(self) -> None:
        """Sets the states of both layers to zeros.

        Raises:
            AttributeError: where the layer is not stateful.
        """
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def get_config(self) -> dict[str, Any]:
        from ...serialization import serialize_keras_object

        return {
            **super().get_config(),
            "merge_mode": self.merge_mode,
            "layer": serialize_keras_object(self.forward_layer),
            "backward_layer": serialize_keras_object(self.backward_layer),
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        from ...serialization import deserialize_keras_object

        config = dict(config)
        for name in ("layer", "backward_layer"):
            if config.get(name) is not None:
                config[name] = deserialize_keras_object(config[name], custom_objects)
        return cls(**config)


def _made_anew(layer, prefix, changes):
    """A layer of the same config, without weights, named `prefix` and the layer's name."""
    from ...serialization import deserialize_keras_object, serialize_keras_object

    config = serialize_keras_object(layer)
    config.pop("build_config", None)
    name = prefix + layer.name.removeprefix(prefix)
    config["config"] = {**config["config"], "name": name, **changes}
    return deserialize_keras_object(config)
