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
    attrs = (_args.sizes(shape), dtype, low, high)
    return _args.call(native, (draw_seed(seed),), attrs)


def _float_type(dtype):
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        raise ValueError(f"`dtype` must be a floating dtype. Received: dtype={dtype!r}")
    return dtype


def _real(value, what):
    return _args.number(value, "float64", what) if type(value) is int else float(value)


def _draw_around(native, shape, mean, stddev, dtype, seed):
    return _draw(native, shape, _real(mean, "mean"), _real(stddev, "stddev"), dtype, seed)


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: Sizes of the result.
        minval, maxval: Bounds.
        dtype: A floating dtype; floatx where None.
        seed: An int (always the same numbers), a SeedGenerator, or None for the global one.

    Raises:
        ValueError: a dtype that is not floating.

    Example:
        >>> random.uniform((2, 3), seed=1)
    """
    dtype = config.standardize_dtype(dtype)
    if dtype not in _args.FLOATS:
        raise ValueError(
            "`random.uniform` requires a floating point `dtype`; `random.randint` draws integers. "
            f"Received: dtype={dtype}"
        )
    return _draw(_uniform, shape, _real(minval, "minval"), _real(maxval, "maxval"), dtype, seed)


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers of the normal distribution; other arguments as in `uniform`.

    Args:
        mean, stddev: Its mean and standard deviation.
    """
    return _draw(
        _normal, shape, _real(mean, "mean"), _real(stddev, "stddev"), _float_type(dtype), seed
    )


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """As `normal`, within two standard deviations of the mean."""
    dtype = _float_type(dtype)
    return _draw(
        _truncated_normal, shape, _real(mean, "mean"), _real(stddev, "stddev"), dtype, seed
    )


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers in [minval, maxval), each with the same chance; other arguments as in `uniform`.

    Args:
        minval, maxval: Whole numbers; draws reach from minval to maxval - 1.
        dtype: An integer dtype.

    Raises:
        ValueError: minval not below maxval, bounds that the dtype cannot hold, or a dtype that
            holds no integers.
        TypeError: bounds that are not whole.

    Example:
        >>> random.randint((3,), 1, 7)  # three throws of a die
    """
    dtype = config.standardize_dtype(dtype)
    if dtype in _args.FLOATS or dtype == "bool":
        raise ValueError(f"`dtype` must be an integer dtype. Received: dtype={dtype!r}")
    minval, maxval = _whole(minval), _whole(maxval)
    if minval >= maxval:
        raise ValueError(f"randint: minval {minval} must be below maxval {maxval}.")
    if _args.beyond(minval, dtype) or _args.beyond(maxval - 1, dtype):
        raise ValueError(
            f"randint: {dtype} does not hold the integers from minval {minval} to below maxval "
            f"{maxval}; choose a wider dtype."
        )
    first, last = (_args.number(v, dtype, "randint: a bound") for v in (minval, maxval - 1))
    return _draw(_randint, shape, first, last, dtype, seed)


def _whole(value):
    if isinstance(value, int):
        return int(value)
    number = value.item() if hasattr(value, "item") else value
    if number != int(number):
        raise TypeError(f"randint: bounds are whole numbers. Received: {number}")
    return int(number)


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
    keep = greater_equal(
        uniform(noise_shape, dtype="float64" if x.dtype == "float64" else "float32", seed=seed),
        rate,
    )
    return where(keep, multiply(x, 1 / (1 - rate) if rate < 1 else 0.0), 0.0)


__all__ = [
    "SeedGenerator", "dropout", "normal", "randint", "truncated_normal", "uniform",
]  # fmt: skip


def __getattr__(name):
    from .legacy.missing import old_or_absent

    return old_or_absent(__name__, name, globals())
