"""TimeDistributed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import ops
from ..base import Layer
from ..wrapper import Wrapper

if TYPE_CHECKING:
    from ...engine.types import TensorLike


class TimeDistributed(Wrapper):
    """Applies a layer to each time step of its inputs, with the same weights.

    Time steps are handled as so many more samples in one call of the layer. A layer of the user's
    own, and one whose state changes with each call (BatchNormalization while training), is called
    step by step instead, as Keras does.

    Args:
        layer: The layer.

    Call arguments:
        inputs: (batch, time, ...).
        training: Handed to the layer.
        mask: Booleans (batch, time, ...); handed to the layer, if it takes one.

    Raises:
        ValueError: for what is no layer, inputs of fewer than 3 axes, or a mask that does not fit.

    Example:

    >>> TimeDistributed(layers.Dense(4))(np.ones((2, 3, 5), "float32")).shape
    (2, 3, 4)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                "Please initialize `TimeDistributed` layer with a `keras.layers.Layer` instance. "
                f"Received: {layer}"
            )
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape):
        if not isinstance(input_shape, (tuple, list)) or len(input_shape) < 3:
            raise ValueError(
                "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
                f"dimensions, received: {input_shape}"
            )
        return (input_shape[0], *input_shape[2:])

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        output = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (output[0], input_shape[1], *output[1:])

    def build(self, input_shape: Any) -> None:
        super().build(self._step_shape(input_shape))

    def call(self, inputs: TensorLike, training: bool | None = None, mask: Any = None) -> Any:
        if mask is not None:
            _check_mask(mask, inputs)
        info = self.layer._call_info
        kwargs = {"training": training} if info.has_training else {}
        mask = mask if info.has_mask else None
        if inputs.shape[1] is not None and not self._steps_are_independent():
            return self._step_by_step(inputs, mask, kwargs)
        batch, time = ops.shape(inputs)[:2]

        def merged(x):
            return ops.reshape(x, (-1, *ops.shape(x)[2:]))

        if mask is not None:
            kwargs["mask"] = merged(mask)
        outputs = self._run_layer(merged(inputs), kwargs)
        return ops.reshape(outputs, (batch, time, *ops.shape(outputs)[1:]))

    def _run_layer(self, x, kwargs):
        # `call` computes in this layer's dtype, as in Keras; only `__call__` knows penalties
        run = self.layer.call if self.layer.activity_regularizer is None else self.layer
        return run(x, **kwargs)

    def _step_by_step(self, inputs, mask, kwargs):
        steps = []
        for t in range(inputs.shape[1]):
            if mask is not None:
                kwargs["mask"] = mask[:, t]
            steps.append(self._run_layer(inputs[:, t], kwargs))
        return ops.stack(steps, axis=1)

    def _steps_are_independent(self):
        """Whether one call on all steps equals a call a step."""
        package = __name__.partition(".")[0]
        layers = self.layer._flatten_layers()
        return all(
            type(x).__module__.partition(".")[0] == package
            and type(x).__name__ not in ("BatchNormalization", "Lambda")
            and not getattr(x, "stateful", False)
            for x in layers
        )


def _check_mask(mask, inputs):
    found, shape = tuple(mask.shape), tuple(inputs.shape)
    if len(found) < 2:
        raise ValueError(
            "The `mask` passed to the `TimeDistributed` layer must be at least 2D: "
            f"(batch_size, timesteps). Received {len(found)} dimension(s): shape {found}."
        )
    if any(a is not None and b is not None and a != b for a, b in zip(found[:2], shape[:2])):
        raise ValueError(
            f"The `mask` passed to the `TimeDistributed` layer has a shape {found} that is "
            f"incompatible with the input shape {shape}: the first two dimensions, batch size and "
            f"timesteps, must match. Expected mask shape prefix: ({shape[0]}, {shape[1]})."
        )
