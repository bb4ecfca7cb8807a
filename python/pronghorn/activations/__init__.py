"""Activation functions by name. Each is a plain function from a tensor to a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def linear(x: TensorLike) -> Tensor:
    """x itself."""
    return x  # type: ignore[return-value]


def relu(
    x: TensorLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Tensor:
    """max(x, 0); with a slope below the threshold and a ceiling where given.

    Args:
        x: Tensor.
        negative_slope: Slope below `threshold`.
        max_value: Largest result; None for no limit.
        threshold: Values up to it give `negative_slope * (x - threshold)`.
    """
    if threshold == 0.0 and max_value is None:
        return ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    if threshold == 0.0 and max_value == 6 and not negative_slope:
        return ops.relu6(x)
    high = x if max_value is None else ops.clip(x, 0.0, max_value)
    low = ops.multiply(ops.subtract(x, threshold), negative_slope) if negative_slope else 0.0
    return ops.where(ops.greater(x, threshold), high, low)


def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> Tensor:
    """x where positive, `negative_slope * x` elsewhere."""
    return ops.leaky_relu(x, negative_slope)


def relu6(x: TensorLike) -> Tensor:
    """min(max(x, 0), 6)."""
    return ops.relu6(x)


def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along `axis`."""
    return ops.softmax(x, axis=axis)


def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """Logarithm of softmax."""
    return ops.log_softmax(x, axis=axis)


def elu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x) - 1) elsewhere."""
    return ops.elu(x, alpha=alpha)


def selu(x: TensorLike) -> Tensor:
    """elu scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    return ops.selu(x)


def softplus(x: TensorLike) -> Tensor:
    """log(1 + exp(x))."""
    return ops.softplus(x)


def softsign(x: TensorLike) -> Tensor:
    """x / (1 + |x|)."""
    return ops.softsign(x)


def silu(x: TensorLike) -> Tensor:
    """x * sigmoid(x); also called swish."""
    return ops.silu(x)


swish = silu


def gelu(x: TensorLike, approximate: bool = False) -> Tensor:
    """x * P(normal <= x); `approximate` uses tanh."""
    return ops.gelu(x, approximate=approximate)


def tanh(x: TensorLike) -> Tensor:
    """Hyperbolic tangent."""
    return ops.tanh(x)


def sigmoid(x: TensorLike) -> Tensor:
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def log_sigmoid(x: TensorLike) -> Tensor:
    """Logarithm of sigmoid."""
    return ops.log_sigmoid(x)


def hard_sigmoid(x: TensorLike) -> Tensor:
    """clip(x / 6 + 0.5, 0, 1)."""
    return ops.hard_sigmoid(x)


def hard_sigmoid_of_keras_2(x: TensorLike) -> Tensor:
    """clip(0.2 x + 0.5, 0, 1), Keras 2's hard_sigmoid; for models from its files.

    Args:
        x: Tensor.
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def exponential(x: TensorLike) -> Tensor:
    """exp(x)."""
    return ops.exp(x)


def hard_silu(x: TensorLike) -> Tensor:
    """x * hard_sigmoid(x); also called hard_swish."""
    return ops.hard_silu(x)


hard_swish = hard_silu


def hard_tanh(x: TensorLike) -> Tensor:
    """x limited to [-1, 1]."""
    return ops.hard_tanh(x)


def mish(x: TensorLike) -> Tensor:
    """x * tanh(softplus(x)) (Misra 2019)."""
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


def celu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere."""
    return ops.celu(x, alpha=alpha)


def glu(x: TensorLike, axis: int = -1) -> Tensor:
    """The first half of x along an axis times the sigmoid of the second."""
    return ops.glu(x, axis=axis)


def tanh_shrink(x: TensorLike) -> Tensor:
    """x - tanh(x)."""
    return ops.tanh_shrink(x)


def hard_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0."""
    return ops.hard_shrink(x, threshold=threshold)


def soft_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x moved by `threshold` towards 0; 0 where it is nearer than that."""
    return ops.soft_shrink(x, threshold=threshold)


def threshold(x: TensorLike, threshold: float, default_value: Any) -> Tensor:
    """x where it exceeds `threshold`, else `default_value`."""
    return ops.threshold(x, threshold, default_value)


def squareplus(x: TensorLike, b: Any = 4) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2."""
    return ops.squareplus(x, b=b)


def sparse_plus(x: TensorLike) -> Tensor:
    """0 below -1, x above 1, (x + 1)^2 / 4 between."""
    return ops.sparse_plus(x)


def sparse_sigmoid(x: TensorLike) -> Tensor:
    """0 below -1, 1 above 1, (x + 1) / 2 between."""
    return ops.sparse_sigmoid(x)


def sparsemax(x: TensorLike, axis: int = -1) -> Tensor:
    """The point of the probability simplex nearest to x along an axis."""
    return ops.sparsemax(x, axis=axis)


_FUNCTIONS = (
    linear, relu, leaky_relu, relu6, softmax, log_softmax, elu, selu, softplus, softsign, silu,
    gelu, tanh, sigmoid, log_sigmoid, hard_sigmoid, hard_sigmoid_of_keras_2,
    exponential, hard_silu, hard_tanh, mish, celu, glu, tanh_shrink, hard_shrink, soft_shrink,
    threshold, squareplus, sparse_plus, sparse_sigmoid, sparsemax,
)  # fmt: skip
_TABLE = {function.__name__: function for function in _FUNCTIONS}
_TABLE["swish"] = silu
_TABLE["hard_swish"] = hard_silu


def get(identifier: Any) -> Any:
    """An activation function from a name, a config, or anything callable; None is linear.

    Raises:
        ValueError: for an unknown name; the message lists near ones.
    """
    from ..serialization.registry import find

    if identifier is None:
        return linear
    return find(identifier, _TABLE, "activation function")


def serialize(activation: Any) -> Any:
    """The name of a function of this module; a config of any other."""
    from ..serialization import serialize_keras_object

    if _TABLE.get(getattr(activation, "__name__", None)) is activation:  # type: ignore[arg-type]
        return activation.__name__
    return serialize_keras_object(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
