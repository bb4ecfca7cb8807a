"""Cross-entropies and one-hot labels.

From probabilities that a softmax or sigmoid of ours made, the logits are used: fused, and exact
where probabilities saturate.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..engine import config
from ..engine.function_op import as_node
from ..engine.symbolic import known_by_name
from ._args import KerasTensor, cast, index, normalize_axis, op, tensor
from .array import moveaxis, squeeze
from .math import (
    add,
    clip,
    divide,
    greater_equal,
    log,
    multiply,
    negative,
    subtract,
    where,
)
from .math import sum as sum_over

if TYPE_CHECKING:
    from ..engine.types import DTypeLike, Tensor, TensorLike


_xent_sparse, _xent_dense = op("xent_sparse"), op("xent_dense")
_softplus, _one_hot = op("softplus"), op("one_hot")


def one_hot(
    x: TensorLike,
    num_classes: int,
    axis: int = -1,
    dtype: DTypeLike | None = None,
    sparse: bool = False,
) -> Tensor:
    """Integers as vectors with a single one.

    Args:
        x: Integer tensor; a value outside [0, num_classes), or nan, gives a vector of zeros.
        num_classes: Length of the new axis.
        axis: Where it stands in the result.
        dtype: floatx where None.
        sparse: True is refused.

    Returns:
        Tensor of x's shape with the new axis.

    Raises:
        ValueError: Where `sparse` is true.

    Example:
        >>> ops.one_hot([1, 0], 2).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    if type(x) is KerasTensor:
        return as_node("one_hot", x, num_classes, axis, dtype, sparse)
    if sparse:
        raise ValueError("Sparse tensors are not supported.")
    return _one_hot((index(x),), (num_classes, axis, config.standardize_dtype(dtype)))


def _logits_of(output, from_logits, activation, name, axis=-1):
    """(what to use as output, whether these are logits).

    The logits of an output that this activation made, along this axis; else the output itself.
    """
    logits = output.logits(activation, axis)
    if logits is None:
        return output, from_logits
    if from_logits:
        warnings.warn(
            f'"`{name}` received `from_logits=True`, but the `output` argument was produced by a '
            f"{activation.capitalize()} activation and thus does not represent logits. Was this "
            "intended?",
            stacklevel=3,
        )
    return logits, True


def _check_shapes(target, output):
    a, b = tuple(target.shape), tuple(output.shape)
    if len(a) != len(b):
        raise ValueError(
            "Arguments `target` and `output` must have the same rank (ndim). "
            f"Received: target.shape={a}, output.shape={b}"
        )
    if any(m is not None and n is not None and m != n for m, n in zip(a, b)):
        raise ValueError(
            "Arguments `target` and `output` must have the same shape. "
            f"Received: target.shape={a}, output.shape={b}"
        )


def _probabilities(output):
    epsilon = config.epsilon()
    return clip(output, epsilon, 1.0 - epsilon)


@known_by_name
def binary_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False
) -> Tensor:
    """-target * log(output) - (1 - target) * log(1 - output), elementwise.

    Args:
        target: Tensor of probabilities (0 or 1 for labels).
        output: Tensor of that shape: probabilities, or logits.
        from_logits: Whether `output` holds logits.

    Returns:
        Float tensor of output's shape and dtype.

    Raises:
        ValueError: shapes that differ.

    Example:
        >>> print(ops.binary_crossentropy([1.0, 0.0], [0.5, 0.75]).numpy().round(4))
        [0.6931 1.3863]
    """
    output = tensor(output)
    target = cast(tensor(target), output.dtype)
    _check_shapes(target, output)
    output, from_logits = _logits_of(output, from_logits, "sigmoid", "binary_crossentropy")
    if from_logits:
        # max(x, 0) - x * target + log(1 + exp(-|x|)), differentiable at 0
        positive = greater_equal(output, 0)
        linear = subtract(where(positive, output, 0.0), multiply(output, target))
        return add(linear, _softplus((where(positive, negative(output), output),)))
    output = _probabilities(output)
    hit = multiply(target, log(output))
    return negative(add(hit, multiply(subtract(1.0, target), log(subtract(1.0, output)))))


@known_by_name
def categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-sum(target * log(output)) over the classes.

    Args:
        target: Tensor of probabilities, such as one-hot labels.
        output: Tensor of that shape: probabilities (normalised first), or logits.
        from_logits: Whether `output` holds logits.
        axis: The axis of classes, which the result lacks.

    Returns:
        Float tensor of output's dtype and of its shape without `axis`.

    Raises:
        ValueError: shapes that differ, or scalars.

    Example:
        >>> round(float(ops.categorical_crossentropy([0.0, 1.0], [0.5, 0.5])), 4)
        0.6931
    """
    output = tensor(output)
    target = cast(tensor(target), output.dtype)
    if len(target.shape) < 1 or len(output.shape) < 1:
        raise ValueError(
            "Arguments `target` and `output` must be at least rank 1. "
            f"Received: target.shape={tuple(target.shape)}, output.shape={tuple(output.shape)}"
        )
    _check_shapes(target, output)
    rank = len(output.shape)
    axis = normalize_axis(axis, rank, "categorical_crossentropy")
    output, from_logits = _logits_of(
        output, from_logits, "softmax", "categorical_crossentropy", axis
    )
    if from_logits:
        if axis != rank - 1:
            output, target = moveaxis(output, axis, -1), moveaxis(target, axis, -1)
        return _xent_dense((output, target))
    output = divide(output, sum_over(output, axis, keepdims=True))
    return negative(sum_over(multiply(target, log(_probabilities(output))), axis))


@known_by_name
def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-log(output) at the class that `target` names.

    Args:
        target: Integer tensor of output's shape without the classes, or with a last size of 1.
        output: Tensor (..., classes): probabilities, or logits.
        from_logits: Whether `output` holds logits.
        axis: The axis of classes.

    Returns:
        Float tensor of output's dtype and of its shape without the classes.

    Raises:
        ValueError: shapes or an axis that do not match; a label outside [0, classes), or nan.

    Example:
        >>> print(ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(4))
        [0.6931]
    """
    output, target = tensor(output), index(target)
    rank = len(output.shape)
    if rank < 1:
        raise ValueError(
            f"Argument `output` must be at least rank 1. Received: output.shape={output.shape}"
        )
    if axis != -1 and axis != rank - 1:
        at = normalize_axis(axis, rank, "sparse_categorical_crossentropy")
        if len(target.shape) == rank and target.shape[at] == 1:
            target = squeeze(target, at)
        output = moveaxis(output, at, -1)
    output, from_logits = _logits_of(
        output, from_logits, "softmax", "sparse_categorical_crossentropy"
    )
    if len(target.shape) == rank and target.shape[-1] == 1:
        target = squeeze(target, -1)
    a, b = tuple(target.shape), tuple(output.shape)
    if len(a) != rank - 1:
        raise ValueError(
            "Argument `output` must have rank (ndim) `target.ndim + 1`. "
            f"Received: target.shape={a}, output.shape={b}"
        )
    if any(m is not None and n is not None and m != n for m, n in zip(a, b)):
        raise ValueError(
            "Arguments `target` and `output` must have the same shape up until the last dimension: "
            f"target.shape={a}, output.shape={b}"
        )
    if not from_logits:
        output = log(_probabilities(output))
    return _xent_sparse((output, target))


__all__ = [
    "binary_crossentropy", "categorical_crossentropy", "one_hot", "sparse_categorical_crossentropy",
]  # fmt: skip
