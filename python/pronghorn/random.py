"""Random tensors. Each draw reads and advances a seed; the same seed gives the same numbers on
every processor width (uniform and integer draws bit for bit)."""

from .engine import config
from .engine.random import SeedGenerator, draw_seed
from .ops import _args
from .ops.math import greater_equal, multiply, where

_uniform, _normal = _args.op("random_uniform"), _args.op("random_normal")
_truncated_normal, _randint = _args.op("random_truncated_normal"), _args.op("random_randint")
_dropout = _args.op("dropout")


def _draw(native, shape, low, high, dtype, seed):
    attrs = (_args.sizes(shape), dtype, float(low), float(high))
    return _args.call(native, (draw_seed(seed),), attrs)


def _float_type(dtype):
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        raise ValueError(f"`dtype` must be a floating dtype. Received: dtype={dtype!r}")
    return dtype


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: Sizes of the result.
        minval, maxval: Bounds; of integers where `dtype` is one.
        dtype: floatx where None.
        seed: An int (always the same numbers), a SeedGenerator, or None for the global one.

    Example:
        >>> random.uniform((2, 3), seed=1)
    """
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        return randint(shape, minval, maxval, dtype, seed)
    return _draw(_uniform, shape, minval, maxval, dtype, seed)


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of the normal distribution; other arguments as in `uniform`.

    Args:
        mean, stddev: Its mean and standard deviation.
    """
    return _draw(_normal, shape, mean, stddev, _float_type(dtype), seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """As `normal`, within two standard deviations of the mean."""
    return _draw(_truncated_normal, shape, mean, stddev, _float_type(dtype), seed)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers spread evenly over [minval, maxval); other arguments as in `uniform`.

    Raises:
        ValueError: minval not below maxval, or a dtype that holds no integers.
    """
    dtype = config.standardize_dtype(dtype)
    if dtype in _args.FLOATS or dtype == "bool":
        raise ValueError(f"`dtype` must be an integer dtype. Received: dtype={dtype!r}")
    return _draw(_randint, shape, minval, maxval, dtype, seed)


def dropout(inputs, rate, noise_shape=None, seed=None):
    """inputs with a fraction of elements set to 0 and the others scaled by 1 / (1 - rate).

    Args:
        inputs: Float tensor.
        rate: The fraction to drop, 0 to 1.
        noise_shape: Shape of the mask, which broadcasts; the inputs' where None.
        seed: As in `uniform`.

    Raises:
        ValueError: a rate outside [0, 1].
    """
    x = _args.floating(inputs)
    if noise_shape is None:
        return _dropout((x, draw_seed(seed)), (float(rate),))
    if not 0 <= rate <= 1:
        raise ValueError(f"dropout: the rate is {rate}; expected the fraction to drop, 0 to 1")
    dims = _args.shape_of(x)
    noise_shape = tuple(d if n is None else n for n, d in zip(noise_shape, dims))
    keep = greater_equal(uniform(noise_shape, dtype=x.dtype, seed=seed), rate)
    return where(keep, multiply(x, 1 / (1 - rate) if rate < 1 else 0.0), 0.0)


__all__ = [
    "SeedGenerator", "dropout", "normal", "randint", "truncated_normal", "uniform",
]  # fmt: skip
