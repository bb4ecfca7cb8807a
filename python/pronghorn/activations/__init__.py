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

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.relu([-4.0, 0.5, 9.0], negative_slope=0.25, max_value=6.0).tolist()
        [-1.0, 0.5, 6.0]
    """
    if threshold == 0.0 and max_value is None:
        return ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    if threshold == 0.0 and max_value == 6 and not negative_slope:
        return ops.relu6(x)
    high = x if max_value is None else ops.clip(x, 0.0, max_value)
    low = ops.multiply(ops.subtract(x, threshold), negative_slope) if negative_slope else 0.0
    return ops.where(ops.greater(x, threshold), high, low)


def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> Tensor:
    """x where positive, `negative_slope * x` elsewhere.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        negative_slope: What x is multiplied with where it is not positive.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.leaky_relu([-4.0, 2.0], negative_slope=0.25).tolist()
        [-1.0, 2.0]
    """
    return ops.leaky_relu(x, negative_slope)


def relu6(x: TensorLike) -> Tensor:
    """min(max(x, 0), 6)."""
    return ops.relu6(x)


def softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis: positive numbers that sum to 1.

    Args:
        x: Tensor of at least one axis.
        axis: An int, or several that are normalised as one.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.softmax([[0.0, 0.0], [5.0, 5.0]]).tolist()
        [[0.5, 0.5], [0.5, 0.5]]
    """
    return ops.softmax(x, axis=axis)


def log_softmax(x: TensorLike, axis: int = -1) -> Tensor:
    """x - log(sum(exp(x))) along an axis: the logarithm of softmax, exact far from 0 too.

    Args:
        x: Tensor of at least one axis.
        axis: An int, or several.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(keras.activations.log_softmax([0.0, 0.0]).numpy().round(4))
        [-0.6931 -0.6931]
    """
    return ops.log_softmax(x, axis=axis)


def elu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2016).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        alpha: The value that is approached, negated, far below 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(keras.activations.elu([-1.0, 0.0, 2.0]).numpy().round(3))
        [-0.632  0.     2.   ]
    """
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
    """x times the normal distribution function of x (Hendrycks and Gimpel 2016).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        approximate: Whether the formula with tanh stands in for the one with erf.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(keras.activations.gelu([-1.0, 0.0, 1.0]).numpy().round(3))
        [-0.159  0.     0.841]
    """
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
    """x where positive, alpha * (exp(x / alpha) - 1) elsewhere (Barron 2017).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        alpha: The value that is approached, negated, far below 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(keras.activations.celu([-1.0, 0.0, 2.0], alpha=2.0).numpy().round(3))
        [-0.787  0.     2.   ]
    """
    return ops.celu(x, alpha=alpha)


def glu(x: TensorLike, axis: int = -1) -> Tensor:
    """The first half of x along an axis times the sigmoid of the second (Dauphin et al. 2017).

    Args:
        x: Tensor whose size along `axis` is even.
        axis: The axis that is halved.

    Returns:
        Float tensor, half as long along the axis.

    Example:
        >>> keras.activations.glu([2.0, 4.0, 0.0, 0.0]).tolist()
        [1.0, 2.0]
    """
    return ops.glu(x, axis=axis)


def tanh_shrink(x: TensorLike) -> Tensor:
    """x - tanh(x)."""
    return ops.tanh_shrink(x)


def hard_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: Up to which distance from 0 the result is 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.hard_shrink([-1.0, 0.25, 0.75]).tolist()
        [-1.0, 0.0, 0.75]
    """
    return ops.hard_shrink(x, threshold=threshold)


def soft_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """x moved by `threshold` towards 0; 0 where it is nearer than that.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: How far it is moved.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.soft_shrink([-1.0, 0.25, 0.75]).tolist()
        [-0.5, 0.0, 0.25]
    """
    return ops.soft_shrink(x, threshold=threshold)


def threshold(x: TensorLike, threshold: float, default_value: Any) -> Tensor:
    """x where it exceeds `threshold`, else `default_value`.

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        threshold: What x must exceed.
        default_value: What stands where it does not.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.threshold([-1.0, 0.5, 2.0], 0.0, 9.0).tolist()
        [9.0, 0.5, 2.0]
    """
    return ops.threshold(x, threshold, default_value)


def squareplus(x: TensorLike, b: Any = 4) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2, a smooth relu without exponentials (Barron 2021).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        b: How wide the bend at 0 is; 0 gives relu.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.squareplus([-1.5, 0.0, 1.5]).tolist()
        [0.5, 1.0, 2.0]
    """
    return ops.squareplus(x, b=b)


def sparse_plus(x: TensorLike) -> Tensor:
    """0 below -1, x above 1, (x + 1)^2 / 4 between."""
    return ops.sparse_plus(x)


def sparse_sigmoid(x: TensorLike) -> Tensor:
    """0 below -1, 1 above 1, (x + 1) / 2 between."""
    return ops.sparse_sigmoid(x)


def sparsemax(x: TensorLike, axis: int = -1) -> Tensor:
    """The point of the probability simplex nearest to x along an axis (Martins and Astudillo 2016).

    Args:
        x: Tensor of any number dtype; integers are computed in floatx.
        axis: The axis whose elements become probabilities; many of them exactly 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> keras.activations.sparsemax([1.0, 0.5, -1.0]).tolist()
        [0.75, 0.25, 0.0]
    """
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

    Args:
        identifier: Name such as `"relu"`, config dict, function, or None.

    Returns:
        A callable from a tensor to a tensor.

    Raises:
        ValueError: for an unknown name; the message lists near ones.

    Example:
        >>> keras.activations.get("relu6") is keras.activations.relu6
        True
        >>> keras.activations.get(None) is keras.activations.linear
        True
    """
    from ..serialization.registry import find

    if identifier is None:
        return linear
    return find(identifier, _TABLE, "activation function")


def serialize(activation: Any) -> Any:
    """The name of a function of this module; a config of any other.

    Args:
        activation: Function of this module, or another callable that has a config.

    Returns:
        Name or config dict, which `deserialize` takes.

    Example:
        >>> keras.activations.serialize(keras.activations.gelu)
        'gelu'
    """
    from ..serialization import serialize_keras_object

    if _TABLE.get(getattr(activation, "__name__", None)) is activation:  # type: ignore[arg-type]
        return activation.__name__
    return serialize_keras_object(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation function that a result of `serialize` stands for.

    Args:
        config: Name or config dict.
        custom_objects: Further functions or classes by name.

    Returns:
        A callable from a tensor to a tensor.

    Example:
        >>> keras.activations.deserialize("gelu") is keras.activations.gelu
        True
    """
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
