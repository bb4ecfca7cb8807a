"""A function that the optimizers of Keras 1 and 2 used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops

if TYPE_CHECKING:
    from ..engine.types import Tensor, TensorLike


def clip_norm(g: TensorLike, c: float, n: Any) -> Tensor:
    """A gradient whose norm is `n`, shortened to the norm `c` where it is longer.

    Args:
        g: The gradient.
        c: The largest norm; 0 or less for no limit.
        n: Its norm, a scalar.

    Example:

    >>> clip_norm(ops.array([3.0, 4.0]), 1.0, 5.0).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    g = ops.convert_to_tensor(g)
    if c <= 0:
        return g
    return ops.where(ops.greater_equal(n, c), g * c / n, g)
