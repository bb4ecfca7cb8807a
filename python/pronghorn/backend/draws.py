"""Random tensors and variables."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from .. import random as _random
from ..engine.config import floatx as _floatx


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    """Draws of a normal distribution.

    Args:
        shape: Sizes.
        mean, stddev: Its mean and standard deviation.
        dtype: A floating dtype; floatx where None.
        seed: An int for always the same draws, or None.

    Returns:
        Tensor of that shape.

    Example:
        >>> round(float(K.mean(K.random_normal((10000,), mean=5.0, seed=1))), 1)
        5.0
    """
    return _random.normal(shape, mean, stddev, dtype=dtype, seed=seed)


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    """Draws spread evenly over [minval, maxval).

    Args:
        shape: Sizes.
        minval, maxval: Bounds.
        dtype: A floating dtype; floatx where None.
        seed: An int for always the same draws, or None.

    Returns:
        Tensor of that shape.

    Example:
        >>> bool(K.all(K.random_uniform((1000,), 2.0, 3.0, seed=1) >= 2.0))
        True
    """
    return _random.uniform(shape, minval, maxval, dtype=dtype, seed=seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """1 with chance p, else 0.

    Args:
        shape: Sizes.
        p: The chance of a 1.
        dtype: dtype of the result; floatx where None.
        seed: An int for always the same draws, or None.

    Returns:
        Tensor of that shape.

    Example:
        >>> sorted(set(K.random_bernoulli((1000,), 0.5, seed=1).tolist()))
        [0.0, 1.0]
    """
    return _ops.cast(_ops.less(_random.uniform(shape, seed=seed), p), dtype or _floatx())


random_binomial = random_bernoulli


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    """Draws of a normal distribution within two standard deviations of its mean.

    Args:
        shape: Sizes.
        mean, stddev: Mean and standard deviation of the distribution before it is cut.
        dtype: A floating dtype; floatx where None.
        seed: An int for always the same draws, or None.

    Returns:
        Tensor of that shape.

    Example:
        >>> bool(K.all(K.abs(K.truncated_normal((1000,), seed=1)) <= 2.0))
        True
    """
    return _random.truncated_normal(shape, mean, stddev, dtype=dtype, seed=seed)


def random_normal_variable(
    shape: Any,
    mean: Any,
    scale: Any,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Any:
    """A variable that begins with draws of a normal distribution.

    Args:
        shape: Sizes.
        mean: Mean of the distribution.
        scale: Its standard deviation.
        dtype: A floating dtype; floatx where None.
        name: Name of the variable.
        seed: An int for always the same draws, or None.

    Returns:
        Variable of that shape.

    Example:
        >>> K.random_normal_variable((2, 3), 0.0, 1.0).shape
        (2, 3)
    """
    from .values import variable

    return variable(random_normal(shape, mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(
    shape: Any,
    low: Any,
    high: Any,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Any:
    """A variable that begins with draws spread evenly over [low, high).

    Args:
        shape: Sizes.
        low, high: Bounds.
        dtype: A floating dtype; floatx where None.
        name: Name of the variable.
        seed: An int for always the same draws, or None.

    Returns:
        Variable of that shape.

    Example:
        >>> K.random_uniform_variable((2, 3), 0.0, 1.0).shape
        (2, 3)
    """
    from .values import variable

    return variable(random_uniform(shape, low, high, dtype, seed), dtype, name)


def dropout(x: Any, level: Any, noise_shape: Any = None, seed: int | None = None) -> Any:
    """x with a fraction of elements set to 0 and the others scaled by 1 / (1 - level).

    Args:
        x: Float tensor.
        level: The fraction to drop, from 0 to 1.
        noise_shape: Shape of the mask, which broadcasts; x's where None.
        seed: An int for always the same mask, or None.

    Returns:
        Tensor of x's shape and dtype.

    Example:
        >>> sorted(set(K.dropout(np.ones((1000,), "float32"), 0.5, seed=1).tolist()))
        [0.0, 2.0]
    """
    return _random.dropout(x, level, noise_shape=noise_shape, seed=seed)
