"""Activations, losses, normalisation, convolution and pooling."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from ..engine.config import epsilon as _epsilon
from ..engine.config import image_data_format as _image_data_format


def relu(x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Any:
    """x above `threshold`, at most `max_value`; below it alpha * (x - threshold).

    Args:
        x: Float tensor.
        alpha: Slope below the threshold; like the others a float, or a tensor that broadcasts.
        max_value: Largest result; None for no limit.
        threshold: Where the slope changes.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> K.relu(np.array([-4.0, 0.5, 9.0], "float32"), alpha=0.25, max_value=6.0).tolist()
        [-1.0, 0.5, 6.0]
    """
    is_plain = isinstance(alpha, (int, float)) and isinstance(threshold, (int, float))
    if is_plain and alpha == 0.0 and max_value is None and threshold == 0.0:
        return _ops.relu(x)
    above = x if max_value is None else _ops.minimum(x, max_value)
    return _ops.where(_ops.greater_equal(x, threshold), above, alpha * (x - threshold))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where positive, alpha * (exp(x) - 1) elsewhere (Clevert et al. 2016).

    Args:
        x: Float tensor.
        alpha: The value that is approached, negated, far below 0.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> print(K.elu(np.array([-1.0, 0.0, 2.0], "float32")).numpy().round(3))
        [-0.632  0.     2.   ]
    """
    return _ops.elu(x, alpha)


def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along an axis.

    Args:
        x: Float tensor.
        axis: The axis.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> K.softmax(np.array([0.0, 0.0])).tolist()
        [0.5, 0.5]
    """
    return _ops.softmax(x, axis=axis)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), elementwise."""
    return _ops.softplus(x)


