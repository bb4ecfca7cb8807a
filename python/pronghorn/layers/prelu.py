"""PReLU, and ThresholdedReLU of Keras 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import activations, constraints, initializers, ops, regularizers
from .activation import _Elementwise
from .base import Layer
from .core import weight_config
from .input_spec import InputSpec

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


class PReLU(Layer):
    """x where positive, alpha * x elsewhere, with an alpha for each element that is learned.

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: As for other weights.
        shared_axes: Axes (the batch is 0) along which alpha is the same; (1, 2) for one alpha a
            channel of pictures.

    Shapes: inputs any, outputs the same, alpha that of a sample, 1 along shared axes.

    Reference: He et al. 2015, "Delving deep into rectifiers".

    Example:

    >>> PReLU(alpha_initializer="ones")(np.array([[-2.0, 3.0]])).tolist()
    [[-2.0, 3.0]]
    """

    def __init__(
        self,
        alpha_initializer: Identifier = "Zeros",
        alpha_regularizer: Identifier | None = None,
        alpha_constraint: Identifier | None = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None:
            shared_axes = list(shared_axes) if hasattr(shared_axes, "__len__") else [shared_axes]
        self.shared_axes = shared_axes

    def build(self, input_shape: Any) -> None:
        shared = self.shared_axes or ()
        shape = list(input_shape)
        for axis in shared:
            shape[axis] = 1
        self.alpha = self.add_weight(
            name="alpha",
            shape=tuple(shape[1:]),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        own = range(1, len(shape)) if shared else ()
        axes = {i: input_shape[i] for i in own if i not in shared}
        self.input_spec = InputSpec(ndim=len(shape), axes=axes)

    def call(self, inputs: TensorLike) -> Tensor:
        below = activations.relu(ops.negative(inputs))
        return ops.subtract(activations.relu(inputs), ops.multiply(self.alpha, below))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **weight_config(self, "alpha"),
            "shared_axes": self.shared_axes,
        }


class ThresholdedReLU(_Elementwise):
    """x above `theta`, else 0. A layer of Keras 2.

    Args:
        theta: The threshold, at least 0.

    Raises:
        ValueError: for a missing or negative `theta`.

    Example:

    >>> ThresholdedReLU(1.0)(np.array([[0.5, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if theta is None or theta < 0:
            raise ValueError(
                f"Theta of a Thresholded ReLU layer cannot be None or negative. Received: {theta}"
            )
        self.theta = float(theta)

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.multiply(inputs, ops.cast(ops.greater(inputs, self.theta), inputs.dtype))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "theta": self.theta}
