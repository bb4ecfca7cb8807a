"""Layers that apply an activation function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import activations, ops
from .base import Layer

if TYPE_CHECKING:
    from ..engine.types import Identifier, Tensor, TensorLike


class _Elementwise(Layer):
    """Shape and mask pass through."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self._build_at_init()

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class Activation(_Elementwise):
    """Applies an activation function.

    Args:
        activation: Name or function.

    Example:

    >>> Activation("relu")(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __init__(self, activation: Identifier, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: TensorLike) -> Any:
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(_Elementwise):
    """max(x, 0), with optional ceiling, slope and threshold.

    Args:
        max_value: Largest result; None for no limit.
        negative_slope: Slope below the threshold.
        threshold: Where the linear part starts.

    Raises:
        ValueError: for a negative or missing value where one is needed.

    Example:

    >>> ReLU(max_value=6)(np.array([-1.0, 2.0, 9.0])).tolist()
    [0.0, 2.0, 6.0]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: Any = 0.0,
        **kwargs: Any,
    ) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0.0:
            raise ValueError(
                f"max_value of a ReLU layer cannot be a negative value. Received: {max_value}"
            )
        if negative_slope is None or negative_slope < 0.0:
            raise ValueError(
                "negative_slope of a ReLU layer cannot be None or a negative value. "
                f"Received: {negative_slope}"
            )
        if threshold is None or threshold < 0.0:
            raise ValueError(
                "threshold of a ReLU layer cannot be None or a negative value. "
                f"Received: {threshold}"
            )
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs: TensorLike) -> Tensor:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class LeakyReLU(_Elementwise):
    """x where positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: Slope below 0, at least 0; Keras 2's name `alpha` is taken too.

    Raises:
        ValueError: for a negative slope, or none.

    Example:

    >>> LeakyReLU(0.5)(np.array([-4.0, 2.0])).tolist()
    [-2.0, 2.0]
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
        if negative_slope is None or negative_slope < 0:
            raise ValueError(
                "The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
                f"Expected a float. Received: negative_slope={negative_slope}"
            )
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "negative_slope": self.negative_slope}


class ELU(_Elementwise):
    """x where positive, alpha * (exp(x) - 1) elsewhere.

    Args:
        alpha: The result approaches -alpha for very negative x.

    Example:

    >>> ELU()(np.array([-100.0, 2.0])).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: TensorLike) -> Tensor:
        return ops.elu(inputs, alpha=self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": float(self.alpha)}


class Softmax(_Elementwise):
    """exp(x) divided by its sum along axes; where a mask is False, the result is 0.

    Args:
        axis: An int, or several.

    Raises:
        ValueError: for a mask that does not broadcast to the inputs.

    Example:

    >>> Softmax()(np.array([[0.0, 0.0, 5.0]]), mask=np.array([[True, True, False]])).tolist()
    [[0.5, 0.5, 0.0]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: TensorLike, mask: Any = None) -> Any:
        if mask is not None:
            _check_mask(inputs.shape, mask.shape)
            mask = ops.convert_to_tensor(mask)
            if mask.dtype != "bool":
                mask = ops.greater(mask, 0.5)
            low = -3e4 if inputs.dtype == "float16" else -1e9
            inputs = ops.where(mask, inputs, low)
        axis = self.axis
        if isinstance(axis, (list, tuple)) and len(axis) > 1:
            total = ops.logsumexp(inputs, axis=tuple(axis), keepdims=True)
            outputs = ops.exp(ops.subtract(inputs, total))
        else:
            if isinstance(axis, (list, tuple)):
                if not axis:
                    raise ValueError(
                        f"Layer '{self.name}': `axis` names no axis; give one or more."
                    )
                axis = axis[0]
            outputs = ops.softmax(inputs, axis=axis)
        return outputs if mask is None else ops.where(mask, outputs, 0.0)

    def get_config(self) -> dict[str, Any]:
        axis = list(self.axis) if isinstance(self.axis, list) else self.axis
        return {**super().get_config(), "axis": axis}


def _check_mask(shape, mask):
    said = f"Received: inputs.shape={tuple(shape)}, mask.shape={tuple(mask)}"
    if len(mask) > len(shape):
        raise ValueError(
            f"The `mask` of a Softmax layer must not have more dimensions than the inputs. {said}"
        )
    for m, n in zip(mask[::-1], shape[::-1]):
        if None not in (m, n) and m not in (1, n):
            raise ValueError(
                "The `mask` of a Softmax layer must be broadcastable to the inputs: each of its "
                f"sizes is 1 or theirs. {said}"
            )