def softsign(x: Any) -> Any:
    """x / (1 + |x|), elementwise."""
    return _ops.softsign(x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, elementwise."""
    return _ops.tanh(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), elementwise."""
    return _ops.sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    """0.2 x + 0.5, kept in [0, 1]: Keras 2's, which is steeper than today's."""
    return _ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-target * log(output) - (1 - target) * log(1 - output), elementwise.

    Args:
        target: Tensor of probabilities (0 or 1 for labels).
        output: Tensor of that shape: probabilities, or logits.
        from_logits: Whether `output` holds logits.

    Returns:
        Float tensor of output's shape.

    Example:
        >>> print(K.binary_crossentropy([1.0, 0.0], [0.5, 0.75]).numpy().round(4))
        [0.6931 1.3863]
    """
    return _ops.binary_crossentropy(target, output, from_logits=from_logits)


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: Any = -1
) -> Any:
    """-sum(target * log(output)) over the classes.

    Args:
        target: Tensor of probabilities, such as one-hot labels.
        output: Tensor of that shape: probabilities (normalised first), or logits.
        from_logits: Whether `output` holds logits.
        axis: The axis of classes.

    Returns:
        Float tensor without `axis`.

    Example:
        >>> print(K.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4))
        [0.6931]
    """
    return _ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


def sparse_categorical_crossentropy(
    target: Any,
    output: Any,
    from_logits: bool = False,
    axis: Any = -1,
    ignore_class: int | None = None,
) -> Any:
    """-log(output) at the class that `target` names.

    Args:
        target: Integer tensor of output's shape without the classes.
        output: Tensor (..., classes): probabilities, or logits.
        from_logits: Whether `output` holds logits.
        axis: The axis of classes.
        ignore_class: A class whose samples have loss 0, or None.

    Returns:
        Float tensor of output's shape without the classes.

    Example:
        >>> output = [[0.5, 0.5], [0.25, 0.75]]
        >>> loss = K.sparse_categorical_crossentropy([1, 0], output, ignore_class=0)
        >>> print(loss.numpy().round(4))
        [0.6931 0.    ]
    """
    if ignore_class is None:
        return _ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    counts = _ops.not_equal(target, ignore_class)
    labels = _ops.where(counts, target, _ops.zeros_like(target))
    loss = _ops.sparse_categorical_crossentropy(labels, output, from_logits, axis)
    return _ops.where(counts, loss, _ops.zeros_like(loss))


def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
) -> Any:
    """Crossentropy of single probabilities, times (1 - that of the right class) ** gamma.

    Samples that are right already count little (Lin et al. 2017, https://arxiv.org/abs/1708.02002).

    Args:
        target: Labels 0 or 1.
        output: Tensor of that shape: probabilities, or logits.
        apply_class_balancing: Whether the classes 1 and 0 weigh alpha and 1 - alpha.
        alpha: Weight of class 1.
        gamma: How little right samples count; 0 is crossentropy.
        from_logits: Whether `output` holds logits.

    Returns:
        Float tensor of output's shape.

    Example:
        >>> output = ops.convert_to_tensor([0.5, 0.5])
        >>> print(K.binary_focal_crossentropy([1.0, 0.0], output).numpy().round(4))
        [0.1733 0.1733]
    """
    target = _ops.cast(target, output.dtype)
    p = _ops.sigmoid(output) if from_logits else output
    right = target * p + (1 - target) * (1 - p)
    loss = _ops.power(1.0 - right, gamma) * binary_crossentropy(target, output, from_logits)
    if apply_class_balancing:
        loss = (target * alpha + (1 - target) * (1 - alpha)) * loss
    return loss


def categorical_focal_crossentropy(
    target: Any,
    output: Any,
    alpha: float = 0.25,
    gamma: Any = 2.0,
    from_logits: bool = False,
    axis: Any = -1,
) -> Any:
    """Crossentropy of classes, each term times alpha * (1 - probability) ** gamma.

    Samples that are right already count little (Lin et al. 2017, https://arxiv.org/abs/1708.02002).

    Args:
        target: Tensor of probabilities, such as one-hot labels.
        output: Tensor of that shape: probabilities (normalised first), or logits.
        alpha: Factor, a number or one a class.
        gamma: How little right samples count.
        from_logits: Whether `output` holds logits.
        axis: The axis of classes.

    Returns:
        Float tensor without `axis`.

    Example:
        >>> output = ops.convert_to_tensor([[0.5, 0.5]])
        >>> print(K.categorical_focal_crossentropy([[0.0, 1.0]], output).numpy().round(4))
        [0.0433]
    """
    target = _ops.cast(target, output.dtype)
    p = _ops.softmax(output, axis=axis) if from_logits else output
    p = p / _ops.sum(p, axis=axis, keepdims=True)
    p = _ops.clip(p, _epsilon(), 1.0 - _epsilon())
    terms = -target * _ops.log(p)
    return _ops.sum(_ops.power(1.0 - p, gamma) * alpha * terms, axis=axis)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether each target's score is among the k largest of its row.

    Args:
        predictions: Float scores (batch, classes).
        targets: Integer tensor (batch,).
        k: How many count.

    Returns:
        Bool tensor (batch,).

    Example:
        >>> K.in_top_k([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]], [2, 0], 1).tolist()
        [True, False]
    """
    return _ops.in_top_k(targets, predictions, k)


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """x plus a bias.

    Args:
        x: Tensor (batch, spatial axes, channels), or with the channels first.
        bias: Tensor (channels,), or of x's shape without the batch axis with the channels last.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor of x's shape.

    Example:
        >>> K.bias_add(np.zeros((1, 2)), ops.convert_to_tensor([1.0, 2.0])).tolist()
        [[1.0, 2.0]]
    """
    first = (data_format or _image_data_format()) == "channels_first"
    if first and len(bias.shape) > 1:
        bias = _ops.moveaxis(bias, -1, 0)
    elif first:
        bias = _ops.reshape(bias, (-1, *(1,) * (len(x.shape) - 2)))
    return _ops.add(x, bias)


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: Any = -1, epsilon: float = 1e-3
) -> Any:
    """(x - mean) / sqrt(var + epsilon) * gamma + beta, along one axis.

    Args:
        x: Float tensor.
        mean, var: Tensors (channels,), or of a shape that broadcasts with x.
        beta, gamma: Offset and factor, of such shapes, or None for 0 and 1.
        axis: The axis of channels.
        epsilon: Added to the variance.

    Returns:
        Float tensor of x's shape.

    Example:
        >>> one = ops.ones((1,))
        >>> x = ops.convert_to_tensor([[1.0], [3.0]])
        >>> K.batch_normalization(x, 2.0 * one, 4.0 * one, None, None, epsilon=0.0).tolist()
        [[-0.5], [0.5]]
    """
    shape = [1] * len(x.shape)
    shape[axis] = -1

    def fit(v):
        return v if v is None or len(v.shape) != 1 else _ops.reshape(v, shape)

    y = (x - fit(mean)) * _ops.rsqrt(fit(var) + epsilon)
    y = y if gamma is None else y * fit(gamma)
    return y if beta is None else y + fit(beta)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Any, epsilon: float = 1e-3
) -> tuple[Any, ...]:
    """(x normalised by its own statistics, their mean, their variance).

    Args:
        x: Tensor.
        gamma, beta: Factor and offset, or None.
        reduction_axes: Axes that the statistics are taken over.
        epsilon: Added to the variance.

    Returns:
        (normalised, mean, variance): a float tensor of x's shape, and two of x's other axes.

    Example:
        >>> x = ops.convert_to_tensor([[1.0], [3.0]])
        >>> y, mean, var = K.normalize_batch_in_training(x, None, None, [0], epsilon=0.0)
        >>> y.tolist(), mean.tolist(), var.tolist()
        ([[-1.0], [1.0]], [2.0], [1.0])
    """
    axes = tuple(a % len(x.shape) for a in reduction_axes)
    mean = _ops.mean(x, axis=axes)
    var = _ops.var(x, axis=axes)
    sizes = [1 if i in axes else n for i, n in enumerate(_ops.shape(x))]

    def fit(v):
        return None if v is None else _ops.reshape(v, sizes)

    y = (x - fit(mean)) * _ops.rsqrt(fit(var) + epsilon)
    y = y if gamma is None else y * fit(gamma)
    return (y if beta is None else y + fit(beta)), mean, var


# ---- convolution and pooling -----------------------------------------------------------------
