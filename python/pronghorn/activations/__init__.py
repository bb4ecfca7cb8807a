"""Activation functions by name. Each is a plain function from a tensor to a tensor."""

from .. import ops


def linear(x):
    """x itself."""
    return x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """max(x, 0); with a slope below the threshold and a ceiling where given.

    Args:
        x: Tensor.
        negative_slope: Slope below `threshold`.
        max_value: Largest result; None for no limit.
        threshold: Values below give `negative_slope * (x - threshold)`.
    """
    if threshold == 0.0 and max_value is None:
        return ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    if threshold == 0.0 and max_value == 6 and not negative_slope:
        return ops.relu6(x)
    high = x if max_value is None else ops.minimum(x, max_value)
    low = ops.multiply(ops.subtract(x, threshold), negative_slope)
    return ops.where(ops.greater_equal(x, threshold), high, low)


def leaky_relu(x, negative_slope=0.2):
    """x where positive, `negative_slope * x` elsewhere."""
    return ops.leaky_relu(x, negative_slope)


def relu6(x):
    """min(max(x, 0), 6)."""
    return ops.relu6(x)


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis`."""
    return ops.softmax(x, axis=axis)


def log_softmax(x, axis=-1):
    """Logarithm of softmax."""
    return ops.log_softmax(x, axis=axis)


def elu(x, alpha=1.0):
    """x where positive, alpha * (exp(x) - 1) elsewhere."""
    return ops.elu(x, alpha=alpha)


def selu(x):
    """elu scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    return ops.selu(x)


def softplus(x):
    """log(1 + exp(x))."""
    return ops.softplus(x)


def softsign(x):
    """x / (1 + |x|)."""
    return ops.softsign(x)


def silu(x):
    """x * sigmoid(x); also called swish."""
    return ops.silu(x)


swish = silu


def gelu(x, approximate=False):
    """x * P(normal <= x); `approximate` uses tanh."""
    return ops.gelu(x, approximate=approximate)


def tanh(x):
    """Hyperbolic tangent."""
    return ops.tanh(x)


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return ops.sigmoid(x)


def log_sigmoid(x):
    """Logarithm of sigmoid."""
    return ops.log_sigmoid(x)


def hard_sigmoid(x):
    """clip(x / 6 + 0.5, 0, 1)."""
    return ops.hard_sigmoid(x)


def hard_sigmoid_of_keras_2(x):
    """clip(0.2 x + 0.5, 0, 1), Keras 2's hard_sigmoid; for models from its files.

    Args:
        x: Tensor.
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def exponential(x):
    """exp(x)."""
    return ops.exp(x)


_FUNCTIONS = (
    linear, relu, leaky_relu, relu6, softmax, log_softmax, elu, selu, softplus, softsign, silu,
    gelu, tanh, sigmoid, log_sigmoid, hard_sigmoid, hard_sigmoid_of_keras_2,
    exponential,
)  # fmt: skip
_TABLE = {function.__name__: function for function in _FUNCTIONS}
_TABLE["swish"] = silu


def get(identifier):
    """An activation function from a name, a config, or anything callable; None is linear.

    Raises:
        ValueError: for an unknown name; the message lists near ones.
    """
    from ..serialization.registry import find

    if identifier is None:
        return linear
    return find(identifier, _TABLE, "activation function")


def serialize(activation):
    """The name of a function of this module; a config of any other."""
    from ..serialization import serialize_keras_object

    if _TABLE.get(getattr(activation, "__name__", None)) is activation:
        return activation.__name__
    return serialize_keras_object(activation)


def deserialize(config, custom_objects=None):
    from ..serialization import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects, module_objects=_TABLE)


def __getattr__(name):
    from ..legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
